package org

import (
	"context"
	"crypto/rand"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"unicode/utf8"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// Staffer (工作人员) is a person who can sign in to the workbench.
type Staffer struct {
	ID     string // identity UUID
	Login  string
	Name   string
	Phone  string // E.164; empty when unknown
	Active bool
}

// NewStaffer is what a staff account is made from.
type NewStaffer struct{ Login, Name, Phone, Password string }

// People is what org asks of whoever keeps the identities. They know staff only.
type People interface {
	// Find returns who signs in by that login, or NotFound.
	Find(ctx context.Context, login string) (Staffer, error)
	// Get returns the person with that identity, or NotFound.
	Get(ctx context.Context, id string) (Staffer, error)
	// Create makes an account; Conflict when the login or phone is taken.
	Create(ctx context.Context, n NewStaffer) (Staffer, error)
}

// Find looks somebody up by login. It returns Forbidden to whoever may appoint
// nobody, NotFound (org_person_unknown).
func (s *Service) Find(ctx context.Context, login string) (Staffer, error) {
	if err := s.MayAppoint(ctx); err != nil {
		return Staffer{}, err
	}
	p, err := s.people.Find(ctx, strings.ToLower(strings.TrimSpace(login)))
	return p, unknown(err)
}

// Person returns somebody by identity, under the same rule as Find.
func (s *Service) Person(ctx context.Context, id string) (Staffer, error) {
	if err := s.MayAppoint(ctx); err != nil {
		return Staffer{}, err
	}
	if !isUUID(id) {
		return Staffer{}, fault.New(fault.NotFound, "org_person_unknown")
	}
	p, err := s.people.Get(ctx, id)
	return p, unknown(err)
}

func unknown(err error) error {
	if fault.KindOf(err) == fault.NotFound && err != nil {
		return fault.New(fault.NotFound, "org_person_unknown").Because(err)
	}
	return err
}

// MayAppoint refuses whoever may appoint nobody, with the policy's reason.
func (s *Service) MayAppoint(ctx context.Context) error {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	roles := []string{policies.Clerk}
	for _, g := range scope.Actor.Grants {
		roles = g.Roles[:min(1, len(g.Roles))]
	}
	return s.authz.Allow(ctx, policies.PostsAppoint, policies.Resource{"tenant": scope.Tenant, "roles": roles, "holder_id": "", "holder_roles": []string{}})
}

// Colleague is somebody who works, or administers, where the actor can see it.
type Colleague struct {
	ID    string // identity UUID
	Name  string
	Where string // tenants, joined by commas
}

// Known lists up to 20 people of a name, or part of one, who hold a post or grant
// that the actor sees. It returns Forbidden to whoever may appoint nobody.
func (s *Service) Known(ctx context.Context, name string) (found []Colleague, err error) {
	if err := s.MayAppoint(ctx); err != nil {
		return nil, err
	}
	if name = like(name); name == "" {
		return nil, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		err := tx.NewRaw(`select holder_id as id, holder_name as name, string_agg(distinct t.name, ', ') as "where"
			from (select tenant_id, holder_id, holder_name, revoked_at from appointments union all select tenant_id, holder_id, holder_name, revoked_at from grants) x
			join tenants t on t.tenant_id = x.tenant_id where x.revoked_at is null and x.holder_name like ?
			group by 1, 2 order by 2, 1 limit 20`, "%"+name+"%").Scan(ctx, &found)
		if err != nil {
			return fmt.Errorf("look for people: %w", err)
		}
		return nil
	})
	return found, err
}

// loginShape is what a login looks like; never digits alone, which would be a phone.
const loginShape = `^[a-z][a-z0-9._-]{2,31}$`

func (n NewStaffer) check() (NewStaffer, error) {
	bad := map[string]string{}
	n.Login, n.Name = strings.ToLower(strings.TrimSpace(n.Login)), strings.TrimSpace(n.Name)
	if ok, err := regexp.MatchString(loginShape, n.Login); err != nil || !ok {
		bad["login"] = "org_login_shape"
	}
	if l := utf8.RuneCountInString(n.Name); l < 2 || l > 50 {
		bad["name"] = "org_person_name_length"
	}
	phone, err := idcode.NormalizePhone(n.Phone)
	if err != nil {
		bad["phone"] = "not_a_phone"
	}
	n.Phone = phone
	return n, fault.InvalidFields(bad)
}

// Hire makes a staff account and returns it with its first password, which is
// kept nowhere: show it once. It returns Invalid, Forbidden, Conflict.
func (s *Service) Hire(ctx context.Context, n NewStaffer) (p Staffer, password string, err error) {
	if n, err = n.check(); err != nil {
		return p, "", err
	}
	if err := s.MayAppoint(ctx); err != nil {
		return p, "", err
	}
	if n.Password, err = newPassword(); err != nil {
		return p, "", err
	}
	if p, err = s.people.Create(ctx, n); err != nil {
		if fault.KindOf(err) == fault.Conflict {
			return p, "", fault.InvalidField("login", "org_login_taken").Because(err)
		}
		return p, "", err
	}
	err = s.db.InTx(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.Record(db.Audit{Action: string(policies.PostsAppoint), Kind: "identity", Object: p.ID, Detail: map[string]any{"act": "created", "login": p.Login}})
		return nil
	})
	return p, n.Password, err
}

// newPassword is 12 letters and digits that are not mistaken for each other: 69 bits.
func newPassword() (string, error) {
	const alphabet = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
	var b strings.Builder
	for range 12 {
		i, err := rand.Int(rand.Reader, big.NewInt(int64(len(alphabet))))
		if err != nil {
			return "", err
		}
		b.WriteByte(alphabet[i.Int64()])
	}
	return b.String(), nil
}
