package cases

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/idcode"
)

// Query narrows and orders a list of cases. Zero values mean: everything, newest first.
type Query struct {
	Page, Size int // from 1; size is bounded to 200
	Sort       string
	Desc       bool
	Text       string // a case number or its beginning, part of an applicant's or item's name, or a whole ID number or phone
	Status     Status
	Kind       string // of the step at which it stands: accept, review, decide, deliver
	Outcome    string
	Channel    string
	ItemID     string
	Under      tenancy.Interval // only cases born in this part of the subtree
	Time       string           // soon (due within 3 days), late, suspended
	Open       bool             // only cases on which somebody still has to act
	Whole      bool             // without the parts of joint cases; an applicant sees these on the page of the whole
	Type       Kind             // 办件类型
	Mode       Mode             // 网上办理模式
	Department string           // whose item it is
	Over       bool             // only cases whose applicant came more often than was promised
	Level      string           // of the tenant where it was born
	Assignee   string           // to whom the step was referred, or Unassigned; to-do and team alone
	Led        bool             // joint cases that wait for their parts; to-do alone
	Act        string           // the actor's last; done alone

	DueFrom, DueTo time.Time // the nearer end lies in (DueFrom, DueTo]; to-do and team alone

	blind    map[string]string // by column: what Text is equal to, when it is a number
	From, To time.Time         // filed in [From, To)
}

// Page is one page of a list with the number of all rows that match, counted up
// to MaxCount: counting a province row by row would cost more than the list.
type Page struct {
	Rows  []Row
	Total int
	Since time.Time // names were looked for from here on only; zero: everywhere
}

// MaxCount is where Page.Total stops: there are as many rows or more.
const MaxCount = 10_000

// Row is one case in a list, with the names of where it was born and stands, and
// the nearer of its two ends: that of the step and that of the promise.
type Row struct {
	Case
	OriginName string
	AtName     string
	Deadline   *time.Time `bun:"-"` // nil when nothing runs
	Left       int        `bun:"-"` // working days to Deadline, today included; 0 or less: late by so many
	Late       bool       `bun:"-"`
	Watched    bool       `bun:"-"` // by the actor

	PartsOver int `bun:"-"` // of a joint case: how many of its parts are over

	WatchedAt *time.Time // in the list of what she watches

	MyAct   string     // the actor's last act on it, in the lists of what she did
	MyStep  string     // at which step
	MyActAt *time.Time // when
}

// aim turns a text that is a number of a person's into the index under which it
// is found: sealed data has no other way in.
func (s *Service) aim(q Query) Query {
	text := strings.ToUpper(strings.TrimSpace(q.Text))
	if idcode.CheckIDNumber(text) == nil || idcode.CheckCreditCode(text) == nil {
		q.blind = map[string]string{"applicant_blind": s.asks.Sealer.Blind(SealApplicant, text)}
	} else if phone, err := idcode.NormalizePhone(text); err == nil {
		q.blind = map[string]string{"phone_blind": s.asks.Sealer.Blind(SealPhone, phone)}
	}
	return q
}

// Branch is a tenant right below the actor's own, to narrow a list by.
type Branch struct {
	Name string
	Over tenancy.Interval
}

// Branches lists what stands right below the actor's tenant, in the order of labels.
func (s *Service) Branches(ctx context.Context) (bs []Branch, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []struct {
			TenantID, Hi tenancy.ID
			Name         string
		}
		err := tx.NewRaw(`select tenant_id, hi, name from tenants where parent_id = ? and state = 'open' order by tenant_id limit ?`, tx.Scope.Tenant, maxPage).Scan(ctx, &rows)
		if err != nil {
			return fmt.Errorf("list branches: %w", err)
		}
		bs = nil
		for _, r := range rows {
			bs = append(bs, Branch{r.Name, tenancy.Interval{Lo: r.TenantID, Hi: r.Hi}})
		}
		return nil
	})
	return bs, err
}

// digits reports whether s can only be the beginning of a case number.
func digits(s string) bool { return strings.Trim(s, "0123456789") == "" }

// leagueWide is how many labels a league has. No index serves a part of a name
// behind row security, so above a league names are looked for in one year.
const leagueWide = 100_000_000_000

// searches reports whether the text is looked for inside of names.
func (q Query) searches() bool { return q.Text != "" && q.blind == nil && !digits(q.Text) }

// pages of a list are bounded, so that no request reads the whole table.
const maxPage = 200

func (q Query) bounds() (limit, offset int64) {
	limit = 20
	if q.Size > 0 {
		limit = int64(min(q.Size, maxPage))
	}
	return limit, int64(max(q.Page, 1)-1) * limit
}

func sortable(key string) string {
	switch key {
	case "no":
		return "c.no"
	case "due":
		return "c.due_at"
	case "step_due":
		return "least(c.due_at, c.step_due_at)" // what lists show as what is left
	case "item":
		return "c.item_name"
	case "status":
		return "c.status"
	case "acted":
		return "my_act_at"
	case "watched":
		return "watched_at"
	}
	return "c.created_at"
}

// List returns the cases that the actor may see: a subtree for staff, her own for a person.
func (s *Service) List(ctx context.Context, q Query) (p Page, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sc := tx.Scope
		subject := ""
		if sc.Actor.Kind == tenancy.Person {
			subject = sc.Actor.ID
		}
		if err := s.authz.Allow(ctx, policies.CasesView, policies.Resource{"tenant": sc.Tenant, "subject": subject}); err != nil {
			return err
		}
		q := s.aim(q)
		q.Whole = q.Whole || subject != ""
		if q.From.IsZero() && q.searches() && sc.Over.Hi-sc.Over.Lo > leagueWide {
			q.From = tx.Now.AddDate(-1, 0, 0)
		}
		if p, err = (store{tx}).list(ctx, q, nil); err != nil {
			return err
		}
		if q.searches() {
			p.Since = q.From
		}
		if err := (store{tx}).star(ctx, p.Rows); err != nil {
			return err
		}
		return s.measure(ctx, tx, p.Rows)
	})
	return p, err
}

