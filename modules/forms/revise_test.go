package forms_test

import (
	"slices"
	"testing"

	"liandong/modules/forms"
	"liandong/tenancy/db/dbtest"
)

// TestAChangeIsKeptUntilItCounts types into a form that was handed in: what nobody
// touched follows it, what somebody else has changed meanwhile is told, and a value
// spelled otherwise is no change.
func TestAChangeIsKeptUntilItCounts(t *testing.T) {
	t.Parallel()
	s := service(t, newDB(t))
	e, she := entered(t, s), editor(t, dbtest.Village)
	in := forms.Revision{FormID: e.FormID, Number: 1, For: "case:1", Stored: forms.Values{"xm": "其木格", "zhao": "A-1", "mj": 12.0}, Writes: func(id string) bool { return id != "xm" }}
	d, err := s.Revise(she, in)
	if err != nil || !d.Fresh() || d.Values["mj"] != 12.0 || d.Values["xm"] != nil || len(d.Altered(d.Version)) != 0 {
		t.Fatalf("%+v, %v", d.Filling, err)
	}
	keep := func(in forms.Values, device string) forms.Saved {
		saved, err := s.Keep(she, d.ID, forms.Typed{Seen: 1, Values: in, Device: forms.Device{ID: device, Label: device}})
		if err != nil {
			t.Fatal(err)
		}
		return saved
	}
	keep(forms.Values{"mj": " 12", "zhao": "B-2"}, "one window")
	if saved := keep(forms.Values{"zhao": "C-3"}, "another"); len(saved.Clashes) != 1 || saved.Clashes[0].Theirs != "B-2" {
		t.Errorf("the other window is not told: %+v", saved)
	}
	in.Stored = forms.Values{"xm": "其木格", "zhao": "Z-9", "mj": 13.0}
	d, err = s.Revise(she, in)
	if err != nil || !slices.Equal(d.Altered(d.Version), []string{"zhao"}) || !slices.Equal(d.Moved, []string{"zhao"}) || d.Values["mj"] != 13.0 {
		t.Errorf("%+v moved %v, %v", d.Filling, d.Moved, err)
	}
	if _, ok, err := s.Revising(editor(t, dbtest.County), e.FormID, "case:1"); ok || err != nil {
		t.Errorf("another post has it: %v, %v", ok, err)
	}
	if err := s.Drop(she, d.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok, err := s.Revising(she, e.FormID, "case:1"); ok || err != nil {
		t.Errorf("given up, and still there: %v, %v", ok, err)
	}
}
