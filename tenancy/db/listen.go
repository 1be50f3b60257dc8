package db

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// OutboxChannel is where flush says that something was stored in the outbox.
const OutboxChannel = "liandong_outbox"

// Listen calls wake once when it listens to channel and then for every
// notification, on a connection of its own outside any pool (LISTEN does not
// survive a transaction pooler). It returns when ctx ends or the connection is
// lost; whoever needs it again calls again.
func Listen(ctx context.Context, dsn, channel string, wake func()) error {
	conn, err := pgx.Connect(ctx, dsn)
	if err != nil {
		return fmt.Errorf("connect to listen: %w", err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	if _, err := conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize()); err != nil {
		return fmt.Errorf("listen to %s: %w", channel, err)
	}
	for {
		wake()
		if _, err := conn.WaitForNotification(ctx); err != nil {
			return fmt.Errorf("wait for %s: %w", channel, err)
		}
	}
}

// IsDown reports whether err says that PostgreSQL could not be reached or was
// shutting down (PostgreSQL, appendix A: classes 08, 53 and 57P), rather than
// that it refused the work.
func IsDown(err error) bool {
	if c := code(err); c != "" {
		return strings.HasPrefix(c, "08") || strings.HasPrefix(c, "53") || strings.HasPrefix(c, "57P")
	}
	if errors.Is(err, context.DeadlineExceeded) { // it is a net.Error too, but may be the caller's own
		return false
	}
	_, connecting := errors.AsType[*pgconn.ConnectError](err)
	_, network := errors.AsType[net.Error](err)
	return connecting || network || errors.Is(err, driver.ErrBadConn) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, net.ErrClosed)
}
