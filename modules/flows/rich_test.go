package flows

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
)

// enrich gives a random flow everything that a flow may say.
func enrich(d *Definition, r *rand.Rand) {
	one := func(list ...string) string { return list[r.IntN(len(list))] }
	for i, n := range slices.Clone(d.nodes) {
		switch {
		case n.kind == task && r.IntN(6) == 0:
			n.kind, n.step = service, Step{ID: n.step.ID, Name: n.step.Name}
			n.service = one("issue_licence", "notify", "exchange")
		case n.kind == task && r.IntN(6) == 0:
			n.kind, n.step = call, Step{ID: n.step.ID}
			n.called = one("other", "018f2b6c")
		case n.kind == task && r.IntN(5) == 0:
			n.kind, n.step = sub, Step{ID: n.step.ID, Name: "内部 <子流程>"}
			n.inner = structured(uint64(i), 6)
			n.inner.ID, n.inner.Name, n.inner.owner = n.step.ID, n.step.Name, n
			rename(n.inner, n.step.ID+"_")
			enrichConditions(n.inner)
		case n.kind == task:
			n.step.Kind, n.step.Level = Kind(one("accept", "review", "decide", "deliver")), Level(one("own", "parent", "tenant"))
			n.step.Department, n.step.Role, n.step.Person = one("", "01"), one("", "approver"), one("", "张三")
			n.step.Substitute, n.step.Opinion = one("", "李四"), r.IntN(2) == 0
			n.step.Attachments, n.step.Documents, n.step.Acts = List(one("", "photo")), List(one("", "decision notice")), List(one("", "pass return"))
			if r.IntN(2) == 0 {
				n.step.Risk = Risk{"高", "自由裁量 & \"人情\"", "双人\n复核"}
				n.step.Fields = RightsOf(map[string]Right{"area": Write, "面积": Hidden, "b": Read})
			}
			if r.IntN(3) == 0 {
				n.many = &Many{Sequential: r.IntN(2) == 0, Over: one("departments", "persons"), Rule: Some, N: 2, Values: "a b c"}
			} else if r.IntN(3) == 0 {
				n.many = &Many{Over: "list", Rule: Any, From: `form.list.filter(x, x > "a")`}
			}
		case n.kind == boundary:
			n.trigger = []trigger{{kind: "timer", days: 5}, {kind: "message", wait: Wait{"external", "bank"}}}[r.IntN(2)]
		case n.kind == end:
			n.ending = Ending(one("", "withdraw"))
		}
	}
	enrichConditions(d)
}

func rename(d *Definition, prefix string) {
	for _, n := range d.nodes {
		n.step.ID = prefix + n.step.ID
	}
	for _, e := range d.edges {
		e.id = prefix + e.id
	}
}

func enrichConditions(d *Definition) {
	for _, n := range d.nodes {
		if (n.kind == gateway || n.kind == inclusive) && len(n.out) > 1 && n.fallback == nil {
			n.fallback = n.out[0]
		}
	}
	for _, e := range d.edges {
		if k := e.from.kind; (k == gateway || k == inclusive) && len(e.from.out) > 1 && e != e.from.fallback {
			e.condition = `form.x < 3 && "a" in choices`
		}
	}
}

// TestWrittenAndReadAgain: whatever a flow says is there again, and is written the same.
func TestWrittenAndReadAgain(t *testing.T) {
	t.Parallel()
	for seed := range uint64(300) {
		d := structured(seed, 40)
		enrich(d, rand.New(rand.NewPCG(seed, 1)))
		d.ID, d.Name = "p", "流程"
		src := encode(d)
		again, err := Parse(src)
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, src)
		}
		if a, b := content(d), content(again); a != b {
			t.Fatalf("seed %d:\n%s\nread again:\n%s", seed, a, b)
		}
		if out := encode(again); !bytes.Equal(out, src) {
			t.Fatalf("seed %d: written again:\n%s\nwas\n%s", seed, out, src)
		}
		wellFormed(t, Draw(again, nil))
	}
}

