package forms_test

import (
	"testing"

	"liandong/modules/forms"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// entered is a form with personal data that is filled in, published, and the entry to it.
func entered(t *testing.T, s *forms.Service) forms.Entry {
	t.Helper()
	f, err := s.Create(editor(t, dbtest.Village), forms.Schema{Title: "申请表", Fields: []forms.Field{
		{ID: "xm", Kind: forms.Text, Label: "姓名", PII: true, Prefill: "person.name"},
		{ID: "zhao", Kind: forms.Text, Label: "证照", Element: "zheng_zhao_bian_hao"},
		{ID: "mj", Kind: forms.Number, Label: "面积"},
	}}, "k")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(reviewer(t, dbtest.Village), f.ID, f.Version, ""); err != nil {
		t.Fatal(err)
	}
	return forms.Entry{FormID: f.ID, Number: 1, For: "item:x", Facts: map[string]any{
		"person.name": forms.Fact{Value: "其木格", From: "实名认证"}, forms.ElementFact("zheng_zhao_bian_hao"): forms.Fact{Value: "A-1", From: "办件 1"},
	}}
}

// TestWhatIsKnownIsFilledIn fills in by source and by data element, follows what is
// known until somebody touches the field, and takes the mask for the value behind it.
func TestWhatIsKnownIsFilledIn(t *testing.T) {
	t.Parallel()
	s := service(t, newDB(t))
	e, she := entered(t, s), citizen(t, dbtest.Village, 1)
	f, v, err := s.Enter(she, e)
	if err != nil || f.Values["xm"] != "其木格" || f.Values["zhao"] != "A-1" || f.Prefilled()["zhao"] != "办件 1" || !f.Fresh() {
		t.Fatalf("%+v, %v", f, err)
	}
	if m := v.MaskedText("xm", f.Values["xm"]); m != "其**" {
		t.Errorf("shown as %q", m)
	}
	if _, err := s.Keep(she, f.ID, forms.Typed{Seen: f.Version, Values: forms.Values{"xm": "其**", "zhao": "B-2"}, Page: map[string]string{"phone": "139"}}); err != nil {
		t.Fatal(err)
	}
	e.Facts["person.name"], e.Facts[forms.ElementFact("zheng_zhao_bian_hao")] = forms.Fact{Value: "其其格", From: "实名认证"}, forms.Fact{Value: "A-9", From: "办件 2"}
	f, _, err = s.Enter(she, e)
	if err != nil || f.Values["xm"] != "其其格" || f.Values["zhao"] != "B-2" || f.Page["phone"] != "139" || f.Prefilled()["zhao"] != "" {
		t.Errorf("%+v, %v", f, err)
	}
	if all, err := s.Fillings(she); err != nil || len(all) != 0 {
		t.Errorf("%d drafts that are handed in by themselves, %v", len(all), err)
	}
	if _, err := s.File(she, f.ID, nil, s.Filing(forms.PersonKind)); fault.KindOf(err) != fault.Precondition {
		t.Errorf("handed in by itself: %v", err)
	}
}

// TestAnOldPageDoesNotUndoAnotherDevice sends a page without scripts that was opened
// before another device wrote.
func TestAnOldPageDoesNotUndoAnotherDevice(t *testing.T) {
	t.Parallel()
	s := service(t, newDB(t))
	e, she := entered(t, s), citizen(t, dbtest.Village, 1)
	f, _, err := s.Enter(she, e)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Keep(she, f.ID, forms.Typed{Seen: f.Version, Values: forms.Values{"mj": "12"}, Device: forms.Device{ID: "phone", Label: "手机"}}); err != nil {
		t.Fatal(err)
	}
	saved, err := s.Keep(she, f.ID, forms.Typed{Seen: f.Version, Values: forms.Values{"mj": "7", "zhao": "C-3"}})
	if err != nil || len(saved.Clashes) != 1 || saved.Clashes[0].Label != "手机" {
		t.Errorf("%+v, %v", saved, err)
	}
	if f, _, err = s.Filling(she, f.ID); err != nil || f.Values["mj"] != "12" || f.Values["zhao"] != "C-3" {
		t.Errorf("%v, %v", f.Values, err)
	}
	if _, err := s.Keep(citizen(t, dbtest.Village, 2), f.ID, forms.Typed{Values: forms.Values{"mj": "1"}}); err == nil {
		t.Error("somebody else writes into her draft")
	}
}
