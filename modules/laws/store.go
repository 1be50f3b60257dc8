package laws

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place that spells SQL for the library.
type store struct{ tx *db.Tx }

const columns = `l.tenant_id, l.id, l.title, l.kind, l.number, l.issuer, coalesce(l.passed_on::text, '') as passed_on, l.effective_on::text as effective_on,
	coalesce(l.amended_on::text, '') as amended_on, coalesce(l.repealed_on::text, '') as repealed_on, l.state, l.excerpt, l.source,
	l.author_id, l.author_name, l.published_at, l.updated_at, l.version`

const articleColumns = `a.tenant_id, a.id, a.law_id, a.label, a.sort, a.chapter, a.body, a.from_on::text as from_on, a.state, a.amender, a.made_at, a.made_by`

func itoa(n int) string { return strconv.Itoa(n) }

func (s store) chain() any {
	return bun.List(append([]tenancy.ID{s.tx.Scope.Tenant}, s.tx.Scope.Ancestors...))
}

func (s store) law(ctx context.Context, id string) (l Law, err error) {
	if !db.IsID(id) {
		return l, fault.New(fault.NotFound, "not_found")
	}
	if err = s.tx.NewRaw(`select `+columns+` from laws l where l.id = ?`, id).Scan(ctx, &l); err != nil {
		return l, fmt.Errorf("get law %s: %w", id, err)
	}
	return l, nil
}

func (s store) insertLaw(ctx context.Context, l Law) error {
	_, err := s.tx.NewRaw(`insert into laws (tenant_id, id, title, kind, number, issuer, passed_on, effective_on, amended_on, state, excerpt, source, author_id, author_name, updated_at, version)
		values (?, ?, ?, ?, ?, ?, nullif(?, '')::date, ?, nullif(?, '')::date, ?, ?, ?, ?, ?, ?, ?)`,
		l.TenantID, l.ID, l.Title, l.Kind, l.Number, l.Issuer, l.PassedOn, l.EffectiveOn, l.AmendedOn, l.State, l.Excerpt, l.Source, l.AuthorID, l.AuthorName, l.UpdatedAt, l.Version).Exec(ctx)
	return err
}

// save writes l if nobody has written it since it was read.
func (s store) save(ctx context.Context, l *Law) error {
	res, err := s.tx.NewRaw(`update laws set title = ?, kind = ?, number = ?, issuer = ?, passed_on = nullif(?, '')::date, effective_on = ?, amended_on = nullif(?, '')::date,
			repealed_on = nullif(?, '')::date, state = ?, excerpt = ?, source = ?, author_id = ?, author_name = ?, published_at = ?, updated_at = ?, version = version + 1
		where tenant_id = ? and id = ? and version = ?`,
		l.Title, l.Kind, l.Number, l.Issuer, l.PassedOn, l.EffectiveOn, l.AmendedOn, l.RepealedOn, l.State, l.Excerpt, l.Source,
		l.AuthorID, l.AuthorName, l.PublishedAt, l.UpdatedAt, l.TenantID, l.ID, l.Version).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save law %s: %w", l.ID, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fault.New(fault.Conflict, "laws.changed"), err)
	}
	l.Version++
	return nil
}

func (s store) delete(ctx context.Context, l Law) error {
	if _, err := s.tx.NewRaw(`delete from law_articles where tenant_id = ? and law_id = ?`, l.TenantID, l.ID).Exec(ctx); err != nil {
		return err
	}
	_, err := s.tx.NewRaw(`delete from laws where tenant_id = ? and id = ?`, l.TenantID, l.ID).Exec(ctx)
	return err
}

// date lets the articles of a draft follow the day that it is to be in force from.
func (s store) date(ctx context.Context, l Law) error {
	_, err := s.tx.NewRaw(`update law_articles set from_on = ? where tenant_id = ? and law_id = ?`, l.textOn(), l.TenantID, l.ID).Exec(ctx)
	return err
}

// replace makes articles the only ones of a draft.
func (s store) replace(ctx context.Context, l Law, articles []Article) error {
	if _, err := s.tx.NewRaw(`delete from law_articles where tenant_id = ? and law_id = ?`, l.TenantID, l.ID).Exec(ctx); err != nil {
		return err
	}
	for _, a := range articles {
		a.FromOn = l.textOn()
		if err := s.insertArticle(ctx, l, a); err != nil {
			return fmt.Errorf("article %d of law %s: %w", a.Sort, l.ID, err)
		}
	}
	return nil
}

