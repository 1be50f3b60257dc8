package bench

import (
	"testing"

	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
)

// TestALargeFormReacts types into the form of the bench in a browser.
func TestALargeFormReacts(t *testing.T) {
	t.Parallel()
	c, problems := forms.Compile(forms.Large())
	if len(problems) > 0 {
		t.Fatalf("%+v", problems[0])
	}
	v := formsweb.NewView(c, forms.LargeValues(), forms.Context{Today: "2026-03-04", ApplicantKind: forms.PersonKind})
	took, err := reacts(t.Context(), chromium(), v)
	if err != nil || took <= 0 {
		t.Fatalf("%f ms, %v", took, err)
	}
	t.Logf("%.1f ms from a keystroke to the page", took)
}
