package identity

import (
	"context"
	"time"

	"liandong/tenancy/fault"
)

// refusalTime is how long every refused sign-in takes at least. Kratos waits up
// to a second for unknown users and hashes for half of one for known users: below
// this floor the two could be told apart.
const refusalTime = 1200 * time.Millisecond

const (
	// codeLife is how long a code of the second factor stays good, ours and
	// Kratos's clock apart included: it counts 30 s before and after as well.
	codeLife = 2 * time.Minute
	// resendAfter is how soon another short message may go to one number.
	resendAfter = time.Minute
)

// Wait returns after d, or earlier with the error of ctx.
type Wait func(ctx context.Context, d time.Duration) error

// Pause is the Wait that really waits.
func Pause(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Gate is the front door: what people type is normalised, tries are counted, and
// a refusal says the same and takes as long whether or not the account exists.
// Sites sign people in through it, never through Client alone.
type Gate struct {
	client  *Client
	ids     Identifiers
	lockout *Lockout
	now     Clock
	wait    Wait
}

// NewGate joins the parts; wait is Pause outside tests.
func NewGate(c *Client, ids Identifiers, l *Lockout, now Clock, wait Wait) *Gate {
	return &Gate{client: c, ids: ids, lockout: l, now: now, wait: wait}
}

// Login begins a session by what was typed: an ID number, a mobile number or a
// staff login, and the password. address is the client's. It fails with Invalid
// login_failed, Forbidden login_locked or identity_disabled.
func (g *Gate) Login(ctx context.Context, address, typed, password string) (Session, error) {
	id := g.ids.Normalise(typed)
	return g.try(ctx, "password", id, address, func() (Session, error) {
		return g.client.Login(ctx, id, password)
	})
}

// StartSMS sends a code to the mobile number typed. It fails with Invalid
// code_too_soon, caused by *Locked, within a minute of the last one. Every sending
// counts: 5 to a number, 30 from an address in 15 minutes, then Forbidden login_locked.
func (g *Gate) StartSMS(ctx context.Context, address, typed string) (FlowID, error) {
	return g.send(ctx, address, typed, func(phone string) (FlowID, error) { return g.client.StartSMS(ctx, phone) })
}

// send counts and paces one short message.
func (g *Gate) send(ctx context.Context, address, typed string, message func(phone string) (FlowID, error)) (FlowID, error) {
	phone := g.ids.Normalise(typed)
	if len(phone) != len("+8613800000000") || phone[0] != '+' {
		return "", invalid("phone", "phone_invalid")
	}
	began := g.now()
	a, err := g.lockout.Begin(ctx, "sms", phone, address)
	if err != nil {
		return "", err
	}
	next, undo, err := g.lockout.Once(ctx, "sms", phone, resendAfter)
	if err != nil {
		return "", g.void(ctx, a, err)
	}
	if !next.IsZero() {
		return "", g.void(ctx, a, invalid("phone", keyTooSoon).Because(&Locked{Until: next}))
	}
	flow, err := message(phone)
	if fault.KindOf(err) == fault.Unavailable && err != nil {
		_ = undo(ctx)
		return "", g.void(ctx, a, err)
	}
	// The same time for numbers that nobody owns.
	return flow, errOr(err, g.until(ctx, began))
}

// FinishSMS begins a session by the code sent in flow. It fails with Invalid
// code_wrong or code_expired, Forbidden login_locked or identity_disabled.
func (g *Gate) FinishSMS(ctx context.Context, address string, flow FlowID, code string) (Session, error) {
	return g.try(ctx, "code", string(flow), address, func() (Session, error) {
		return g.client.FinishSMS(ctx, flow, code)
	})
}

// StepUp proves the second factor of a running session, keeping the chosen post.
// A code is good once (RFC 6238 §5.2). It fails with Invalid code_wrong or code_used,
// Precondition totp_missing, Forbidden login_locked.
func (g *Gate) StepUp(ctx context.Context, s Session, address, code string) (Session, error) {
	up, err := g.try(ctx, "totp", s.Sub, address, func() (Session, error) {
		return g.once(ctx, s.Sub, code, func() (Session, error) { return g.client.StepUpTOTP(ctx, s.Token, code) })
	})
	up.PostID = s.PostID
	return up, err
}

// ConfirmTOTP is Client.ConfirmTOTP with tries counted; the code that confirms is used up.
func (g *Gate) ConfirmTOTP(ctx context.Context, s Session, address string, flow FlowID, code string) (Session, error) {
	up, err := g.try(ctx, "totp", s.Sub, address, func() (Session, error) {
		return g.once(ctx, s.Sub, code, func() (Session, error) { return g.client.ConfirmTOTP(ctx, s.Token, flow, code) })
	})
	up.PostID = s.PostID
	return up, err
}

// once runs prove unless the owner's code was used already; what proves nothing
// uses nothing up.
func (g *Gate) once(ctx context.Context, owner, code string, prove func() (Session, error)) (Session, error) {
	next, undo, err := g.lockout.Once(ctx, "totp", owner+" "+code, codeLife)
	if err != nil {
		return Session{}, err
	}
	if !next.IsZero() {
		return Session{}, invalid("code", keyCodeUsed)
	}
	s, err := prove()
	if err != nil {
		_ = undo(ctx) // left standing it only refuses a code that was wrong anyway
	}
	return s, err
}

// ChangePassword is Client.ChangePassword with tries at the old password counted.
func (g *Gate) ChangePassword(ctx context.Context, s Session, address, old, next string) (ended []string, err error) {
	_, err = g.try(ctx, "change", s.Sub, address, func() (Session, error) {
		ended, err = g.client.ChangePassword(ctx, s.Token, old, next)
		return s, err
	})
	return ended, err
}

// Reauthenticate is Client.Reauthenticate with tries counted.
func (g *Gate) Reauthenticate(ctx context.Context, s Session, address, password string) error {
	_, err := g.try(ctx, "change", s.Sub, address, func() (Session, error) {
		return s, g.client.Reauthenticate(ctx, s.Token, password)
	})
	return err
}

// try counts, runs and judges one attempt.
func (g *Gate) try(ctx context.Context, use, account, address string, run func() (Session, error)) (Session, error) {
	began := g.now()
	a, err := g.lockout.Begin(ctx, use, account, address)
	if err != nil {
		return Session{}, err
	}
	s, err := run()
	if err == nil {
		return s, a.Succeeded(ctx)
	}
	if !guess(err) {
		return Session{}, g.void(ctx, a, err)
	}
	if a.Last() {
		err = locked(a.until)
	}
	return Session{}, errOr(err, g.until(ctx, began))
}

// guess reports whether err is the answer to a wrong secret.
func guess(err error) bool {
	f, ok := fault.As(err)
	return ok && (f.Text == keyLoginFailed || f.Text == keyCodeWrong || f.Text == keyCodeTooOften || f.Text == keyCodeUsed || f.Text == keyOldWrong)
}

func (g *Gate) void(ctx context.Context, a *Attempt, err error) error {
	_ = a.Void(ctx) // the store failing too changes nothing for the user
	return err
}

// until waits for the end of the refusal time that began.
func (g *Gate) until(ctx context.Context, began time.Time) error {
	if left := refusalTime - g.now().Sub(began); left > 0 {
		return g.wait(ctx, left)
	}
	return nil
}

func errOr(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
