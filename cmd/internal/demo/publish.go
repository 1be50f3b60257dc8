package demo

import (
	"context"
	"fmt"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
)

// offered is a published item of the story.
type offered struct {
	Item
	id    string
	owner tenancy.ID
}

// publish writes every item as its editor, and publishes it as its reviewer.
func (st *Stage) publish(ctx context.Context) error {
	all, err := Items()
	if err != nil {
		return err
	}
	known := map[tenancy.ID]map[string]catalog.Row{}
	for i, it := range all {
		owner := st.League()
		if it.Owner != "" {
			owner = label(it.Owner)
		}
		if known[owner] == nil {
			if known[owner], err = st.kept(ctx, owner); err != nil {
				return err
			}
		}
		st.Clock.Set(st.longAgo().AddDate(0, 0, 1+i/8)) // eight a day, as an office would
		if i < listed && it.Owner == "" {
			if err := st.enter(ctx, owner, entryOf(it)); err != nil {
				return fmt.Errorf("entry %s: %w", it.Name, err)
			}
		}
		it = st.formed(it)
		id, err := st.bring(ctx, owner, it, known[owner])
		if err != nil {
			return fmt.Errorf("item %s: %w", it.Name, err)
		}
		st.offered = append(st.offered, offered{it, id, owner})
	}
	st.report.Items = len(st.offered)
	if err := st.claimAll(ctx); err != nil {
		return err
	}
	return st.differ(ctx)
}

// listed is how many items, from the first, are in the league's basic list (目录清单).
const listed = 28

// entryOf is what the basic list says of an item: the levels that may implement it
// are the league, which does, and its own.
func entryOf(it Item) catalog.Body {
	levels := []string{"league"}
	if it.Level != "league" {
		levels = append(levels, it.Level)
	}
	return catalog.Body{
		Name: it.Name, BasicCode: it.BasicCode, Kind: it.Kind, LegalBasis: it.LegalBasis, Audience: it.Audience, Department: it.Department,
		TopicsPerson: it.TopicsPerson, TopicsLegal: it.TopicsLegal, Keywords: it.Keywords, More: catalog.More{ExerciseLevels: levels, PowerSource: it.PowerSource},
	}
}

// enter puts an entry of the basic list in force, and remembers it by its code.
func (st *Stage) enter(ctx context.Context, owner tenancy.ID, b catalog.Body) error {
	editor, err := st.AsRole(ctx, owner, policies.ItemEditor)
	if err != nil {
		return err
	}
	if st.entries == nil {
		st.entries = map[string]string{}
	}
	there, err := st.Catalog.Kept(editor, catalog.Query{List: catalog.BasicList, Owner: owner, Text: b.BasicCode, Size: 1})
	if err != nil {
		return err
	}
	var v catalog.Version
	if len(there.Rows) > 0 {
		r := there.Rows[0]
		st.entries[b.BasicCode] = r.ID
		v = catalog.Version{ID: r.VersionID, State: r.OpenState}
	} else {
		if v, err = st.Catalog.Create(editor, catalog.Draft{List: catalog.BasicList, Body: b}); err != nil {
			return err
		}
		st.entries[b.BasicCode] = v.ItemID
	}
	return st.carry(ctx, owner, v, true)
}

// kept returns the items that a tenant defines already, by basic code.
func (st *Stage) kept(ctx context.Context, owner tenancy.ID) (map[string]catalog.Row, error) {
	ctx, err := st.AsRole(ctx, owner, policies.ItemEditor)
	if err != nil {
		return nil, err
	}
	out := map[string]catalog.Row{}
	for page := 1; ; page++ {
		p, err := st.Catalog.Kept(ctx, catalog.Query{Page: page, Size: 100, Owner: owner})
		if err != nil {
			return nil, err
		}
		for _, r := range p.Rows {
			out[r.BasicCode] = r
		}
		if len(p.Rows) == 0 || len(out) >= p.Total {
			return out, nil
		}
	}
}

// bring takes an item on from where it stands: missing, draft, under review.
func (st *Stage) bring(ctx context.Context, owner tenancy.ID, it Item, known map[string]catalog.Row) (id string, err error) {
	editor, err := st.AsRole(ctx, owner, policies.ItemEditor)
	if err != nil {
		return "", err
	}
	reviewer, err := st.AsRole(ctx, owner, policies.ItemReviewer)
	if err != nil {
		return "", err
	}
	row, ok := known[it.BasicCode]
	id, version, state := row.ID, row.VersionID, row.OpenState
	switch {
	case ok && row.State != catalog.StateDraft:
		return id, nil
	case !ok:
		drawn, err := it.BPMN()
		if err != nil {
			return "", err
		}
		v, err := st.Catalog.Create(editor, catalog.Draft{Body: it.Body, Flow: drawn})
		if err != nil {
			return "", err
		}
		id, version, state = v.ItemID, v.ID, v.State
	}
	if entry, ok := st.entries[it.BasicCode]; ok {
		if _, err := st.Catalog.Claim(editor, []string{entry}); err != nil {
			return "", err
		}
	}
	if state == catalog.StateDraft {
		if _, err := st.Catalog.Submit(editor, version); err != nil {
			return "", err
		}
	}
	_, err = st.Catalog.Publish(reviewer, version, "依据齐全，流程合规，同意发布")
	return id, err
}

// differ lets a county make an inherited item better for its people (差异化).
func (st *Stage) differ(ctx context.Context) error {
	const city, item = "152502000000", "公共场所卫生许可"
	ctx, err := st.AsRole(ctx, label(city), policies.ItemEditor)
	if err != nil {
		return err
	}
	for _, o := range st.offered {
		if o.Name != item {
			continue
		}
		g, err := st.Catalog.Guide(ctx, o.id)
		if err != nil || g.OwnSeen > 0 {
			return err
		}
		days, hours := 5, "工作日 9:00—12:00、14:30—17:30,周六上午延时服务"
		address, phone := "锡林浩特市政务服务大厅二层综合窗口（演示地址）", "0479-0000000"
		drop := []string{"卫生管理制度"}
		_, err = st.Catalog.Override(ctx, o.id, catalog.Change{Fields: catalog.Fields{PromisedDays: &days, Values: map[string]string{"hours": hours, "address": address, "phone": phone}, DropMaterials: drop}})
		return err
	}
	return nil
}
