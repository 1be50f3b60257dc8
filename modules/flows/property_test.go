package flows

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// builder makes random sound flows: steps one after the other, with choices between branches
// that come together again, nested up to a depth.
type builder struct {
	t *rapid.T
	d *Definition
}

var someConditions = []string{
	`amount > 100`, `level == "county"`, `form.size() > 1`, `"area" in form && form.area > 3`,
	`opinion.startsWith("n") || days < 5`, `applicant_kind in ["1", "2"]`,
}

func (b *builder) add(k nodeKind) *node {
	n := &node{kind: k, line: 1}
	n.step.ID = fmt.Sprintf("n%d", len(b.d.nodes))
	b.d.nodes = append(b.d.nodes, n)
	return n
}

func (b *builder) join(from, to *node) *edge {
	return b.d.join(fmt.Sprintf("e%d", len(b.d.edges)), from, to)
}

func (b *builder) step(after *node, k Kind, level Level, post string) *node {
	n := b.add(task)
	n.step = Step{
		ID: n.step.ID, Name: rapid.StringMatching(`[a-z\p{Han}]{1,20}`).Draw(b.t, "name"), Kind: k, Level: level,
		Post: post, LimitDays: rapid.IntRange(0, 5).Draw(b.t, "limit"),
	}
	b.join(after, n)
	return n
}

func (b *builder) reviews(after *node, depth int) *node {
	for range rapid.IntRange(0, 2).Draw(b.t, "parts") {
		if depth > 0 && rapid.Bool().Draw(b.t, "choice") {
			after = b.choice(after, depth-1)
		} else {
			after = b.step(after, Review, rapid.SampledFrom([]Level{Own, Parent, County, League}).Draw(b.t, "level"), "reviewer")
		}
	}
	return after
}

func (b *builder) choice(after *node, depth int) *node {
	split, merge := b.add(gateway), b.add(gateway)
	b.join(after, split)
	for i := range rapid.IntRange(2, 3).Draw(b.t, "branches") {
		first := len(b.d.edges)
		last := b.reviews(split, depth)
		b.join(last, merge)
		if e := b.d.edges[first]; i == 0 {
			split.fallback = e
		} else {
			e.condition = rapid.SampledFrom(someConditions).Draw(b.t, "condition")
		}
	}
	return merge
}

func soundFlow(t *rapid.T) *Definition {
	b := builder{t, &Definition{ID: "p", Name: "流程", diagram: newDiagram()}}
	n := b.step(b.add(start), Accept, Own, "clerk")
	n = b.step(b.reviews(n, 2), Decide, County, "decider")
	if rapid.Bool().Draw(t, "deliver") {
		n = b.step(n, Deliver, Origin, "clerk")
	}
	b.join(n, b.add(end))
	return b.d
}

func reread(t *rapid.T, d *Definition) *Definition {
	out, err := Parse(encode(d))
	if err != nil {
		t.Fatalf("%v in\n%s", err, encode(d))
	}
	return out
}

func someFacts(t *rapid.T) map[string]any {
	return map[string]any{
		"amount":         rapid.IntRange(0, 200).Draw(t, "amount"),
		"days":           rapid.IntRange(0, 9).Draw(t, "days"),
		"level":          rapid.SampledFrom([]string{"county", "league"}).Draw(t, "level"),
		"opinion":        rapid.SampledFrom([]string{"", "no", "yes"}).Draw(t, "opinion"),
		"applicant_kind": rapid.SampledFrom([]string{"1", "9"}).Draw(t, "kind"),
		"form":           rapid.SampledFrom([]map[string]any{nil, {"area": 4}, {"area": 1.5, "b": "x"}}).Draw(t, "form"),
	}
}

// TestSoundFlowsEnd: a sound flow comes back from XML, passes the check within its longest
// way and not within a day less, and ends for any facts without a step entered twice.
func TestSoundFlowsEnd(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		built := soundFlow(t)
		d := reread(t, built)
		if !slices.Equal(d.Steps(), built.Steps()) {
			t.Fatalf("steps %v, built %v", d.Steps(), built.Steps())
		}
		days := slowest(d.ofKind(start)[0])
		if p := d.Check(Check{PromisedDays: days}); len(p) > 0 {
			t.Fatalf("%d days: %v", days, p)
		}
		if p := Problems(d.Check(Check{PromisedDays: days - 1})); days > 1 && !p.Has(RuleOverPromise) {
			t.Fatalf("%d days are enough", days-1)
		}
		seen := map[string]bool{}
		for s, ended := d.First(), false; !ended; {
			if seen[s.ID] {
				t.Fatalf("%s again", s.ID)
			}
			seen[s.ID] = true
			var err error
			if s, ended, err = d.Next(s.ID, someFacts(t)); err != nil {
				t.Fatal(err)
			}
		}
	})
}

