package org

import (
	"context"
	"fmt"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

const departmentColumns = `tenant_id, id, name, code, phone, sort, state, version`

// department reads one, locked as said ("", "for share", "for update").
func (s store) department(ctx context.Context, id, lock string) (d Department, err error) {
	if !isUUID(id) {
		return d, notFound()
	}
	err = s.tx.NewRaw(`select `+departmentColumns+` from departments where id = ? `+lock, id).Scan(ctx, &d)
	if err != nil {
		return d, fmt.Errorf("get department %s: %w", id, err)
	}
	return d, nil
}

func (s store) departments(ctx context.Context, at tenancy.ID) (ds []Department, err error) {
	err = s.tx.NewRaw(`select `+departmentColumns+` from departments where tenant_id = ? order by state desc, sort, name`, at).Scan(ctx, &ds)
	if err != nil {
		return nil, fmt.Errorf("list departments of %s: %w", at, err)
	}
	return ds, nil
}

func (s store) insertDepartment(ctx context.Context, d Department) error {
	_, err := s.tx.NewRaw(`insert into departments (tenant_id, id, name, code, phone, sort) values (?, ?, ?, ?, ?, ?)`,
		d.TenantID, d.ID, d.Name, d.Code, d.Phone, d.Sort).Exec(ctx)
	return named(err)
}

func (s store) saveDepartment(ctx context.Context, d Department) error {
	_, err := s.tx.NewRaw(`update departments set name = ?, code = ?, phone = ?, sort = ?, state = ?, version = ? where tenant_id = ? and id = ?`,
		d.Name, d.Code, d.Phone, d.Sort, d.State, d.Version, d.TenantID, d.ID).Exec(ctx)
	return named(err)
}

func named(err error) error {
	switch {
	case err == nil:
		return nil
	case db.IsDuplicate(err, "departments_tenant_id_name_key"):
		return fault.InvalidField("name", "org_department_exists")
	}
	return fmt.Errorf("write department: %w", err)
}

const postColumns = `p.tenant_id, p.id, p.department_id, d.name as department, p.name, p.roles, p.state, p.version,
	(select count(*) from appointments a where a.tenant_id = p.tenant_id and a.post_id = p.id and a.revoked_at is null and coalesce(a.until_on, 'infinity') >= ?::date) as holders`

const postTables = ` from posts p join departments d on d.tenant_id = p.tenant_id and d.id = p.department_id `

func (s store) post(ctx context.Context, id, lock string) (p Post, err error) {
	if !isUUID(id) {
		return p, notFound()
	}
	err = s.tx.NewRaw(`select `+postColumns+postTables+`where p.id = ? `+lock, dayOf(s.tx.Now), id).Scan(ctx, &p)
	if err != nil {
		return p, fmt.Errorf("get post %s: %w", id, err)
	}
	return p, nil
}

// posts lists the posts of a tenant, or of one department of it.
func (s store) posts(ctx context.Context, at tenancy.ID, department string) (ps []Post, err error) {
	err = s.tx.NewRaw(`select `+postColumns+postTables+`where p.tenant_id = ? and ? in ('', p.department_id::text) order by p.state desc, p.name, p.id`,
		dayOf(s.tx.Now), at, department).Scan(ctx, &ps)
	if err != nil {
		return nil, fmt.Errorf("list posts of %s: %w", at, err)
	}
	return ps, nil
}

func (s store) insertPost(ctx context.Context, p Post) error {
	_, err := s.tx.NewRaw(`insert into posts (tenant_id, id, department_id, name, roles) values (?, ?, ?, ?, array[?]::text[])`,
		p.TenantID, p.ID, p.DepartmentID, p.Name, bun.List(p.Roles)).Exec(ctx)
	if err != nil {
		return fmt.Errorf("insert post: %w", err)
	}
	return nil
}

func (s store) savePost(ctx context.Context, p Post) error {
	_, err := s.tx.NewRaw(`update posts set name = ?, roles = array[?]::text[], state = ?, version = ? where tenant_id = ? and id = ?`,
		p.Name, bun.List(p.Roles), p.State, p.Version, p.TenantID, p.ID).Exec(ctx)
	if err != nil {
		return fmt.Errorf("save post %s: %w", p.ID, err)
	}
	return nil
}

// holders lists who is appointed to a post, now or later.
func (s store) holders(ctx context.Context, p Post, day string) (ids []string, err error) {
	err = s.tx.NewRaw(`select distinct holder_id::text as id from appointments where tenant_id = ? and post_id = ? and revoked_at is null and coalesce(until_on, 'infinity') >= ?::date order by id`,
		p.TenantID, p.ID, day).Scan(ctx, &ids)
	if err != nil {
		return nil, fmt.Errorf("list holders of %s: %w", p.ID, err)
	}
	return ids, nil
}

func (s store) appointment(ctx context.Context, id string) (a Appointment, err error) {
	if !isUUID(id) {
		return a, notFound()
	}
	err = s.tx.NewRaw(`select tenant_id, id, post_id, holder_id, holder_name, from_on::text as from_on, coalesce(until_on::text, '') as until_on, grant_id,
		revoked_at is not null as revoked from appointments where id = ?`, id).Scan(ctx, &a)
	if err != nil {
		return a, fmt.Errorf("get appointment %s: %w", id, err)
	}
	return a, nil
}

func (s store) insertAppointment(ctx context.Context, a Appointment, grantTenant tenancy.ID, by, reason string) error {
	_, err := s.tx.NewRaw(`insert into appointments (tenant_id, id, post_id, holder_id, holder_name, grant_tenant, grant_id, from_on, until_on, appointed_by, appointed_at, reason)
		values (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, '')::date, ?, ?, ?)`,
		a.TenantID, a.ID, a.PostID, a.HolderID, a.HolderName, grantTenant, a.GrantID, a.FromOn, a.UntilOn, by, s.tx.Now, reason).Exec(ctx)
	if err != nil {
		return fmt.Errorf("insert appointment: %w", err)
	}
	return nil
}

// endAppointment reports whether it was this call that ended it.
func (s store) endAppointment(ctx context.Context, a Appointment, by, reason string) (bool, error) {
	res, err := s.tx.NewRaw(`update appointments set revoked_at = ?, revoked_by = ?, reason = ? where tenant_id = ? and id = ? and revoked_at is null`,
		s.tx.Now, by, reason, a.TenantID, a.ID).Exec(ctx)
	if err != nil {
		return false, fmt.Errorf("end appointment %s: %w", a.ID, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
