package web

import (
	"net/http"
	"strconv"

	"liandong/portal-sites/kit"
)

// finding is the button that looks for what the applicant handed in before.
const finding = "find"

// reuseField holds the choice for a material.
func reuseField(i int) string { return "reuse-" + strconv.Itoa(i) }

// find offers what the applicant handed in before, by the number typed into the form.
func (h handlers) find(w http.ResponseWriter, r *http.Request, a application) error {
	if a.form.Get("number") == "" {
		a.form.Wrong("number", "required")
		return h.showForm(w, r, http.StatusUnprocessableEntity, a)
	}
	var err error
	if a.found, err = h.d.Library.Find(r.Context(), a.form.Get("kind"), a.form.Get("number"), a.guide.Materials); err != nil {
		return err
	}
	a.searched = true
	return h.showForm(w, r, http.StatusOK, a)
}

// useAgain takes what was chosen out of the library, in place of uploads.
func (h handlers) useAgain(r *http.Request, a *application) error {
	if h.d.Library == nil {
		return nil
	}
	for i, m := range a.guide.Materials {
		which := a.form.Get(reuseField(i))
		if _, kept := a.kept[i]; which == "" || kept {
			continue
		}
		f, err := h.d.Library.Use(r.Context(), a.form.Get("kind"), a.form.Get("number"), which, m.Name)
		if err != nil {
			return err
		}
		a.kept[i] = f
	}
	return nil
}

// foundField offers what was found for one material.
func (a *application) foundField(i int) (f kit.F, ok bool) {
	found := a.found[a.guide.Materials[i].Name]
	if _, kept := a.kept[i]; len(found) == 0 || kept {
		return f, false
	}
	f = kit.F{Name: reuseField(i), Label: reuseLabel, Type: kit.Radio, Full: true, Options: []kit.Option{{Value: "", Label: noReuse}}}
	for _, x := range found {
		f.Options = append(f.Options, kit.Option{Value: x.Which, Label: foundText(x)})
	}
	if !found[0].Weak { // the same thing, and no doubt
		f.Value = found[0].Which
	}
	return f, true
}
