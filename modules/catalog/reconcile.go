package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"slices"
	"strings"

	"liandong/modules/catalog/events"
	laws "liandong/modules/laws/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// TasksJob is what the inbox knows the opening of tasks by.
const TasksJob = "catalog.tasks"

// TasksEvents are the wire names that OnChangedAbove wants to be called for.
func TasksEvents() []string {
	return []string{
		events.ItemPublished{}.EventName(), events.EntryPublished{}.EventName(), events.ItemWithdrawn{}.EventName(), events.ItemOverridden{}.EventName(), events.LocksChanged{}.EventName(), events.SubtreeMoved{}.EventName(),
		laws.Amended{}.EventName(), laws.Repealed{}.EventName(),
	}
}

// OnChangedAbove opens, in the tenant of the event and in all below it, the tasks
// that a change asks for, and closes those that it settles. It must run as System
// with that subtree in reach. Called again it changes nothing.
func (s *Service) OnChangedAbove(ctx context.Context, tx *db.Tx, d db.Delivery) error {
	var e struct {
		ItemID    string `json:"item_id"`
		VersionID string `json:"version_id"`
	}
	r := reconciler{store: store{tx}, opened: map[tenancy.ID]*events.TasksOpened{}}
	var err error
	switch d.Name {
	case laws.Amended{}.EventName(), laws.Repealed{}.EventName():
		err = s.lawChanged(ctx, r, d)
	default:
		if err = d.Decode(&e); err == nil {
			err = r.reconcile(ctx, e.ItemID)
		}
		if err == nil && e.VersionID != "" {
			err = r.basicChanged(ctx, e.ItemID, e.VersionID)
		}
	}
	if err != nil {
		return err
	}
	r.tell()
	return nil
}

// reconciler makes the open tasks of a subtree be those that are called for.
type reconciler struct {
	store

	opened map[tenancy.ID]*events.TasksOpened // what is new, to be told once for each tenant
}

// reconcile goes over one item, or over all that somebody in the subtree changes.
func (r reconciler) reconcile(ctx context.Context, itemID string) error {
	ids := []string{itemID}
	if itemID == "" {
		ids = nil
		if err := r.tx.NewRaw(`select distinct item_id::text from item_overrides where tenant_id between ? and ? order by 1`, r.tx.Scope.Over.Lo, r.tx.Scope.Over.Hi).Scan(ctx, &ids); err != nil {
			return fmt.Errorf("items with changes: %w", err)
		}
	}
	return r.all(ctx, ids)
}

// tell reports what was opened, once for each tenant.
func (r reconciler) tell() {
	for t, o := range r.opened {
		r.tx.EmitIn(t, *o)
	}
}

func (r reconciler) all(ctx context.Context, ids []string) error {
	locks, err := r.locks(ctx, nil)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := r.one(ctx, id, locks); err != nil {
			return fmt.Errorf("tasks of item %s: %w", id, err)
		}
	}
	return nil
}

func (r reconciler) one(ctx context.Context, itemID string, locks []Lock) error {
	g, item, err := r.ground(ctx, itemID)
	if err != nil && !errors.Is(err, sql.ErrNoRows) { // an item of a level that was left: nobody is asked any more
		return err
	}
	g.locks = locks
	var open []Task
	if err := r.tx.NewSelect().Model(&open).Where("item_id = ?", itemID).Where("state = 'open'").Where("kind IN (?)", list([]string{TaskCollides, TaskLocked})).Scan(ctx); err != nil {
		return err
	}
	for _, l := range g.layers {
		if !r.tx.Scope.Over.Contains(l.TenantID) {
			continue
		}
		if err := r.learn(ctx, g, &l.Override); err != nil {
			return err
		}
		for _, w := range g.wants(l.Override) {
			i := slices.IndexFunc(open, func(t Task) bool { return t.TenantID == l.TenantID && t.Kind == w.kind && t.Element == w.element })
			if i < 0 {
				err = r.open(ctx, w.task(l.TenantID, item), item.Name)
			} else {
				err = r.refresh(ctx, open[i], w)
				open = slices.Delete(open, i, i+1)
			}
			if err != nil {
				return err
			}
		}
	}
	for _, t := range open { // nothing asks for these any more
		if err := r.close(ctx, &t, AnswerMoot, "", ""); err != nil {
			return err
		}
	}
	return nil
}

