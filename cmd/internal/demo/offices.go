package demo

import (
	"context"
	"fmt"
	"slices"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Offices gives the accounts their grants, departments, posts and appointments,
// as the administrators of the story would: the league's first, then each below.
func Offices(o *org.Service) func(context.Context, *Stage) error {
	return func(ctx context.Context, st *Stage) error {
		st.Clock.Set(st.longAgo())
		b := builder{Service: o, Stage: st, admins: map[tenancy.ID]context.Context{}}
		for _, a := range st.Accounts {
			for _, p := range a.Posts {
				if err := b.place(ctx, a, p); err != nil {
					return fmt.Errorf("%s in %s: %w", a.Login, p.Division, err)
				}
			}
		}
		return nil
	}
}

type builder struct {
	*org.Service
	*Stage

	admins map[tenancy.ID]context.Context // by the tenant that their grant is for
}

func (b builder) place(ctx context.Context, a *Account, p Post) error {
	if slices.Contains(p.Roles, policies.Admin) {
		return b.empower(ctx, a, p)
	}
	admin := b.above(p.Tenant())
	post, err := b.post(admin, p)
	if err != nil {
		return err
	}
	_, err = b.Assign(admin, org.Posting{PostID: post, HolderID: a.ID, Reason: "演示", Key: a.Login + p.Division + p.Name})
	return held(err)
}

// held forgives that somebody stands where she should stand.
func held(err error) error {
	if f, ok := fault.As(err); ok && f.Text == "org_already_holds" {
		return nil
	}
	return err
}

// empower makes a an administrator: the first by the installation, others by whoever administers above.
func (b builder) empower(ctx context.Context, a *Account, p Post) error {
	at := p.Tenant()
	if len(b.admins) == 0 {
		if _, err := b.Bootstrap(ctx, at, org.Staffer{ID: a.ID, Name: a.Name}); err != nil {
			return err
		}
	} else if _, err := b.Appoint(b.above(at), org.Appointing{Tenant: at, HolderID: a.ID, Roles: handedOn(), Reason: "演示", Key: a.Login}); held(err) != nil {
		return err
	}
	seats, err := b.Seats(ctx, a.ID)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(seats, func(s org.Seat) bool { return s.Admin && s.Tenant == at })
	if i < 0 {
		return fmt.Errorf("%s holds no grant in %s", a.Login, p.Division)
	}
	scope, err := b.Sit(ctx, a.ID, a.Name, seats[i].ID, true)
	if err != nil {
		return err
	}
	b.admins[at] = tenancy.With(ctx, scope)
	return nil
}

// handedOn is what administrators below the first may hand on.
func handedOn() []string {
	return slices.DeleteFunc(org.Assignable(), func(r string) bool {
		return r == policies.SystemAdmin || r == policies.SecurityAdmin || r == policies.AuditAdmin
	})
}

// above is the nearest administrator of the story whose grant covers at.
func (b builder) above(at tenancy.ID) context.Context {
	best := b.League()
	for id, ctx := range b.admins {
		s, err := tenancy.From(ctx)
		if err == nil && s.Over.Contains(at) && id > best && id != at {
			best = id
		}
	}
	return b.admins[best]
}

// post finds or founds the post, and its department.
func (b builder) post(admin context.Context, p Post) (id string, err error) {
	ds, err := b.Departments(admin, p.Tenant())
	if err != nil {
		return "", err
	}
	i := slices.IndexFunc(ds, func(d org.Department) bool { return d.Name == p.Department })
	var d org.Department
	if i >= 0 {
		d = ds[i]
	} else if d, err = b.CreateDepartment(admin, org.Drafted{Tenant: p.Tenant(), Name: p.Department, Sort: len(ds) + 1, Key: p.Division + p.Department}); err != nil {
		return "", err
	}
	for _, have := range d.Posts {
		if have.Name == p.Name {
			return have.ID, nil
		}
	}
	made, err := b.CreatePost(admin, org.Founding{DepartmentID: d.ID, Name: p.Name, Roles: p.Roles, Key: p.Division + p.Department + p.Name})
	return made.ID, err
}
