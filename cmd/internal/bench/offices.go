package bench

import (
	"context"
	"fmt"
	"slices"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// offices is how many villages the lives over HTTP begin in; everybody whom a
// case meets on its way up has a post.
const offices = 16

// chain is a village with what lies above it.
type chain struct{ village, township, county, city tenancy.ID }

// officer is somebody in a seat, with the cookie that she carries.
type officer struct{ cookie string }

type seatKey struct {
	at   tenancy.ID
	role string
}

// everybody stands in for the identity provider: all accounts exist.
type everybody struct{}

func (everybody) Find(_ context.Context, who string) (org.Staffer, error) { return staffer(who), nil }

func (everybody) Get(_ context.Context, id string) (org.Staffer, error) { return staffer(id), nil }

func (everybody) Create(context.Context, org.NewStaffer) (org.Staffer, error) {
	return org.Staffer{}, fault.New(fault.Unavailable, "identity_unavailable")
}

func staffer(id string) org.Staffer {
	return org.Staffer{ID: id, Login: id, Name: "压测人员", Active: true}
}

// staffOffices gives every office on the way of the chains its people, through
// the services, and signs them in.
func (s *site) staffOffices(ctx context.Context, r *rig, chains []chain) (map[seatKey]officer, error) {
	o := org.New(s.db, r.engine, everybody{})
	admin := personID("admin")
	if _, err := o.Bootstrap(ctx, tenancy.Platform, staffer(admin)); err != nil {
		return nil, describe(err, "bootstrap")
	}
	seats, err := o.Seats(ctx, admin)
	if err != nil || len(seats) == 0 {
		return nil, fmt.Errorf("the administrator has no seat: %w", err)
	}
	scope, err := o.Sit(ctx, admin, "压测人员", seats[0].ID, true)
	if err != nil {
		return nil, err
	}
	out := map[seatKey]officer{}
	for _, c := range chains {
		for _, k := range []seatKey{{c.village, policies.Clerk}, {c.township, policies.Reviewer}, {c.county, policies.Reviewer}, {c.city, policies.Reviewer}, {c.city, policies.Decider}} {
			if _, ok := out[k]; ok {
				continue
			}
			if out[k], err = s.seat(tenancy.With(ctx, scope), o, k); err != nil {
				return nil, fmt.Errorf("seat %s of %s: %w", k.role, k.at, err)
			}
		}
	}
	return out, nil
}

// seat makes, or finds, a department, a post and its holder.
func (s *site) seat(ctx context.Context, o *org.Service, k seatKey) (officer, error) {
	part := k.at.String() + k.role
	who := personID(part)
	seats, err := o.Seats(ctx, who)
	if err != nil {
		return officer{}, err
	}
	if len(seats) == 0 {
		p, err := found(ctx, o, k)
		if err != nil {
			return officer{}, err
		}
		if _, err := o.Assign(ctx, org.Posting{PostID: p, HolderID: who, Reason: "压测", Key: "a" + part}); err != nil {
			return officer{}, err
		}
		if seats, err = o.Seats(ctx, who); err != nil || len(seats) == 0 {
			return officer{}, fmt.Errorf("no seat: %w", err)
		}
	}
	c, err := s.cookie(who, seats[0].ID)
	return officer{c}, err
}

// found returns the post of a role in a tenant, made where it is missing.
func found(ctx context.Context, o *org.Service, k seatKey) (id string, err error) {
	ds, err := o.Departments(ctx, k.at)
	if err != nil {
		return "", err
	}
	name := "压测部门" + k.role
	i := slices.IndexFunc(ds, func(d org.Department) bool { return d.Name == name })
	if i < 0 {
		d, err := o.CreateDepartment(ctx, org.Drafted{Tenant: k.at, Name: name, Key: "d" + k.at.String() + k.role})
		if err != nil {
			return "", err
		}
		ds, i = append(ds, d), len(ds)
	}
	for _, p := range ds[i].Posts {
		return p.ID, nil
	}
	p, err := o.CreatePost(ctx, org.Founding{DepartmentID: ds[i].ID, Name: "压测岗位", Roles: []string{k.role}, Key: "p" + ds[i].ID})
	return p.ID, err
}

// chains picks villages all over the country, the same ones in every database.
func (h *house) chains(ctx context.Context, n int) (cs []chain, err error) {
	rows, err := h.super.QueryContext(ctx, fmt.Sprintf(`select v.tenant_id, t.tenant_id, c.tenant_id, p.tenant_id from tenants v
		join tenants t on t.tenant_id = v.parent_id join tenants c on c.tenant_id = t.parent_id and c.level = 'county' join tenants p on p.tenant_id = c.parent_id
		where v.level = 'village' and v.tenant_id %% 997 = 1 order by md5(v.tenant_id::text) limit %d`, n))
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var c chain
		if err := rows.Scan(&c.village, &c.township, &c.county, &c.city); err != nil {
			return nil, err
		}
		cs = append(cs, c)
	}
	return cs, rows.Err()
}
