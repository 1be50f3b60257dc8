package flows

import (
	"strings"
	"sync"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

func TestNextFollowsTheFacts(t *testing.T) {
	t.Parallel()
	d := mustParse(t, read(t, "branch.bpmn"))
	if got := d.First().ID; got != "accept" {
		t.Errorf("first = %q", got)
	}
	for _, c := range []struct {
		after string
		facts map[string]any
		want  string // empty: ended
	}{
		{"accept", nil, "review"},
		{"accept", map[string]any{"outcome": "refused"}, ""},
		{"review", nil, "small"},
		{"review", map[string]any{"form": map[string]any{"area": 100}}, "small"},
		{"review", map[string]any{"form": map[string]any{"area": 100.5}}, "large"},
		{"review", map[string]any{"opinion": "again"}, "review"},
		{"small", nil, "deliver"},
		{"large", map[string]any{"amount": 7.0, "days": uint8(3), "level": League}, "deliver"},
		{"deliver", nil, ""},
	} {
		step, ended, err := d.Next(c.after, c.facts)
		if err != nil || step.ID != c.want || ended != (c.want == "") {
			t.Errorf("after %s with %v: %q %v %v, want %q", c.after, c.facts, step.ID, ended, err, c.want)
		}
	}
}

func TestNextFails(t *testing.T) {
	t.Parallel()
	costly := mustParse(t, []byte(wrapProcess(`<userTask id="a"/><exclusiveGateway id="g" default="d"/><endEvent id="z"/>
<sequenceFlow id="f" sourceRef="a" targetRef="g"/><sequenceFlow id="d" sourceRef="g" targetRef="z"/>
<sequenceFlow id="c" sourceRef="g" targetRef="z"><conditionExpression>
form.l.all(x, form.l.all(y, form.l.all(z, x + y + z > 0)))</conditionExpression></sequenceFlow>
<userTask id="loop"/><exclusiveGateway id="g1"/><sequenceFlow id="l1" sourceRef="loop" targetRef="g1"/><sequenceFlow id="l2" sourceRef="g1" targetRef="g1"/>
<userTask id="broken"/><exclusiveGateway id="g2" default="b2"/><sequenceFlow id="b1" sourceRef="broken" targetRef="g2"/><sequenceFlow id="b2" sourceRef="g2" targetRef="z"/>
<sequenceFlow id="b3" sourceRef="g2" targetRef="z"><conditionExpression>((</conditionExpression></sequenceFlow>
<userTask id="dead"/>`)))
	many := make([]any, 200)
	for i := range many {
		many[i] = 1
	}
	for _, c := range []struct {
		after string
		facts map[string]any
		kind  fault.Kind
		text  string
	}{
		{"nowhere", nil, fault.NotFound, "flow_step_unknown"},
		{"g", nil, fault.NotFound, "flow_step_unknown"},
		{"a", nil, fault.Precondition, "flow_condition_failed"}, // form.l is missing: no branch by accident
		{"a", map[string]any{"form": map[string]any{"l": many}}, fault.Precondition, "cost limit"},
		{"a", map[string]any{"amuont": 1}, fault.Internal, "amuont"},
		{"a", map[string]any{"amount": 1.5}, fault.Internal, "amount"},
		{"a", map[string]any{"level": 3}, fault.Internal, "level"},
		{"loop", nil, fault.Precondition, "flow_stuck"},
		{"broken", nil, fault.Precondition, "flow_stuck"},
		{"dead", nil, fault.Precondition, "flow_stuck"},
	} {
		step, ended, err := costly.Next(c.after, c.facts)
		if step != (Step{}) || ended || fault.KindOf(err) != c.kind || !strings.Contains(err.Error(), c.text) {
			t.Errorf("after %s with %.40v: %q %v %v", c.after, c.facts, step.ID, ended, err)
		}
	}
	if costly.First() != (Step{}) {
		t.Error("a first step without a start")
	}
}

func TestNextIsSafeForConcurrentUse(t *testing.T) {
	t.Parallel()
	d := mustParse(t, read(t, "branch.bpmn"))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			for n := range 50 {
				area := (i + n) % 2 * 200
				want := []string{"small", "large"}[area/200]
				s, _, err := d.Next("review", map[string]any{"form": map[string]any{"area": area}})
				if err != nil || s.ID != want {
					t.Errorf("area %d: %s %v", area, s.ID, err)
				}
			}
		})
	}
	all.Wait()
}

func TestClimb(t *testing.T) {
	t.Parallel()
	village := Node{152502001201000, "village"}
	township, county := Node{152502001000000, "township"}, Node{152502000000000, "county"}
	league, province := Node{152500000000000, "league"}, Node{150000000000000, "province"}
	platform := Node{tenancy.Platform, "platform"}
	chain := []Node{platform, province, league, county, township}
	for name, c := range map[string]struct {
		level     Level
		origin    Node
		ancestors []Node
		want      tenancy.ID // 0: absent
	}{
		"own":                     {Own, village, chain, village.ID},
		"origin":                  {Origin, village, chain, village.ID},
		"parent":                  {Parent, village, chain, township.ID},
		"parent, self listed":     {Parent, village, append(chain[:5:5], village), township.ID},
		"parent of the root":      {Parent, province, []Node{platform, province}, 0},
		"county":                  {County, village, chain, county.ID},
		"county of a county":      {County, county, chain[:3], county.ID},
		"county of a league":      {County, league, chain[:2], 0},
		"league":                  {League, township, chain[:4], league.ID},
		"city":                    {League, county, []Node{platform, province, {440100000000000, "city"}}, 440100000000000},
		"league under a province": {League, county, []Node{platform, province}, 0},
		"named":                   {Named, village, chain, 0},
		"unknown":                 {"moon", village, chain, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := Climb(c.level, c.origin, c.ancestors)
			if got != c.want || (err == nil) != (c.want != 0) {
				t.Errorf("= %v, %v, want %v", got, err, c.want)
			}
			if err != nil && fault.KindOf(err) != fault.Precondition {
				t.Errorf("kind of %v", err)
			}
		})
	}
	named := Step{Level: Named, TenantRef: "152500000000000"}
	if id, err := named.Tenant(village, chain); id != league.ID || err != nil {
		t.Errorf("named tenant = %v, %v", id, err)
	}
	if _, err := named.Tenant(village, []Node{platform, province}); fault.KindOf(err) != fault.Precondition {
		t.Errorf("a named tenant beside the way: %v", err)
	}
	if id, err := (Step{Level: Parent}).Tenant(village, chain); id != township.ID || err != nil {
		t.Errorf("parent = %v, %v", id, err)
	}
	if _, err := (Step{Level: Named, TenantRef: "x"}).Tenant(village, chain); err == nil {
		t.Error("a named tenant that is no label")
	}
}
