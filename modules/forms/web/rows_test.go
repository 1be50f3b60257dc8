package web_test

import (
	"fmt"
	"testing"

	"liandong/modules/forms"
	"liandong/portal-sites/kit/kittest"
)

// The browser takes an empty row for none, as the server does, and says what is missing in one in
// which something is typed.
func TestEmptyRowIsNoneInTheBrowser(t *testing.T) {
	t.Parallel()
	schema := forms.Schema{Title: "家庭成员", Fields: []forms.Field{{ID: "family", Kind: forms.Table, Label: "家庭成员", Fields: []forms.Field{
		{ID: "who", Kind: forms.Text, Label: "姓名", Required: true}, {ID: "note", Kind: forms.Text, Label: "备注"},
	}}}}
	b := kittest.NewBrowser(t).Open(page(t, schema))
	set := func(name, value string) {
		b.Eval(fmt.Sprintf(`(() => { const e = document.querySelector('[name=%q]'); e.value = %q;
			e.dispatchEvent(new Event('input', {bubbles: true})); e.dispatchEvent(new Event('change', {bubbles: true})); return ''; })()`, name, value))
	}
	told := `String(document.querySelector('[data-ff="family.0.who"] .ld-field-error') !== null)`
	set("f.family.0.who", "其其格")
	set("f.family.0.who", "")
	if got := b.Eval(told); got != "false" {
		t.Error("an empty row is blamed")
	}
	set("f.family.0.note", "长女")
	if got := b.Eval(told); got != "true" {
		t.Error("a row without its name is not blamed")
	}
}
