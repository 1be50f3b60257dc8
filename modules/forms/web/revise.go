package web

import (
	"net/http"
	"strings"

	"liandong/modules/forms"
)

// Revising is a form that was handed in, on the page of another module on which some
// of its fields are changed.
type Revising struct {
	Version *forms.Version
	Row     forms.Row
	Who     Reading
	For     string // what it belongs to: one draft each
	Base    string // where MountSaving stands for this request
}

// Revised is such a page.
type Revised struct {
	*Sheet

	Values  forms.Values // that a request sent, of the fields that she may write
	Altered []string     // labels of the fields that differ from what was handed in
	Moved   []string     // labels of those of them that somebody else has changed since
}

// Revise shows the actor's draft of a change, or begins one. What the request sends of
// the form is kept in it first.
func (h *holder) Revise(r *http.Request, in Revising) (out Revised, err error) {
	revision := forms.Revision{FormID: in.Version.FormID, Number: in.Version.Number, For: in.For, Stored: in.Row.Values, Writes: in.writes}
	d, err := h.d.Service.Revise(r.Context(), revision)
	if err != nil {
		return out, err
	}
	out.Values = forms.Values{}
	do, told := "", []Told(nil)
	if r.Method == http.MethodPost {
		if out.Values, do, err = h.Read(r, in.Version, in.Row); err != nil {
			return out, err
		}
		if told, err = h.keepRevision(r, in, &d, out.Values); err != nil {
			return out, err
		}
	}
	out.Altered, out.Moved = labels(d.Version, d.Altered(d.Version)), labels(d.Version, d.Moved)
	out.Sheet = h.revision(in, d)
	out.Do, out.Told = do, told
	return out, nil
}

func (in Revising) writes(id string) bool {
	f := in.Version.Schema.Find(id)
	return f != nil && in.Who.Rights[id] == forms.Write && f.Compute == "" && !f.Readonly
}

// keepRevision takes what a request sends into the draft, as far as it differs.
func (h *holder) keepRevision(r *http.Request, in Revising, d *forms.Revised, values forms.Values) ([]Told, error) {
	differs := forms.Values{}
	for id, x := range values {
		if in.writes(id) && !d.Version.Alike(id, x, d.Values[id]) {
			differs[id] = x
		}
	}
	seen := d.Filling.Version
	if n := atoi(r.PostForm.Get(seenField)); n > 0 {
		seen = n
	}
	device := forms.Device{ID: short(r.PostForm.Get(deviceField)), Label: short(r.PostForm.Get(labelField))}
	saved, err := h.d.Service.Keep(r.Context(), d.ID, forms.Typed{Seen: seen, Values: differs, Device: device, Page: pageFields(r)})
	if err != nil {
		return nil, err
	}
	d.Filling, _, err = h.d.Service.Filling(r.Context(), d.ID)
	return h.told(d.Version, differs, saved), err
}

func (h *holder) revision(in Revising, d forms.Revised) *Sheet {
	typed := forms.Values{}
	for id, x := range d.Values {
		if in.writes(id) {
			typed[id] = x
		}
	}
	for id := range d.Given {
		if in.writes(id) && d.Values[id] == nil {
			typed[id] = nil
		}
	}
	return &Sheet{
		View: h.Editing(in.Version, in.Row, typed, in.Who, in.Base), Draft: d.Filling, Version: d.Version,
		save: strings.TrimSuffix(in.Base, "/") + "/forms/drafts/" + d.ID + "/save", window: true,
	}
}
