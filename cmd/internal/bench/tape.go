package bench

import (
	"context"
	"sync"

	"github.com/jackc/pgx/v5"
)

// tape records the statements that the application sends, while it runs.
type tape struct {
	mu   sync.Mutex
	on   bool
	said []string
}

// TraceQueryStart is called by the driver before every statement.
func (t *tape) TraceQueryStart(ctx context.Context, _ *pgx.Conn, d pgx.TraceQueryStartData) context.Context {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.on {
		t.said = append(t.said, d.SQL)
	}
	return ctx
}

// TraceQueryEnd is called by the driver after every statement.
func (*tape) TraceQueryEnd(context.Context, *pgx.Conn, pgx.TraceQueryEndData) {}

// record returns what the application sent while do ran.
func (t *tape) record(do func() error) ([]string, error) {
	t.set(true)
	err := do()
	return t.set(false), err
}

func (t *tape) set(on bool) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	said := t.said
	t.on, t.said = on, nil
	return said
}
