package sites

import (
	"context"
	"fmt"
	"regexp"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place that spells SQL for sites.
type store struct{ tx *db.Tx }

// idPattern is what an id looks like; anything else in an address finds nothing.
var idPattern = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// Query narrows and orders a list of articles. Zero values mean: everything, newest first.
type Query struct {
	Page, Size int // from 1; size is bounded to 100
	Sort       string
	Desc       bool
	Text       string // part of a title
	Section    Section
	State      State // editors only
}

// Page is one page of articles with the number of all that match.
type Page struct {
	Rows  []Shown
	Total int
}

// Shown is an article with the name of the level that it comes from.
type Shown struct {
	Article    `bun:",extend"`
	TenantName string
}

// path returns the rows of the levels from the platform down to the tenant in scope.
func (s store) path(ctx context.Context) (rows []Row, err error) {
	// A label sorts before everything below it: ascending labels lead from the top down.
	err = s.tx.NewSelect().Model(&rows).Where("tenant_id IN (?)", bun.List(s.chain())).Order("tenant_id").Scan(ctx)
	return rows, err
}

func (s store) chain() []tenancy.ID {
	return append([]tenancy.ID{s.tx.Scope.Tenant}, s.tx.Scope.Ancestors...)
}

func (s store) names(ctx context.Context) (map[tenancy.ID]string, error) {
	var rows []struct {
		TenantID tenancy.ID
		Name     string
	}
	err := s.tx.NewRaw(`select tenant_id, name from tenants where tenant_id in (?)`, bun.List(s.chain())).Scan(ctx, &rows)
	out := make(map[tenancy.ID]string, len(rows))
	for _, r := range rows {
		out[r.TenantID] = r.Name
	}
	return out, err
}

func (s store) code(ctx context.Context) (code string, err error) {
	err = s.tx.NewRaw(`select code from tenants where tenant_id = ?`, s.tx.Scope.Tenant).Scan(ctx, &code)
	return code, err
}

func (s store) saveSite(ctx context.Context, values map[Field]string, seen int) error {
	r := Row{TenantID: s.tx.Scope.Tenant, Settings: values, UpdatedAt: s.tx.Now, UpdatedBy: s.tx.Scope.Actor.Name, Version: seen + 1}
	if seen == 0 {
		_, err := s.tx.NewInsert().Model(&r).Exec(ctx)
		if db.IsDuplicate(err, "") {
			return fault.New(fault.Conflict, "sites.settings_changed")
		}
		return err
	}
	res, err := s.tx.NewUpdate().Model(&r).WherePK().Where("version = ?", seen).Exec(ctx)
	return once(res, err, "sites.settings_changed")
}

func (s store) article(ctx context.Context, id string) (Article, error) {
	var a Article
	if !idPattern.MatchString(id) {
		return a, fault.New(fault.NotFound, "not_found")
	}
	if err := s.tx.NewSelect().Model(&a).Where("id = ?", id).Scan(ctx); err != nil {
		return a, fmt.Errorf("get article %s: %w", id, err)
	}
	return a, nil
}

func (s store) insertArticle(ctx context.Context, a *Article) error {
	_, err := s.tx.NewInsert().Model(a).Exec(ctx)
	return err
}

func (s store) saveArticle(ctx context.Context, a *Article, seen int) error {
	a.Version = seen + 1
	res, err := s.tx.NewUpdate().Model(a).WherePK().Where("version = ?", seen).Exec(ctx)
	return once(res, err, "sites.article_changed")
}

func (s store) deleteArticle(ctx context.Context, a *Article) error {
	res, err := s.tx.NewDelete().Model(a).WherePK().Where("version = ?", a.Version).Exec(ctx)
	return once(res, err, "sites.article_changed")
}

const (
	pageSize = 20
	maxPage  = 100
)

func (s store) list(ctx context.Context, q Query, public bool) (p Page, err error) {
	size := pageSize
	if q.Size > 0 {
		size = min(q.Size, maxPage)
	}
	p.Rows = []Shown{}
	sel := s.from(&p.Rows)
	if public {
		sel = s.public(sel)
	} else {
		sel = sel.Where("a.tenant_id = ?", s.tx.Scope.Tenant)
	}
	if q.State != "" {
		sel = sel.Where("a.state = ?", q.State)
	}
	if q.Section != "" {
		sel = sel.Where("a.section = ?", q.Section)
	}
	if q.Text != "" {
		sel = sel.Where("position(lower(?) in lower(a.title)) > 0", q.Text)
	}
	total, err := sel.OrderExpr(order(q, public)).Limit(int64(size)).Offset(int64(max(q.Page, 1)-1) * int64(size)).ScanAndCount(ctx)
	if err != nil {
		return p, fmt.Errorf("list articles: %w", err)
	}
	p.Total = int(total)
	return p, nil
}

func order(q Query, public bool) string {
	column := map[string]string{"title": "a.title", "section": "a.section", "state": "a.state", "published": "a.published_at"}[q.Sort]
	if column == "" {
		if public {
			return "a.published_at DESC, a.id DESC"
		}
		column = "a.updated_at"
	}
	if q.Desc || q.Sort == "" {
		return column + " DESC NULLS LAST, a.id DESC"
	}
	return column + " ASC NULLS LAST, a.id"
}

func (s store) from(rows any) *bun.SelectQuery {
	return s.tx.NewSelect().Model(rows).ModelTableExpr("articles AS a").ColumnExpr("a.*, t.name AS tenant_name").
		Join("JOIN tenants t ON t.tenant_id = a.tenant_id")
}

// public narrows to what the site of the tenant in scope shows; row security says
// the same to citizens, but staff may see more of the table than their site shows.
func (s store) public(sel *bun.SelectQuery) *bun.SelectQuery {
	return sel.Where("a.state = 'published'").Where("a.tenant_id IN (?)", bun.List(s.chain())).
		Where("(a.cascades OR a.tenant_id = ?)", s.tx.Scope.Tenant)
}

func (s store) shown(ctx context.Context, id string) (r Shown, err error) {
	if !idPattern.MatchString(id) {
		return r, fault.New(fault.NotFound, "not_found")
	}
	err = s.public(s.from(&r)).Where("a.id = ?", id).Scan(ctx)
	return r, err
}

// once turns an update that found nothing into the Conflict that it is.
func once(res interface{ RowsAffected() (int64, error) }, err error, key string) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, key)
}