func (s store) insertArticle(ctx context.Context, l Law, a Article) error {
	_, err := s.tx.NewRaw(`insert into law_articles (tenant_id, id, law_id, label, sort, chapter, body, from_on, amender, made_at, made_by) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
		l.TenantID, db.NewID(), l.ID, a.Label, a.Sort, a.Chapter, a.Body, a.FromOn, a.Amender, s.tx.Now, s.tx.Scope.Actor.Name).Exec(ctx)
	return err
}

// edition drafts new text; its chapter is that of the article before it.
func (s store) edition(ctx context.Context, l Law, in Amendment) error {
	a := Article{Label: in.Label, Sort: Number(in.Label), Body: in.Body, FromOn: in.FromOn, Amender: in.By}
	var taken []State
	err := s.tx.NewRaw(`select state from law_articles where tenant_id = ? and law_id = ? and sort = ? and from_on = ?`, l.TenantID, l.ID, a.Sort, a.FromOn).Scan(ctx, &taken)
	if err != nil {
		return err
	}
	if len(taken) > 0 && taken[0] == Published {
		return fault.InvalidField("from_on", "laws.edition_exists")
	}
	if len(taken) > 0 {
		_, err := s.tx.NewRaw(`update law_articles set body = ?, label = ?, amender = ?, made_at = ?, made_by = ? where tenant_id = ? and law_id = ? and sort = ? and from_on = ?`,
			a.Body, a.Label, a.Amender, s.tx.Now, s.tx.Scope.Actor.Name, l.TenantID, l.ID, a.Sort, a.FromOn).Exec(ctx)
		return err
	}
	var above []string
	if err := s.tx.NewRaw(`select chapter from law_articles where tenant_id = ? and law_id = ? and sort <= ? order by sort desc, from_on desc limit 1`,
		l.TenantID, l.ID, a.Sort).Scan(ctx, &above); err != nil {
		return err
	}
	if len(above) > 0 {
		a.Chapter = above[0]
	}
	return s.insertArticle(ctx, l, a)
}

func (s store) drop(ctx context.Context, l Law, editionID string) error {
	if !db.IsID(editionID) || l.State == Draft {
		return fault.New(fault.NotFound, "not_found")
	}
	res, err := s.tx.NewRaw(`delete from law_articles where tenant_id = ? and law_id = ? and id = ? and state = 'draft'`, l.TenantID, l.ID, editionID).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(fault.New(fault.NotFound, "not_found"), err)
	}
	return nil
}

// enact publishes every draft edition.
func (s store) enact(ctx context.Context, l Law) error {
	_, err := s.tx.NewRaw(`update law_articles set state = 'published' where tenant_id = ? and law_id = ? and state = 'draft'`, l.TenantID, l.ID).Exec(ctx)
	return err
}

func (s store) drafts(ctx context.Context, l Law) (as []Article, err error) {
	err = s.tx.NewRaw(`select `+articleColumns+` from law_articles a where a.tenant_id = ? and a.law_id = ? and a.state = 'draft' order by a.sort, a.from_on`, l.TenantID, l.ID).Scan(ctx, &as)
	return as, err
}

// inForce returns every article as it reads on a day.
func (s store) inForce(ctx context.Context, l Law, day string) (as []Article, err error) {
	err = s.tx.NewRaw(`select distinct on (a.sort) `+articleColumns+`, 
			(select count(*) from law_articles e where e.tenant_id = a.tenant_id and e.law_id = a.law_id and e.sort = a.sort and e.state = 'published') as editions
		from law_articles a where a.tenant_id = ?0 and a.law_id = ?1 and a.state = 'published' and a.from_on <= ?2::date order by a.sort, a.from_on desc`,
		l.TenantID, l.ID, day).Scan(ctx, &as)
	return as, err
}

func (s store) editionOn(ctx context.Context, l Law, sort int64, day string) (a Article, err error) {
	err = s.tx.NewRaw(`select `+articleColumns+` from law_articles a where a.tenant_id = ? and a.law_id = ? and a.sort = ? and a.state = 'published' and a.from_on <= ?
		order by a.from_on desc limit 1`, l.TenantID, l.ID, sort, day).Scan(ctx, &a)
	if errors.Is(err, sql.ErrNoRows) || fault.KindOf(err) == fault.NotFound && err != nil {
		return a, fault.New(fault.NotFound, "laws.no_such_article")
	}
	return a, err
}

func (s store) editions(ctx context.Context, l Law, sort int64) (as []Article, err error) {
	err = s.tx.NewRaw(`select `+articleColumns+` from law_articles a where a.tenant_id = ? and a.law_id = ? and a.sort = ? and a.state = 'published' order by a.from_on desc`,
		l.TenantID, l.ID, sort).Scan(ctx, &as)
	return as, err
}

// revise writes down what became of l; the law that did it is linked when the library has it.
func (s store) revise(ctx context.Context, l Law, r Revision) error {
	var by []Law
	if r.ByTitle != "" {
		if err := s.tx.NewRaw(`select tenant_id, id from laws where title = ? and state <> 'draft' and tenant_id in (?) and id <> ? order by tenant_id desc limit 1`,
			r.ByTitle, s.chain(), l.ID).Scan(ctx, &by); err != nil {
			return err
		}
	}
	var byTenant *tenancy.ID
	var byID *string
	if len(by) > 0 {
		byTenant, byID = &by[0].TenantID, &by[0].ID
	}
	_, err := s.tx.NewRaw(`insert into law_revisions (tenant_id, id, law_id, change, on_day, by_title, by_tenant, by_id, articles, reason, at, actor_name)
		values (?, ?, ?, ?, ?, ?, ?, ?, coalesce(string_to_array(nullif(?, ''), ' '), '{}'), ?, ?, ?)`,
		l.TenantID, db.NewID(), l.ID, r.Change, r.OnDay, r.ByTitle, byTenant, byID, strings.Join(r.Articles, " "), r.Reason, s.tx.Now, s.tx.Scope.Actor.Name).Exec(ctx)
	return err
}

// revisions of l, newest first.
func (s store) revisions(ctx context.Context, l Law) (rs []Revision, err error) {
	err = s.tx.NewRaw(`select tenant_id, id, law_id, change, on_day::text as on_day, by_title, coalesce(by_tenant, 0) as by_tenant, coalesce(by_id::text, '') as by_id,
			to_jsonb(articles) as articles, reason, at, actor_name from law_revisions where law_id = ? order by at desc, id desc`, l.ID).Scan(ctx, &rs)
	return rs, err
}
