package web

import (
	"strings"

	"github.com/a-h/templ"
)

// cellID is the id that the summary of a refused form leads to, as kit spells it.
func cellID(name string) string { return "f-" + strings.ReplaceAll(name, ".", "-") }

func cellAttrs(f *form, name, label string) templ.Attributes {
	a := templ.Attributes{"id": cellID(name), "name": name, "aria-label": label}
	if f.Error(name) != "" {
		a["aria-invalid"], a["aria-describedby"] = "true", cellID(name)+"-error"
	}
	return a
}
