package flows

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"liandong/tenancy/fault"
)

// flow wraps nodes and arrows: "a>b" is an arrow, "a>b?cond" one with a condition.
func flowOf(t *testing.T, nodes string, arrows ...string) *Definition {
	t.Helper()
	var b strings.Builder
	b.WriteString(nodes)
	for i, a := range arrows {
		ends, cond, _ := strings.Cut(a, "?")
		from, to, _ := strings.Cut(ends, ">")
		fmt.Fprintf(&b, `<sequenceFlow id="f%d" sourceRef="%s" targetRef="%s">`, i, from, to)
		if cond != "" {
			fmt.Fprintf(&b, `<conditionExpression><![CDATA[%s]]></conditionExpression>`, cond)
		}
		b.WriteString(`</sequenceFlow>`)
	}
	return mustParse(t, []byte(wrapProcess(b.String())))
}

func userTask(id string) string {
	return `<userTask id="` + id + `" name="` + id + `"><extensionElements><ld:step kind="review" level="own" post="clerk" limit="1"/></extensionElements></userTask>`
}

func names(list []Work) string {
	var out []string
	for _, w := range list {
		s := w.Node
		if w.Value != "" {
			s += ":" + w.Value
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// player plays a case and stores its marking as JSON after every step.
type player struct {
	t     *testing.T
	d     *Definition
	m     Marking
	ended bool
	last  Change
}

func play(t *testing.T, d *Definition, facts map[string]any) *player {
	t.Helper()
	p := &player{t: t, d: d}
	c, err := d.Begin(facts)
	p.take(c, err)
	return p
}

func (p *player) take(c Change, err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
	src, err := json.Marshal(c.Marking)
	if err != nil {
		p.t.Fatal(err)
	}
	p.m = Marking{}
	if err := json.Unmarshal(src, &p.m); err != nil {
		p.t.Fatal(err)
	}
	p.last, p.ended = c, c.Ended
}

func (p *player) ticket(node string) int {
	p.t.Helper()
	for _, w := range p.d.Open(p.m) {
		if w.Node == node || w.Node+":"+w.Value == node {
			return w.Ticket
		}
	}
	p.t.Fatalf("%s is not open: %s", node, names(p.d.Open(p.m)))
	return 0
}

func (p *player) done(node string, facts map[string]any) *player {
	p.t.Helper()
	p.take(p.d.Complete(p.m, p.ticket(node), facts))
	return p
}

func (p *player) fire(node string) *player {
	p.t.Helper()
	p.take(p.d.Fire(p.m, p.ticket(node), nil))
	return p
}

func (p *player) want(open string) *player {
	p.t.Helper()
	if got := names(p.d.Open(p.m)); got != open || p.ended != (open == "") {
		p.t.Fatalf("open: %q ended=%v, want %q", got, p.ended, open)
	}
	return p
}

func TestEngineParallel(t *testing.T) {
	t.Parallel()
	d := flowOf(t, `<startEvent id="s"/>`+userTask("a")+`<parallelGateway id="fork"/>`+userTask("b")+userTask("c")+`<parallelGateway id="join"/>`+userTask("d")+`<endEvent id="e"/>`,
		"s>a", "a>fork", "fork>b", "fork>c", "b>join", "c>join", "join>d", "d>e")
	p := play(t, d, nil).want("a").done("a", nil).want("b c").done("c", nil).want("b")
	old := p.m
	p.done("b", nil).want("d").done("d", nil).want("")
	if _, err := d.Complete(p.m, 2, nil); fault.KindOf(err) != fault.Conflict {
		t.Errorf("done again: %v", err)
	}
	if got := names(d.Open(old)); got != "b" {
		t.Errorf("the marking before was changed: %s", got)
	}
}

func TestEngineInclusive(t *testing.T) {
	t.Parallel()
	d := flowOf(t, `<startEvent id="s"/><inclusiveGateway id="fork" default="f3"/>`+userTask("b")+userTask("c")+userTask("x")+`<inclusiveGateway id="join"/>`+userTask("d")+`<endEvent id="e"/>`,
		"s>fork", "fork>b?amount > 1", "fork>c?amount > 2", "fork>x", "b>join", "c>join", "x>join", "join>d", "d>e")
	at := func(n int) map[string]any { return map[string]any{"amount": n} }
	play(t, d, at(3)).want("b c").done("b", nil).want("c").done("c", nil).want("d")
	play(t, d, at(2)).want("b").done("b", nil).want("d")
	play(t, d, at(0)).want("x").done("x", nil).want("d").done("d", nil).want("")
	bad := flowOf(t, `<startEvent id="s"/><inclusiveGateway id="fork" default="f2"/>`+userTask("b")+userTask("c"), "s>fork", "fork>b?form.x > 1", "fork>c")
	if _, err := bad.Begin(nil); fault.KindOf(err) != fault.Precondition {
		t.Errorf("a condition without a value: %v", err)
	}
}

func shared(rule, more string) string {
	return `<userTask id="m"><extensionElements><ld:step kind="review" level="own" post="clerk" limit="1"/></extensionElements>
<multiInstanceLoopCharacteristics ` + more + `><extensionElements><ld:many over="departments" ` + rule + `/></extensionElements></multiInstanceLoopCharacteristics></userTask>`
}

func TestEngineShared(t *testing.T) {
	t.Parallel()
	flow := func(rule, more string) *Definition {
		return flowOf(t, `<startEvent id="s"/>`+shared(rule, more)+userTask("z")+`<endEvent id="e"/>`, "s>m", "m>z", "z>e")
	}
	play(t, flow(`rule="all" values="x y z"`, ""), nil).want("m:x m:y m:z").done("m:y", nil).done("m:x", nil).want("m:z").done("m:z", nil).want("z")
	p := play(t, flow(`rule="any" values="x y z"`, ""), nil).done("m:y", nil).want("z")
	if got := names(p.last.Cancelled); got != "m:x m:z" {
		t.Errorf("called off: %s", got)
	}
	play(t, flow(`rule="n" n="2" values="x y z"`, ""), nil).done("m:y", nil).want("m:x m:z").done("m:z", nil).want("z")
	p = play(t, flow(`rule="all" values="x y"`, `isSequential="true"`), nil).want("m:x").done("m:x", nil).want("m:y")
	p.take(p.d.Skip(p.m, p.ticket("m:y"), nil))
	p.want("z")
	// A refusal is one voice: enough of the others may still be for it, until they cannot be enough.
	against := func(p *player, who string) *player { p.take(p.d.Refuse(p.m, p.ticket(who), nil)); return p }
	against(play(t, flow(`rule="all" values="x y z"`, ""), nil), "m:y").want("z")
	some := func() *player { return play(t, flow(`rule="n" n="2" values="x y z"`, ""), nil) }
	against(some(), "m:x").want("m:y m:z").done("m:y", nil).want("m:z").done("m:z", nil).want("z")
	p = against(against(some(), "m:x"), "m:z").want("z")
	if got := names(p.last.Cancelled); got != "m:y" {
		t.Errorf("called off: %s", got)
	}
	against(some().done("m:x", nil), "m:y").want("m:z")
	anyone := func() *player { return play(t, flow(`rule="any" values="x y"`, ""), nil) }
	against(anyone(), "m:x").want("m:y").done("m:y", nil).want("z")
	against(against(anyone(), "m:x").want("m:y"), "m:y").want("z")
	against(play(t, flow(`rule="n" n="1" values="x y"`, `isSequential="true"`), nil).want("m:x"), "m:x").want("m:y")
	against(play(t, flow(`rule="all" values="x y"`, `isSequential="true"`), nil).want("m:x"), "m:x").want("z")
	choices := flow(`rule="all" from="choices"`, "")
	play(t, choices, map[string]any{"choices": []any{"fire", "water"}}).want("m:fire m:water")
	if _, err := choices.Begin(nil); fault.KindOf(err) != fault.Precondition {
		t.Errorf("nobody: %v", err)
	}
}

func timerOn(id, host, cancels string) string {
	return `<boundaryEvent id="` + id + `" attachedToRef="` + host + `" cancelActivity="` + cancels + `"><timerEventDefinition><timeDuration>P3D</timeDuration></timerEventDefinition></boundaryEvent>`
}

func TestEngineEvents(t *testing.T) {
	t.Parallel()
	inner := `<subProcess id="sub"><startEvent id="s2"/>` + userTask("i") + userTask("j") + `<parallelGateway id="g"/><endEvent id="e2"/><endEvent id="e3"/>
<sequenceFlow id="x1" sourceRef="s2" targetRef="g"/><sequenceFlow id="x2" sourceRef="g" targetRef="i"/><sequenceFlow id="x3" sourceRef="g" targetRef="j"/>
<sequenceFlow id="x4" sourceRef="i" targetRef="e2"/><sequenceFlow id="x5" sourceRef="j" targetRef="e3"/></subProcess>`
	d := flowOf(t, `<startEvent id="s"/>`+inner+timerOn("late", "sub", "true")+timerOn("remind", "sub", "false")+`<serviceTask id="notify"><extensionElements><ld:service kind="notify"/></extensionElements></serviceTask>
<intermediateCatchEvent id="pay"><extensionElements><ld:wait for="payment"/></extensionElements><messageEventDefinition/></intermediateCatchEvent><endEvent id="e"/><endEvent id="e4"/>`+userTask("after"),
		"s>sub", "sub>pay", "pay>e", "late>after", "after>e", "remind>notify", "notify>e4")
	p := play(t, d, nil).want("late remind i j")
	if w := p.last.Entered[0]; w.Kind != WorkTimer || w.Days != 3 || !w.Cancels {
		t.Errorf("timer: %+v", w)
	}
	p.done("i", nil).want("late remind j").fire("remind").want("late j notify").done("j", nil).want("notify pay")
	if got := names(p.last.Cancelled); got != "late" {
		t.Errorf("disarmed: %s", got)
	}
	p.fire("pay").want("notify").done("notify", nil).want("")
	p = play(t, d, nil).done("i", nil).fire("late").want("after")
	if got := names(p.last.Cancelled); got != "j remind" {
		t.Errorf("cancelled: %s", got)
	}
	if c := d.Stop(p.m); !c.Ended || names(c.Cancelled) != "after" || !c.Marking.Ended() {
		t.Errorf("stopped: %+v", c)
	}
}

// TestEngineStaysWithinTheOracle: in any sound flow, whatever is done next in whatever order,
// the engine never fails, stands only where the oracle can stand, and ends when it ends.
func TestEngineStaysWithinTheOracle(t *testing.T) {
	t.Parallel()
	played := 0
	for seed := uint64(0); played < 1500; seed++ {
		built := entangled(seed)
		spins := slices.ContainsFunc(built.nodes, func(n *node) bool { return n.kind.isGateway() && n.onlyGateways()[n] })
		if spins || len(built.nodes) > 16 || !wellDrawn(built) || built.unsound() != nil {
			continue
		}
		for i, n := range built.nodes {
			if n.kind == task && (seed+uint64(i))%3 == 0 { // done, or refused, by several
				n.many = []*Many{{Over: "persons", Rule: All, Values: "x y"}, {Over: "persons", Rule: Some, N: 2, Values: "x y z"}, {Over: "persons", Rule: Any, Values: "x y", Sequential: true}}[i%3]
			}
		}
		for _, n := range built.nodes { // every branch may be taken: the facts of a step are random
			for i, e := range n.out {
				if (n.kind == gateway || n.kind == inclusive) && len(n.out) > 1 {
					if n.fallback == nil {
						n.fallback = n.out[0]
					}
					if e != n.fallback {
						e.condition = fmt.Sprintf("int(form.r) / %d %% 2 == 1", 1<<i)
					}
				}
			}
		}
		built.Name = "p"
		d, err := Parse(encode(built))
		if err != nil {
			t.Fatal(err)
		}
		o, ok := askOracle(d)
		if !ok {
			continue // a default that was set just now may make it unsound
		}
		played++
		playRandomly(t, d, o, seed)
	}
}

func playRandomly(t *testing.T, d *Definition, o *oracle, seed uint64) {
	t.Helper()
	r := rand.New(rand.NewPCG(seed, 3))
	facts := func() map[string]any { return map[string]any{"form": map[string]any{"r": r.IntN(1 << 12)}} }
	p := &player{t: t, d: d}
	p.take(d.Begin(facts()))
	open := map[int]bool{}
	for range 400 {
		for _, w := range p.last.Entered {
			open[w.Ticket] = true
		}
		for _, w := range p.last.Cancelled {
			if !open[w.Ticket] {
				t.Fatalf("seed %d: cancelled what was not open: %+v", seed, w)
			}
			delete(open, w.Ticket)
		}
		list := d.Open(p.m)
		if len(list) != len(open) {
			t.Fatalf("seed %d: open %s, told of %v", seed, names(list), open)
		}
		at := naive{}
		for _, a := range p.m.Active {
			n := d.node(a.Node)
			switch {
			case n.kind == boundary && n.beside:
				at["b:"+a.Node] = true
			case n.kind != boundary:
				at["w:"+a.Node] = true
			}
		}
		for _, tok := range p.m.Tokens {
			at["e:"+tok.Arrow] = true
		}
		if _, ok := o.seen[at.key()]; !ok {
			t.Fatalf("seed %d: the oracle never stands at %q\n%s", seed, at.key(), plain(d))
		}
		if p.ended != (at.key() == "") {
			t.Fatalf("seed %d: ended=%v at %q", seed, p.ended, at.key())
		}
		if p.ended {
			return
		}
		w := list[r.IntN(len(list))]
		delete(open, w.Ticket)
		var c Change
		var err error
		switch {
		case w.Kind == WorkStep && r.IntN(3) == 0:
			c, err = d.Refuse(p.m, w.Ticket, facts())
		case w.Kind == WorkStep:
			c, err = d.Complete(p.m, w.Ticket, facts())
		default:
			c, err = d.Fire(p.m, w.Ticket, facts())
		}
		if err != nil {
			t.Fatalf("seed %d: %v after %+v\n%s", seed, err, w, plain(d))
		}
		p.take(c, err)
	}
	if !slices.ContainsFunc(d.nodes, func(n *node) bool { return n.kind == gateway || n.kind == inclusive }) {
		t.Fatalf("seed %d: no end without any loop", seed)
	}
}

func TestMarkingOfALaterVersion(t *testing.T) {
	t.Parallel()
	var m Marking
	if err := json.Unmarshal([]byte(`{"v":9}`), &m); err == nil {
		t.Error("read")
	}
	const kept = `{"v":1,"last":4,"active":[{"t":2,"n":"m","who":["x","y"],"next":2,"done":1},{"t":4,"n":"m","in":2,"value":"y"}],"tokens":[{"a":"f"}]}`
	if err := json.Unmarshal([]byte(kept), &m); err != nil {
		t.Fatal(err)
	}
	if out, err := json.Marshal(m); err != nil || string(out) != kept {
		t.Errorf("%s %v", out, err)
	}
}
