package supervision_test

import (
	"context"
	"fmt"
	"sync/atomic"
	"testing"
	"time"

	"liandong/modules/supervision"
	"liandong/modules/supervision/internal/plant"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// league is a test database with a clock of its own.
type league struct {
	*supervision.Service
	t     *testing.T
	db    *db.DB
	world plant.World
	now   atomic.Pointer[time.Time]
	cases int
}

func newLeague(t *testing.T) *league {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	l := &league{t: t}
	l.at(dbtest.Now())
	l.db = db.Over(dbtest.Pool(t), func() time.Time { return *l.now.Load() })
	l.Service = supervision.New(l.db, engine)
	if l.world, err = plant.New(l.system(), l.db, dbtest.League); err != nil {
		t.Fatal(err)
	}
	return l
}

func (l *league) at(now time.Time) { now = now.UTC(); l.now.Store(&now) }

func (l *league) system() context.Context { return dbtest.As(l.t, dbtest.League, tenancy.System) }

func (l *league) put(c plant.Case) plant.Case {
	l.t.Helper()
	l.cases++
	if c.ID == "" {
		c.ID = db.NewID()
		c.No = fmt.Sprintf("%s20260304%06d", c.Born.String()[:12], l.cases)
	}
	if c.Item == "" {
		c.Item = "草原作业许可"
	}
	if c.Seq == 0 {
		c.Seq, c.StepName = 1, "旗县审查"
	}
	if c.Entered.IsZero() {
		c.Entered = c.Accepted
	}
	if err := l.world.Put(l.system(), l.db, c, *l.now.Load()); err != nil {
		l.t.Fatal(err)
	}
	return c
}

func (l *league) sweep() supervision.Swept {
	l.t.Helper()
	out, err := l.Sweep(l.system())
	if err != nil {
		l.t.Fatal(err)
	}
	if len(out.Broken) > 0 {
		l.t.Fatalf("broken clocks: %v", out.Broken)
	}
	return out
}

func staff(t *testing.T, at tenancy.ID, who string, roles ...string) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: roles})
}

func (l *league) list(ctx context.Context, q supervision.CardQuery) []supervision.CardRow {
	l.t.Helper()
	q.Size = 200
	p, err := l.Cards(ctx, q)
	if err != nil {
		l.t.Fatal(err)
	}
	if p.Total != len(p.Rows) {
		l.t.Fatalf("%d rows of %d", len(p.Rows), p.Total)
	}
	return p.Rows
}

// china is a moment of 2026 in China.
func china(month time.Month, day, hour int) time.Time {
	return time.Date(2026, month, day, hour, 0, 0, 0, calendar.Zone())
}

// late plants a case of five days that was overdue yesterday, in at.
func (l *league) late(born, at tenancy.ID) plant.Case {
	return l.put(plant.Case{Born: born, At: at, Limit: 5, Accepted: china(time.February, 24, 10)})
}
