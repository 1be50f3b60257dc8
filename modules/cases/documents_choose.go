package cases

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"liandong/tenancy"
)

// text is what counts for a document.
type text struct {
	TemplateID *string
	Number     int
	Name       string
	Body       string
	Numbering  string
}

// candidate is a published text of a tenant on the path.
type candidate struct {
	TenantID   tenancy.ID
	ItemID     *string
	TemplateID string
	Number     int
	Name       string
	Body       string
	Numbering  string
}

// template is the text of a kind that counts for a case at an organ: one for its
// item before one for all, of the organ before those above it; the numbering is
// that of the nearest text for all that has one.
func (s store) template(ctx context.Context, kind string, c *Case, organ tenancy.ID) (text, error) {
	path, err := s.path(ctx, organ, c.TenantID)
	if err != nil {
		return text{}, err
	}
	cs, err := s.candidates(ctx, path, kind)
	if err != nil {
		return text{}, err
	}
	return choose(cs, path, kind, c.ItemID), nil
}

func (s store) candidates(ctx context.Context, path []tenancy.ID, kind string) (cs []candidate, err error) {
	err = s.tx.NewSelect().TableExpr("document_templates AS t").
		ColumnExpr("t.tenant_id, t.item_id, t.id AS template_id, v.number, v.name, v.body, v.numbering").
		Join("JOIN document_versions AS v ON v.tenant_id = t.tenant_id AND v.template_id = t.id AND v.number = t.published").
		Where("t.tenant_id IN (?)", bun.List(path)).Where("t.kind = ?", kind).Scan(ctx, &cs)
	if err != nil {
		return nil, fmt.Errorf("templates of %s: %w", kind, err)
	}
	return cs, nil
}

func choose(cs []candidate, path []tenancy.ID, kind, itemID string) text {
	k, _ := kindOf(kind)
	out := text{Body: k.Body}
	rank := func(c candidate) int { return slices.Index(path, c.TenantID) }
	slices.SortStableFunc(cs, func(a, b candidate) int { return rank(b) - rank(a) }) // the nearest last
	for _, own := range []bool{false, true} {                                        // its item's last
		for _, c := range cs {
			if (c.ItemID != nil) != own || own && *c.ItemID != itemID {
				continue
			}
			out.TemplateID, out.Number, out.Name, out.Body = &c.TemplateID, c.Number, c.Name, c.Body
			if c.Numbering != "" && !own {
				out.Numbering = c.Numbering
			}
		}
	}
	return out
}
