package bench

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"fmt"
	"regexp"
	"slices"
	"time"

	"github.com/jackc/pgx/v5/stdlib"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// repetitions of a pair: at least and at most, how long a pair may take, and how
// long one sample lasts at least: what takes less is run several times for it,
// or the clock and the scheduler would be measured.
const (
	atLeast = 25
	atMost  = 400
	enough  = 3 * time.Second
	sample  = 4 * time.Millisecond
)

// pair is the medians of two ways that were run in turn.
type pair struct{ app, bare time.Duration }

func (p pair) ratio() float64 { return float64(p.app) / float64(p.bare) }

// interleave runs two ways in turn, so that whatever else the machine does
// meets both; who goes first changes every time.
func (o Options) interleave(app, bare func() error) (pair, error) {
	limit := enough
	if o.Quick {
		limit /= 6
	}
	times, err := perSample(app)
	if err != nil {
		return pair{}, err
	}
	var took [2][]time.Duration
	ways := [2]func() error{app, bare}
	for began, n := time.Now(), 0; n < atLeast || n < atMost && time.Since(began) < limit; n++ {
		for k := range ways {
			w := (k + n) % len(ways)
			start := time.Now()
			for range times {
				if err := ways[w](); err != nil {
					return pair{}, err
				}
			}
			took[w] = append(took[w], time.Since(start)/time.Duration(times))
		}
	}
	return pair{median(took[0]), median(took[1])}, nil
}

// tries is how often a pair is measured anew while it is out of its limit: on a
// busy machine a single outlier says nothing.
const tries = 3

// within measures a pair until its ratio is within limit, and keeps the best.
func (o Options) within(limit float64, app, bare func() error) (best pair, err error) {
	for range tries {
		p, err := o.interleave(app, bare)
		if err != nil {
			return p, err
		}
		if best.bare == 0 || p.ratio() < best.ratio() {
			best = p
		}
		if best.ratio() <= limit {
			break
		}
	}
	return best, nil
}

// perSample is how often do has to be run for one sample.
func perSample(do func() error) (int, error) {
	const probes = 5
	start := time.Now()
	for range probes {
		if err := do(); err != nil {
			return 0, err
		}
	}
	return 1 + int(sample*probes/time.Since(start)), nil
}

// median leaves out the first tenth: caches and plans are being filled.
func median(ds []time.Duration) time.Duration {
	ds = slices.Clone(ds[len(ds)/10:])
	slices.Sort(ds)
	return ds[len(ds)/2]
}

// inScope runs statements as the application does: one transaction in a scope,
// as an ordinary role that row security binds.
func (h *house) inScope(ctx context.Context, statements []string) error {
	return h.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, s := range statements {
			rows, err := tx.QueryContext(ctx, s)
			if err != nil {
				return fmt.Errorf("%s: %w", s, err)
			}
			if err := drain(rows); err != nil {
				return err
			}
		}
		return nil
	})
}

// asSuper runs statements as superuser, whom row security does not bind, in one
// transaction with as many messages as the application needs.
func (h *house) asSuper(ctx context.Context, statements []string) error {
	conn, err := h.super.Conn(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	if err := simple(ctx, conn, "BEGIN"); err != nil {
		return err
	}
	for _, s := range statements {
		rows, err := conn.QueryContext(ctx, s)
		if err == nil {
			err = drain(rows)
		}
		if err != nil {
			_ = conn.Raw(func(any) error { return driver.ErrBadConn })
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return simple(ctx, conn, "COMMIT")
}

func simple(ctx context.Context, conn *sql.Conn, s string) error {
	return conn.Raw(func(dc any) error {
		c, ok := dc.(*stdlib.Conn)
		if !ok {
			return fmt.Errorf("unexpected driver %T", dc)
		}
		_, err := c.Conn().PgConn().Exec(ctx, s).ReadAll()
		return err
	})
}

// drain reads every value, as a caller would.
func drain(rows *sql.Rows) error {
	defer func() { _ = rows.Close() }()
	cols, err := rows.Columns()
	if err != nil {
		return err
	}
	vals := make([]any, len(cols))
	for i := range vals {
		vals[i] = new(any)
	}
	for rows.Next() {
		if err := rows.Scan(vals...); err != nil {
			return err
		}
	}
	return rows.Err()
}

// guarded finds the tables whose rows row security filters.
//

var guarded = regexp.MustCompile(`(?i)\b(from|join)\s+"?(cases|case_totals|case_days|case_steps|case_clocks|case_supplements)"?(\s+as\s+"?\w+"?|\s+[ac-z]\b)?`)

// explicit writes the predicates of row security into statements.
func explicit(statements []string, over tenancy.Interval) []string {
	out := make([]string, len(statements))
	for i, s := range statements {
		out[i] = guarded.ReplaceAllStringFunc(s, func(m string) string {
			g := guarded.FindStringSubmatch(m)
			alias := g[3]
			if alias == "" {
				alias = " AS " + g[2]
			}
			return fmt.Sprintf(`%s (SELECT * FROM %s WHERE tenant_id BETWEEN %d AND %d)%s`, g[1], g[2], over.Lo, over.Hi, alias)
		})
	}
	return out
}

// explainIn shows the plan of a statement as the application gets it.
func (h *house) explainIn(ctx context.Context, statement string, show func(*sql.Rows, error)) error {
	return h.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		show(tx.QueryContext(ctx, "EXPLAIN (ANALYZE, BUFFERS) "+statement))
		return nil
	})
}
