package flows

import (
	"strings"
	"testing"
)

// with is the branching flow with one text replaced by another.
func with(t *testing.T, old, replacement string) *Definition {
	t.Helper()
	src := string(read(t, "branch.bpmn"))
	if old != "" && !strings.Contains(src, old) {
		t.Fatalf("no %q in the flow", old)
	}
	return mustParse(t, []byte(strings.Replace(src, old, replacement, 1)))
}

func TestCheckRefuses(t *testing.T) {
	t.Parallel()
	const (
		review  = `<b:extensionElements><ld:step kind="review" level="county" post="reviewer" limit="5"/></b:extensionElements>`
		large   = `kind="decide" level="league" post="decider" limit="7"`
		area    = `has(form.area) && form.area > 100`
		endNode = `<b:endEvent id="end" name="办结"/>`
		process = `</b:process>`
	)
	for name, c := range map[string]struct{ old, replacement, rule, at string }{
		"two starts":           {process, `<b:startEvent id="s2"/><b:sequenceFlow id="x" sourceRef="s2" targetRef="accept"/>` + process, RuleOneStart, "grass"},
		"unreachable":          {process, `<b:userTask id="x"/>` + process, RuleUnreachable, "x"},
		"no way out":           {process, `<b:userTask id="x"/>` + process, RuleNoWayOut, "x"},
		"first is a choice":    {`targetRef="accept"`, `targetRef="ok"`, RuleFirstStep, "start"},
		"into the start":       {`sourceRef="deliver" targetRef="end"`, `sourceRef="deliver" targetRef="start"`, RuleEnterStart, "start"},
		"out of the end":       {process, `<b:sequenceFlow id="x" sourceRef="end" targetRef="deliver"/>` + process, RuleLeaveEnd, "end"},
		"split at a step":      {process, `<b:sequenceFlow id="x" sourceRef="deliver" targetRef="refused"/>` + process, RuleOneWayOut, "deliver"},
		"condition at a step":  {`<b:sequenceFlow id="f11" sourceRef="deliver" targetRef="end"/>`, `<b:sequenceFlow id="f11" sourceRef="deliver" targetRef="end"><b:conditionExpression>true</b:conditionExpression></b:sequenceFlow>`, RuleConditionPlace, "f11"},
		"no default":           {` default="f6"`, ``, RuleDefaultMissing, "size"},
		"default condition":    {`default="f6"`, `default="f7"`, RuleDefaultCondition, "f7"},
		"branch, no condition": {`default="f6"`, `default="f7"`, RuleConditionMissing, "f6"},
		"syntax":               {area, `form.area >`, RuleCondition, "f7"},
		"undeclared":           {area, `salary > 100`, RuleCondition, "f7"},
		"wrong type":           {area, `amount > "100"`, RuleCondition, "f7"},
		"not a bool":           {area, `amount + 1`, RuleCondition, "f7"},
		"perhaps a bool":       {area, `form.area`, RuleCondition, "f7"},
		"too long":             {area, strings.Repeat("true && ", 300) + "true", RuleCondition, "f7"},
		"too nested":           {area, strings.Repeat("(", 900) + "true" + strings.Repeat(")", 900), RuleCondition, "f7"},
		"gateway loop":         {process, `<b:exclusiveGateway id="g" default="y"/><b:sequenceFlow id="x" sourceRef="g" targetRef="g"><b:conditionExpression>amount > 1</b:conditionExpression></b:sequenceFlow><b:sequenceFlow id="y" sourceRef="g" targetRef="end"/>` + process, RuleGatewayLoop, "g"},
		"bare step":            {review, ``, RuleStepMissing, "review"},
		"no name":              {`name="盟级决定"`, `name=" "`, RuleStepName, "large"},
		"kind":                 {large, `kind="stamp" level="league" post="decider" limit="7"`, RuleStepKind, "large"},
		"level":                {large, `kind="decide" level="moon" post="decider" limit="7"`, RuleStepLevel, "large"},
		"post":                 {large, `kind="decide" level="league" post="The Boss" limit="7"`, RuleStepPost, "large"},
		"limit":                {large, `kind="decide" level="league" post="decider" limit="soon"`, RuleStepLimit, "large"},
		"no limit":             {large, `kind="decide" level="league" post="decider"`, RuleStepLimit, "large"},
		"endless":              {large, `kind="decide" level="league" post="decider" limit="5000"`, RuleStepLimit, "large"},
		"tenant unnamed":       {large, `kind="decide" level="tenant" post="decider" limit="7"`, RuleStepTenant, "large"},
		"tenant not a label":   {large, `kind="decide" level="tenant" tenant="-5" post="decider" limit="7"`, RuleStepTenant, "large"},
		"tenant out of place":  {large, `kind="decide" level="league" tenant="152500000000000" post="decider" limit="7"`, RuleStepTenant, "large"},
		"accepted by nobody":   {`kind="accept"`, `kind="review"`, RuleAcceptMissing, "end"},
		"decided unaccepted":   {`kind="accept"`, `kind="review"`, RuleDecideUnaccepted, "small"},
		"delivered undecided":  {large, `kind="review" level="league" post="decider" limit="7"`, RuleDeliverUndecided, "deliver"},
		"same hands":           {large, `kind="decide" level="origin" post="clerk" limit="7"`, RuleSameHands, "large"},
		"over the promise":     {large, `kind="decide" level="league" post="decider" limit="11"`, RuleOverPromise, "grass"},
		"accepted too late":    {`post="clerk" limit="2"`, `post="clerk" limit="6"`, RuleOverAccept, "accept"},
		"delivered too late":   {`level="origin" post="clerk" limit="2"`, `level="origin" post="clerk" limit="11"`, RuleOverDeliver, "deliver"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			problems := with(t, c.old, c.replacement).Check(Check{PromisedDays: 15})
			for _, p := range problems {
				if p.Rule == c.rule && p.ID == c.at {
					return
				}
			}
			t.Errorf("problems = %v, want %s at %s", problems, c.rule, c.at)
		})
	}
}

func TestCheckOfNearlyNothing(t *testing.T) {
	t.Parallel()
	p := Problems(mustParse(t, []byte(wrapProcess(``))).Check(Check{}))
	for _, rule := range []string{RuleOneStart, RuleNoEnd, RuleDecideMissing} {
		if !p.Has(rule) {
			t.Errorf("%s is missing in %v", rule, p)
		}
	}
}

func TestCheckCountsALoopOnce(t *testing.T) {
	t.Parallel()
	d := with(t, "", "") // review 5, and again, then at most large 7
	if p := Problems(d.Check(Check{PromisedDays: 12})); len(p) > 0 {
		t.Errorf("12 days: %v", p)
	}
	p := Problems(d.Check(Check{PromisedDays: 11}))
	if len(p) != 1 || p[0].Rule != RuleOverPromise || p[0].Detail != "12 > 11: 现场勘验和材料审查 → 盟级决定" {
		t.Errorf("11 days: %v", p)
	}
	if p := d.Check(Check{}); len(p) > 0 {
		t.Errorf("no promise: %v", p)
	}
}
