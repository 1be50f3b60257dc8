package flows_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"liandong/modules/flows"
)

// spell writes legs as text: a, {b c | d}= for ways at the same time, {b | c}? for one of them.
func spell(legs []flows.Leg) string {
	var out []string
	for _, l := range legs {
		switch {
		case l.Ways != nil:
			var ways []string
			for _, w := range l.Ways {
				ways = append(ways, spell(w))
			}
			mark := "?"
			if l.Together {
				mark = "="
			}
			out = append(out, "{"+strings.Join(ways, " | ")+"}"+mark)
		case l.Waits != "":
			out = append(out, l.Waits)
		default:
			out = append(out, l.Step.ID)
		}
	}
	return strings.Join(out, " ")
}

// drawn is a flow of gateways, steps and waits: a name that begins with p is a parallel gateway,
// with x an exclusive one, with i an inclusive one, with w a wait; arrows are "from>to" with a
// condition behind a colon, "!" for the default one.
func drawn(t *testing.T, arrows ...string) *flows.Definition {
	t.Helper()
	var b strings.Builder
	seen, fallback := map[string]bool{}, map[string]string{}
	for i, a := range arrows {
		way, cond, _ := strings.Cut(a, ":")
		from, to, _ := strings.Cut(way, ">")
		id := fmt.Sprintf("f%d", i)
		inner := ""
		if cond == "!" {
			fallback[from] = id
		} else if cond != "" {
			inner = `<b:conditionExpression xsi:type="b:tFormalExpression">` + cond + `</b:conditionExpression>`
		}
		fmt.Fprintf(&b, `<b:sequenceFlow id="%s" sourceRef="%s" targetRef="%s">%s</b:sequenceFlow>`, id, from, to, inner)
		seen[from], seen[to] = true, true
	}
	for n := range seen {
		def := ""
		if fallback[n] != "" {
			def = ` default="` + fallback[n] + `"`
		}
		switch n[0] {
		case 's':
			fmt.Fprintf(&b, `<b:startEvent id="%s"/>`, n)
		case 'e':
			fmt.Fprintf(&b, `<b:endEvent id="%s"/>`, n)
		case 'p':
			fmt.Fprintf(&b, `<b:parallelGateway id="%s"/>`, n)
		case 'x':
			fmt.Fprintf(&b, `<b:exclusiveGateway id="%s"%s/>`, n, def)
		case 'i':
			fmt.Fprintf(&b, `<b:inclusiveGateway id="%s"%s/>`, n, def)
		case 'w':
			fmt.Fprintf(&b, `<b:intermediateCatchEvent id="%s" name="等"><b:extensionElements><ld:wait for="payment"/></b:extensionElements><b:messageEventDefinition id="m%s"/></b:intermediateCatchEvent>`, n, n)
		default:
			fmt.Fprintf(&b, `<b:userTask id="%s" name="%s"><b:extensionElements><ld:step kind="review" level="own" post="reviewer" limit="1"/></b:extensionElements></b:userTask>`, n, n)
		}
	}
	d, err := flows.Parse([]byte(`<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ld="https://liandong.cn/bpmn" id="d" targetNamespace="t"><b:process id="q" isExecutable="true">` + b.String() + `</b:process></b:definitions>`))
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func TestOutline(t *testing.T) {
	t.Parallel()
	big := `"big" in choices`
	for _, c := range []struct {
		arrows     []string
		all, small string // of any case, and of one with a choice
		path       string
		sure       bool
	}{
		{[]string{"s>a", "a>b", "b>e"}, "a b", "a b", "a b", true},
		{[]string{"s>a", "a>p1", "p1>b", "b>c", "c>p2", "p1>d", "d>p2", "p2>f", "f>e"}, "a {b c | d}= f", "a {b c | d}= f", "a b c d f", true},
		{[]string{"s>a", "a>w", "w>b", "b>e"}, "a payment b", "a payment b", "a b", true},
		{[]string{"s>a", "a>x", "x>b:" + big, "x>c:!", "b>c", "c>e"}, "a {b}? c", "a c", "a c", true},
		{[]string{"s>a", "a>x", "x>b:" + big, "x>c:!", "b>x2", "c>x2", "x2>d", "d>e"}, "a {b | c}? d", "a c d", "a c d", true},
		{[]string{"s>a", "a>x", "x>b:form.size &gt; 3", "x>c:!", "b>x2", "c>x2", "x2>d", "d>e"}, "a {b | c}? d", "a {b | c}? d", "a", false},
		{[]string{"s>a", "a>x", "x>a:" + big, "x>b:!", "b>e"}, "a b", "a b", "a b", true},
		{[]string{"s>p1", "p1>a", "p1>p3", "p3>b", "p3>c", "b>p4", "c>p4", "p4>p2", "a>p2", "p2>d", "d>e"}, "{a | {b | c}=}= d", "{a | {b | c}=}= d", "a b c d", true},
		{[]string{"s>a", "a>i1", "i1>b:" + big, "i1>c:true", "i1>d:!", "b>i2", "c>i2", "d>i2", "i2>f", "f>e"}, "a {b | c | d}= f", "a c f", "a c f", true},
		{[]string{"s>a", "a>x", "x>b:" + big, "x>c:!", "b>e1", "c>e2"}, "a {b | c}?", "a c", "a c", true},
		{[]string{"s>a", "a>p1", "p1>x", "x>b:" + big, "x>c:!", "b>x2", "c>x2", "x2>p2", "p1>d", "d>p2", "p2>f", "f>e"}, "a {{b | c}? | d}= f", "a {c | d}= f", "a c d f", true},
	} {
		d := drawn(t, c.arrows...)
		if got := spell(d.Outline(nil)); got != c.all {
			t.Errorf("%v: %s, want %s", c.arrows, got, c.all)
		}
		facts := map[string]any{"choices": []string{"small"}}
		if got := spell(d.Outline(facts)); got != c.small {
			t.Errorf("%v with a choice: %s, want %s", c.arrows, got, c.small)
		}
		steps, sure := d.Path(facts)
		var ids []string
		for _, s := range steps {
			ids = append(ids, s.ID)
		}
		if got := strings.Join(ids, " "); got != c.path || sure != c.sure {
			t.Errorf("%v: path %s, sure %v, want %s, %v", c.arrows, got, sure, c.path, c.sure)
		}
	}
}

// Nothing that somebody does is left out of the outline of a flow but what boundary events lead to,
// and nothing stands in it twice.
func TestOutlineHasEveryStep(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/*.bpmn")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range files {
		xml, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		d, err := flows.Parse(xml)
		if err != nil || len(d.Check(flows.Check{PromisedDays: 1000})) > 0 || strings.Contains(string(xml), "boundaryEvent") {
			continue
		}
		said := strings.FieldsFunc(spell(d.Outline(nil)), func(r rune) bool { return strings.ContainsRune(" {}|=?", r) })
		for _, s := range d.Steps() {
			if n := len(slices.DeleteFunc(slices.Clone(said), func(x string) bool { return x != s.ID })); n != 1 {
				t.Errorf("%s: step %s stands %d times in %v", f, s.ID, n, said)
			}
		}
	}
}
