package flows

import (
	"bytes"
	"encoding/xml"
	"errors"
	"flag"
	"io"
	"os"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "write the golden drawings anew")

// wellFormed fails unless svg is one element that a strict page may carry.
func wellFormed(t interface{ Fatalf(string, ...any) }, svg []byte) {
	dec := xml.NewDecoder(bytes.NewReader(svg))
	for {
		tok, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		start, ok := tok.(xml.StartElement)
		if ok && start.Name.Local == "script" {
			t.Fatalf("a script in %s", svg)
		}
		for _, a := range start.Attr {
			if a.Name.Local == "style" || a.Name.Local == "href" || strings.HasPrefix(a.Name.Local, "on") ||
				strings.Contains(a.Value, "NaN") || strings.Contains(a.Value, "Inf") {
				t.Fatalf("attribute %s=%q in %s", a.Name.Local, a.Value, svg)
			}
		}
	}
}

func underway() map[string]Mark {
	return map[string]Mark{"accept": {Done, "已完成"}, "review": {Current, "当前：剩 2 个工作日"}}
}

func TestDrawGolden(t *testing.T) {
	t.Parallel()
	for name, src := range map[string][]byte{
		"branch": read(t, "branch.bpmn"),               // without a drawing of its own
		"linear": Linear("食品经营 <许可> & \"x\"", usual()), // with one
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got := Draw(mustParse(t, src), underway())
			wellFormed(t, got)
			file := "testdata/" + name + ".svg"
			if *update {
				if err := os.WriteFile(file, got, 0o600); err != nil {
					t.Fatal(err)
				}
			}
			if want := read(t, name+".svg"); !bytes.Equal(got, want) {
				t.Errorf("drawing differs from %s; look at it and run with -update\n%s", file, got)
			}
		})
	}
}

func TestDrawSaysWhatItShows(t *testing.T) {
	t.Parallel()
	svg := string(Draw(mustParse(t, read(t, "branch.bpmn")), underway()))
	for _, want := range []string{
		`role="img" aria-label="草原征占用审核"`, `<title>草原征占用审核</title>`,
		`<desc>1. 窗口受理（已完成）；2. 现场勘验和材料审查（当前：剩 2 个工作日）；3. 旗县决定；`,
		`<g class="flow-node flow-step is-done" data-node="accept">`,
		`<g class="flow-node flow-step is-current" data-node="review">`,
		`<g class="flow-node flow-step is-todo" data-node="deliver">`,
		`<g class="flow-node flow-choice is-done" data-node="ok">`,
		`<g class="flow-node flow-choice is-todo" data-node="size">`,
		`<g class="flow-node flow-start is-done" data-node="start">`,
		`<g class="flow-node flow-end is-todo" data-node="refused">`,
	} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestDrawKeepsTheDrawingOfTheEditor(t *testing.T) {
	t.Parallel()
	src := string(Linear("x", usual()))
	src = strings.Replace(src, `<dc:Bounds x="84" y="0"`, `<dc:Bounds x="84" y="-400"`, 1)
	src = strings.Replace(src, `<bpmn:endEvent id="end">`, `<bpmn:endEvent id="end" name="办结">`, 1)
	src = strings.Replace(src, `bpmnElement="end">`, `bpmnElement="end"><bpmndi:BPMNLabel><dc:Bounds x="900" y="200" width="20" height="12"/></bpmndi:BPMNLabel>`, 1)
	svg := string(Draw(mustParse(t, []byte(src)), nil))
	for _, want := range []string{`<rect class="flow-shape" x="84" y="-400"`, `<tspan x="910" y="210.32">办结`, `viewBox="-12 -420 `} {
		if !strings.Contains(svg, want) {
			t.Errorf("no %s in %s", want, svg)
		}
	}
}

// TestDrawEveryClassHasItsRule: the sheet and the drawing do not drift apart.
func TestDrawEveryClassHasItsRule(t *testing.T) {
	t.Parallel()
	css := string(read(t, "../../../portal-sites/kit/src/css/flow.css"))
	svg := Draw(mustParse(t, read(t, "branch.bpmn")), underway())
	wrapper := []string{"flow-node", "flow-choice", "flow-start"} // hooks without a rule
	for _, m := range regexp.MustCompile(`class="([^"]+)"`).FindAllSubmatch(svg, -1) {
		for class := range strings.FieldsSeq(string(m[1])) {
			if !oneOf(class, wrapper...) && !strings.Contains(css, "."+class) {
				t.Errorf("class %s has no rule", class)
			}
		}
	}
}

func TestDrawFollowsTheWayTaken(t *testing.T) {
	t.Parallel()
	d := mustParse(t, read(t, "branch.bpmn"))
	done := Mark{State: Done}
	for name, c := range map[string]struct {
		marks map[string]Mark
		want  string // ids of arrows gone along
	}{
		"not begun":    {nil, ""},
		"at the first": {map[string]Mark{"accept": {State: Current}}, "f1"},
		"refused":      {map[string]Mark{"accept": done}, "f1 f2 f4"},
		"large":        {map[string]Mark{"accept": done, "review": done, "large": {State: Current}}, "f1 f2 f3 f5 f7"},
		"ended":        {map[string]Mark{"accept": done, "review": done, "small": done, "deliver": done}, "f1 f2 f3 f5 f6 f8 f10 f11"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := d.progress(c.marks)
			var got []string
			for _, e := range d.edges {
				if p.edge(e) == Done {
					got = append(got, e.id)
				}
			}
			if s := strings.Join(got, " "); s != c.want {
				t.Errorf("gone along %q, want %q", s, c.want)
			}
		})
	}
}

