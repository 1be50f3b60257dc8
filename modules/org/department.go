package org

import (
	"context"
	"strings"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// The states of departments and posts.
const (
	Open   = "open"
	Closed = "closed"
)

// Department (部门) is an organ inside a tenant.
type Department struct {
	TenantID tenancy.ID
	ID       string
	Name     string
	Code     string // of the organ: 18 characters of its credit code, or what the tenant uses
	Phone    string
	Sort     int // order among its siblings
	State    string
	Version  int
	Posts    []Post `bun:"-"`
}

// Drafted is a department as a form gives it.
type Drafted struct {
	Tenant tenancy.ID // where it is new
	Name   string
	Code   string
	Phone  string
	Sort   int
	Key    string // idempotency, for a new one
}

func (in Drafted) check() (Drafted, error) {
	bad := map[string]string{}
	in.Name = checkName(bad, in.Name)
	in.Code, in.Phone = strings.TrimSpace(in.Code), strings.TrimSpace(in.Phone)
	if len(in.Code) > 30 || strings.ContainsFunc(in.Code, func(r rune) bool { return r <= ' ' || r > '~' }) {
		bad["code"] = "org_code_shape"
	}
	if len(in.Phone) > 30 || strings.Trim(in.Phone, "0123456789-+() ") != "" {
		bad["phone"] = "org_phone_shape"
	}
	if in.Sort < 0 || in.Sort > 9999 {
		bad["sort"] = "out_of_range"
	}
	return in, fault.InvalidFields(bad)
}

// maxName bounds the name of a department or post, in characters.
const maxName = 50

func checkName(bad map[string]string, name string) string {
	name = strings.TrimSpace(name)
	switch n := len([]rune(name)); {
	case n == 0:
		bad["name"] = "required"
	case n > maxName:
		bad["name"] = "org_name_too_long"
	}
	return name
}

// CreateDepartment opens a department. It returns Invalid (a name that is taken
// included), NotFound, Forbidden.
func (s *Service) CreateDepartment(ctx context.Context, in Drafted) (d Department, err error) {
	if in, err = in.check(); err != nil {
		return d, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		o := office{store: store{tx}, svc: s}
		id, err := o.tx.Once(ctx, "department", in.Key, func() (string, error) { return o.open(ctx, in) })
		if err != nil {
			return err
		}
		d, err = o.department(ctx, id, "")
		return err
	})
	return d, err
}

func (o office) open(ctx context.Context, in Drafted) (string, error) {
	if err := o.manage(ctx, in.Tenant); err != nil {
		return "", err
	}
	if _, err := o.place(ctx, in.Tenant); err != nil {
		return "", err
	}
	d := Department{TenantID: in.Tenant, ID: db.NewID(), Name: in.Name, Code: in.Code, Phone: in.Phone, Sort: in.Sort, State: Open, Version: 1}
	o.recordDepartment(d, "created")
	return d.ID, o.insertDepartment(ctx, d)
}

// manage asks policy about a tenant's departments and opens it for writing.
func (o office) manage(ctx context.Context, at tenancy.ID) error {
	if err := o.svc.authz.Allow(ctx, policies.DepartmentsManage, policies.Resource{"tenant": at}); err != nil {
		return err
	}
	return o.tx.ActOn(ctx, at)
}

func (o office) recordDepartment(d Department, act string) {
	o.tx.Record(db.Audit{
		Tenant: d.TenantID, Action: string(policies.DepartmentsManage), Kind: "department", Object: d.ID,
		Detail: map[string]any{"act": act, "name": d.Name, "state": d.State},
	})
}

// EditDepartment changes what a department is called and how it is reached. seen
// is the version that was shown. It returns Invalid, NotFound, Conflict
// (org_changed), Forbidden.
func (s *Service) EditDepartment(ctx context.Context, id string, seen int, in Drafted) (Department, error) {
	in, err := in.check()
	if err != nil {
		return Department{}, err
	}
	return s.reform(ctx, id, seen, "edited", func(_ context.Context, _ office, d *Department) error {
		d.Name, d.Code, d.Phone, d.Sort = in.Name, in.Code, in.Phone, in.Sort
		return nil
	})
}

// SetDepartment closes a department or opens it again; Precondition
// (org_department_has_posts) while it has open posts.
func (s *Service) SetDepartment(ctx context.Context, id string, seen int, open bool) (Department, error) {
	return s.reform(ctx, id, seen, stateOf(open), func(ctx context.Context, o office, d *Department) error {
		d.State = stateOf(open)
		if open {
			return nil
		}
		posts, err := o.posts(ctx, d.TenantID, d.ID)
		for _, p := range posts {
			if p.State == Open {
				return fault.New(fault.Precondition, "org_department_has_posts")
			}
		}
		return err
	})
}

func stateOf(open bool) string {
	if open {
		return Open
	}
	return Closed
}

// reform is the one road of every change of a department: fetch, allow, lock,
// decide, record, save.
func (s *Service) reform(ctx context.Context, id string, seen int, act string, do func(context.Context, office, *Department) error) (d Department, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		o := office{store: store{tx}, svc: s}
		if d, err = o.department(ctx, id, ""); err != nil {
			return err
		}
		if err := o.manage(ctx, d.TenantID); err != nil {
			return err
		}
		if d, err = o.department(ctx, id, "for update"); err != nil {
			return err
		}
		if d.Version != seen {
			return fault.New(fault.Conflict, "org_changed")
		}
		if err := do(ctx, o, &d); err != nil {
			return err
		}
		o.recordDepartment(d, act)
		d.Version++
		return o.saveDepartment(ctx, d)
	})
	return d, err
}

// Departments lists the departments of a tenant with their posts, closed ones
// last. It returns Forbidden, NotFound.
func (s *Service) Departments(ctx context.Context, at tenancy.ID) (ds []Department, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.StaffView, policies.Resource{"tenant": at}); err != nil {
			return err
		}
		st := store{tx}
		if ds, err = st.departments(ctx, at); err != nil {
			return err
		}
		posts, err := st.posts(ctx, at, "")
		if err != nil {
			return err
		}
		for i := range ds {
			for _, p := range posts {
				if p.DepartmentID == ds[i].ID {
					ds[i].Posts = append(ds[i].Posts, p)
				}
			}
		}
		return nil
	})
	return ds, err
}
