package partners

import (
	"context"
	"maps"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Sealer keeps phone numbers unreadable at rest; *seal.Sealer is one.
type Sealer interface {
	Seal(purpose, plaintext string) string
	Open(purpose, sealed string) (string, error)
}

const purposePhone = "partners.phone"

// Anonymous is how many requests a minute one address may make without a key.
const Anonymous = 60

// Service keeps partners and judges their requests. It is safe for concurrent use.
type Service struct {
	db     *db.DB
	authz  policies.Authorizer
	sealer Sealer
	doors  *doors
}

// New wires a Service. shared counts for all servers together; nil counts for this
// one alone.
func New(d *db.DB, a policies.Authorizer, s Sealer, shared Counter) *Service {
	return &Service{db: d, authz: a, sealer: s, doors: newDoors(shared)}
}

func (s *Service) seal(phone string) string { return s.sealer.Seal(purposePhone, phone) }

// Create adds a partner of the actor's tenant and makes its first key, which is
// returned here and never again. It returns Invalid with the fields to correct, or
// Forbidden.
func (s *Service) Create(ctx context.Context, in Input) (p Partner, secret string, err error) {
	in = in.trimmed()
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		own := tx.Scope.Tenant
		if err := s.authz.Allow(ctx, policies.PartnersManage, policies.Resource{"tenant": own}); err != nil {
			return err
		}
		endsOn, err := in.check()
		if err != nil {
			return err
		}
		p = Partner{TenantID: own, ID: db.NewID(), State: Active, CreatedBy: tx.Scope.Actor.Name, CreatedAt: tx.Now, Version: 1}
		in.onto(&p, s.seal, endsOn)
		st := store{tx}
		if err := st.insert(ctx, &p); err != nil {
			return err
		}
		record(tx, p, "created", map[string]any{"case_data": p.CaseData, "answers": p.Answers})
		secret, err = st.giveKey(ctx, p)
		return err
	})
	return p, secret, err
}

// Edit changes what a partner is called and how much it may read; Conflict when
// somebody has changed it since. An empty phone keeps the one there is.
func (s *Service) Edit(ctx context.Context, id string, in Input) error {
	in = in.trimmed()
	return s.change(ctx, id, func(_ context.Context, tx *db.Tx, p *Partner) error {
		endsOn, err := in.check()
		if err != nil {
			return err
		}
		kept, tail := p.PhoneSealed, p.PhoneTail
		in.onto(p, s.seal, endsOn)
		if in.Phone == "" {
			p.PhoneSealed, p.PhoneTail = kept, tail
		}
		p.Version = in.Seen
		record(tx, *p, "edited", map[string]any{"per_minute": p.PerMinute, "per_day": p.PerDay, "ends_on": in.EndsOn, "case_data": p.CaseData, "answers": p.Answers})
		return nil
	})
}

// Stop refuses all keys of a partner until it is resumed.
func (s *Service) Stop(ctx context.Context, id, reason string) error {
	return s.change(ctx, id, func(_ context.Context, tx *db.Tx, p *Partner) error {
		if reason == "" {
			return fault.InvalidField("reason", "partner_reason")
		}
		if p.State == Stopped {
			return fault.New(fault.Precondition, "partner_is_stopped")
		}
		p.State = Stopped
		record(tx, *p, "stopped", map[string]any{"reason": reason})
		return nil
	})
}

// Resume accepts the keys of a stopped partner again.
func (s *Service) Resume(ctx context.Context, id string) error {
	return s.change(ctx, id, func(_ context.Context, tx *db.Tx, p *Partner) error {
		if p.State == Active {
			return fault.New(fault.Precondition, "partner_is_active")
		}
		p.State = Active
		record(tx, *p, "resumed", nil)
		return nil
	})
}

// maxGrace is the longest that a replaced key may go on.
const maxGrace = 30 * 24 * time.Hour

