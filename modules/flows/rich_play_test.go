package flows

import (
	"math/rand/v2"
	"testing"
)

// TestEverythingTogetherEnds: flows with all that a flow may hold, played in any order and stored
// after every step, lose no token and come to their end.
func TestEverythingTogetherEnds(t *testing.T) {
	t.Parallel()
	played := 0
	for seed := uint64(0); played < 200; seed++ {
		built := structured(seed, 30)
		r := rand.New(rand.NewPCG(seed, 1))
		enrich(built, r)
		for _, n := range built.ofKind(end) {
			n.ending = ""
		}
		built.ID, built.Name = "p", "流程"
		called := structured(seed+1, 7)
		enrichConditions(called)
		called = mustParse(t, encode(called))
		d, err := mustParse(t, encode(built)).Expand(func(string) (*Definition, error) { return called, nil })
		if err != nil {
			continue // too large with what it calls
		}
		spins := false
		d.everyScope(func(s *Definition) {
			for _, n := range s.nodes {
				spins = spins || n.kind.isGateway() && n.onlyGateways()[n]
			}
		})
		if spins {
			continue // refused by a rule of its own
		}
		played++
		if ps := d.checkSound(); len(ps) > 0 {
			t.Fatalf("seed %d: %v", seed, ps)
		}
		playToTheEnd(t, d, r, seed)
	}
}

func playToTheEnd(t *testing.T, d *Definition, r *rand.Rand, seed uint64) {
	t.Helper()
	facts := func() map[string]any {
		return map[string]any{
			"form":    map[string]any{"x": r.IntN(6), "list": []any{"a", "b", "c"}},
			"choices": [][]string{nil, {"a"}}[r.IntN(2)],
		}
	}
	p := &player{t: t, d: d}
	p.take(d.Begin(facts()))
	open := map[int]bool{}
	for range 3000 {
		for _, w := range p.last.Entered {
			if open[w.Ticket] {
				t.Fatalf("seed %d: ticket %d again", seed, w.Ticket)
			}
			open[w.Ticket] = true
		}
		for _, w := range p.last.Cancelled {
			delete(open, w.Ticket)
		}
		list := d.Open(p.m)
		if len(list) != len(open) || p.ended != (len(list) == 0) || p.ended != p.m.Ended() {
			t.Fatalf("seed %d: open %s, told of %v, ended=%v", seed, names(list), open, p.ended)
		}
		if p.ended {
			return
		}
		w := list[r.IntN(len(list))]
		delete(open, w.Ticket)
		var c Change
		var err error
		switch {
		case w.Kind == WorkTimer || w.Kind == WorkWait:
			c, err = d.Fire(p.m, w.Ticket, facts())
		case r.IntN(5) == 0:
			c, err = d.Skip(p.m, w.Ticket, facts())
		case r.IntN(3) == 0 && w.Kind == WorkStep:
			c, err = d.Refuse(p.m, w.Ticket, facts())
		default:
			c, err = d.Complete(p.m, w.Ticket, facts())
		}
		if err != nil {
			t.Fatalf("seed %d: %v at %+v", seed, err, w)
		}
		p.take(c, err)
		if _, err := d.Complete(p.m, w.Ticket, nil); err == nil {
			t.Fatalf("seed %d: %d done twice", seed, w.Ticket)
		}
	}
	t.Fatalf("seed %d: no end", seed)
}