// content is all that a flow says about execution.
func content(d *Definition) string {
	var b strings.Builder
	d.everyScope(func(s *Definition) {
		for _, n := range s.nodes {
			fmt.Fprintf(&b, "%s %+v %v %v %q %q %+v %v %q", n.kind, n.step, n.bare, n.abstract, n.service, n.called, n.trigger, n.beside, n.ending)
			if n.host != nil {
				b.WriteString(" on " + n.host.step.ID)
			}
			if m := n.many; m != nil {
				fmt.Fprintf(&b, " many %v %s %s %s %s %d", m.Sequential, m.Over, m.Values, m.From, m.Rule, m.N)
			}
			b.WriteString("\n")
		}
		for _, e := range s.edges {
			fmt.Fprintf(&b, "%s %s>%s %q default=%v\n", e.id, e.from.step.ID, e.to.step.ID, e.condition, e == e.from.fallback)
		}
	})
	return b.String()
}

// TestInterchange: files as bpmn.io, Camunda and Signavio write them come in and go out with
// every element, attribute and text that they had; what is not executed is refused by name.
func TestInterchange(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/interchange/*.bpmn")
	if err != nil || len(files) < 6 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			t.Parallel()
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			d := mustParse(t, src)
			out, drawn := d.XML(), bytes.Contains(src, []byte("BPMNDiagram"))
			if got, want := everything(t, out, drawn), everything(t, src, drawn); !reflect.DeepEqual(got, want) {
				for _, line := range want {
					if !slices.Contains(got, line) {
						t.Errorf("lost: %s", line)
					}
				}
				for _, line := range got {
					if !slices.Contains(want, line) {
						t.Errorf("new: %s", line)
					}
				}
			}
			if again := mustParse(t, out).XML(); !bytes.Equal(again, out) {
				t.Error("written again, it is another")
			}
			wellFormed(t, Draw(d, nil))
		})
	}
}

// everything lists what a document holds, by element, without order and prefixes: attributes
// that say what holds anyway aside.
func everything(t *testing.T, src []byte, drawn bool) []string {
	t.Helper()
	root, bad := readTree(src)
	if bad != nil {
		t.Fatal(bad)
	}
	var out []string
	var visit func(path string, e *element)
	visit = func(path string, e *element) {
		if e.name.Local == "BPMNDiagram" && !drawn {
			return
		}
		path += "/" + e.name.Local
		if id := e.attr("id"); id != "" {
			path = e.name.Local + "#" + id
		} else if id := e.attr("bpmnElement"); id != "" {
			path = e.name.Local + "@" + id
		}
		if e.name.Local != "extensionElements" || len(e.children) > 0 {
			out = append(out, path)
		}
		for _, a := range e.attrs {
			v := a.Value
			if a.Name.Space == nsXSI && a.Name.Local == "type" {
				_, local, ok := strings.Cut(v, ":")
				if ok {
					v = local
				}
			}
			def := a.Name.Local == "cancelActivity" && v == "true" || a.Name.Local == "isSequential" && v == "false" || a.Name.Local == "name" && v == ""
			if !declares(a) && !def && a.Name.Local != "language" {
				out = append(out, path+"["+a.Name.Space+" "+a.Name.Local+"="+v+"]")
			}
		}
		if s := strings.Join(strings.Fields(e.text.String()), " "); s != "" {
			out = append(out, path+" "+s)
		}
		for _, c := range e.children {
			visit(path, c)
		}
	}
	visit("", root)
	slices.Sort(out)
	return slices.Compact(out)
}

func TestInterchangeRefusesByName(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ body, element, rule string }{
		"event gateway":        {`<eventBasedGateway id="x"/>`, "eventBasedGateway", RuleElement},
		"send":                 {`<sendTask id="x"/>`, "sendTask", RuleElement},
		"receive":              {`<receiveTask id="x"/>`, "receiveTask", RuleElement},
		"script":               {`<scriptTask id="x"/>`, "scriptTask", RuleElement},
		"business rule":        {`<businessRuleTask id="x"/>`, "businessRuleTask", RuleElement},
		"throw":                {`<intermediateThrowEvent id="x"/>`, "intermediateThrowEvent", RuleElement},
		"terminate":            {`<endEvent id="x"><terminateEventDefinition/></endEvent>`, "terminateEventDefinition", RuleElement},
		"error":                {`<userTask id="u"/><boundaryEvent id="x" attachedToRef="u"><errorEventDefinition/></boundaryEvent>`, "errorEventDefinition", RuleElement},
		"signal":               {`<intermediateCatchEvent id="x"><signalEventDefinition/></intermediateCatchEvent>`, "signalEventDefinition", RuleElement},
		"message start":        {`<startEvent id="x"><messageEventDefinition/></startEvent>`, "messageEventDefinition", RuleElement},
		"event sub-process":    {`<subProcess id="x" triggeredByEvent="true"/>`, "subProcess", RuleAttribute},
		"transaction":          {`<transaction id="x"/>`, "transaction", RuleElement},
		"ad hoc":               {`<adHocSubProcess id="x"/>`, "adHocSubProcess", RuleElement},
		"cycle":                {`<intermediateCatchEvent id="x"><timerEventDefinition><timeCycle>R3/P1D</timeCycle></timerEventDefinition></intermediateCatchEvent>`, "timeCycle", RuleElement},
		"hours":                {`<intermediateCatchEvent id="x"><timerEventDefinition><timeDuration>PT2H</timeDuration></timerEventDefinition></intermediateCatchEvent>`, "timeDuration", RuleElement},
		"times disagree":       {`<intermediateCatchEvent id="x"><extensionElements><ld:timer days="3"/></extensionElements><timerEventDefinition><timeDuration>P5D</timeDuration></timerEventDefinition></intermediateCatchEvent>`, "timeDuration", RuleTimer},
		"cardinality":          {`<userTask id="x"><multiInstanceLoopCharacteristics><loopCardinality>3</loopCardinality></multiInstanceLoopCharacteristics></userTask>`, "loopCardinality", RuleElement},
		"completion condition": {`<userTask id="x"><multiInstanceLoopCharacteristics><completionCondition>x</completionCondition></multiInstanceLoopCharacteristics></userTask>`, "completionCondition", RuleElement},
		"assignment":           {`<userTask id="x"><potentialOwner/></userTask>`, "potentialOwner", RuleElement},
		"listener":             {`<userTask id="x"><extensionElements><c:taskListener xmlns:c="http://camunda.org/schema/1.0/bpmn"/></extensionElements></userTask>`, "taskListener", RuleElement},
		"conditional activity": {`<userTask id="x" default="f"/>`, "userTask", RuleAttribute},
		"across scopes":        {`<userTask id="x"/><subProcess id="s"><userTask id="y"/></subProcess><sequenceFlow id="f" sourceRef="x" targetRef="y"/>`, "sequenceFlow", RuleDangling},
		"attached to an event": {`<endEvent id="s"/><boundaryEvent id="x" attachedToRef="s"/>`, "boundaryEvent", RuleDangling},
		"field twice":          {`<userTask id="x"><extensionElements><ld:step><ld:field name="a"/><ld:field name="a"/></ld:step></extensionElements></userTask>`, "field", RuleStepField},
		"service on a person":  {`<userTask id="x"><extensionElements><ld:service kind="notify"/></extensionElements></userTask>`, "service", RuleElement},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(wrapProcess(c.body)))
			var ps Problems
			if !asProblems(err, &ps) || ps[0].Element != c.element || ps[0].Rule != c.rule || ps[0].Line != 1 {
				t.Errorf("err = %v", err)
			}
		})
	}
}
