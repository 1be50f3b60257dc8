package partners

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// store is the only place that spells SQL for partners.
type store struct{ tx *db.Tx }

func (s store) partner(ctx context.Context, id string) (p Partner, err error) {
	if !db.IsID(id) {
		return p, fault.New(fault.NotFound, "not_found")
	}
	if err = s.tx.NewSelect().Model(&p).Where("id = ?", id).Scan(ctx); err != nil {
		return p, fmt.Errorf("get partner %s: %w", id, err)
	}
	return p, nil
}

func (s store) insert(ctx context.Context, p *Partner) error {
	_, err := s.tx.NewInsert().Model(p).Exec(ctx)
	return named(err)
}

func named(err error) error {
	if db.IsDuplicate(err, "partners_tenant_id_name_key") {
		return fault.InvalidField("name", "partner_name_taken")
	}
	return err
}

// save writes p if nobody has written it since it was read.
func (s store) save(ctx context.Context, p *Partner) error {
	res, err := s.tx.NewUpdate().Model(p).ExcludeColumn("tenant_id", "id", "created_by", "created_at", "version").
		Set("version = version + 1").WherePK().Where("version = ?", p.Version).Exec(ctx)
	if err != nil {
		return named(err)
	}
	if n, _ := res.RowsAffected(); n == 0 {
		return fault.New(fault.Conflict, "partner_changed")
	}
	return nil
}

func (s store) list(ctx context.Context, q Query) (rows []Partner, total int, err error) {
	sel := s.tx.NewSelect().Model(&rows).OrderExpr("(tenant_id = ?) desc, tenant_id, name", s.tx.Scope.Tenant).Limit(int64(q.Limit)).Offset(int64(q.Offset))
	if q.Text != "" {
		sel = sel.Where("position(lower(?) in lower(name)) > 0", q.Text)
	}
	if q.State != "" {
		sel = sel.Where("state = ?", q.State)
	}
	n, err := sel.ScanAndCount(ctx)
	if err != nil {
		return nil, 0, fmt.Errorf("list partners: %w", err)
	}
	return rows, int(n), nil
}

// giveKey makes a key of p and returns its secret, which is kept nowhere.
func (s store) giveKey(ctx context.Context, p Partner) (secret string, err error) {
	secret = newKey()
	k := Key{TenantID: p.TenantID, ID: db.NewID(), PartnerID: p.ID, Hash: hashOf(secret), Prefix: secret[:prefixLength], CreatedBy: s.tx.Scope.Actor.Name, CreatedAt: s.tx.Now}
	if _, err = s.tx.NewInsert().Model(&k).Exec(ctx); err != nil {
		return "", fmt.Errorf("give a key to partner %s: %w", p.ID, err)
	}
	return secret, nil
}

// endKeys lets the keys of p end at a moment, or when they would have anyway.
func (s store) endKeys(ctx context.Context, p Partner, at time.Time) error {
	_, err := s.tx.NewUpdate().Model((*Key)(nil)).Set("ends_at = least(coalesce(ends_at, 'infinity'), ?)", at).
		Where("tenant_id = ?", p.TenantID).Where("partner_id = ?", p.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("end keys of partner %s: %w", p.ID, err)
	}
	return nil
}

func (s store) keys(ctx context.Context, p Partner) (ks []Key, err error) {
	err = s.tx.NewSelect().Model(&ks).Where("tenant_id = ?", p.TenantID).Where("partner_id = ?", p.ID).Order("created_at DESC", "id DESC").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("keys of partner %s: %w", p.ID, err)
	}
	return ks, nil
}

// today is what partners asked this day, by id.
func (s store) today(ctx context.Context, ps []Partner) (map[string]int64, error) {
	out := make(map[string]int64, len(ps))
	if len(ps) == 0 {
		return out, nil
	}
	ids := make([]string, len(ps))
	for i, p := range ps {
		ids[i] = p.ID
	}
	var rows []struct {
		PartnerID string
		N         int64
	}
	err := s.tx.NewRaw(`select partner_id, n from partner_usage where partner_id in (?) and day = ?`, bun.List(ids), calendarDay(s.tx.Now)).Scan(ctx, &rows)
	for _, r := range rows {
		out[r.PartnerID] = r.N
	}
	return out, err
}

func (s store) usage(ctx context.Context, p Partner, days int) (us []Usage, err error) {
	err = s.tx.NewRaw(`select day, n, refused from partner_usage where tenant_id = ? and partner_id = ? and day > ? order by day`,
		p.TenantID, p.ID, calendarDay(s.tx.Now.AddDate(0, 0, -days))).Scan(ctx, &us)
	if err != nil {
		return nil, fmt.Errorf("usage of partner %s: %w", p.ID, err)
	}
	return us, nil
}

// holder is a key with what must be known to judge a request.
type holder struct {
	Partner

	Hi     tenancy.ID
	KeyEnd *time.Time
	Used   int64 // on the day of the look-up, as folded
}

// holder finds who holds a key; ok is false when nobody does.
func (s store) holder(ctx context.Context, hash string) (h holder, ok bool, err error) {
	var rows []holder
	err = s.tx.NewRaw(`select p.tenant_id, p.id, p.per_minute, p.per_day, p.state, p.ends_on, p.case_data, p.answers, p.name, t.hi, k.ends_at as key_end, coalesce(u.n, 0) as used
		from partner_keys k join partners p on p.tenant_id = k.tenant_id and p.id = k.partner_id
		join tenants t on t.tenant_id = p.tenant_id
		left join partner_usage u on u.tenant_id = p.tenant_id and u.partner_id = p.id and u.day = ?
		where k.hash = ?`, calendarDay(s.tx.Now), hash).Scan(ctx, &rows)
	if err != nil {
		return h, false, fmt.Errorf("find a key: %w", err)
	}
	if len(rows) == 0 {
		return h, false, nil
	}
	return rows[0], true, nil
}

// addUsage adds what was counted on a day.
func (s store) addUsage(ctx context.Context, tenant tenancy.ID, partner, day string, n, refused int64) error {
	_, err := s.tx.NewRaw(`insert into partner_usage (tenant_id, partner_id, day, n, refused) select tenant_id, id, ?, ?, ? from partners where tenant_id = ? and id = ?
		on conflict (tenant_id, partner_id, day) do update set n = partner_usage.n + excluded.n, refused = partner_usage.refused + excluded.refused`,
		day, n, refused, tenant, partner).Exec(ctx)
	if err != nil {
		return fmt.Errorf("fold use of partner %s: %w", partner, err)
	}
	return nil
}