// TestLayoutKeepsNodesApart: no node lies on another, and no arrow runs through one.
func TestLayoutKeepsNodesApart(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		d := soundFlow(t)
		b := builder{t, d}
		b.join(rapid.SampledFrom(d.ofKind(task)).Draw(t, "from"), rapid.SampledFrom(d.ofKind(task)).Draw(t, "to"))
		wellFormed(t, Draw(d, nil))
		g := d.layout()
		for _, n := range d.nodes {
			r := g.shapes[n.step.ID]
			for _, m := range d.nodes {
				if o := g.shapes[m.step.ID]; n != m && o.meets(r.x, r.y, r.x+r.w, r.y+r.h) {
					t.Fatalf("%v on %v", r, o)
				}
			}
			for _, e := range d.edges {
				line := g.lines[e.id]
				for i := 1; i < len(line); i++ {
					p, q := line[i-1], line[i]
					if r.meets(min(p.x, q.x), min(p.y, q.y), max(p.x, q.x), max(p.y, q.y)) {
						t.Fatalf("arrow %v through %s %v", line, n.step.ID, r)
					}
				}
			}
		}
	})
}

// meets reports whether the inside of r meets the box.
func (r rect) meets(x1, y1, x2, y2 float64) bool {
	return r.x < x2 && x1 < r.x+r.w && r.y < y2 && y1 < r.y+r.h
}

func TestWrap(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		s    string
		want string
	}{
		{"受理", "受理"},
		{"现场勘验和材料审查", "现场勘验和材料|审查"},
		{"现场勘验和材料、审查", "现场勘验和材料、|审查"}, // 避头点
		{"  a \n b  ", "a b"},
		{"Xilin Gol League", "Xilin Gol|League"},
		{"", ""},
		{strings.Repeat("长", 30), "长长长长长长长|长长长长长长长…"},
		{strings.Repeat("w", 40), strings.Repeat("w", 13) + "…"},
	} {
		if got := strings.Join(wrap(c.s, 7*labelFont, labelFont, 2), "|"); got != c.want {
			t.Errorf("wrap %q = %q, want %q", c.s, got, c.want)
		}
	}
}
