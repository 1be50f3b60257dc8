package catalog

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Lock (锁定) holds an element fast for everybody below a tenant, of one item or of
// all. It changes no value: what was changed below before stays until the task that
// it opens there is answered.
type Lock struct {
	bun.BaseModel `bun:"table:item_locks"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	Element    string
	ItemTenant *tenancy.ID
	ItemID     *string // nil: of all items
	Reason     string
	ByName     string
	At         time.Time

	TenantName string     `bun:",scanonly"`
	ItemName   string     `bun:",scanonly"`
	Hi         tenancy.ID `bun:",scanonly"` // last label that the lock reaches
}

// binds reports whether the lock keeps tenant t from changing an element of an item.
func (l Lock) binds(t tenancy.ID, itemID, element string) bool {
	return l.Element == element && l.TenantID < t && t <= l.Hi && (l.ItemID == nil || *l.ItemID == itemID)
}

// LockWish is what somebody wants locked.
type LockWish struct {
	Element string
	ItemID  string // empty: of all items
	Reason  string
}

// maxReason bounds why something was locked, asked for or declined, in characters.
const maxReason = 200

func (w *LockWish) check() error {
	bad := map[string]string{}
	if !slices.Contains(Changeable(), w.Element) {
		bad["element"] = "item_field_unknown"
	}
	reasonable(bad, "reason", &w.Reason)
	return fault.InvalidFields(bad)
}

// reasonable wants a text of a fair length.
func reasonable(bad map[string]string, field string, text *string) {
	*text = strings.TrimSpace(*text)
	switch n := len([]rune(*text)); {
	case n == 0:
		bad[field] = "item_reason_missing"
	case n > maxReason:
		bad[field] = "too_long"
	}
}

// Lock locks an element for everybody below the actor's tenant. Locking it again
// changes the reason.
func (s *Service) Lock(ctx context.Context, in LockWish) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsLock, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if err := in.check(); err != nil {
			return err
		}
		l := Lock{TenantID: tx.Scope.Tenant, ID: db.NewID(), Element: in.Element, Reason: in.Reason, ByName: tx.Scope.Actor.Name, At: tx.Now}
		if in.ItemID != "" {
			item, err := store{tx}.item(ctx, in.ItemID)
			if err != nil {
				return err
			}
			if item.State != StatePublished || !inForce(tx.Scope, item.TenantID) {
				return fault.New(fault.NotFound, "item_not_offered")
			}
			l.ItemTenant, l.ItemID = &item.TenantID, &item.ID
		}
		if err := (store{tx}).saveLock(ctx, &l); err != nil {
			return err
		}
		tellLock(tx, l, in.ItemID, map[string]any{"element": l.Element, "locked": true, "reason": l.Reason})
		return nil
	})
}

// Unlock frees what the actor's tenant has locked; NotFound when it has not.
func (s *Service) Unlock(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		l, err := store{tx}.lock(ctx, id)
		if err != nil {
			return err
		}
		return s.unlock(ctx, tx, l)
	})
}

func (s *Service) unlock(ctx context.Context, tx *db.Tx, l Lock) error {
	if err := s.authz.Allow(ctx, policies.ItemsLock, policies.Resource{"tenant": l.TenantID}); err != nil {
		return err
	}
	if _, err := tx.NewDelete().Model(&l).WherePK().Exec(ctx); err != nil {
		return err
	}
	item := ""
	if l.ItemID != nil {
		item = *l.ItemID
	}
	tellLock(tx, l, item, map[string]any{"element": l.Element, "locked": false})
	return nil
}

func tellLock(tx *db.Tx, l Lock, item string, detail map[string]any) {
	kind, object := "item", item
	if item == "" {
		kind, object = "item_lock", l.ID
	}
	tx.Record(db.Audit{Action: string(policies.ItemsLock), Kind: kind, Object: object, Detail: detail})
	tx.Emit(events.LocksChanged{ItemID: item, Tenant: l.TenantID, Element: l.Element})
}

// Locks lists what is locked by the actor's tenant and by those above it, from the
// top down.
func (s *Service) Locks(ctx context.Context) (ls []Lock, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		ls, err = store{tx}.locks(ctx, tx.Scope.Ancestors)
		return err
	})
	return ls, err
}

// May reports whether policy lets the actor do a in her own tenant, for acts that
// need to know no more.
func (s *Service) May(ctx context.Context, a policies.Action) bool {
	sc, err := tenancy.From(ctx)
	return err == nil && s.authz.Allow(ctx, a, policies.Resource{"tenant": sc.Tenant}) == nil
}

func (s store) saveLock(ctx context.Context, l *Lock) error {
	_, err := s.tx.NewRaw(`insert into item_locks (tenant_id, id, element, item_tenant, item_id, reason, by_name, at) values (?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (tenant_id, element, coalesce(item_id, '00000000-0000-0000-0000-000000000000')) do update set reason = excluded.reason, by_name = excluded.by_name, at = excluded.at`,
		l.TenantID, l.ID, l.Element, l.ItemTenant, l.ItemID, l.Reason, l.ByName, l.At).Exec(ctx)
	return err
}

func (s store) lock(ctx context.Context, id string) (l Lock, err error) {
	if !isID(id) {
		return l, notFound()
	}
	return l, s.tx.NewSelect().Model(&l).Where("id = ?", id).Scan(ctx)
}

// locks lists the locks of some tenants, or of all that the scope sees; from the top down.
func (s store) locks(ctx context.Context, of []tenancy.ID) (ls []Lock, err error) {
	sel := s.tx.NewSelect().Model(&ls).ColumnExpr("lock.*").ColumnExpr("t.name AS tenant_name, t.hi, coalesce(i.name, '') AS item_name").
		Join("JOIN tenants t ON t.tenant_id = lock.tenant_id").Join("LEFT JOIN items i ON i.tenant_id = lock.item_tenant AND i.id = lock.item_id")
	if of != nil {
		sel = sel.Where("lock.tenant_id IN (?)", list(of))
	}
	return ls, sel.OrderExpr("lock.tenant_id, lock.item_id NULLS FIRST").Scan(ctx)
}
