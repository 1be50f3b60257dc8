package wire

import (
	"context"

	"github.com/uptrace/bun"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
)

// Life answers the questions of the catalogue out of the other modules.
func Life(f catalog.Files, fm *forms.Service) catalog.Asks {
	return catalog.Asks{Posts: desks{}, Usage: usage{}, Files: f, Forms: eforms{fm}, Words: func(key string) string { return text.T(key) }}
}

// desks knows in which departments people review items.
type desks struct{}

func (desks) DepartmentsOf(ctx context.Context, tx *db.Tx, tenant tenancy.ID, personID string) (names []string, err error) {
	if !db.IsID(personID) {
		return nil, nil
	}
	today := calendar.DateOf(tx.Now)
	err = tx.NewRaw(`select distinct d.name from appointments a join posts p on p.tenant_id = a.tenant_id and p.id = a.post_id
		join departments d on d.tenant_id = p.tenant_id and d.id = p.department_id
		where a.tenant_id = ? and a.holder_id = ? and a.revoked_at is null and a.from_on <= ? and coalesce(a.until_on, 'infinity') >= ?
		and p.state = 'open' and d.state = 'open' and ? = any (p.roles)`, tenant, personID, today, today, policies.ItemReviewer).Scan(ctx, &names)
	return names, err
}

// usage counts who is using an item.
type usage struct{}

func (usage) InUse(ctx context.Context, tx *db.Tx, owner tenancy.ID, itemID string) (drafts, running int, err error) {
	if err = tx.NewRaw(`select count(*) from case_drafts where item_id = ?`, itemID).Scan(ctx, &drafts); err != nil {
		return 0, 0, err
	}
	err = tx.NewRaw(`select count(*) from cases where item_tenant = ? and item_id = ? and status not in (?)`, owner, itemID, bun.List([]cases.Status{cases.Completed, cases.Refused, cases.Withdrawn})).Scan(ctx, &running)
	return drafts, running, err
}
