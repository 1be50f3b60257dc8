package laws

import (
	"context"
	"strings"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Query narrows and orders a list of laws. Zero values mean: everything that may
// be seen from where the actor stands, by rank and then the newest first.
type Query struct {
	Page, Size int // from 1; size is bounded to 100
	Sort       string
	Desc       bool
	Text       string // part of a title, a number or an article
	Kind       Kind
	Validity   Validity // on Day
	State      State
	Issuer     string
	Own        bool   // only those of the actor's tenant
	Day        string // "" means today
}

// Row is one law in a list.
type Row struct {
	Law       `bun:",extend"`
	OwnerName string
	Count     int    // articles
	HitLabel  string // the first article that has Query.Text
	HitBody   string
	Waiting   int // draft editions
}

// Page is one page of laws with the number of all that match.
type Page struct {
	Rows  []Row
	Total int
}

// List returns the laws that may be seen from where the actor stands.
func (s *Service) List(ctx context.Context, q Query) (p Page, err error) {
	if q.Day == "" {
		q.Day = s.Today()
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		p, err = store{tx}.list(ctx, q)
		return err
	})
	return p, err
}

const (
	pageSize = 20
	maxPage  = 100
)

// validity is Law.Validity in SQL; ?1 is the day.
const validity = `case when l.repealed_on <= ?1::date then 'void' when l.effective_on > ?1::date then 'pending'
	when l.amended_on <= ?1::date then 'amended' else 'in_force' end`

const listed = ` from laws l where (?2 = '' or position(lower(?2) in lower(l.title)) > 0 or position(lower(?2) in lower(l.number)) > 0
		or exists (select from law_articles a where a.law_id = l.id and position(?2 in a.body) > 0))
	and ?3 in ('', l.kind) and ?4 in ('', ` + validity + `) and ?5 in ('', l.state) and (?6 = '' or position(?6 in l.issuer) > 0)
	and (not ?7 or l.tenant_id = ?0) and (l.tenant_id = ?0 or l.tenant_id between ?8 and ?9 or l.tenant_id in (?10))`

func (s store) list(ctx context.Context, q Query) (p Page, err error) {
	over, size := s.tx.Scope.Over, pageSize
	if q.Size > 0 {
		size = min(q.Size, maxPage)
	}
	args := []any{s.tx.Scope.Tenant, q.Day, strings.TrimSpace(q.Text), q.Kind, q.Validity, q.State, q.Issuer, q.Own, over.Lo, over.Hi, s.chain()}
	if err := s.tx.NewRaw(`select count(*)`+listed, args...).Scan(ctx, &p.Total); err != nil {
		return p, err
	}
	p.Rows = []Row{}
	err = s.tx.NewRaw(`select `+columns+`, t.name as owner_name, coalesce(h.label, '') as hit_label, coalesce(h.body, '') as hit_body,
			(select count(distinct a.sort) from law_articles a where a.law_id = l.id) as count,
			(select count(*) from law_articles a where a.law_id = l.id and a.state = 'draft') as waiting
		from (select l.*`+listed+` order by `+order(q)+` limit `+itoa(size)+` offset `+itoa((max(q.Page, 1)-1)*size)+`) l
		join tenants t on t.tenant_id = l.tenant_id
		left join lateral (select a.label, a.body from law_articles a where a.law_id = l.id and ?2 <> '' and position(?2 in a.body) > 0 order by a.sort, a.from_on desc limit 1) h on true
		order by `+order(q), args...).Scan(ctx, &p.Rows)
	return p, err
}

// order never carries what a visitor typed: only what this table knows.
func order(q Query) string {
	const ranks = `array_position(array['statute', 'admin_regs', 'local_regs', 'ministry_rules', 'local_rules', 'interpretation', 'normative', 'party_regs'], l.kind)`
	column := map[string]string{"title": "l.title", "kind": ranks, "issuer": "l.issuer", "passed": "l.passed_on", "effective": "l.effective_on", "updated": "l.updated_at"}[q.Sort]
	switch {
	case column == "":
		return ranks + ", l.effective_on desc, l.title, l.id"
	case q.Desc:
		return column + " desc nulls last, l.id"
	}
	return column + " asc nulls last, l.id"
}

// called finds a law by its title where the actor stands: one in force before
// one that is not, the nearest library before those above.
func (s store) called(ctx context.Context, title, day string) (l Law, err error) {
	var all []Law
	err = s.tx.NewRaw(`select `+columns+` from laws l where l.title = ?0 and l.state <> 'draft' and l.tenant_id in (?2)
		order by `+validity+` in ('void', 'pending'), l.tenant_id desc, l.effective_on desc, l.id limit 1`, title, day, s.chain()).Scan(ctx, &all)
	if err == nil && len(all) == 0 {
		return l, fault.New(fault.NotFound, "laws.no_such_law")
	}
	if err != nil {
		return l, err
	}
	return all[0], nil
}

func (s store) name(ctx context.Context, id tenancy.ID) (name string, err error) {
	err = s.tx.NewRaw(`select name from tenants where tenant_id = ?`, id).Scan(ctx, &name)
	return name, err
}
