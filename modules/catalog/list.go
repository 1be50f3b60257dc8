package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/codes"
	"liandong/tenancy"
)

// Query narrows and orders a list of items. Zero values mean: everything, newest first.
type Query struct {
	Page, Size int // from 1; size is bounded to 100
	Sort       string
	Desc       bool
	Text       string // part of a name, a keyword or a basic code
	Kind       string // 事项类型
	State      string // a version's state, staff only
	Department string
	Topic      string // a code of 自然人主题 or 法人主题: the two lists share codes, Audience says which is meant
	Audience   string // person or legal
	Origin     string // 受理层级: a level at which it may be filed
	Owner      tenancy.ID
	OwnerLevel string // level of the tenant that defines the item
	Level      string // 行使层级: who decides
	Span       Span
	Region     tenancy.ID // look from here: the actor's tenant or one below it; zero is the actor's
	List       string     // BasicList or ImplementingList
	Visits     string     // 到现场次数: 0, 1, or 2 for more
	Depth      string     // 网上办理深度: one that the item has, or DepthNone
	Refined    string     // "days" or "materials": only items that a tenant of the region overrides so
	Act        string     // only items that this was done to, in [From, To)
	From, To   time.Time
	Themes     bool // only themes (一件事)
}

// Span says whose items a list takes in.
type Span string

// The spans. The zero one is everything that the scope may see.
const (
	SpanHere      Span = "here"      // own and inherited: what is in force where the actor stands
	SpanOwn       Span = "own"       // defined by the actor's tenant
	SpanInherited Span = "inherited" // defined above
	SpanBelow     Span = "below"     // defined below
	SpanUnder     Span = "under"     // defined by the actor's tenant or below it
	SpanAll       Span = "all"       // the same, and what is inherited
)

// Page is one page of a list with the number of all rows that match.
type Page[T any] struct {
	Rows  []T
	Total int
}

// Row is one item in a list, as the asking tenant sees it.
type Row struct {
	Item
	Body       Body
	VersionID  string
	Number     int
	OpenState  string // state of the draft or review beside the version in force
	OwnerName  string // of the tenant that defines it
	OwnerLevel string
	Overridden bool
}

func (q Query) bounds() (limit, offset int64) {
	limit = int64(min(max(q.Size, 1), 100))
	if q.Size == 0 {
		limit = 20
	}
	return limit, int64(max(q.Page, 1)-1) * limit
}

type listRow struct {
	Item
	VersionID string
	Number    int
	Body      Body `bun:"type:jsonb"`
	OpenState string

	OwnerName, OwnerLevel string
	Total                 int
}

// AfterScanRow lets the body read its codes in the book of whoever fetches it.
func (r *listRow) AfterScanRow(ctx context.Context) error {
	r.Body.book = codes.From(ctx)
	return nil
}

// sortable maps what a page may ask for to a column.
func sortable(key string) string {
	switch key {
	case "name":
		return "items.name"
	case "code":
		return "items.basic_code"
	case "kind":
		return "items.kind"
	case "days":
		return "(v.body->>'promised_days')::int"
	case "owner":
		return "items.tenant_id"
	}
	return "items.created_at"
}

// list returns the items of q.Span. onlyLive leaves out what was never published
// or is withdrawn.
func (s store) list(ctx context.Context, q Query, onlyLive bool) (Page[Row], error) {
	var rows []listRow
	limit, offset := q.bounds()
	at, err := s.stand(ctx, q.Region)
	if err != nil {
		return Page[Row]{}, err
	}
	sel := at.refined(at.span(s.rows(onlyLive), q.Span), q.Refined)
	dir := " ASC"
	if q.Desc || q.Sort == "" {
		dir = " DESC"
	}
	sel = q.where(sel).OrderExpr(sortable(q.Sort) + dir + ", items.id").Limit(limit).Offset(offset)
	if err := sel.Scan(ctx, &rows); err != nil {
		return Page[Row]{}, fmt.Errorf("list items: %w", err)
	}
	return s.effective(ctx, rows, at)
}

// rows selects items with the version that they are shown by; onlyLive as in list.
func (s store) rows(onlyLive bool) *bun.SelectQuery {
	sel := s.tx.NewSelect().TableExpr("items").ColumnExpr("items.*").
		ColumnExpr("v.id AS version_id, v.number, v.body").ColumnExpr("coalesce(o.state, '') AS open_state").
		ColumnExpr("t.name AS owner_name, t.level AS owner_level").
		ColumnExpr("count(*) OVER () AS total").
		Join("JOIN tenants t ON t.tenant_id = items.tenant_id").
		Join("LEFT JOIN item_versions o ON o.tenant_id = items.tenant_id AND o.item_id = items.id AND o.state IN ('draft', 'reviewing', 'scheduled')")
	if onlyLive {
		sel = sel.Join("JOIN item_versions v ON v.tenant_id = items.tenant_id AND v.id = items.live_id").Where("items.state IN ('published', 'suspended')").Where("items.list = ?", ImplementingList)
	} else {
		sel = sel.Join("JOIN item_versions v ON v.id = coalesce(items.live_id, o.id)") // on the id alone: by tenant first it would meet all versions of the tenant
	}
	return sel
}

