package flows

import (
	"bytes"
	"os"
	"slices"
	"strings"
	"testing"

	"liandong/tenancy/fault"
)

func read(tb testing.TB, name string) []byte {
	tb.Helper()
	src, err := os.ReadFile("testdata/" + name)
	if err != nil {
		tb.Fatal(err)
	}
	return src
}

func mustParse(tb testing.TB, src []byte) *Definition {
	tb.Helper()
	d, err := Parse(src)
	if err != nil {
		tb.Fatal(err)
	}
	return d
}

func ids(steps []Step) string {
	var out []string
	for _, s := range steps {
		out = append(out, s.ID)
	}
	return strings.Join(out, " ")
}

// usual are the steps of an item that most centres handle.
func usual() []Step {
	return []Step{
		{ID: "accept", Name: "受理", Kind: Accept, Level: Own, Post: "clerk", LimitDays: 1},
		{ID: "review", Name: "审查", Kind: Review, Level: Parent, Post: "reviewer", LimitDays: 5},
		{ID: "decide", Name: "决定", Kind: Decide, Level: Named, TenantRef: "152500000000000", Post: "decider", LimitDays: 3},
		{ID: "deliver", Name: "送达 <快递> & \"自取\"", Kind: Deliver, Level: Origin, Post: "clerk", LimitDays: 0},
	}
}

func TestParseReadsABranchingFlow(t *testing.T) {
	t.Parallel()
	d := mustParse(t, read(t, "branch.bpmn"))
	if d.ID != "grass" || d.Name != "草原征占用审核" {
		t.Errorf("process = %q %q", d.ID, d.Name)
	}
	if got, want := ids(d.Steps()), "accept review small large deliver"; got != want {
		t.Errorf("steps = %s, want %s", got, want)
	}
	if s, ok := d.Step("large"); !ok || s.Level != League || s.LimitDays != 7 || s.Kind != Decide {
		t.Errorf("step large = %+v, %v", s, ok)
	}
	if p := d.Check(Check{PromisedDays: 15}); len(p) > 0 {
		t.Errorf("check: %v", p)
	}
}

func TestLinearComesBack(t *testing.T) {
	t.Parallel()
	src := Linear("食品经营许可", usual())
	d := mustParse(t, src)
	if got := d.Steps(); !slices.Equal(got, usual()) {
		t.Errorf("steps = %+v", got)
	}
	if p := d.Check(Check{PromisedDays: 8}); len(p) > 0 {
		t.Errorf("check: %v", p)
	}
	if !d.diagram.complete(d) {
		t.Error("no complete drawing")
	}
	if again := encode(d); !bytes.Equal(again, src) {
		t.Errorf("written again:\n%s\nwas:\n%s", again, src)
	}
}

func TestLinearGivesIDs(t *testing.T) {
	t.Parallel()
	d := mustParse(t, Linear("x", []Step{{ID: "start"}, {ID: "9 9"}, {ID: "start"}, {ID: "step_2"}}))
	if got, want := ids(d.Steps()), "start step_2 step_3 step_4"; got != want {
		t.Errorf("ids = %s, want %s", got, want)
	}
	if d := mustParse(t, Linear("", nil)); len(d.Steps()) != 0 {
		t.Error("steps out of nothing")
	}
}

func TestParseRefusesByNameAndPlace(t *testing.T) {
	t.Parallel()
	_, err := Parse([]byte(wrapProcess(`<startEvent id="s"/>
<complexGateway id="fork" name="并联审批"/>
<scriptTask id="call" name="调用"/>`)))
	var problems Problems
	if fault.KindOf(err) != fault.Invalid || !asProblems(err, &problems) || len(problems) != 2 {
		t.Fatalf("err = %v", err)
	}
	want := Problem{Element: "complexGateway", ID: "fork", Name: "并联审批", Line: 2, Rule: RuleElement, Detail: nsBPMN}
	if problems[0] != want {
		t.Errorf("problem = %+v, want %+v", problems[0], want)
	}
}

func asProblems(err error, into *Problems) bool {
	p, ok := err.(Problems) //nolint:errorlint // Parse promises the type itself
	*into = p
	return ok
}

