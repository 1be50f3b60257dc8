package web_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"testing"

	"liandong/modules/cases"
	"liandong/tenancy/db"
)

// family is a joint case and the cases of its parts.
func (w *town) family(joint string) (whole cases.Case, subs map[string]cases.Case) {
	w.t.Helper()
	subs = map[string]cases.Case{}
	err := w.db.InTx(system(w.t), func(ctx context.Context, tx *db.Tx) error {
		var cs []cases.Case
		err := tx.NewSelect().Model(&cs).Where("id = ? OR joint_id = ?", joint, joint).Scan(ctx)
		for _, c := range cs {
			if c.ID == joint {
				whole = c
			} else {
				subs[c.Part] = c
			}
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
	return whole, subs
}

// together holds what is true of a joint case and its parts once the job has run.
func (w *walk) together(joint string) {
	w.t.Helper()
	whole, subs := w.family(joint)
	said := func(format string, args ...any) {
		w.t.Helper()
		w.t.Fatalf("%v: %s: "+format, append([]any{w.done, w.states(joint)}, args...)...)
	}
	open := 0
	for _, p := range w.seen(w.clerk(), joint).Joint.Parts {
		sub, begun := subs[p.Key]
		switch {
		case (p.State == cases.PartRunning) && !sub.Open():
			said("%s runs and its case is %s", p.Key, sub.Status)
		case p.State == cases.PartEnded && !sub.Open() && p.Outcome != outcome(sub):
			said("%s is %s, its case %s", p.Key, p.Outcome, outcome(sub))
		case begun != (p.SubID != nil):
			said("%s has begun: %v", p.Key, begun)
		}
		if p.State == cases.PartWaiting || p.State == cases.PartRunning {
			open++
		}
		if sub.DueAt != nil && whole.DueAt != nil && sub.DueAt.After(*whole.DueAt) {
			said("%s is due %v, the whole %v", p.Key, sub.DueAt, whole.DueAt)
		}
	}
	waits := whole.Open() && whole.Awaits == cases.ForParts
	again := slices.Contains(w.done, "reopen") // then a part may run behind the wait
	if (waits && open == 0 || !waits && open > 0 && !again) && whole.SuspendedAt == nil && whole.AcceptedAt != nil {
		said("%d parts are open, and the whole waits: %v (%s, at %s)", open, waits, whole.Status, whole.StepName)
	}
	if !whole.Open() && open > 0 {
		said("%d parts are open behind a case that is %s", open, whole.Status)
	}
}

func outcome(c cases.Case) string {
	if c.Outcome == "" {
		return string(c.Status)
	}
	return c.Outcome
}

// rounds is how many cases a random test plays; ten times as many in full.
func rounds(n uint64) uint64 {
	if os.Getenv("LIANDONG_TEST_FULL") != "" {
		return 10 * n
	}
	return n
}

// Whatever people do to a joint case and to its parts, in whatever order: the whole waits for them,
// none is left behind it, and none is due after it.
func TestRandomActsOnJointCases(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	theme := w.theme(w.threeParts()...)
	ended, tried, did := 0, 0, map[string]int{}
	for seed := range rounds(3) {
		x := &walk{town: w, r: rand.New(rand.NewPCG(seed, 11))}
		c := w.filedFor(theme, fmt.Sprint("k", seed))
		for over := 0; over < 8 && len(x.done) < 60; {
			whole, subs := w.family(c.ID)
			if x.c = whole; !whole.Open() {
				over++ // until somebody brings it back, or nobody does
			}
			for _, key := range []string{"land", "food", "sign"} {
				if sub, ok := subs[key]; ok && x.r.IntN(3) > 0 {
					x.c = sub
				}
			}
			was := x.c.Version
			if x.step(); x.c.Version != was {
				w.join(c.ID)
				x.together(c.ID)
			}
		}
		tried += len(x.done)
		for _, act := range x.done {
			did[act]++
		}
		if whole, _ := w.family(c.ID); !whole.Open() {
			ended++
		}
	}
	t.Log(did)
	t.Logf("%d acts were done, %d of %d joint cases have ended", tried, ended, rounds(3))
	if tried < 30 || ended == 0 {
		t.Errorf("only %d acts were done and %d joint cases ended: nothing was tried", tried, ended)
	}
}
