package forms_test

import (
	"fmt"
	"testing"

	"liandong/modules/forms"
)

// TestLargeFormIsQuick is the promise of the bench, on any machine that is not
// wholly taken: three hundred fields and two hundred and fifty conditions.
func TestLargeFormIsQuick(t *testing.T) {
	t.Parallel()
	c, ps := forms.Compile(forms.Large())
	if len(ps) > 0 {
		t.Fatalf("%+v", ps[0])
	}
	fields, conditions := forms.Large().Weight()
	if fields != 300 || conditions != 250 {
		t.Errorf("%d fields, %d conditions", fields, conditions)
	}
	in, ctx := forms.LargeValues(), forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind}
	if res := c.Evaluate(in, ctx); !res.OK() {
		t.Fatalf("%+v", res.Errors[0])
	}
	in["n000"] = fmt.Sprint(-1)
	if res := c.Evaluate(in, ctx); res.OK() {
		t.Error("what is wrong is not found")
	}
}
