package flows

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

func stepOf(id, kind, post string, limit int) string {
	return fmt.Sprintf(`<userTask id="%s" name="%s"><extensionElements><ld:step kind="%s" level="own" post="%s" limit="%d"/></extensionElements></userTask>`, id, id, kind, post, limit)
}

// TestLawInTheWholeEngine: the rules of law hold across parallel branches, sub-processes, events
// and waits, and name the way that breaks them.
func TestLawInTheWholeEngine(t *testing.T) {
	t.Parallel()
	accept, decide := stepOf("accept", "accept", "clerk", 1), stepOf("decide", "decide", "decider", 3)
	ends := `<startEvent id="s"/><endEvent id="e"/>`
	both := `<parallelGateway id="fork"/><parallelGateway id="join"/>`
	timer := `<intermediateCatchEvent id="post" name="公示"><extensionElements><ld:timer days="5"/></extensionElements><timerEventDefinition/></intermediateCatchEvent>`
	inside := func(step string) string {
		return `<subProcess id="sub"><startEvent id="s2"/>` + step + `<endEvent id="e2"/><sequenceFlow id="i1" sourceRef="s2" targetRef="in"/><sequenceFlow id="i2" sourceRef="in" targetRef="e2"/></subProcess>`
	}
	for name, c := range map[string]struct {
		d        *Definition
		promised int
		rule     string // the one problem; empty: none
		path     string
	}{
		"decided in a branch": {flowOf(t, ends+accept+both+decide+stepOf("look", "review", "reviewer", 9)+stepOf("deliver", "deliver", "clerk", 1),
			"s>accept", "accept>fork", "fork>decide", "fork>look", "decide>join", "look>join", "join>deliver", "deliver>e"), 9, "", ""},
		"the longest branch counts": {flowOf(t, ends+accept+both+decide+stepOf("look", "review", "reviewer", 9),
			"s>accept", "accept>fork", "fork>decide", "fork>look", "decide>join", "look>join", "join>e"), 8, RuleOverPromise, "s accept fork look"},
		"a wait counts":              {flowOf(t, ends+accept+timer+decide, "s>accept", "accept>post", "post>decide", "decide>e"), 7, RuleOverPromise, "s accept post decide"},
		"a wait afterwards does not": {flowOf(t, ends+accept+timer+decide, "s>accept", "accept>decide", "decide>post", "post>e"), 3, "", ""},
		"decided within":             {flowOf(t, ends+accept+inside(stepOf("in", "decide", "decider", 3)), "s>accept", "accept>sub", "sub>e"), 3, "", ""},
		"reviewed within, not decided": {flowOf(t, ends+accept+inside(stepOf("in", "review", "reviewer", 3))+`<exclusiveGateway id="g" default="f3"/>`+decide,
			"s>accept", "accept>sub", "sub>g", "g>decide", "g>e?amount > 1", "decide>e"), 9, RuleEndUndecided, "s accept sub s2 in e2 sub g e"},
		"a timer instead of the decision": {flowOf(t, ends+accept+decide+timerOn("late", "decide", "true"), "s>accept", "accept>decide", "decide>e", "late>e"), 9, "", ""},
		"a timer instead of the decision, reviewed": {flowOf(t, ends+accept+stepOf("look", "review", "reviewer", 1)+decide+timerOn("late", "decide", "true"),
			"s>accept", "accept>look", "look>decide", "decide>e", "late>e"), 9, RuleEndUndecided, "s accept look decide late e"},
		"withdrawn": {flowOf(t, `<startEvent id="s"/><endEvent id="e"/><endEvent id="w"><extensionElements><ld:end kind="withdraw"/></extensionElements></endEvent>`+accept+stepOf("look", "review", "reviewer", 1)+decide+timerOn("late", "decide", "true"),
			"s>accept", "accept>look", "look>decide", "decide>e", "late>w"), 9, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ps := c.d.Check(Check{PromisedDays: c.promised})
			path := ""
			if len(ps) > 0 {
				arrows := c.d.run(Marking{}, nil).arrows
				path = strings.Join(slices.DeleteFunc(ps[0].Path.All(), func(id string) bool { return arrows[id] != nil }), " ")
				if c.rule != "" && len(ps[0].Path.All()) < 2*len(strings.Fields(path))-4 {
					t.Errorf("arrows are missing in %q", ps[0].Path)
				}
			}
			switch {
			case c.rule == "" && len(ps) > 0:
				t.Errorf("problems %v", ps)
			case c.rule != "" && (len(ps) != 1 || ps[0].Rule != c.rule || path != c.path):
				t.Errorf("problems %v, way %q", ps, path)
			}
		})
	}
}

func TestNotices(t *testing.T) {
	t.Parallel()
	d := mustParse(t, Linear("x", usual()))
	if ps := Problems(d.Check(Check{Notices: true})); !ps.Has(RuleNotice) {
		t.Errorf("problems %v", ps)
	}
	steps := usual()
	steps[2].Opinion, steps[2].Documents = true, "decision"
	if ps := mustParse(t, Linear("x", steps)).Check(Check{Notices: true}); len(ps) > 0 {
		t.Errorf("problems %v", ps)
	}
}

func TestRightsAndLists(t *testing.T) {
	t.Parallel()
	r := RightsOf(map[string]Right{"b": Hidden, "a": Write})
	if r != "a=write b=hidden" || r.Of("a") != Write || r.Of("b") != Hidden || r.Of("c") != Read {
		t.Errorf("rights %q", r)
	}
	if l := ListOf("x", "y"); l != "x y" || len(l.All()) != 2 || len(List("").All()) != 0 {
		t.Errorf("list %q", l)
	}
}

// BenchmarkCheck200 is the whole check of a flow of 200 nodes.
func BenchmarkCheck200(b *testing.B) {
	d := structured(4, 198)
	b.ReportMetric(float64(len(d.nodes)), "nodes")
	for b.Loop() {
		d.Check(Check{PromisedDays: 20})
	}
}

// TestWideInclusive: many branches that do not come together reduce to nothing, or are refused as
// too complex; none is passed over.
func TestWideInclusive(t *testing.T) {
	t.Parallel()
	k := newMaker(1)
	split, merge, wait := k.add(start), k.add(inclusive), k.add(parallel)
	gate := k.add(inclusive)
	k.join(split, gate)
	for i := range 14 {
		n := k.add(task)
		k.join(gate, n)
		k.join(n, []*node{merge, wait}[i%2])
		b := k.add(task)
		k.guard(n, b, true)
		k.join(b, merge)
	}
	last := k.add(end)
	k.join(merge, last)
	k.join(wait, last)
	if f := k.d.unsound(); f == nil || f.rule != RuleTooComplex && f.rule != RuleDeadlock {
		t.Errorf("%+v", f)
	}
}

// TestEntangled200 is as entangled as a flow of its size may be: it is proved unsound, sound or
// too complex within the bound of states.
func TestEntangled200(t *testing.T) {
	t.Parallel()
	for seed := range uint64(12) {
		d := structured(seed, 190)
		k := &maker{newMaker(seed).r, d}
		gates := func() *node {
			for {
				if n := d.nodes[k.r.IntN(len(d.nodes))]; n.kind.isGateway() {
					return n
				}
			}
		}
		for range 6 {
			k.join(gates(), gates())
		}
		if ps := d.checkSound(); len(ps) > 0 && ps[0].Stuck == "" {
			t.Errorf("seed %d: %+v", seed, ps[0])
		}
	}
}
