package citizen

import (
	"encoding/json"
	"net/http"
	"slices"

	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// application is what a draft says: what was typed and which uploads belong to
// which material. Key makes handing it in twice file one case; Filed is that case.
type application struct {
	Values map[string]string `json:"values,omitempty"`
	Papers []paper           `json:"papers,omitempty"`
	Chosen []string          `json:"choices,omitempty"` // answers to the questions of the item
	Key    string            `json:"key"`
	Filed  string            `json:"filed,omitempty"`
}

// paper is one upload for one material.
type paper struct {
	ID       string `json:"id"`
	Material string `json:"material"`
	Name     string `json:"name"`
	Size     int64  `json:"size"`
}

// maxPapers bounds the uploads of one application.
const maxPapers = 60

// readApplication reads a draft; one that was filed, or that cannot be read any
// more, begins anew.
func readApplication(data []byte) application {
	var a application
	if err := json.Unmarshal(data, &a); err != nil || a.Filed != "" || a.Key == "" {
		a = application{Key: kit.FormValues{}.Idem()}
	}
	if a.Values == nil {
		a.Values = map[string]string{}
	}
	return a
}

// change edits the draft of an item and returns what it says now.
func (h handlers) change(r *http.Request, item string, edit func(*application) error) (a application, err error) {
	err = h.Cases.SaveDraft(r.Context(), item, func(old []byte) ([]byte, error) {
		a = readApplication(old)
		if err := edit(&a); err != nil {
			return nil, err
		}
		return json.Marshal(a)
	})
	return a, err
}

// keep takes over the fields of a step from a posted form.
func (a *application) keep(v kit.FormValues, names []string) {
	for _, n := range names {
		a.Values[n] = v.Get(n)
	}
}

func (a *application) add(f files.File) error {
	if len(a.Papers) >= maxPapers {
		return fault.InvalidField("file", "citizen.too_many_files")
	}
	a.Papers = append(a.Papers, paper{f.ID, f.Material, f.Name, f.Size})
	return nil
}

func (a *application) remove(id string) {
	a.Papers = slices.DeleteFunc(a.Papers, func(p paper) bool { return p.ID == id })
}

// of are the uploads for one material.
func (a application) of(material string) (out []paper) {
	for _, p := range a.Papers {
		if p.Material == material {
			out = append(out, p)
		}
	}
	return out
}

// ids are the uploads for materials that the item still lists.
func (a application) ids(b catalog.Body) (out []string) {
	for _, p := range a.Papers {
		if slices.ContainsFunc(b.Materials, func(m catalog.Material) bool { return m.Name == p.Material }) {
			out = append(out, p.ID)
		}
	}
	return out
}

// missing are the required materials without an upload.
func (a application) missing(b catalog.Body) (out []string) {
	for _, name := range b.Required() {
		if len(a.of(name)) == 0 {
			out = append(out, name)
		}
	}
	return out
}
