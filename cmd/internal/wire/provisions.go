package wire

import (
	"context"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/laws"
	lawsweb "liandong/modules/laws/web"
	"liandong/portal-sites/kit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// provisions shows whoever handles a case what its item stands on.
type provisions struct {
	items *catalog.Service
	laws  *laws.Service
	base  string // of the pages of the library; empty: the site has none
}

// Of implements casesweb.Laws. A case of another branch, whose item is out of
// sight, has no provisions to show.
func (p provisions) Of(ctx context.Context, c *cases.Case) (out []casesweb.Provision, err error) {
	sheet, err := p.items.ShowVersion(ctx, c.ItemVersionID)
	if k := fault.KindOf(err); err != nil && (k == fault.NotFound || k == fault.Forbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, l := range sheet.Version.Body.LegalBasis {
		one, err := p.one(ctx, l, calendar.DateOf(c.CreatedAt).String())
		if err != nil {
			return nil, err
		}
		out = append(out, one)
	}
	return out, nil
}

// one is a provision as it read on the day, in the words of the item when the
// library has it not.
func (p provisions) one(ctx context.Context, l catalog.LegalBasis, day string) (casesweb.Provision, error) {
	out := casesweb.Provision{Law: l.Law, Article: l.Article, Text: l.Text}
	then, err := p.laws.Standing(ctx, l.Law, l.Article, day)
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	out.Text = then.Article.Body
	now, err := p.laws.Standing(ctx, l.Law, l.Article, "")
	switch {
	case err != nil && fault.KindOf(err) != fault.NotFound:
		return out, err
	case err == nil && now.Validity == laws.Void:
		out.Tone, out.Note = kit.Red, lawsweb.ValidityText(laws.Void)
	case err == nil && now.Article.ID != then.Article.ID:
		out.Tone, out.Note = kit.Yellow, lawsweb.ChangedSince()
	}
	if p.base != "" {
		out.Href = p.base + "/laws/" + then.Law.ID + "?on=" + day + "#" + lawsweb.Anchor(then.Article.Sort)
	}
	return out, nil
}
