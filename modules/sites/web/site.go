package web

import (
	"net/http"
	"slices"
	"strings"

	"liandong/modules/sites"
	"liandong/portal-sites/kit"
)

// siteView is the settings page.
type siteView struct {
	base string
	sites.Sheet
	form    kit.FormValues
	trouble trouble
}

func (h handlers) site(w http.ResponseWriter, r *http.Request) error {
	return h.showSite(w, r, http.StatusOK, nil, trouble{})
}

func (h handlers) showSite(w http.ResponseWriter, r *http.Request, status int, typed *kit.FormValues, t trouble) error {
	sheet, err := h.d.Service.Settings(r.Context())
	if err != nil {
		return err
	}
	v := siteView{base: h.d.Base, Sheet: sheet, trouble: t}
	if typed != nil {
		v.form = *typed
	} else {
		v.form = stored(sheet)
	}
	return h.page(w, r, status, kit.Page{Title: titleSite, Active: "site", Content: sitePage(v)})
}

func stored(s sites.Sheet) kit.FormValues {
	values := map[string]string{}
	for f, v := range s.Own {
		values[string(f)] = v
	}
	return kit.NewForm(values)
}

func (h handlers) save(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	key := "sites.settings_saved"
	seen := v.Int("version")
	if f := sites.Field(v.Get("reset")); f != "" {
		key = "sites.field_reset"
		err = h.d.Service.Reset(r.Context(), f, seen)
	} else {
		in := map[sites.Field]string{}
		for _, f := range sites.Fields() {
			in[f] = v.Get(string(f))
		}
		in[sites.Columns] = chosen(v.All(string(sites.Columns)))
		v.Set(string(sites.Columns), in[sites.Columns])
		err = h.d.Service.Save(r.Context(), in, seen)
	}
	if v.Blame(err) {
		return h.showSite(w, r, http.StatusUnprocessableEntity, &v, trouble{})
	}
	if t, ok := caught(err); ok {
		return h.showSite(w, r, t.status, &v, t)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to("/site"), key)
}

// chosen joins ticked sections in the order of Sections.
func chosen(ticked []string) string {
	var out []string
	for _, s := range sites.Sections() {
		if slices.Contains(ticked, string(s)) {
			out = append(out, string(s))
		}
	}
	return strings.Join(out, ",")
}

// ticked is the form with the columns as the boxes want them.
func (v siteView) ticked(value string) bool {
	return slices.Contains(strings.Split(v.form.Get(string(sites.Columns)), ","), value)
}

// own reports whether the tenant itself fills the field in.
func (v siteView) own(f sites.Field) bool { return v.Own[f] != "" }
