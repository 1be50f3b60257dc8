package org

import (
	"context"
	"fmt"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Holder is somebody who holds posts of a tenant now.
type Holder struct {
	ID, Name string   // identity UUID
	Roles    []string `bun:",array"` // of her posts there, each once
	Posted   []string `bun:",array"` // names and codes of the departments of her posts
	Away     bool     // 请假出差: she is not there now
	StandIn  string   // who stands in for her then, by name; empty: whoever a step names
}

// Holders lists who holds a post of a tenant today, by name, as far as the scope
// of tx sees.
func Holders(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (hs []Holder, err error) {
	day := dayOf(tx.Now)
	err = tx.NewRaw(`select a.holder_id as id, min(a.holder_name) as name, array_agg(distinct r) as roles, array_agg(distinct w) as posted, bool_or(x.id is not null) as away, coalesce(max(x.substitute_name), '') as stand_in
		from appointments a join posts p on p.tenant_id = a.tenant_id and p.id = a.post_id and p.state = 'open'
		left join absences x on x.tenant_id = a.tenant_id and x.person_id = a.holder_id and x.cancelled_at is null and x.from_at <= ?2 and x.to_at > ?2, unnest(p.roles) r,
		departments d, unnest(array_remove(array[d.name, d.code], '')) w
		where d.tenant_id = p.tenant_id and d.id = p.department_id and a.tenant_id = ?0 and a.revoked_at is null and a.from_on <= ?1 and (a.until_on is null or a.until_on >= ?1)
		group by 1 order by 2, 1`, tenant, day, tx.Now).Scan(ctx, &hs)
	if err != nil {
		return nil, fmt.Errorf("list holders of posts in %s: %w", tenant, err)
	}
	return hs, nil
}
