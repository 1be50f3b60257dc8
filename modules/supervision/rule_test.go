package supervision_test

import (
	"strings"
	"testing"

	"liandong/modules/supervision"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

func TestRulesTightenAndNeverLoosen(t *testing.T) {
	t.Parallel()
	l := newLeague(t)
	top, mid := staff(t, dbtest.League, "01", "supervisor"), staff(t, dbtest.County, "02", "supervisor")
	m := func(warn, percent, answer int) supervision.Measures {
		return supervision.Measures{WarnDays: warn, YellowPercent: percent, AnswerDays: answer}
	}
	if _, err := l.SetRule(mid, supervision.CaseScope, m(2, 80, 3), 0); err != nil {
		t.Fatal(err)
	}
	if _, err := l.SetRule(top, supervision.CaseScope, m(3, 85, 2), 0); err != nil {
		t.Fatal(err)
	}
	for name, loose := range map[string]supervision.Measures{"fewer days": m(2, 80, 2), "a higher share": m(3, 86, 2), "more time": m(3, 80, 3)} {
		_, err := l.SetRule(mid, supervision.CaseScope, loose, 1)
		if f, ok := fault.As(err); !ok || f.Kind != fault.Forbidden || !strings.Contains(f.Detail, "只能收紧") {
			t.Errorf("%s: %v", name, err)
		}
	}
	// The older, looser rule below does not loosen what came from above since.
	out, err := l.Rulings(staff(t, dbtest.Village, "03", "supervisor"))
	if err != nil {
		t.Fatal(err)
	}
	e := out.Rules[0].Effective
	if e.Measures != m(3, 80, 2) || e.WarnFrom != dbtest.League || e.YellowFrom != dbtest.County || e.AnswerFrom != dbtest.League {
		t.Errorf("effective %+v", e)
	}
	if _, err := l.SetRule(mid, supervision.CaseScope, m(4, 70, 1), 1); err != nil {
		t.Fatal(err)
	}
	_, err = l.SetRule(mid, supervision.CaseScope, m(5, 70, 1), 1)
	kind(t, "an old page", err, fault.Conflict)
	_, err = l.SetRule(mid, supervision.CaseScope, m(5, 70, 1), 0)
	kind(t, "a first rule twice", err, fault.Conflict)
	_, err = l.SetRule(top, supervision.CaseScope, m(99, 0, 2), 1)
	kind(t, "nonsense", err, fault.Invalid)
	_, err = l.SetRule(staff(t, dbtest.County, "04", "clerk"), supervision.StepScope, m(1, 90, 3), 0)
	kind(t, "a clerk", err, fault.Forbidden)
	if err := l.ClearRule(mid, supervision.CaseScope, 2); err != nil {
		t.Fatal(err)
	}
	if out, err = l.Rulings(mid); err != nil || out.Rules[0].Effective.Measures != m(3, 85, 2) || out.Rules[0].Own != nil {
		t.Errorf("after going back: %+v, %v", out.Rules[0], err)
	}
	if out, err = l.Rulings(top); err != nil || len(out.Rules[0].Below) != 0 {
		t.Errorf("rules below the league: %+v, %v", out.Rules[0].Below, err)
	}
	platform := dbtest.As(t, 0, "staff", "supervisor")
	if _, err := l.SetRule(platform, supervision.StepScope, m(0, 100, 60), 0); err != nil {
		t.Errorf("the platform replaces the standard: %v", err)
	}
}
