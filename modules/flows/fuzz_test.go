package flows

import (
	"bytes"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liandong/tenancy/fault"
)

// FuzzParse: whatever comes in, Parse refuses it with reasons, or gives a flow with which
// everything else works; a flow that passes the check is never stuck.
func FuzzParse(f *testing.F) {
	f.Add(read(f, "branch.bpmn"))
	f.Add(Linear("食品经营许可", usual()))
	f.Add([]byte(wrapProcess(`<exclusiveGateway id="g" default="f"/><sequenceFlow id="f" sourceRef="g" targetRef="g"><conditionExpression>amount>1</conditionExpression></sequenceFlow>`)))
	f.Add([]byte(wrapProcess(`<startEvent id="s"/><startEvent id="t"/><endEvent id="e"/><sequenceFlow id="f" sourceRef="e" targetRef="s"/>`)))
	files, err := filepath.Glob("testdata/interchange/*.bpmn")
	if err != nil {
		f.Fatal(err)
	}
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Add(encode(richFlow()))
	f.Add([]byte(`<!DOCTYPE a [<!ENTITY x "&x;">]><definitions/>`))
	f.Fuzz(func(t *testing.T, src []byte) {
		d, err := Parse(src)
		if err != nil {
			var p Problems
			if !asProblems(err, &p) || len(p) == 0 || fault.KindOf(err) != fault.Invalid {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		wellFormed(t, Draw(d, map[string]Mark{d.First().ID: {Current, "x"}}))
		sound := len(d.Check(Check{PromisedDays: 20})) == 0
		if sound && d.First() == (Step{}) {
			t.Fatal("sound, but without a first step")
		}
		for _, s := range d.Steps() {
			_, _, err := d.Next(s.ID, nil)
			if e, ok := fault.As(err); sound && d.stepwise() && err != nil && (!ok || e.Text != "flow_condition_failed") {
				t.Fatalf("sound, but after %s: %v", s.ID, err)
			}
		}
		if _, err := d.Begin(nil); sound && err != nil {
			if e, ok := fault.As(err); !ok || e.Text != "flow_condition_failed" && e.Text != "flow_many_who" {
				t.Fatalf("sound, but does not begin: %v", err)
			}
		}
		written := encode(d)
		again, err := Parse(written)
		if err != nil || ids(again.Steps()) != ids(d.Steps()) || !bytes.Equal(encode(again), written) {
			t.Fatalf("written and read again: %v\n%s\n%s", err, written, encode(again))
		}
	})
}

func richFlow() *Definition {
	d := structured(3, 40)
	enrich(d, rand.New(rand.NewPCG(3, 1)))
	d.ID, d.Name = "p", "流程"
	return d
}

// TestHugeIsQuick: the largest input that is read costs no more than its reading.
func TestHugeIsQuick(t *testing.T) {
	t.Parallel()
	name := strings.Repeat("w", MaxBytes-4096)
	src := strings.Replace(string(read(t, "branch.bpmn")), "盟级决定", name, 1)
	wellFormed(t, Draw(mustParse(t, []byte(src)), map[string]Mark{"large": {Current, name}}))
}

func BenchmarkParse(b *testing.B) {
	src := read(b, "branch.bpmn")
	for b.Loop() {
		mustParse(b, src)
	}
}

func BenchmarkNext(b *testing.B) {
	d := mustParse(b, read(b, "branch.bpmn"))
	facts := map[string]any{"form": map[string]any{"area": 101}}
	for b.Loop() {
		if _, _, err := d.Next("review", facts); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDraw(b *testing.B) {
	d := mustParse(b, read(b, "branch.bpmn"))
	for b.Loop() {
		Draw(d, underway())
	}
}

// stepwise reports whether a case of the flow stands at one step at a time.
func (d *Definition) stepwise() bool {
	for _, n := range d.nodes {
		if !oneOf(n.kind, start, end, task, gateway) || n.many != nil {
			return false
		}
	}
	return true
}
