package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// The kinds of task.
const (
	TaskCollides = "override_collides" // what a change here stands upon has moved above
	TaskLocked   = "locked_above"      // a level above has locked what is changed here
	TaskLaw      = "law_changed"       // a law that an item stands on was amended or repealed
	TaskBasic    = "basic_changed"     // the entry of the basic list that an item was taken from has a new version
)

// The states of a task.
const (
	TaskOpen = "open"
	TaskDone = "done"
)

// The answers to a task. The last two are no one's: the question went away.
const (
	AnswerAdopt   = "adopt"   // 沿用上级
	AnswerKeep    = "keep"    // 保留本级
	AnswerChange  = "change"  // 修改后保留
	AnswerRevised = "revised" // 已修订: of a law or a basic entry
	AnswerNoted   = "noted"   // 核对无误，无需修改
	AnswerEdited  = "edited"  // the change itself was edited meanwhile
	AnswerMoot    = "moot"    // what is said above is again as it was
)

// Difference is one element of three hands: above before, above now, and here.
type Difference struct {
	Element string `json:"element"`
	Was     string `json:"was,omitempty"`
	Now     string `json:"now,omitempty"`
	Own     string `json:"own,omitempty"`
}

// TaskDetail is what somebody must see to answer a task.
type TaskDetail struct {
	Changes  []Difference `json:"changes,omitempty"`
	LockedBy string       `json:"locked_by,omitempty"` // who locked, as it was called then
	Reason   string       `json:"reason,omitempty"`
	LawID    string       `json:"law_id,omitempty"`
	Law      string       `json:"law,omitempty"`
	Articles []string     `json:"articles,omitempty"` // that the item names of the law
	On       string       `json:"on,omitempty"`       // 2006-01-02, from when the law is changed
	Repealed bool         `json:"repealed,omitempty"`
	BasicID  string       `json:"basic_id,omitempty"` // of the entry of the basic list
	Number   int          `json:"number,omitempty"`   // of its new version
}

// Task (核对任务) is what a change above asks of the item editors of one tenant.
type Task struct {
	bun.BaseModel `bun:"table:item_tasks"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	ItemTenant tenancy.ID
	ItemID     string
	Kind       string
	Element    string
	Cause      string
	Detail     TaskDetail `bun:"type:jsonb"`
	State      string
	OpenedAt   time.Time
	ClosedAt   *time.Time
	ClosedBy   string
	Answer     string
	Note       string
	Version    int

	TenantName string `bun:",scanonly"`
	ItemName   string `bun:",scanonly"`
	OwnerName  string `bun:",scanonly"` // of the tenant that defines the item
}

// TaskQuery narrows a list of tasks, open ones first, then the newest.
type TaskQuery struct {
	Page, Size int
	State      string
	Kind       string
	Element    string
	Text       string // part of the item's name
	ItemID     string
	Below      bool // those of the tenants below as well
}

// Tasks lists the tasks of the actor's tenant.
func (s *Service) Tasks(ctx context.Context, q TaskQuery) (p Page[Task], err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		p, err = store{tx}.tasks(ctx, q)
		return err
	})
	return p, err
}

// CountTasks counts the open tasks of the actor's tenant by kind.
func (s *Service) CountTasks(ctx context.Context) (n map[string]int, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var rows []struct {
			Kind string
			N    int
		}
		n = map[string]int{}
		err := tx.NewRaw(`select kind, count(*) as n from item_tasks where tenant_id = ? and state = 'open' group by kind`, tx.Scope.Tenant).Scan(ctx, &rows)
		for _, r := range rows {
			n[r.Kind] = r.N
		}
		return err
	})
	return n, err
}

// Task returns one task that the actor may see.
func (s *Service) Task(ctx context.Context, id string) (t Task, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if t, err = (store{tx}).task(ctx, id); err != nil {
			return err
		}
		return s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": t.TenantID, "published": false})
	})
	return t, err
}

func (s store) taskRows(into any) *bun.SelectQuery {
	return s.tx.NewSelect().Model(into).ColumnExpr("task.*").ColumnExpr("t.name AS tenant_name, i.name AS item_name, o.name AS owner_name").
		Join("JOIN tenants t ON t.tenant_id = task.tenant_id").Join("JOIN items i ON i.tenant_id = task.item_tenant AND i.id = task.item_id").
		Join("JOIN tenants o ON o.tenant_id = task.item_tenant")
}

func (s store) task(ctx context.Context, id string) (t Task, err error) {
	if !isID(id) {
		return t, notFound()
	}
	return t, s.taskRows(&t).Where("task.id = ?", id).Scan(ctx)
}

func (s store) tasks(ctx context.Context, q TaskQuery) (p Page[Task], err error) {
	limit, offset := Query{Page: q.Page, Size: q.Size}.bounds()
	sel := s.taskRows(&p.Rows)
	if !q.Below {
		sel = sel.Where("task.tenant_id = ?", s.tx.Scope.Tenant)
	}
	for _, c := range []struct{ sql, value string }{{"task.state = ?", q.State}, {"task.kind = ?", q.Kind}, {"task.element = ?", q.Element}, {"position(? in i.name) > 0", q.Text}} {
		if c.value != "" {
			sel = sel.Where(c.sql, c.value)
		}
	}
	if isID(q.ItemID) {
		sel = sel.Where("task.item_id = ?", q.ItemID)
	}
	n, err := sel.OrderExpr("task.state DESC, task.opened_at DESC, task.element, task.id").Limit(limit).Offset(offset).ScanAndCount(ctx)
	p.Total = int(n)
	return p, err
}