func wrapProcess(body string) string {
	return `<definitions xmlns="` + nsBPMN + `" xmlns:ld="` + Namespace + `" xmlns:x="urn:x"><process id="p">` + body + `</process></definitions>`
}

func TestParseRefuses(t *testing.T) {
	t.Parallel()
	ok := string(Linear("x", usual()))
	for name, c := range map[string]struct{ src, rule string }{
		"nothing":             {"", RuleNotXML},
		"text":                {"hello", RuleNotXML},
		"unclosed":            {"<a>", RuleNotXML},
		"two roots":           {"<a/><b/>", RuleNotXML},
		"other charset":       {`<?xml version="1.0" encoding="gbk"?><a/>`, RuleNotXML},
		"billion laughs":      {`<!DOCTYPE a [<!ENTITY x "xx">]><a>&x;</a>`, RuleDoctype},
		"external entity":     {`<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>`, RuleDoctype},
		"undeclared entity":   {`<a>&x;</a>`, RuleNotXML},
		"stylesheet":          {`<?xml-stylesheet href="x"?><a/>`, RuleDoctype},
		"too large":           {ok + strings.Repeat(" ", MaxBytes), RuleTooLarge},
		"too deep":            {strings.Repeat("<a>", 100) + strings.Repeat("</a>", 100), RuleTooLarge},
		"too many elements":   {"<a>" + strings.Repeat("<a/>", maxElements) + "</a>", RuleTooLarge},
		"too many nodes":      {wrapProcess(manyNodes(maxNodes + 1)), RuleTooLarge},
		"html":                {"<html/>", RuleNotBPMN},
		"namespace missing":   {strings.ReplaceAll(ok, nsBPMN, "urn:other"), RuleNotBPMN},
		"no process":          {`<definitions xmlns="` + nsBPMN + `"/>`, RuleOneProcess},
		"choreography":        {strings.Replace(ok, "<bpmn:process", `<bpmn:choreography id="c"/><bpmn:process`, 1), RuleElement},
		"timer":               {wrapProcess(`<startEvent id="s"><timerEventDefinition/></startEvent>`), RuleElement},
		"loop":                {wrapProcess(`<userTask id="s"><standardLoopCharacteristics/></userTask>`), RuleElement},
		"foreign extension":   {wrapProcess(`<userTask id="s"><extensionElements><x:assign/></extensionElements></userTask>`), RuleElement},
		"foreign node":        {wrapProcess(`<x:userTask id="s"/>`), RuleElement},
		"foreign attribute":   {wrapProcess(`<userTask id="s" x:assignee="me"/>`), RuleAttribute},
		"compensation":        {wrapProcess(`<userTask id="s" isForCompensation="true"/>`), RuleAttribute},
		"step attribute":      {wrapProcess(`<userTask id="s"><extensionElements><ld:step skip="1"/></extensionElements></userTask>`), RuleAttribute},
		"step twice":          {wrapProcess(`<userTask id="s"><extensionElements><ld:step/><ld:step/></extensionElements></userTask>`), RuleStepTwice},
		"no id":               {wrapProcess(`<userTask/>`), RuleID},
		"id twice":            {wrapProcess(`<userTask id="s"/><endEvent id="s"/>`), RuleID},
		"dangling arrow":      {wrapProcess(`<userTask id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="t"/>`), RuleDangling},
		"dangling default":    {wrapProcess(`<exclusiveGateway id="s" default="f"/>`), RuleDangling},
		"XPath":               {wrapProcess(`<userTask id="s"/><sequenceFlow id="f" sourceRef="s" targetRef="s"><conditionExpression language="http://www.w3.org/1999/XPath">1</conditionExpression></sequenceFlow>`), RuleLanguage},
		"infinite coordinate": {strings.Replace(ok, `width="116"`, `width="Inf"`, 1), RuleDiagramValue},
		"negative width":      {strings.Replace(ok, `width="116"`, `width="-1"`, 1), RuleDiagramValue},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := Parse([]byte(c.src))
			var problems Problems
			if !asProblems(err, &problems) || !problems.Has(c.rule) {
				t.Errorf("err = %v, want %s", err, c.rule)
			}
		})
	}
}

func manyNodes(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(`<userTask id="n` + num(float64(i)) + `"/>`)
	}
	return b.String()
}