func (s store) list(ctx context.Context, q Query, narrow func(*bun.SelectQuery) *bun.SelectQuery) (p Page, err error) {
	if narrow == nil {
		narrow = func(sel *bun.SelectQuery) *bun.SelectQuery { return sel }
	}
	limit, offset := q.bounds()
	// The page is cut out of cases alone, on its indexes; names are joined to what is left.
	rows := narrow(q.where(s.tx.NewSelect().TableExpr("cases AS c").ColumnExpr("c.*"), s.tx.Now)).
		OrderExpr(q.order()).OrderExpr("c.id").Limit(limit).Offset(offset)
	err = s.tx.NewSelect().Model(&p.Rows).ModelTableExpr("(?) AS c", rows).ColumnExpr("c.*").
		ColumnExpr("o.name AS origin_name").ColumnExpr("a.name AS at_name").
		Join("JOIN tenants o ON o.tenant_id = c.tenant_id").Join("JOIN tenants a ON a.tenant_id = c.at_tenant").
		OrderExpr(q.order()).OrderExpr("c.id").Scan(ctx)
	if err != nil {
		return p, fmt.Errorf("list cases: %w", err)
	}
	if p.Total = int(offset) + len(p.Rows); len(p.Rows) < int(limit) && (len(p.Rows) > 0 || offset == 0) {
		return p, nil // the last page: nothing to count
	}
	few := narrow(q.where(s.tx.NewSelect().TableExpr("cases AS c").ColumnExpr("1"), s.tx.Now)).Limit(MaxCount)
	if err := s.tx.NewSelect().TableExpr("(?) AS few", few).ColumnExpr("count(*)").Scan(ctx, &p.Total); err != nil {
		return p, fmt.Errorf("count cases: %w", err)
	}
	return p, nil
}

func (q Query) order() string {
	switch {
	case q.Sort == "" || sortable(q.Sort) == "c.created_at" && q.Desc:
		return "c.created_at DESC"
	case sortable(q.Sort) == "c.created_at":
		return "c.created_at"
	case q.Desc:
		return sortable(q.Sort) + " DESC NULLS LAST"
	}
	return sortable(q.Sort) + " ASC NULLS LAST"
}

// soonDays is how close a due time is called soon.
const soonDays = 3

func (q Query) where(sel *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	if q.Status != "" {
		sel = sel.Where("c.status = ?", q.Status)
	}
	// Said outright, so that the partial indexes of open cases can serve.
	if q.Whole {
		sel = sel.Where("c.joint_id IS NULL")
	}
	if q.Open || q.Kind != "" || q.Status == Submitted || q.Status == Supplement || q.Status == Handling {
		sel = sel.Where("c.ended_at IS NULL")
	}
	if q.Kind != "" {
		sel = sel.Where("c.step_kind = ?", q.Kind)
	}
	if q.Channel != "" {
		sel = sel.Where("c.channel = ?", q.Channel)
	}
	if q.Type != "" {
		sel = sel.Where("c.kind = ?", q.Type)
	}
	if q.Mode != "" {
		sel = sel.Where("c.mode = ?", q.Mode)
	}
	if q.Department != "" {
		sel = sel.Where("c.department = ?", q.Department)
	}
	if q.Over {
		sel = sel.Where("c.trips > c.trips_promised")
	}
	if q.Outcome != "" {
		sel = sel.Where("c.outcome = ?", q.Outcome)
	}
	if q.ItemID != "" {
		sel = sel.Where("c.item_id = ?", q.ItemID)
	}
	if q.Level != "" {
		sel = sel.Where("c.tenant_id IN (SELECT tenant_id FROM tenants WHERE level = ?)", q.Level)
	}
	if q.Under.Hi != 0 {
		sel = sel.Where("c.tenant_id BETWEEN ? AND ?", q.Under.Lo, q.Under.Hi)
	}
	for column, value := range q.blind {
		sel = sel.Where("c.? = ?", bun.Ident(column), value)
	}
	switch {
	case q.searches():
		sel = sel.Where("(position(? in c.applicant_name) > 0 OR position(? in c.item_name) > 0)", q.Text, q.Text)
	case q.Text != "" && q.blind == nil: // a range of the index, whatever the level
		sel = sel.Where(`c.no COLLATE "C" >= ?`, q.Text).Where(`c.no COLLATE "C" < ?`, q.Text+":") // ":" follows "9"
	}
	if !q.From.IsZero() {
		sel = sel.Where("c.created_at >= ?", q.From)
	}
	if !q.To.IsZero() {
		sel = sel.Where("c.created_at < ?", q.To)
	}
	switch q.Time {
	case "late":
		sel = sel.Where("c.ended_at IS NULL AND c.suspended_at IS NULL AND (c.due_at < ? OR c.step_due_at < ?)", now, now)
	case "soon":
		sel = sel.Where("c.ended_at IS NULL AND c.suspended_at IS NULL AND least(c.due_at, c.step_due_at) >= ? AND least(c.due_at, c.step_due_at) < ?", now, now.AddDate(0, 0, soonDays))
	case "suspended":
		sel = sel.Where("c.suspended_at IS NOT NULL")
	}
	return sel
}
