package flows

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"liandong/tenancy/fault"
)

// forked is a, then b and c with b2 at the same time, then d.
func forked(t *testing.T, more string) *Definition {
	t.Helper()
	return flowOf(t, `<startEvent id="s"/>`+userTask("a")+`<parallelGateway id="fork"/>`+userTask("b")+userTask("b2")+userTask("c")+more+`<parallelGateway id="join"/>`+userTask("d")+`<endEvent id="e"/>`,
		"s>a", "a>fork", "fork>b", "b>b2", "fork>c", "b2>join", "c>join", "join>d", "d>e")
}

func TestBack(t *testing.T) {
	t.Parallel()
	d := forked(t, "")
	back := func(p *player, at, to string, alone bool) error {
		c, err := d.Back(p.m, p.ticket(at), to, alone, nil)
		if err == nil {
			p.take(c, nil)
		}
		return err
	}
	p := play(t, d, nil).done("a", nil).done("b", nil).want("c b2")
	if err := back(p, "b2", "b", false); err != nil { // within its branch
		t.Error(err)
	}
	p.want("c b")
	for _, c := range []struct{ at, to, text string }{
		{"b", "a", "flow_back_unsound"}, // c would come twice
		{"b", "c", "flow_back_ahead"},
		{"b", "d", "flow_back_ahead"},
		{"b", "nowhere", "flow_step_unknown"},
	} {
		if err := back(p, c.at, c.to, false); err == nil || !strings.Contains(err.Error(), c.text) {
			t.Errorf("from %s to %s: %v", c.at, c.to, err)
		}
	}
	if err := back(p, "b", "a", true); err != nil {
		t.Error(err)
	}
	if got := names(p.last.Cancelled); got != "b c" {
		t.Errorf("cancelled %s", got)
	}
	p.want("a").done("a", nil).done("c", nil).done("b", nil).done("b2", nil).want("d")
	for _, alone := range []bool{false, true} { // into a branch from behind the join
		if err := back(p, "d", "b", alone); fault.KindOf(err) != fault.Precondition {
			t.Errorf("into a branch, alone=%v: %v", alone, err)
		}
	}
	if err := back(p, "d", "a", false); err != nil { // nothing else is open
		t.Error(err)
	}
	p.want("a").done("a", nil).done("b", nil).done("b2", nil).done("c", nil).done("d", nil).want("")
}

func TestRemap(t *testing.T) {
	t.Parallel()
	old := forked(t, "")
	p := play(t, old, nil).done("a", nil).done("c", nil).want("b")
	into := mustParse(t, []byte(strings.NewReplacer(`id="b"`, `id="bb"`, `"b"`, `"bb"`).Replace(string(forked(t, timerOn("late", "b", "false")+`<endEvent id="e9"/><sequenceFlow id="f99" sourceRef="late" targetRef="e9"/>`).XML()))))
	c, why := Remap(old, into, p.m, map[string]string{"b": "bb"})
	if why != nil || names(c.Entered) != "late" || names(into.Open(c.Marking)) != "bb late" {
		t.Fatalf("%+v %v", c, why)
	}
	q := &player{t: t, d: into}
	q.take(c, nil)
	q.done("bb", nil).want("b2").done("b2", nil).want("d")
	back, why := Remap(into, old, c.Marking, map[string]string{"bb": "b"})
	if why != nil || names(back.Cancelled) != "late" || names(old.Open(back.Marking)) != "b" {
		t.Errorf("back: %+v %v", back, why)
	}
	for name, x := range map[string]struct {
		into *Definition
		to   map[string]string
		rule string
	}{
		"gone":    {mustParse(t, Linear("x", usual())), nil, "flow_remap_gone"},
		"kind":    {old, map[string]string{"b": "fork"}, "flow_remap_kind"},
		"unsound": {old, map[string]string{"b": "d"}, "flow_remap_unsound"},
	} {
		if _, why := Remap(old, x.into, p.m, x.to); len(why) == 0 || why[0].Rule != x.rule {
			t.Errorf("%s: %+v", name, why)
		}
	}
}

func callOf(id, flow string) string {
	return `<callActivity id="` + id + `" name="` + id + `" calledElement="` + flow + `"/>`
}

