package org

import (
	"context"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Post (岗位) is a place in a department with the roles that its holders have.
type Post struct {
	TenantID     tenancy.ID
	ID           string
	DepartmentID string
	Department   string // its name
	Name         string
	Roles        []string `bun:",array"`
	State        string
	Version      int
	Holders      int // appointed now or later
}

// Founding is a post as a form gives it.
type Founding struct {
	DepartmentID string // where it is new
	Name         string
	Roles        []string
	Key          string // idempotency, for a new one
}

func (in Founding) check() (Founding, error) {
	bad := map[string]string{}
	in.Name = checkName(bad, in.Name)
	var problem string
	if in.Roles, problem = cleanRoles(in.Roles); problem != "" {
		bad["roles"] = problem
	}
	return in, fault.InvalidFields(bad)
}

// CreatePost opens a post; its roles must be the actor's to hand on. It returns
// Invalid, NotFound, Precondition, Forbidden with the policy's reason.
func (s *Service) CreatePost(ctx context.Context, in Founding) (p Post, err error) {
	if in, err = in.check(); err != nil {
		return p, err
	}
	err = s.act(ctx, func(ctx context.Context, o office) error {
		id, err := o.tx.Once(ctx, "post", in.Key, func() (string, error) { return o.found(ctx, in) })
		if err != nil {
			return err
		}
		p, err = o.post(ctx, id, "")
		return err
	})
	return p, err
}

func (o office) found(ctx context.Context, in Founding) (string, error) {
	d, err := o.department(ctx, in.DepartmentID, "for share")
	if err != nil {
		return "", err
	}
	if !o.asker.Over.Contains(d.TenantID) {
		return "", notFound()
	}
	if err := o.mayFill(ctx, d.TenantID, in.Roles, "", ""); err != nil {
		return "", err
	}
	if d.State != Open {
		return "", fault.New(fault.Precondition, "org_department_closed")
	}
	if err := o.bound(ctx); err != nil {
		return "", err
	}
	p := Post{TenantID: d.TenantID, ID: db.NewID(), DepartmentID: d.ID, Name: in.Name, Roles: in.Roles, State: Open, Version: 1}
	o.recordPost(p, "created")
	return p.ID, o.insertPost(ctx, p)
}

// mayFill asks policy whether the actor may give roles at a tenant to a holder
// ("" while a post is vacant), whose roles in butPost do not count.
func (o office) mayFill(ctx context.Context, at tenancy.ID, roles []string, holder, butPost string) error {
	held := []string{}
	if holder != "" {
		if err := o.lockHolder(ctx, holder); err != nil {
			return err
		}
		var err error
		if held, err = o.rolesOf(ctx, holder, o.day, butPost); err != nil {
			return err
		}
	}
	return o.svc.authz.Allow(ctx, policies.PostsAppoint, policies.Resource{"tenant": at, "roles": roles, "holder_id": holder, "holder_roles": held})
}

func (o office) recordPost(p Post, act string) {
	o.tx.Record(db.Audit{
		Tenant: p.TenantID, Action: string(policies.DepartmentsManage), Kind: "post", Object: p.ID,
		Detail: map[string]any{"act": act, "name": p.Name, "roles": p.Roles, "state": p.State},
	})
}

// EditPost renames a post or changes its roles, for whoever holds it as well:
// then the actor must be allowed to give them to each of the holders. It returns
// Invalid, NotFound, Conflict (org_changed), Forbidden.
func (s *Service) EditPost(ctx context.Context, id string, seen int, in Founding) (Post, error) {
	in, err := in.check()
	if err != nil {
		return Post{}, err
	}
	return s.remake(ctx, id, seen, "edited", func(ctx context.Context, o office, p *Post) error {
		sameRoles := within(in.Roles, p.Roles) && within(p.Roles, in.Roles)
		p.Name, p.Roles = in.Name, in.Roles
		if sameRoles {
			return nil
		}
		holders, err := o.holders(ctx, *p, o.day)
		if err != nil {
			return err
		}
		for _, h := range append(holders, "") {
			if err := o.mayFill(ctx, p.TenantID, p.Roles, h, p.ID); err != nil {
				return err
			}
		}
		return nil
	})
}

// SetPost closes a post or opens it again; Precondition (org_post_held) while
// somebody holds it, (org_department_closed) in a closed department.
func (s *Service) SetPost(ctx context.Context, id string, seen int, open bool) (Post, error) {
	return s.remake(ctx, id, seen, stateOf(open), func(ctx context.Context, o office, p *Post) error {
		p.State = stateOf(open)
		if open {
			d, err := o.department(ctx, p.DepartmentID, "for share")
			if err == nil && d.State != Open {
				err = fault.New(fault.Precondition, "org_department_closed")
			}
			return err
		}
		holders, err := o.holders(ctx, *p, o.day)
		if err == nil && len(holders) > 0 {
			err = fault.New(fault.Precondition, "org_post_held")
		}
		return err
	})
}

// remake is the one road of every change of a post.
func (s *Service) remake(ctx context.Context, id string, seen int, act string, do func(context.Context, office, *Post) error) (p Post, err error) {
	err = s.act(ctx, func(ctx context.Context, o office) error {
		if p, err = o.post(ctx, id, "for update of p"); err != nil {
			return err
		}
		if !o.asker.Over.Contains(p.TenantID) {
			return notFound()
		}
		if err := s.authz.Allow(ctx, policies.DepartmentsManage, policies.Resource{"tenant": p.TenantID}); err != nil {
			return err
		}
		if p.Version != seen {
			return fault.New(fault.Conflict, "org_changed")
		}
		if err := do(ctx, o, &p); err != nil {
			return err
		}
		if err := o.bound(ctx); err != nil {
			return err
		}
		o.recordPost(p, act)
		p.Version++
		return o.savePost(ctx, p)
	})
	return p, err
}
