package partners

import (
	"context"
	"net/netip"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Limit is one bound on requests and what is left of it.
type Limit struct {
	Name      string // minute or day
	Max, Left int
	Window    time.Duration
	Reset     time.Duration // until it is whole again
}

// Pass is what was found out about a request.
type Pass struct {
	Partner string           // id; empty without a key
	Over    tenancy.Interval // the tenants that the key is good for
	Name    string           // of the partner
	Cases   string           // what it reads of cases: CasesMasked, CasesFull or nothing
	Answers bool             // whether it may answer what cases wait for
	Limits  []Limit
	Refused string        // catalogue key of the reason, empty when admitted
	Wait    time.Duration // after which to ask again; 0 when waiting does not help
}

// Counter counts in windows of one minute for all servers together.
type Counter interface {
	// Count adds one to what who asked in the minute that begins at a moment, and
	// returns the sum.
	Count(ctx context.Context, who string, minute time.Time) (int, error)
}

// Reasons to refuse, as the catalogue spells them.
const (
	unknownKey = "partner_key_unknown"
	endedKey   = "partner_key_ended"
	stopped    = "partner_stopped"
	expired    = "partner_expired"
	tooOften   = "partner_per_minute_reached"
	tooMuch    = "partner_per_day_reached"
	anonymous  = "partner_anonymous_reached"
)

// Admit counts a request with a key, or without one (key is empty) from an address,
// and judges it. A key that is nobody's counts for the address, so that guessing is
// no faster than asking. It returns an error only when the database does not answer.
func (s *Service) Admit(ctx context.Context, key, address string) (Pass, error) {
	now := s.db.Now()
	if key == "" {
		return s.doors.perMinute(ctx, "a:"+network(address), Anonymous, now, anonymous), nil
	}
	hash := hashOf(key)
	h, known := s.doors.held(hash, now)
	if !known {
		// Only the look-up of a key that this server does not know yet costs.
		if p := s.doors.perMinute(ctx, "k:"+network(address), Anonymous, now, anonymous); p.Refused != "" {
			return p, nil
		}
		var err error
		if h, err = s.find(ctx, hash, now); err != nil {
			return Pass{}, err
		}
	}
	return s.doors.judge(ctx, h, now), nil
}

// find looks a key up and remembers what it found, that it is nobody's too.
func (s *Service) find(ctx context.Context, hash string, now time.Time) (*held, error) {
	h := &held{read: now}
	err := s.db.InTx(everywhere(ctx), func(ctx context.Context, tx *db.Tx) (err error) {
		h.holder, h.ok, err = store{tx}.holder(ctx, hash)
		return err
	})
	if err != nil {
		return nil, err
	}
	s.doors.remember(hash, h)
	return h, nil
}

// Fold writes what was counted since the last time into the use by day. Run it every
// few seconds on every server that answers requests, and once at its end.
func (s *Service) Fold(ctx context.Context) error {
	counted := s.doors.take()
	if len(counted) == 0 {
		return nil
	}
	err := s.db.InTx(everywhere(ctx), func(ctx context.Context, tx *db.Tx) error {
		for at, c := range counted {
			if err := (store{tx}).addUsage(ctx, at.tenant, at.partner, at.day, c.n, c.refused); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		s.doors.giveBack(counted)
	}
	return err
}

// everywhere is ctx of a job that reads every tenant: whose a key is, is not known
// before it is found.
func everywhere(ctx context.Context) context.Context { return tenancy.Everywhere(ctx, "partners") }

// Networks that count as one: a household is given a /64 at least.
const v6 = 64

// network is what counts as one address.
func network(address string) string {
	a, err := netip.ParseAddr(address)
	if err != nil || a.Unmap().Is4() {
		return address
	}
	p, err := a.Prefix(v6)
	if err != nil {
		return address
	}
	return p.String()
}
