package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy/db"
)

// Checked is one finding with the item that it was found in.
type Checked struct {
	Finding

	ItemID     string
	Name       string
	BasicCode  string
	Department string
	State      string // of the version that was examined
}

// RuleCount is how often a rule found something.
type RuleCount struct {
	Rule  Rule
	Found int // findings
	Items int // items with one or more of them
}

// Checkup (质检) is what the rules find in all items of a tenant.
type Checkup struct {
	Items    int // that were looked at
	Clean    int // without an error or a warning
	Counts   []RuleCount
	Findings []Checked // those asked for, worst first
}

// Checkup examines every item that the actor's tenant defines, withdrawn ones left
// out: the open draft where there is one, else what is in force. Findings holds
// those of one rule, or all when rule is empty.
func (s *Service) Checkup(ctx context.Context, rule string) (c Checkup, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		st := store{tx}
		all, err := st.newest(ctx)
		if err != nil {
			return err
		}
		others, err := st.twins(ctx)
		if err != nil {
			return err
		}
		c = checkup(all, others, rule)
		return nil
	})
	return c, err
}

// Examined is Examine with what a look at the other items adds: one of the same
// name or code. itemID is empty for a new item of the list.
func (s *Service) Examined(ctx context.Context, itemID, list string, b Body) (out []Finding, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		others, err := store{tx}.twins(ctx)
		if err != nil {
			return err
		}
		out = others.examine(itemID, list, b)
		return nil
	})
	return out, err
}

func checkup(all []newest, others twins, rule string) Checkup {
	c := Checkup{Items: len(all)}
	counts := map[string]*RuleCount{}
	rules := Rules()
	c.Counts = make([]RuleCount, len(rules))
	for i, r := range rules {
		c.Counts[i].Rule = r
		counts[r.Name] = &c.Counts[i]
	}
	for _, n := range all {
		found, seen, bad := others.examine(n.ItemID, n.List, n.Body), map[string]bool{}, false
		for _, f := range found {
			counts[f.Rule].Found++
			if !seen[f.Rule] {
				seen[f.Rule] = true
				counts[f.Rule].Items++
			}
			bad = bad || f.Severity != SeverityHint
			if rule == "" || rule == f.Rule {
				c.Findings = append(c.Findings, Checked{f, n.ItemID, n.Body.Name, n.Body.BasicCode, n.Body.Department, n.State})
			}
		}
		if !bad {
			c.Clean++
		}
	}
	slices.SortStableFunc(c.Findings, func(a, b Checked) int {
		return slices.Index(Severities(), a.Severity) - slices.Index(Severities(), b.Severity)
	})
	return c
}

// newest is the latest version of an item.
type newest struct {
	ItemID string
	List   string
	State  string
	Body   Body `bun:"type:jsonb"`
}

// newest returns the latest version of every item that the actor's tenant defines.
func (s store) newest(ctx context.Context) (out []newest, err error) {
	err = s.tx.NewRaw(`select i.id as item_id, i.list, v.state, v.body from items i join lateral (
			select state, body from item_versions v where v.tenant_id = i.tenant_id and v.item_id = i.id order by number desc limit 1) v on true
		where i.tenant_id = ? and i.state <> 'withdrawn' order by i.created_at, i.id`, s.tx.Scope.Tenant).Scan(ctx, &out)
	if err != nil {
		return nil, fmt.Errorf("newest versions: %w", err)
	}
	return out, nil
}

// twins knows the names and codes of all items in force or in the making here, by
// their lists: an item is called as its entry is.
type twins struct{ byName, byCode map[[2]string][]twin }

type twin struct {
	ID        string
	List      string
	Name      string
	BasicCode string
}

func (s store) twins(ctx context.Context) (t twins, err error) {
	var all []twin
	err = s.tx.NewRaw(`select id, list, name, basic_code from items where tenant_id in (?) and (state = 'published' or state = 'draft' and tenant_id = ?) order by id`,
		bun.List(s.tx.Scope.Ancestors), s.tx.Scope.Tenant).Scan(ctx, &all)
	if err != nil {
		return t, fmt.Errorf("names and codes: %w", err)
	}
	t = twins{map[[2]string][]twin{}, map[[2]string][]twin{}}
	for _, w := range all {
		t.byName[[2]string{w.List, w.Name}] = append(t.byName[[2]string{w.List, w.Name}], w)
		if w.BasicCode != "" {
			t.byCode[[2]string{w.List, w.BasicCode}] = append(t.byCode[[2]string{w.List, w.BasicCode}], w)
		}
	}
	return t, nil
}

// examine is Examine with what the others add.
func (t twins) examine(itemID, list string, b Body) (out []Finding) {
	other := func(all []twin) (twin, bool) {
		i := slices.IndexFunc(all, func(w twin) bool { return w.ID != itemID })
		if i < 0 {
			return twin{}, false
		}
		return all[i], true
	}
	if w, ok := other(t.byCode[[2]string{list, b.BasicCode}]); ok {
		out = append(out, Finding{RuleSameCode, SeverityError, "basic_code", w.Name})
	}
	if w, ok := other(t.byName[[2]string{list, b.Name}]); ok {
		out = append(out, Finding{RuleSameName, SeverityWarning, "name", w.BasicCode})
	}
	out = append(out, examine(list, b)...)
	slices.SortStableFunc(out, func(a, b Finding) int {
		return slices.Index(Severities(), a.Severity) - slices.Index(Severities(), b.Severity)
	})
	return out
}
