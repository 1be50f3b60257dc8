package bench

import (
	"context"
	"fmt"
	"strings"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
)

// overriders is how many tenants change something of the item with a flow.
const overriders = 1_000

// impactAtMost bounds the impact sheet of an item that so many tenants change, in milliseconds.
const impactAtMost = 1_000.0

// dress gives the catalogue what happens in a month: items are used, everywhere and at
// some places, and many counties change one item. Called again it does not add to it.
func (h *house) dress(ctx context.Context, chains []chain) error {
	var places []string
	for _, c := range chains {
		for _, p := range []tenancy.ID{c.village, c.township, c.county, c.city} {
			places = append(places, p.String())
		}
	}
	for _, sql := range []string{
		`delete from item_versions v using items i where i.basic_code = '` + climbingCode + `' and v.item_id = i.id and v.state in ('draft', 'reviewing')`, // of a run that was broken off
		`delete from item_heat`,
		`insert into item_heat (tenant_id, item_tenant, item_id, day, n) select tenant_id, tenant_id, id, current_date, 1 + (hashtext(id::text) & 511) from items where state = 'published'`,
		`insert into item_heat (tenant_id, item_tenant, item_id, day, n) select p, 0, i.id, current_date, 1 + (hashtext(i.id::text || p::text) & 63)
			from (select distinct unnest('{` + strings.Join(places, ",") + `}'::bigint[]) as p) p cross join (select id from items where tenant_id = 0 and state = 'published' order by md5(id::text) limit 60) i`,
		fmt.Sprintf(`insert into item_overrides (tenant_id, item_id, item_tenant, fields, updated_at, updated_by)
			select t.tenant_id, i.id, 0, '{"promised_days": 10, "values": {"phone": "12345", "address": "政务服务中心"}}', now(), '压测人员'
			from items i, (select tenant_id from tenants where level = 'county' order by md5(tenant_id::text) limit %d) t where i.basic_code = '%s' on conflict do nothing`, overriders, climbingCode),
		`insert into item_marks (tenant_id, n) select distinct tenant_id, 1 from item_overrides on conflict do nothing`,
		`analyze item_heat, item_overrides, item_marks`,
	} {
		if _, err := h.super.ExecContext(ctx, sql); err != nil {
			return fmt.Errorf("%s: %w", sql, err)
		}
	}
	return nil
}

// top is ctx of somebody on the staff of the platform.
func top(ctx context.Context, id, role string) context.Context {
	return tenancy.With(ctx, tenancy.Scope{
		Tenant: tenancy.Platform, Over: tenancy.Whole(), Ancestors: []tenancy.ID{tenancy.Platform},
		Actor: tenancy.Actor{Kind: tenancy.Staff, ID: id, Name: "压测人员", Roles: []string{role}},
	})
}

// impact asks what a new version of the item would touch that so many tenants change.
func (r *rig) impact(ctx context.Context, rep *Report, h *house, bare func() error) error {
	editor := top(ctx, editorID, policies.ItemEditor)
	id, err := h.item(ctx, climbingCode)
	if err != nil {
		return err
	}
	v, err := h.items.Revise(editor, id)
	if err != nil {
		return err
	}
	v.Body.PromisedDays, v.Body.Phone = 5, "12342"
	if v, err = h.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: v.Body}); err != nil {
		return err
	}
	var im catalog.Impact
	p, err := r.o.interleave(func() (err error) { im, err = h.items.Impact(editor, v.ID); return err }, bare)
	if err != nil {
		return err
	}
	took := ms(p.app)
	rep.Figures = append(rep.Figures,
		Figure{Name: fmt.Sprintf("影响清单(%d 个单位细化,%d 处冲突)", len(im.Refining), len(im.Conflicts)), Value: took, Unit: "毫秒", Ratio: p.ratio(), Limit: impactAtMost, OK: took <= impactAtMost})
	return h.items.Discard(editor, v.ID, v.Version)
}
