package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Acts that leave a mark in the list of what somebody did and are not named after an action on a step.
const (
	ActFiled    = "file"   // 代为申请
	ActUrged    = "urge"   // 催办
	ActAnswered = "answer" // 答复意见
)

// hand notes that the actor, one of the staff, had a hand in a case.
func (s store) hand(ctx context.Context, c *Case, act, step string) error {
	a := s.tx.Scope.Actor
	if a.Kind != tenancy.Staff || !db.IsID(a.ID) {
		return nil
	}
	_, err := s.tx.NewRaw(`insert into case_hands (tenant_id, case_id, actor_id, act, step_name, acted_at) values (?, ?, ?, ?, ?, ?)
		on conflict (tenant_id, case_id, actor_id) do update set act = excluded.act, step_name = excluded.step_name, acted_at = excluded.acted_at`,
		c.TenantID, c.ID, a.ID, act, step, s.tx.Now).Exec(ctx)
	if err != nil {
		return fmt.Errorf("who had a hand in case %s: %w", c.ID, err)
	}
	return nil
}

// actWord is how the list of what somebody did spells an action.
func actWord(a policies.Action) string { return strings.TrimPrefix(string(a), "cases:") }

// Done (已办) lists the cases in which the actor acted, the last act first.
func (s *Service) Done(ctx context.Context, q Query) (Page, error) {
	return s.kept(ctx, q, "acted", func(tx *db.Tx, sel *bun.SelectQuery) *bun.SelectQuery {
		sel = sel.Join("JOIN case_hands h ON h.case_id = c.id").Where("h.actor_id = ?", actorID(tx.Scope)).
			ColumnExpr("h.act AS my_act").ColumnExpr("h.step_name AS my_step").ColumnExpr("h.acted_at AS my_act_at")
		if q.Act != "" {
			sel = sel.Where("h.act = ?", q.Act)
		}
		return sel
	})
}

// Watched (关注) lists the cases that the actor watches in her post, the last one first.
func (s *Service) Watched(ctx context.Context, q Query) (Page, error) {
	return s.kept(ctx, q, "watched", func(tx *db.Tx, sel *bun.SelectQuery) *bun.SelectQuery {
		return sel.Join("JOIN case_watches w ON w.case_id = c.id").Where("w.actor_id = ?", actorID(tx.Scope)).ColumnExpr("w.watched_at AS watched_at")
	})
}

// kept lists cases that something of the actor's points at.
func (s *Service) kept(ctx context.Context, q Query, sort string, join func(*db.Tx, *bun.SelectQuery) *bun.SelectQuery) (p Page, err error) {
	if q.Sort == "" {
		q.Sort, q.Desc = sort, true
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": tx.Scope.Tenant, "subject": ""}); err != nil {
			return err
		}
		st := store{tx}
		if p, err = st.list(ctx, s.aim(q), func(sel *bun.SelectQuery) *bun.SelectQuery { return join(tx, sel) }); err != nil {
			return err
		}
		if err := st.star(ctx, p.Rows); err != nil {
			return err
		}
		return s.measure(ctx, tx, p.Rows)
	})
	return p, err
}

// actorID is the actor's id where a column of ids is asked: nobody's when it is none.
func actorID(sc tenancy.Scope) string {
	if db.IsID(sc.Actor.ID) {
		return sc.Actor.ID
	}
	return "00000000-0000-0000-0000-000000000000"
}

// Watch (关注) lets the actor watch a case that she sees, or no longer. Doing it twice is no error.
func (s *Service) Watch(ctx context.Context, id string, on bool) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := (store{tx}).get(ctx, id)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.CasesView, c.resource(tx.Scope.Actor, "")); err != nil {
			return err
		}
		if on {
			_, err = tx.NewRaw(`insert into case_watches (tenant_id, case_id, actor_id, watched_at) values (?, ?, ?, ?) on conflict do nothing`,
				tx.Scope.Tenant, c.ID, actorID(tx.Scope), tx.Now).Exec(ctx)
		} else {
			_, err = tx.NewRaw(`delete from case_watches where case_id = ?`, c.ID).Exec(ctx)
		}
		if err != nil {
			return fmt.Errorf("watch case %s: %w", id, err)
		}
		return nil
	})
}

// star marks the rows that the actor watches.
func (s store) star(ctx context.Context, rows []Row) error {
	if len(rows) == 0 || s.tx.Scope.Actor.Kind != tenancy.Staff {
		return nil
	}
	ids := make([]string, len(rows))
	for i := range rows {
		ids[i] = rows[i].ID
	}
	watched, err := s.watches(ctx, ids)
	for i := range rows {
		rows[i].Watched = slices.Contains(watched, rows[i].ID)
	}
	return err
}

func (s store) watches(ctx context.Context, ids []string) (watched []string, err error) {
	err = s.tx.NewSelect().TableExpr("case_watches").ColumnExpr("case_id").Where("case_id IN (?)", bun.List(ids)).Scan(ctx, &watched)
	if err != nil {
		return nil, fmt.Errorf("watched cases: %w", err)
	}
	return watched, nil
}

// manyEnough is where the counters on tabs stop: they say so many, or more.
const manyEnough = 100

// DeskCounts are the numbers on the lists of a desk. None is higher than 100.
type DeskCounts struct{ Todo, Watched, Team, Today int }

// CountDesk counts the lists of the actor's desk, each only as far as a tab shows.
func (s *Service) CountDesk(ctx context.Context) (n DeskCounts, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		end := chinaMidnight(tx.Now)
		for _, c := range []struct {
			to *int
			of func(*bun.SelectQuery) *bun.SelectQuery
		}{
			{&n.Todo, func(sel *bun.SelectQuery) *bun.SelectQuery { return toDo(tx.Scope, sel, "c.", "step_") }},
			{&n.Team, func(sel *bun.SelectQuery) *bun.SelectQuery { return ours(tx.Scope, sel, "c.", "step_") }},
			{&n.Today, func(sel *bun.SelectQuery) *bun.SelectQuery {
				return toDo(tx.Scope, sel, "c.", "step_").Where("c.suspended_at IS NULL AND least(c.due_at, c.step_due_at) <= ?", end)
			}},
		} {
			few := c.of(tx.NewSelect().TableExpr("cases AS c").ColumnExpr("1").Where("c.ended_at IS NULL").Where("c.status <> 'supplement'")).Limit(manyEnough)
			if err := tx.NewSelect().TableExpr("(?) AS few", few).ColumnExpr("count(*)").Scan(ctx, c.to); err != nil {
				return fmt.Errorf("count a desk: %w", err)
			}
		}
		for of, to := range map[*int]lot{&n.Todo: toDo, &n.Team: ours} {
			also, err := st.besides(ctx, Query{}, to)
			if err != nil {
				return err
			}
			*of = min(*of+len(also), manyEnough)
		}
		few := tx.NewSelect().TableExpr("case_watches").ColumnExpr("1").Where("actor_id = ?", actorID(tx.Scope)).Limit(manyEnough)
		if err := tx.NewSelect().TableExpr("(?) AS few", few).ColumnExpr("count(*)").Scan(ctx, &n.Watched); err != nil {
			return fmt.Errorf("count watched cases: %w", err)
		}
		return nil
	})
	return n, err
}

// chinaMidnight is the end of the day that t falls on in China.
func chinaMidnight(t time.Time) time.Time {
	day := chinaDay(t)
	return time.Date(day.Year(), day.Month(), day.Day()+1, 0, 0, 0, 0, day.Location())
}