func (at standing) span(sel *bun.SelectQuery, span Span) *bun.SelectQuery {
	switch span {
	case SpanHere:
		return sel.Where("items.tenant_id IN (?)", list(at.chain)).Where("(items.state IN ('published', 'suspended') OR items.tenant_id = ?)", at.tenant)
	case SpanOwn:
		return sel.Where("items.tenant_id = ?", at.tenant)
	case SpanInherited:
		return sel.Where("items.tenant_id IN (?)", list(at.chain)).Where("items.tenant_id <> ?", at.tenant).Where("items.state IN ('published', 'suspended')")
	case SpanBelow:
		return sel.Where("items.tenant_id BETWEEN ? AND ?", at.tenant, at.hi).Where("items.tenant_id <> ?", at.tenant)
	case SpanUnder:
		return sel.Where("items.tenant_id BETWEEN ? AND ?", at.tenant, at.hi)
	case SpanAll:
		return sel.Where("(items.tenant_id BETWEEN ? AND ? OR items.tenant_id IN (?) AND items.state IN ('published', 'suspended'))", at.tenant, at.hi, list(at.chain))
	}
	return sel
}

// maxDepartments bounds a list to choose from.
const maxDepartments = 300

func (s store) departments(ctx context.Context) (names []string, err error) {
	err = s.tx.NewRaw(`select distinct v.body->>'department' as name from items join item_versions v on v.tenant_id = items.tenant_id and v.item_id = items.id
		where items.tenant_id in (?) and items.list = 'implementing' and (v.id = items.live_id and items.state in ('published', 'suspended') or v.state in ('draft', 'reviewing', 'scheduled')) order by name limit ?`,
		list(s.tx.Scope.Ancestors), maxDepartments).Scan(ctx, &names)
	return names, err
}

func (q Query) where(sel *bun.SelectQuery) *bun.SelectQuery {
	for _, c := range []struct{ sql, value string }{
		{"items.kind = ?", q.Kind},
		{"t.level = ?", q.OwnerLevel},
		{"v.body->>'department' = ?", q.Department},
		{"v.body->>'level' = ?", q.Level},
	} {
		if c.value != "" {
			sel = sel.Where(c.sql, c.value)
		}
	}
	switch q.State {
	case "":
	case StateDraft, StateReviewing, StateScheduled:
		sel = sel.Where("o.state = ?", q.State)
	default:
		sel = sel.Where("items.state = ?", q.State)
	}
	if q.Origin != "" {
		sel = sel.Where("jsonb_exists(v.body->'origin_levels', ?)", q.Origin)
	}
	sel = q.narrowed(q.about(sel))
	switch q.Audience {
	case "person":
		sel = sel.Where("v.body->'audience' @> '[\"1\"]'")
	case "legal":
		sel = sel.Where("exists (select from jsonb_array_elements_text(v.body->'audience') a where a <> '1')")
	}
	if q.Owner != 0 {
		sel = sel.Where("items.tenant_id = ?", q.Owner)
	}
	if q.Text != "" {
		sel = sel.Where("(position(lower(?) in lower(items.name)) > 0 or position(? in items.basic_code) > 0 or exists (select from jsonb_array_elements_text(case jsonb_typeof(v.body->'keywords') when 'array' then v.body->'keywords' else '[]' end) k where position(? in k) > 0 or position(k in ?) > 0))", q.Text, q.Text, q.Text, q.Text)
	}
	return sel
}

// about narrows to a topic of the list that belongs to the audience; who does not
// say for whom means either.
func (q Query) about(sel *bun.SelectQuery) *bun.SelectQuery {
	const (
		person = "jsonb_exists(v.body->'topics_person', ?)"
		legal  = "jsonb_exists(v.body->'topics_corp', ?)"
	)
	switch {
	case q.Topic == "":
		return sel
	case q.Audience == "person":
		return sel.Where(person, q.Topic)
	case q.Audience == "legal":
		return sel.Where(legal, q.Topic)
	}
	return sel.Where("("+person+" or "+legal+")", q.Topic, q.Topic)
}

func (s store) effective(ctx context.Context, rows []listRow, at standing) (Page[Row], error) {
	p := Page[Row]{Rows: make([]Row, 0, len(rows))}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i], p.Total = r.ID, r.Total
	}
	byItem, err := s.overrides(ctx, ids, at.chain)
	if err != nil {
		return p, err
	}
	for _, r := range rows {
		body, _ := fold(r.Body, r.TenantID, byItem[r.ID])
		p.Rows = append(p.Rows, Row{
			Item: r.Item, Body: body, VersionID: r.VersionID, Number: r.Number, OpenState: r.OpenState, OwnerName: r.OwnerName, OwnerLevel: r.OwnerLevel,
			Overridden: slices.ContainsFunc(byItem[r.ID], func(o Override) bool { return o.TenantID == at.tenant }),
		})
	}
	return p, nil
}

// list spells a Go slice for IN (?).
func list[T any](xs []T) any { return bun.List(xs) }