// ground reads what the scope sees of one item. An item that nobody may apply for
// has nothing to agree about.
func (s store) ground(ctx context.Context, itemID string) (g ground, item Item, err error) {
	if item, err = s.item(ctx, itemID); err != nil {
		return g, item, err
	}
	g.item, g.owner = item.ID, item.TenantID
	if item.LiveID == nil || item.State != StatePublished && item.State != StateSuspended {
		return g, item, nil
	}
	v, err := s.itemVersion(ctx, *item.LiveID)
	if err != nil {
		return g, item, err
	}
	g.body = v.Body
	err = s.tx.NewSelect().Model(&g.layers).ModelTableExpr("item_overrides AS layer").ColumnExpr("layer.*, t.hi").Join("JOIN tenants t ON t.tenant_id = layer.tenant_id").
		Where("layer.item_id = ?", itemID).OrderExpr("layer.tenant_id").Scan(ctx)
	return g, item, err
}

func (w want) task(at tenancy.ID, item Item) Task {
	return Task{TenantID: at, ItemTenant: item.TenantID, ItemID: item.ID, Kind: w.kind, Element: w.element, Detail: w.detail()}
}

func (w want) detail() TaskDetail {
	d := TaskDetail{Changes: []Difference{w.change}}
	if w.lock != nil {
		d.LockedBy, d.Reason = w.lock.TenantName, w.lock.Reason
	}
	return d
}

// open stores a task unless its cause has opened one already.
func (r reconciler) open(ctx context.Context, t Task, itemName string) error {
	t.ID, t.State, t.OpenedAt, t.Version = db.NewID(), TaskOpen, r.tx.Now, 1
	res, err := r.tx.NewInsert().Model(&t).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return err
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return nil
	}
	if r.opened[t.TenantID] == nil {
		r.opened[t.TenantID] = &events.TasksOpened{Kind: t.Kind, ItemName: itemName}
	}
	r.opened[t.TenantID].Count++
	return nil
}

// refresh brings an open task up to what is said now; what was first above stays.
func (r reconciler) refresh(ctx context.Context, t Task, w want) error {
	d := w.detail()
	if len(t.Detail.Changes) == 1 && t.Detail.Changes[0] == w.change && t.Detail.LockedBy == d.LockedBy && t.Detail.Reason == d.Reason {
		return nil
	}
	t.Detail = d
	_, err := r.tx.NewUpdate().Model(&t).Column("detail").Set("version = version + 1").WherePK().Where("state = 'open'").Exec(ctx)
	return err
}