// Rotate makes another key, returned here and never again. The keys before it go
// on for grace, and not longer than they would have. newest is the id of the newest
// key that the actor was shown: Conflict when there is another by now, so that a
// form sent twice makes one key.
func (s *Service) Rotate(ctx context.Context, id, newest string, grace time.Duration) (secret string, err error) {
	err = s.change(ctx, id, func(ctx context.Context, tx *db.Tx, p *Partner) error {
		if grace < 0 || grace > maxGrace {
			return fault.InvalidField("grace", "partner_grace")
		}
		st := store{tx}
		ks, err := st.keys(ctx, *p)
		if err != nil {
			return err
		}
		if len(ks) == 0 || ks[0].ID != newest {
			return fault.New(fault.Conflict, "partner_rotated")
		}
		if err := st.endKeys(ctx, *p, tx.Now.Add(grace)); err != nil {
			return err
		}
		record(tx, *p, "rotated", map[string]any{"grace_hours": grace.Hours()})
		secret, err = st.giveKey(ctx, *p)
		return err
	})
	return secret, err
}

func record(tx *db.Tx, p Partner, what string, detail map[string]any) {
	d := map[string]any{"name": p.Name, "what": what}
	maps.Copy(d, detail)
	tx.Record(db.Audit{Action: string(policies.PartnersManage), Kind: "partner", Object: p.ID, Detail: d})
}

// change is the one road of every act on a partner; what this server remembers of
// its keys is forgotten.
func (s *Service) change(ctx context.Context, id string, decide func(context.Context, *db.Tx, *Partner) error) error {
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		p, err := st.partner(ctx, id)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.PartnersManage, p.resource()); err != nil {
			return err
		}
		if err := decide(ctx, tx, &p); err != nil {
			return err
		}
		return st.save(ctx, &p)
	})
	if err == nil {
		s.doors.forget(id)
	}
	return err
}

// Query narrows a list of partners.
type Query struct {
	Text, State string

	Limit, Offset int
}

// List returns the partners of the actor's tenant and of those below, with how many
// there are; Forbidden for whoever may not manage her own.
func (s *Service) List(ctx context.Context, q Query) (rows []Partner, total int, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.PartnersManage, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if rows, total, err = (store{tx}).list(ctx, q); err != nil {
			return err
		}
		return s.name(ctx, tx, rows)
	})
	return rows, total, err
}

// name fills in what lists show besides the rows.
func (s *Service) name(ctx context.Context, tx *db.Tx, rows []Partner) error {
	ids := make([]tenancy.ID, len(rows))
	for i, p := range rows {
		ids[i] = p.TenantID
	}
	names, err := tree.In(tx).Names(ctx, ids)
	if err != nil {
		return err
	}
	today, err := store{tx}.today(ctx, rows)
	for i := range rows {
		p := &rows[i]
		p.TenantName, p.Today, p.Own = names[p.TenantID], today[p.ID], p.TenantID == tx.Scope.Tenant
	}
	return err
}

// Detail is a partner with its keys and its use.
type Detail struct {
	Partner

	Phone string // in the clear, for whoever may manage it
	Keys  []Key  // newest first
	Usage []Usage
}

// usageDays is how far back use is shown.
const usageDays = 30

// Show returns a partner of the actor's tenant or below; the phone in the clear only
// to those who may change it.
func (s *Service) Show(ctx context.Context, id string) (d Detail, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.PartnersManage, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		st := store{tx}
		p, err := st.partner(ctx, id)
		if err != nil {
			return err
		}
		rows := []Partner{p}
		if err := s.name(ctx, tx, rows); err != nil {
			return err
		}
		d = Detail{Partner: rows[0], Phone: p.MaskedPhone()}
		if d.Own && p.PhoneSealed != "" {
			if d.Phone, err = s.sealer.Open(purposePhone, p.PhoneSealed); err != nil {
				return err
			}
		}
		if d.Keys, err = st.keys(ctx, p); err != nil {
			return err
		}
		d.Usage, err = st.usage(ctx, p, usageDays)
		return err
	})
	return d, err
}