// slowest tries every way from n: the plain reading of what longest computes.
func slowest(n *node) int {
	rest := 0
	for _, e := range n.out {
		rest = max(rest, slowest(e.to))
	}
	if n.step.Kind == Review || n.step.Kind == Decide {
		rest += n.step.LimitDays
	}
	return rest
}

// TestUnsoundFlowsAreRefused: each way of spoiling a sound flow is found by its rule.
func TestUnsoundFlowsAreRefused(t *testing.T) {
	t.Parallel()
	pick := func(t *rapid.T, d *Definition, k nodeKind) *node {
		return rapid.SampledFrom(d.ofKind(k)).Draw(t, "node")
	}
	// split is a choice in d; where there is none, the last arrow is led through a new one.
	split := func(t *rapid.T, d *Definition) *node {
		for _, n := range d.ofKind(gateway) {
			if len(n.out) > 1 {
				return n
			}
		}
		b, last := builder{t, d}, d.ofKind(end)[0].in[0]
		gate := b.add(gateway)
		d.ofKind(end)[0].in, gate.in, last.to = nil, []*edge{last}, gate
		gate.fallback = b.join(gate, d.ofKind(end)[0])
		b.join(gate, d.ofKind(end)[0]).condition = "amount > 1"
		return gate
	}
	for rule, spoil := range map[string]func(*rapid.T, *Definition){
		RuleNoWayOut:         func(t *rapid.T, d *Definition) { b := builder{t, d}; b.step(pick(t, d, task), Review, Own, "clerk") },
		RuleUnreachable:      func(t *rapid.T, d *Definition) { b := builder{t, d}; b.join(b.add(gateway), pick(t, d, task)) },
		RuleOneStart:         func(t *rapid.T, d *Definition) { b := builder{t, d}; b.join(b.add(start), pick(t, d, task)) },
		RuleOneWayOut:        func(t *rapid.T, d *Definition) { b := builder{t, d}; b.join(pick(t, d, task), d.ofKind(end)[0]) },
		RuleEnterStart:       func(t *rapid.T, d *Definition) { b := builder{t, d}; b.join(pick(t, d, task), d.ofKind(start)[0]) },
		RuleDefaultMissing:   func(t *rapid.T, d *Definition) { split(t, d).fallback = nil },
		RuleConditionMissing: func(t *rapid.T, d *Definition) { n := split(t, d); n.out[len(n.out)-1].condition = "" },
		RuleCondition:        func(t *rapid.T, d *Definition) { n := split(t, d); n.out[len(n.out)-1].condition = "level > 3" },
		RuleStepMissing:      func(t *rapid.T, d *Definition) { pick(t, d, task).bare = true },
		RuleStepLevel:        func(t *rapid.T, d *Definition) { pick(t, d, task).step.Level = "" },
		RuleStepPost:         func(t *rapid.T, d *Definition) { pick(t, d, task).step.Post = "Ä" },
		RuleStepLimit:        func(t *rapid.T, d *Definition) { pick(t, d, task).step.LimitDays = -1 },
		RuleAcceptMissing:    func(_ *rapid.T, d *Definition) { d.ofKind(task)[0].step.Kind = Review },
		RuleOverAccept:       func(_ *rapid.T, d *Definition) { d.ofKind(task)[0].step.LimitDays = 6 },
	} {
		t.Run(rule, func(t *testing.T) {
			t.Parallel()
			rapid.Check(t, func(t *rapid.T) {
				d := soundFlow(t)
				spoil(t, d)
				if p := Problems(reread(t, d).Check(Check{})); !p.Has(rule) {
					t.Fatalf("problems: %v", p)
				}
			})
		})
	}
}

// TestLinearComesBackWhatever: any step whatsoever comes back, if XML can hold it.
func TestLinearComesBackWhatever(t *testing.T) {
	t.Parallel()
	text := rapid.StringOf(rapid.Rune().Filter(func(r rune) bool {
		return r == '\t' || r == '\n' || r == '\r' || r >= ' ' && r < 0xD800 || r >= 0xE000 && r <= 0xFFFD || r > 0xFFFF
	}))
	rapid.Check(t, func(t *rapid.T) {
		var steps []Step
		for i := range rapid.IntRange(0, 6).Draw(t, "count") {
			steps = append(steps, Step{
				ID: fmt.Sprintf("step-%d.%d", i, i), Name: text.Draw(t, "name"), Kind: Kind(text.Draw(t, "kind")),
				Level: Level(text.Draw(t, "level")), TenantRef: text.Draw(t, "tenant"), Post: text.Draw(t, "post"),
				LimitDays: rapid.Int().Draw(t, "limit"),
			})
		}
		name := text.Draw(t, "flow")
		d, err := Parse(Linear(name, steps))
		if err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(d.Steps(), steps) || d.Name != name {
			t.Fatalf("came back as %q %+v", d.Name, d.Steps())
		}
	})
}