func (s store) close(ctx context.Context, t *Task, answer, by, note string) error {
	seen := t.Version
	t.State, t.Answer, t.ClosedBy, t.ClosedAt, t.Note = TaskDone, answer, by, &s.tx.Now, note
	res, err := s.tx.NewUpdate().Model(t).Column("state", "answer", "closed_by", "closed_at", "note").Set("version = version + 1").WherePK().Where("version = ?", seen).Where("state = 'open'").Exec(ctx)
	if err != nil {
		return fmt.Errorf("close task %s: %w", t.ID, err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return changedMeanwhile()
	}
	t.Version++
	return nil
}

// learn fills in what changes of older releases stand upon: the version that was in
// force when they were made, with what the levels between said by then.
func (r reconciler) learn(ctx context.Context, g ground, o *Override) error {
	keys := o.Fields.Elements()
	if !slices.ContainsFunc(keys, func(k string) bool { _, known := o.Base[k]; return !known }) {
		return nil
	}
	var then []Version
	if err := r.tx.NewSelect().Model(&then).Where("item_id = ?", o.ItemID).Where("published_at <= ?", o.UpdatedAt).Order("published_at DESC").Limit(1).Scan(ctx); err != nil {
		return err
	}
	if len(then) > 0 {
		g.body = then[0].Body
	}
	g.layers = slices.DeleteFunc(slices.Clone(g.layers), func(l layer) bool { return l.UpdatedAt.After(o.UpdatedAt) })
	above, _ := g.above(o.TenantID)
	o.Base = o.rebase(o.Fields, above)
	_, err := r.tx.NewUpdate().Model(o).Column("base").WherePK().Exec(ctx)
	return err
}

// lawChanged opens a task for every item that stands on a law, where it is defined.
func (s *Service) lawChanged(ctx context.Context, r reconciler, d db.Delivery) error {
	var e struct {
		LawID string `json:"law_id"`
		Title string `json:"title"`
		From  string `json:"from"`
	}
	if err := d.Decode(&e); err != nil || e.Title == "" {
		return err
	}
	standing, err := s.StandingOn(ctx, r.tx, e.Title)
	if err != nil {
		return err
	}
	for _, b := range standing {
		if !r.tx.Scope.Over.Contains(b.TenantID) {
			continue
		}
		t := Task{
			TenantID: b.TenantID, ItemTenant: b.TenantID, ItemID: b.ItemID, Kind: TaskLaw, Element: "legal_basis", Cause: strings.Join([]string{d.Name, e.LawID, e.From}, " "),
			Detail: TaskDetail{LawID: e.LawID, Law: e.Title, On: e.From, Repealed: d.Name == laws.Repealed{}.EventName(), Articles: b.Articles(e.Title)},
		}
		if err := r.open(ctx, t, b.Name); err != nil {
			return err
		}
	}
	return nil
}

// basicChanged opens a task for every item that was taken from an entry of the
// basic list, once for each new version of the entry.
func (r reconciler) basicChanged(ctx context.Context, entry, versionID string) error {
	var items []Item
	if err := r.tx.NewSelect().Model(&items).Where("basic_id = ?", entry).Where("state IN (?)", list([]string{StatePublished, StateSuspended})).Where("tenant_id BETWEEN ? AND ?", r.tx.Scope.Over.Lo, r.tx.Scope.Over.Hi).Scan(ctx); err != nil || len(items) == 0 {
		return err
	}
	now, was, err := r.replacing(ctx, versionID)
	if err != nil || was == nil {
		return err
	}
	for _, item := range items {
		own, err := r.itemVersion(ctx, *item.LiveID)
		if err != nil {
			return err
		}
		t := Task{
			TenantID: item.TenantID, ItemTenant: item.TenantID, ItemID: item.ID, Kind: TaskBasic, Cause: versionID,
			Detail: TaskDetail{BasicID: entry, Number: now.Number, Changes: differences(was.Body, now.Body, own.Body)},
		}
		if err := r.open(ctx, t, item.Name); err != nil {
			return err
		}
	}
	return nil
}

// replacing are a version and the one that it replaced; nil for a first version.
func (s store) replacing(ctx context.Context, versionID string) (now Version, was *Version, err error) {
	if now, err = s.itemVersion(ctx, versionID); err != nil {
		return now, nil, err
	}
	var before []Version
	err = s.tx.NewSelect().Model(&before).Where("item_id = ?", now.ItemID).Where("number < ?", now.Number).Where("published_at IS NOT NULL").Order("number DESC").Limit(1).Scan(ctx)
	if len(before) > 0 {
		was = &before[0]
	}
	return now, was, err
}

// differences lists the elements in which two versions differ, beside a third.
func differences(was, now, own Body) (out []Difference) {
	for _, c := range columns() {
		if a, b := was.Element(c.Key), now.Element(c.Key); a != b {
			out = append(out, Difference{Element: c.Key, Was: a, Now: b, Own: own.Element(c.Key)})
		}
	}
	return out
}
