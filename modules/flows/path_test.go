package flows_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"liandong/modules/flows"
)

// TestPath goes the way of every flow at hand: it is the one that Next leads along.
func TestPath(t *testing.T) {
	t.Parallel()
	steps := []flows.Step{
		{ID: "a", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 1},
		{ID: "b", Name: "决定", Kind: flows.Decide, Level: flows.County, Post: "decider", LimitDays: 1},
	}
	d, err := flows.Parse(flows.Linear("直线", steps))
	if err != nil {
		t.Fatal(err)
	}
	path, sure := d.Path(nil)
	if !sure || len(path) != 2 || path[1].ID != "b" || d.Branches() {
		t.Errorf("%v %v", path, sure)
	}
	files, err := filepath.Glob("testdata/*.bpmn")
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range files {
		xml, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if d, err := flows.Parse(xml); err == nil {
			path, _ := d.Path(map[string]any{"choices": []string{"x"}})
			for _, s := range path {
				if !slices.Contains(d.Steps(), s) {
					t.Errorf("%s: %s is no step", f, s.ID)
				}
			}
		}
	}
}

// TestPathByChoices branches on what the applicant chose.
func TestPathByChoices(t *testing.T) {
	t.Parallel()
	d, err := flows.Parse([]byte(`<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:ld="https://liandong.cn/bpmn" id="x" targetNamespace="t"><bpmn:process id="p" isExecutable="true">
<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f1" sourceRef="s" targetRef="a"/>
<bpmn:userTask id="a" name="受理"><bpmn:extensionElements><ld:step kind="accept" level="own" post="clerk" limit="1"/></bpmn:extensionElements></bpmn:userTask>
<bpmn:sequenceFlow id="f2" sourceRef="a" targetRef="g"/><bpmn:exclusiveGateway id="g" default="f4"/>
<bpmn:sequenceFlow id="f3" sourceRef="g" targetRef="b"><bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">"big" in choices</bpmn:conditionExpression></bpmn:sequenceFlow>
<bpmn:sequenceFlow id="f4" sourceRef="g" targetRef="c"/>
<bpmn:userTask id="b" name="审查"><bpmn:extensionElements><ld:step kind="review" level="county" post="reviewer" limit="1"/></bpmn:extensionElements></bpmn:userTask>
<bpmn:sequenceFlow id="f5" sourceRef="b" targetRef="c"/>
<bpmn:userTask id="c" name="决定"><bpmn:extensionElements><ld:step kind="decide" level="county" post="decider" limit="1"/></bpmn:extensionElements></bpmn:userTask>
<bpmn:sequenceFlow id="f6" sourceRef="c" targetRef="e"/><bpmn:endEvent id="e"/></bpmn:process></bpmn:definitions>`))
	if err != nil {
		t.Fatal(err)
	}
	if ps := d.Check(flows.Check{PromisedDays: 5}); len(ps) > 0 || !d.Branches() {
		t.Fatalf("%v", ps)
	}
	for want, choices := range map[int][]string{3: {"big"}, 2: {"small"}} {
		if path, sure := d.Path(map[string]any{"choices": choices}); !sure || len(path) != want {
			t.Errorf("%v: %v, %v", choices, path, sure)
		}
	}
}