func TestExpand(t *testing.T) {
	t.Parallel()
	inner := flowOf(t, `<startEvent id="s"/>`+userTask("a")+timerOn("late", "a", "true")+`<endEvent id="e"/>`, "s>a", "a>e", "late>e")
	outer := flowOf(t, `<startEvent id="s"/>`+userTask("a")+callOf("one", "inner")+callOf("two", "inner")+`<endEvent id="e"/>`, "s>a", "a>one", "one>two", "two>e")
	middle := flowOf(t, `<startEvent id="s"/>`+callOf("x", "outer")+`<endEvent id="e"/>`, "s>x", "x>e")
	circle := flowOf(t, `<startEvent id="s"/>`+callOf("x", "circle")+`<endEvent id="e"/>`, "s>x", "x>e")
	shelf := map[string]*Definition{"inner": inner, "outer": outer, "circle": circle}
	find := func(id string) (*Definition, error) {
		if d := shelf[id]; d != nil {
			return d, nil
		}
		return nil, errors.New("no such flow")
	}
	d, err := middle.Expand(find)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(d.Steps()); got != "x/a x/one/a x/two/a" {
		t.Errorf("steps %s", got)
	}
	if middle.ofKind(call)[0].inner != nil || outer.ofKind(call)[0].inner != nil {
		t.Error("the flow itself was changed")
	}
	if got, want := string(d.XML()), string(middle.XML()); got != want {
		t.Error("it is written with what it calls")
	}
	if ps := Problems(d.Check(Check{})); ps.Has(RuleCalled) || ps.Has(RuleDeadlock) {
		t.Error(ps)
	}
	wellFormed(t, Draw(d, nil))
	play(t, d, nil).want("x/a").done("x/a", nil).want("x/one/a x/one/late").fire("x/one/late").want("x/two/a x/two/late").done("x/two/a", nil).want("")
	for name, bad := range map[string]*Definition{"circle": circle, "nowhere": flowOf(t, callOf("x", "nowhere"))} {
		_, err := bad.Expand(find)
		var ps Problems
		if !errors.As(err, &ps) || !ps.Has(RuleCalled) || ps[0].ID != "x" {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestSoundnessIsShown: each way of being unsound is found by its rule, with the way there.
func TestSoundnessIsShown(t *testing.T) {
	t.Parallel()
	x := func(id, kind string) string { return fmt.Sprintf(`<%s id="%s"/>`, kind, id) }
	base := `<startEvent id="s"/>` + userTask("a") + userTask("b") + userTask("c") + `<endEvent id="e"/>`
	for name, c := range map[string]struct {
		d    *Definition
		rule string
		path string // ids that lie on the way, in this order
		held string // an id where it is held up
	}{
		"a choice that is joined": {flowOf(t, base+x("g", "exclusiveGateway")+x("j", "parallelGateway"), "s>a", "a>g", "g>b", "g>c", "b>j", "c>j", "j>e"), RuleDeadlock, "s a g b", "j"},
		"a fork that is merged":   {flowOf(t, base+x("g", "parallelGateway")+x("j", "exclusiveGateway")+userTask("z"), "s>a", "a>g", "g>b", "g>c", "b>j", "c>j", "j>z", "z>e"), RuleTwoTokens, "s a g", "j"},
		"an end in a branch":      {flowOf(t, base+x("g", "parallelGateway")+x("h", "exclusiveGateway")+x("j", "parallelGateway")+x("e2", "endEvent"), "s>a", "a>g", "g>h", "h>b", "h>e2", "g>c", "b>j", "c>j", "j>e"), RuleDeadlock, "s a g h", "j"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			ps := c.d.checkSound()
			if len(ps) != 1 || ps[0].Rule != c.rule {
				t.Fatalf("problems %+v", ps)
			}
			at := 0
			for _, id := range ps[0].Path.All() {
				if want := strings.Fields(c.path); at < len(want) && id == want[at] {
					at++
				}
			}
			if at < len(strings.Fields(c.path)) || !oneOf(c.held, ps[0].Stuck.All()...) {
				t.Errorf("way %q, held at %q", ps[0].Path, ps[0].Stuck)
			}
			svg := string(DrawProblem(c.d, ps[0]))
			wellFormed(t, []byte(svg))
			if !strings.Contains(svg, `is-held" data-node="`+c.held) || !strings.Contains(svg, "flow-edge is-offends") {
				t.Errorf("not shown: %s", svg)
			}
		})
	}
}
