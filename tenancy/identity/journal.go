package identity

import "context"

// Entry is one line of the sign-in record (登录日志): who did what from where.
type Entry struct {
	Action    string // signed_in, signed_out, refused, password_changed, factor_added, factor_removed, sessions_ended
	Identity  string // UUID; empty when nobody was proven
	Name      string
	Schema    Schema
	How       string // password, code, totp
	Address   string
	RequestID string
}

// Journal keeps entries.
type Journal interface {
	Write(ctx context.Context, e Entry) error
}
