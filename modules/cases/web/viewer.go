package web

import (
	"context"
	"net/http"
	"slices"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Library is what pages ask of whoever keeps the shared library of materials; the wire
// answers it with materials.Service.
type Library interface {
	// InCase tells by file which files of a case came out of the library.
	InCase(ctx context.Context, fileIDs []string) (map[string]Reuse, error)
	// Judge records what the office at which the case stands makes of one of them.
	Judge(ctx context.Context, c *cases.Case, fileID string, j Judgement) error
	// Find offers what the applicant before the clerk handed in before, by material.
	Find(ctx context.Context, kind, number string, wanted []Material) (map[string][]Found, error)
	// Use makes a file of the clerk's own of something found.
	Use(ctx context.Context, kind, number, which, material string) (File, error)
}

// Reuse is what is known of a file that came out of the library.
type Reuse struct {
	Grade, Basis string // A to D, and why
	Origin       string
	Verdict      string // accepted, rejected or graded; "" while nobody has looked
	NewGrade     string
	Reason       string
	By           string
}

// Found is one thing that may be used again.
type Found struct {
	Which        string // what Use takes
	Name, Grade  string
	Origin       string
	HandedOn, To string // dates; To is the last day, empty: none
	Weak         bool   // only its name agrees with what is wanted
}

// Judgement is what was typed about one.
type Judgement struct {
	Verdict, Grade, ValidUntil, Reason string
}

// viewing is a file beside what the case says.
type viewing struct {
	view

	file       File
	prev, next *File
	form       kit.FormValues // of the judgement
}

// viewFile shows one file of a case beside the form (对照查看).
func (h handlers) viewFile(w http.ResponseWriter, r *http.Request) error {
	v, err := h.viewing(r)
	if err != nil {
		return err
	}
	return h.showFile(w, r, http.StatusOK, v)
}

func (h handlers) viewing(r *http.Request) (v viewing, err error) {
	if v.view, err = h.view(r); err != nil {
		return v, err
	}
	fileID, err := id(r, "file")
	if err != nil {
		return v, err
	}
	seen := slices.DeleteFunc(slices.Clone(v.files), func(f File) bool { return !viewable(f) && f.ID != fileID })
	at := slices.IndexFunc(seen, func(f File) bool { return f.ID == fileID })
	if at < 0 {
		return v, fault.New(fault.NotFound, "file_not_found")
	}
	v.file = seen[at]
	if at > 0 {
		v.prev = &seen[at-1]
	}
	if at+1 < len(seen) {
		v.next = &seen[at+1]
	}
	return v, nil
}

func (h handlers) showFile(w http.ResponseWriter, r *http.Request, status int, v viewing) error {
	return h.page(w, r, status, kit.Page{Title: titleFile, Active: "cases", Wide: true, Content: filePage(v)},
		kit.Crumb{Label: titleCases, Href: v.to("/cases")}, kit.Crumb{Label: v.Case.No, Href: v.caseURL(&v.Case)})
}

// judge records what the office makes of a material that was used again.
func (h handlers) judge(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.viewing(r)
	if err != nil {
		return err
	}
	if h.d.Library == nil || v.reused[v.file.ID].Grade == "" {
		return fault.New(fault.NotFound, "file_not_found")
	}
	err = h.d.Library.Judge(r.Context(), &v.Case, v.file.ID, Judgement{form.Get("verdict"), form.Get("grade"), form.Get("valid_until"), form.Get("reason")})
	v.form = form
	if v.form.Blame(err) {
		return h.showFile(w, r, http.StatusUnprocessableEntity, v)
	}
	if f, ok := fault.As(err); ok && f.Kind == fault.Conflict {
		v.form.Wrong("", f.Text)
		return h.showFile(w, r, http.StatusConflict, v)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, v.fileURL(v.file), "cases.did_judge")
}

func (v *view) fileURL(f File) string { return v.caseURL(&v.Case) + "/files/" + f.ID }

// lookUp adds to a view what the library and other cases know.
func (h handlers) lookUp(ctx context.Context, v *view) (err error) {
	if v.history, err = h.d.Service.History(ctx, v.Case.ID); err != nil || h.d.Library == nil {
		return err
	}
	ids := make([]string, len(v.files))
	for i, f := range v.files {
		ids[i] = f.ID
	}
	v.reused, err = h.d.Library.InCase(ctx, ids)
	return err
}
