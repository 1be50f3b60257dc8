package identity

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// ErrNoSession reports a visitor who never signed in.
var ErrNoSession = errors.New("identity: no session")

// ErrSessionExpired reports a session that idled, ended, was revoked, or whose
// cookie is not ours: sign in again.
var ErrSessionExpired = errors.New("identity: session expired")

const (
	// Idle is how long a session survives without a request (超时自动退出).
	Idle = 30 * time.Minute
	// SessionLife is how long Kratos keeps a session, as deployed: no token of
	// it can be alive later.
	SessionLife = 12 * time.Hour
	// seenEvery is how stale the time of the last request may grow in the cookie.
	seenEvery = time.Minute
)

// Tokens exchanges and ends Kratos sessions; Client is one.
type Tokens interface {
	Tokenize(ctx context.Context, token string) (jwt string, err error)
	Logout(ctx context.Context, token string) error
}

// Sessions turns cookies into sessions and back.
type Sessions struct {
	cookies *Cookies
	verify  *Verifier
	tokens  Tokens
	revoked Revocations
	now     Clock
}

// NewSessions joins the parts; all are required.
func NewSessions(c *Cookies, v *Verifier, t Tokens, r Revocations, now Clock) *Sessions {
	return &Sessions{cookies: c, verify: v, tokens: t, revoked: r, now: now}
}

// Seal returns the cookie value for a session just begun or changed (second
// factor proven, post chosen).
func (s *Sessions) Seal(sess Session) (string, error) { return s.cookies.pack(sess, s.now()) }

// Open returns the session a cookie value stands for. refreshed is the value to
// send back, empty when the old one will do. It fails with ErrNoSession,
// ErrSessionExpired, or a fault of kind Unavailable when Kratos had to be asked
// and did not answer: then the session may still be good.
func (s *Sessions) Open(ctx context.Context, value string) (sess Session, refreshed string, err error) {
	if value == "" {
		return Session{}, "", ErrNoSession
	}
	t, err := s.cookies.unpack(value)
	if err != nil {
		return Session{}, "", ErrSessionExpired
	}
	idle := s.now().Sub(time.Unix(t.Seen, 0))
	if idle > Idle {
		return Session{}, "", ErrSessionExpired
	}
	sess, renewed, err := s.prove(ctx, t)
	if err != nil {
		return Session{}, "", err
	}
	if s.revoked.Revoked(sess.SID) {
		return Session{}, "", ErrSessionExpired
	}
	if renewed || idle >= seenEvery {
		refreshed, err = s.Seal(sess)
	}
	return sess, refreshed, err
}

// prove verifies the token of the ticket, or has Kratos issue the next one.
func (s *Sessions) prove(ctx context.Context, t ticket) (sess Session, renewed bool, err error) {
	sess = Session{Token: t.Token, JWT: t.JWT, PostID: t.Post, Pending: t.Half}
	sess.Claims, err = s.verify.Verify(t.JWT)
	if err == nil {
		return sess, false, nil
	}
	// An unknown key is a key that was rotated away: the Kratos session still counts.
	if sess.JWT, err = s.tokens.Tokenize(ctx, t.Token); err != nil {
		return Session{}, false, err
	}
	if sess.Claims, err = s.verify.Verify(sess.JWT); err != nil {
		return Session{}, false, fmt.Errorf("renew session: %w", err)
	}
	return sess, true, nil
}

// Close ends the session a cookie value stands for, everywhere and at once: also
// its tokens that have not run out. A value that stands for none is no error.
func (s *Sessions) Close(ctx context.Context, value string) error {
	sess, _, err := s.Open(ctx, value)
	if errors.Is(err, ErrNoSession) || errors.Is(err, ErrSessionExpired) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := s.End(ctx, sess.SID); err != nil {
		return err
	}
	return s.tokens.Logout(ctx, sess.Token)
}

// End revokes sessions by their ids, as returned by Client.RevokeSessions and
// Client.ChangePassword.
func (s *Sessions) End(ctx context.Context, sids ...string) error {
	for _, sid := range sids {
		if err := s.revoked.Revoke(ctx, sid, s.now().Add(SessionLife)); err != nil {
			return fmt.Errorf("revoke session: %w", err)
		}
	}
	return nil
}
