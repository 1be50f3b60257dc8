package cases

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"liandong/policies"
	"liandong/tenancy/db"
)

// Team (班组) lists what is open at the actor's office, whoever it falls to.
func (s *Service) Team(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": tx.Scope.Tenant, "subject": ""}); err != nil {
			return err
		}
		p, err = s.waiting(ctx, tx, q, ours)
		return err
	})
	return p, err
}

// Load (工作量) is what is open with one person of an office, or with nobody in particular.
type Load struct {
	ID         string // of the person; empty: whoever holds Post
	Name       string
	Post       string   // of what is with nobody in particular
	Roles      []string // of the person's posts
	Open, Late int
	Away       bool   // the person is not there now (请假出差)
	StandIn    string // who stands in meanwhile, by name
}

// maxLoad bounds what is counted for a team.
const maxLoad = 10_000

// Loads tells who of the actor's office has how much: its people first, the busiest on top, then
// what nobody was named for, by post. more says that there is so much that only a part was counted.
func (s *Service) Loads(ctx context.Context) (loads []Load, more bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": tx.Scope.Tenant, "subject": ""}); err != nil {
			return err
		}
		var all []Colleague
		if s.asks.Staff != nil {
			if all, err = s.asks.Staff.Colleagues(ctx, tx, tx.Scope.Tenant); err != nil {
				return err
			}
		}
		loads, more, err = (store{tx}).loads(ctx, all)
		return err
	})
	return loads, more, err
}

func (s store) loads(ctx context.Context, all []Colleague) (loads []Load, more bool, err error) {
	shown := ours(s.tx.Scope, s.tx.NewSelect().TableExpr("cases AS c").ColumnExpr("c.assignee_id AS id, c.assignee_name AS name, c.step_post AS post").
		ColumnExpr("c.suspended_at IS NULL AND least(c.due_at, c.step_due_at) < ? AS late", s.tx.Now), "c.", "step_").
		Where("c.ended_at IS NULL").Where("c.status <> 'supplement'").Limit(maxLoad)
	besides := ours(s.tx.Scope, s.tx.NewSelect().TableExpr("case_steps AS s").ColumnExpr("s.assignee_id, s.assignee_name, s.post").
		ColumnExpr("s.due_at < ?", s.tx.Now), "s.", "").Where("s.ended_at IS NULL").Where("s.beside").Limit(maxLoad)
	var rows []Load
	err = s.tx.NewSelect().TableExpr("((?) UNION ALL (?)) AS w", shown, besides).ColumnExpr("w.id, max(w.name) AS name").
		ColumnExpr("CASE WHEN w.id = '' THEN w.post ELSE '' END AS post").ColumnExpr("count(*) AS open").ColumnExpr("count(*) FILTER (WHERE w.late) AS late").
		GroupExpr("1, 3").Scan(ctx, &rows)
	if err != nil {
		return nil, false, fmt.Errorf("load of a team: %w", err)
	}
	n := 0
	for _, r := range rows {
		n += r.Open
	}
	return ordered(rows, all), n >= maxLoad, nil
}

// ordered adds colleagues who have nothing of their own, and puts people before posts.
func ordered(rows []Load, all []Colleague) []Load {
	for _, w := range all {
		i := slices.IndexFunc(rows, func(r Load) bool { return r.ID == w.ID })
		if i < 0 {
			rows, i = append(rows, Load{ID: w.ID}), len(rows)
		}
		rows[i].Name, rows[i].Roles, rows[i].Away, rows[i].StandIn = w.Name, w.Roles, w.Away, w.StandIn
	}
	slices.SortStableFunc(rows, func(a, b Load) int {
		if (a.ID == "") != (b.ID == "") {
			if b.ID == "" {
				return -1
			}
			return 1
		}
		return cmp.Or(b.Open-a.Open, cmp.Compare(a.Name, b.Name), cmp.Compare(a.Post, b.Post), cmp.Compare(a.ID, b.ID))
	})
	return rows
}

// MayRefer is nil when the actor may refer what stands at her office to a colleague without
// holding the step herself.
func (s *Service) MayRefer(ctx context.Context) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return s.authz.Allow(ctx, policies.CasesRefer, policies.Resource{"at_tenant": tx.Scope.Tenant, "step_post": nobody, "open": true})
	})
}

// Colleagues lists the people of the actor's office.
func (s *Service) Colleagues(ctx context.Context) (all []Colleague, err error) {
	if s.asks.Staff == nil {
		return nil, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		all, err = s.asks.Staff.Colleagues(ctx, tx, tx.Scope.Tenant)
		return err
	})
	return all, err
}

// ItemChoice is an item that a list may be narrowed to.
type ItemChoice struct{ ID, Name string }

// maxItems bounds what a list may be narrowed to.
const maxItems = 60

// OpenItems are the items of what stands at the actor's office.
func (s *Service) OpenItems(ctx context.Context) (out []ItemChoice, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		few := ours(tx.Scope, tx.NewSelect().TableExpr("cases AS c").ColumnExpr("c.item_id, c.item_name"), "c.", "step_").Where("c.ended_at IS NULL").Limit(maxLoad)
		return tx.NewSelect().TableExpr("(?) AS few", few).ColumnExpr("DISTINCT ON (item_name, item_id) item_id AS id, item_name AS name").
			OrderExpr("item_name, item_id").Limit(maxItems).Scan(ctx, &out)
	})
	return out, err
}
