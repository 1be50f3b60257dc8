package supervision

import (
	"context"
	"fmt"
	"regexp"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place, with watch.go and list.go, that spells SQL for
// supervision. It is a value over one transaction.
type store struct{ tx *db.Tx }

// idPattern is what an id looks like; anything else in an address finds nothing.
var idPattern = regexp.MustCompile(`^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

func (s store) lockSweep(ctx context.Context) error {
	_, err := s.tx.ExecContext(ctx, fmt.Sprintf("select pg_advisory_xact_lock(%d)", sweepLock))
	return err
}

// rules returns every rule that the scope sees, ancestors' first.
func (s store) rules(ctx context.Context) (b ruleBook, err error) {
	err = s.tx.NewRaw(`select r.tenant_id, r.id, r.scope, r.warn_days, r.yellow_percent, r.answer_days, r.updated_at, r.updated_by, r.version, t.hi
		from supervision_rules r join tenants t on t.tenant_id = r.tenant_id order by r.tenant_id`).Scan(ctx, &b)
	return b, err
}

// daysSet counts the days around now that any level in sight has set apart.
func (s store) daysSet(ctx context.Context) (n int, err error) {
	today := calendar.DateOf(s.tx.Now)
	err = s.tx.NewRaw(`select count(distinct day) from calendar_days where day between ? and ?`, today-around, today+around).Scan(ctx, &n)
	return n, err
}

func (s store) saveRule(ctx context.Context, r Rule, seen int) error {
	if seen == 0 {
		_, err := s.tx.NewInsert().Model(&r).Exec(ctx)
		if db.IsDuplicate(err, "") {
			return fault.New(fault.Conflict, "supervision.rule_changed")
		}
		return err
	}
	res, err := s.tx.NewUpdate().Model(&r).Column("warn_days", "yellow_percent", "answer_days", "updated_at", "updated_by", "version").
		Where("tenant_id = ?", r.TenantID).Where("scope = ?", r.Scope).Where("version = ?", seen).Exec(ctx)
	return once(res, err, "supervision.rule_changed")
}

func (s store) dropRule(ctx context.Context, tenant tenancy.ID, scope Scope, seen int) error {
	res, err := s.tx.NewRaw(`delete from supervision_rules where tenant_id = ? and scope = ? and version = ?`, tenant, scope, seen).Exec(ctx)
	return once(res, err, "supervision.rule_changed")
}

// names tells what tenants are called.
func (s store) names(ctx context.Context, ids []tenancy.ID) (map[tenancy.ID]string, error) {
	var rows []struct {
		TenantID tenancy.ID
		Name     string
	}
	err := s.tx.NewRaw(`select tenant_id, name from tenants where tenant_id in (?)`, bun.List(ids)).Scan(ctx, &rows)
	out := make(map[tenancy.ID]string, len(rows))
	for _, r := range rows {
		out[r.TenantID] = r.Name
	}
	return out, err
}

// raise stores a card unless it was raised before, and lets the milder ones of the
// same clock lapse.
func (s store) raise(ctx context.Context, c Card) (bool, error) {
	res, err := s.tx.NewInsert().Model(&c).On("CONFLICT DO NOTHING").Exec(ctx)
	if err != nil {
		return false, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	_, err = s.tx.NewRaw(`update cards set state = 'closed', closed_at = ?, reason = 'supervision.superseded', version = version + 1
		where case_tenant = ? and case_id = ? and scope = ? and step_seq = ? and state = 'open' and id <> ?`,
		s.tx.Now, c.CaseTenant, c.CaseID, c.Scope, c.StepSeq, c.ID).Exec(ctx)
	return true, err
}

func (s store) card(ctx context.Context, id string) (Card, error) {
	var c Card
	if !idPattern.MatchString(id) {
		return c, fault.New(fault.NotFound, "not_found")
	}
	if err := s.tx.NewSelect().Model(&c).Where("id = ?", id).Scan(ctx); err != nil {
		return c, fmt.Errorf("get card %s: %w", id, err)
	}
	return c, nil
}

func (s store) saveCard(ctx context.Context, c *Card, seen int) error {
	res, err := s.tx.NewUpdate().Model(c).Column("state", "closed_at", "closed_by", "reason").Set("version = version + 1").
		WherePK().Where("version = ?", seen).Exec(ctx)
	if err := once(res, err, "supervision.card_changed"); err != nil {
		return err
	}
	c.Version = seen + 1
	return nil
}

func (s store) order(ctx context.Context, id string) (Order, error) {
	var o Order
	if !idPattern.MatchString(id) {
		return o, fault.New(fault.NotFound, "not_found")
	}
	if err := s.tx.NewSelect().Model(&o).Where("id = ?", id).Scan(ctx); err != nil {
		return o, fmt.Errorf("get supervision order %s: %w", id, err)
	}
	return o, nil
}

func (s store) insertOrder(ctx context.Context, o *Order) error {
	_, err := s.tx.NewInsert().Model(o).Exec(ctx)
	if db.IsDuplicate(err, "supervision_orders_live") {
		return fault.New(fault.Conflict, "supervision.card_changed")
	}
	return err
}

func (s store) saveOrder(ctx context.Context, o *Order, seen int) error {
	res, err := s.tx.NewUpdate().Model(o).
		Column("answer", "answered_at", "answerer_id", "answerer_name", "answer_by", "closed_at", "closed_by", "verdict", "state").
		Set("version = version + 1").WherePK().Where("version = ?", seen).Exec(ctx)
	if err := once(res, err, "supervision.order_changed"); err != nil {
		return err
	}
	o.Version = seen + 1
	return nil
}

func (s store) note(ctx context.Context, o *Order, act, said string) error {
	a := s.tx.Scope.Actor
	n := Note{TenantID: o.TenantID, ID: db.NewID(), OrderID: o.ID, At: s.tx.Now, Act: act, Said: said, ActorID: a.ID, ActorName: a.Name}
	_, err := s.tx.NewInsert().Model(&n).Exec(ctx)
	return err
}

func (s store) notes(ctx context.Context, o Order) (ns []Note, err error) {
	err = s.tx.NewSelect().Model(&ns).Where("tenant_id = ?", o.TenantID).Where("order_id = ?", o.ID).Order("at", "id").Scan(ctx)
	return ns, err
}

// nextNo takes the issuer's next number of the year: 12 digits of division code,
// the year, four digits of serial, 20 characters as 监察编号 allows (GB/T 39046 table 11).
func (s store) nextNo(ctx context.Context, issuer tenancy.ID, year int) (string, error) {
	var row struct {
		Last int
		Code string
	}
	err := s.tx.NewRaw(`with n as (insert into supervision_numbers (tenant_id, year, last) values (?0, ?1, 1)
		on conflict (tenant_id, year) do update set last = supervision_numbers.last + 1 returning last)
		select n.last, t.code from n, tenants t where t.tenant_id = ?0`, issuer, year).Scan(ctx, &row)
	return fmt.Sprintf("%s%d%04d", row.Code, year, row.Last), err
}

// affected is what an update says about itself.
type affected interface{ RowsAffected() (int64, error) }

// once turns an update that found nothing into the Conflict that it is.
func once(res affected, err error, key string) error {
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n > 0 {
		return err
	}
	return fault.New(fault.Conflict, key)
}
