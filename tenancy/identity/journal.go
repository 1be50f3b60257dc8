package identity

import "context"

// Entry is one line of the sign-in record (登录日志): who did what from where.
type Entry struct {
	Action    string // signed_in, signed_out, refused, password_changed, factor_added, factor_removed, sessions_ended, registered, password_reset, factor_reset
	Identity  string // UUID; empty when nobody was proven
	Name      string
	Schema    Schema
	How       string // password, code, totp
	Address   string
	RequestID string
	By        string // who did it for her, when not she herself
	ByName    string
}

// Journal keeps entries.
type Journal interface {
	Write(ctx context.Context, e Entry) error
}
