package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// action is where the form of an application goes to.
func (a *application) action() string {
	if a.away() {
		return a.back() + "/" + a.guide.ID
	}
	return a.to("/assist/" + a.guide.ID)
}

// back is where another item is chosen.
func (a *application) back() string {
	if a.away() {
		return a.to(placePath(a.place.ID))
	}
	return a.to("/assist")
}

// away reports whether the application is taken in for another place.
func (a *application) away() bool { return a.place.ID != 0 }

func placePath(id tenancy.ID) string { return "/assist/elsewhere/at/" + id.String() }

// taken lists what was taken in here for other places.
func (h handlers) taken(w http.ResponseWriter, r *http.Request) error {
	l := kit.ParseList(r, nil, kit.ListQuery{Size: cases.TakenPage, Filters: map[string]string{"state": ""}})
	ps, total, err := h.d.Service.Taken(r.Context(), cases.TakenQuery{Page: l.Page, Size: l.Size, Text: l.Q, State: l.Filter("state")})
	if err != nil {
		return err
	}
	v := takenView{look: h.look(), list: l, rows: ps, total: total}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleTaken, Active: "assist", Content: takenPage(v)}, kit.Crumb{Label: v.assist(), Href: v.to("/assist")})
}

// takenView is the list of what was taken in.
type takenView struct {
	look
	list  kit.ListQuery
	rows  []cases.Participant
	total int
}

// oneTaken is one thing that was taken in, with the form of handing its result over.
type oneTaken struct {
	look
	cases.Participant
	form kit.FormValues
}

func (v look) takenURL(id string) string { return v.to("/assist/elsewhere/" + id) }

// showTaken tells everything about one thing that was taken in.
func (h handlers) showTaken(w http.ResponseWriter, r *http.Request) error {
	takenID, err := id(r, "taken")
	if err != nil {
		return err
	}
	return h.takenPage(w, r, http.StatusOK, takenID, kit.FormValues{})
}

func (h handlers) takenPage(w http.ResponseWriter, r *http.Request, status int, takenID string, form kit.FormValues) error {
	p, err := h.d.Service.TakenOne(r.Context(), takenID)
	if err != nil {
		return err
	}
	v := oneTaken{h.look(), p, form}
	return h.page(w, r, status, kit.Page{Title: p.ItemName, Active: "assist", Content: takenOnePage(v)}, h.takenCrumbs()...)
}

// handTaken writes down that the result was handed over here.
func (h handlers) handTaken(w http.ResponseWriter, r *http.Request) error {
	takenID, err := id(r, "taken")
	if err != nil {
		return err
	}
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	err = h.d.Service.HandTaken(r.Context(), takenID, form.Get("receiver"), form.Get("note"), form.All("originals"))
	if err == nil {
		return h.d.Shell.Done(w, r, h.d.Base+"/assist/elsewhere/"+takenID, "cases.did_handed")
	}
	if !form.Blame(err) {
		return err
	}
	return h.takenPage(w, r, http.StatusUnprocessableEntity, takenID, form)
}

// places lets a clerk go down the tree to the competent office.
func (h handlers) places(w http.ResponseWriter, r *http.Request) error {
	if err := h.d.Service.MayFile(r.Context(), ""); err != nil {
		return err
	}
	scope, err := tenancy.From(r.Context())
	if err != nil {
		return err
	}
	at := tenantOf(r.URL.Query().Get("under"))
	if at < 0 { // begin with the neighbours: what stands beside her own office
		mine, err := h.d.Places.Path(r.Context(), scope.Tenant)
		if err != nil {
			return err
		}
		at = mine[max(0, len(mine)-2)].ID
	}
	path, err := h.d.Places.Path(r.Context(), at)
	if err != nil {
		return err
	}
	below, err := h.d.Places.Below(r.Context(), at)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titlePlaces, Active: "assist", Content: placesPage(h.look(), scope.Tenant, path, below)}, h.takenCrumbs()...)
}

func (h handlers) takenCrumbs() []kit.Crumb {
	l := h.look()
	return []kit.Crumb{{Label: l.assist(), Href: l.to("/assist")}, {Label: titleTaken, Href: l.to("/assist/elsewhere")}}
}

// there is the competent office of the path, and the level at which it meets the actor's own.
func (h handlers) there(r *http.Request) (at Place, common string, err error) {
	scope, err := tenancy.From(r.Context())
	if err != nil {
		return at, "", err
	}
	want := tenantOf(chi.URLParam(r, "place"))
	theirs, err := h.d.Places.Path(r.Context(), want)
	if err != nil || want == scope.Tenant || len(theirs) == 0 {
		return at, "", fault.New(fault.NotFound, "page_not_found").Because(err)
	}
	mine, err := h.d.Places.Path(r.Context(), scope.Tenant)
	for i := 0; i < min(len(mine), len(theirs)) && mine[i].ID == theirs[i].ID; i++ {
		common = mine[i].Level
	}
	return theirs[len(theirs)-1], common, err
}

// itemsAt lists what the competent office handles for everywhere.
func (h handlers) itemsAt(w http.ResponseWriter, r *http.Request) error {
	if err := h.d.Service.MayFile(r.Context(), ""); err != nil {
		return err
	}
	at, common, err := h.there(r)
	if err != nil {
		return err
	}
	ctx, err := h.d.Places.At(r.Context(), at.ID)
	if err != nil {
		return err
	}
	l := kit.ParseList(r, nil, kit.ListQuery{Size: 50})
	items, total, err := h.d.Offers.Search(ctx, l.Q, l.Page, l.Size)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleTakeIn, Active: "assist", Content: itemsAtPage(h.look(), at, common, l, items, total)}, h.takenCrumbs()...)
}

// applicationAt is an application for the office of another place.
func (h handlers) applicationAt(r *http.Request, answers []string) (a application, err error) {
	a.look = h.look()
	itemID, err := id(r, "item")
	if err != nil {
		return a, err
	}
	var common string
	if a.place, common, err = h.there(r); err != nil {
		return a, err
	}
	ctx, err := h.d.Places.At(r.Context(), a.place.ID)
	if err != nil {
		return a, err
	}
	if a.guide, err = h.d.Offers.Guide(ctx, itemID, answers); err != nil {
		return a, err
	}
	if a.guide.AtOnce = false; !cases.Reaches(a.guide.Area, common) {
		return a, fault.New(fault.Precondition, "case_not_everywhere")
	}
	return a, nil
}

// refill puts what was refused back into the application, so that only what was wrong is typed anew.
func (a *application) refill(p cases.Participant, in cases.Filing) error {
	if in.ItemID != a.guide.ID || p.CaseTenant != a.place.ID {
		return fault.New(fault.NotFound, "page_not_found")
	}
	a.again = p.ID
	for name, value := range map[string]string{"kind": in.Kind, "name": in.Name, "number": in.Number, "phone": strings.TrimPrefix(in.Phone, "+86"), "address": in.Address} {
		a.form.Set(name, value)
	}
	for _, q := range a.guide.Questions {
		a.form.Put(questionField(q), said(in.Form[q.Name])...)
	}
	a.keep(p, in)
	return nil
}

// keep puts the uploads of a refused filing back to their materials.
func (a *application) keep(p cases.Participant, in cases.Filing) {
	a.kept = map[int]File{}
	for i, m := range a.guide.Materials {
		for j, paper := range p.Papers {
			if paper.Material == m.Name && j < len(in.Files) {
				a.kept[i] = File{ID: in.Files[j], Name: paper.File}
			}
		}
		if slices.Contains(in.Checked, m.Name) {
			a.form.Set(seenField(i), "1")
		}
	}
}

// said spells an answer as a form sends it.
func said(v any) (out []string) {
	switch x := v.(type) {
	case string:
		return []string{x}
	case float64:
		return []string{strconv.FormatFloat(x, 'f', -1, 64)}
	case []any:
		for _, one := range x {
			out = append(out, said(one)...)
		}
	}
	return out
}

func seenField(i int) string { return "seen-" + strconv.Itoa(i) }

// checked are the materials whose originals the clerk says to have seen, of those that are handed in.
func (a *application) checked() (out []string) {
	for i, m := range a.guide.Materials {
		if _, kept := a.kept[i]; kept && a.form.Bool(seenField(i)) {
			out = append(out, m.Name)
		}
	}
	return out
}

func (h handlers) fillAt(w http.ResponseWriter, r *http.Request) error {
	if err := h.d.Service.MayFile(r.Context(), ""); err != nil {
		return err
	}
	chosen := kit.Answers(r.URL.Query())
	var p cases.Participant
	var in cases.Filing
	if again := r.URL.Query().Get("again"); again != "" {
		takenID, err := id36(again)
		if err == nil {
			p, in, err = h.d.Service.TakeAgain(r.Context(), takenID)
		}
		if err != nil {
			return err
		}
		if len(chosen) == 0 {
			chosen = in.Choices
		}
	}
	a, err := h.applicationAt(r, chosen)
	if err == nil && p.ID != "" {
		err = a.refill(p, in)
	}
	if err != nil {
		return err
	}
	if a.interview().Done() {
		if err := h.layForm(r, &a, in.Answers); err != nil {
			return err
		}
	}
	return h.showForm(w, r, http.StatusOK, a)
}

// layForm shows the electronic form of the competent office; it is kept nowhere until it is handed in.
func (h handlers) layForm(r *http.Request, a *application, answers map[string]any) error {
	if a.guide.Form.None() || h.d.EForms == nil {
		return nil
	}
	e := h.entry(a)
	e.Answers = answers
	d, err := h.d.EForms.Open(r.Context(), e)
	a.sheet = &d
	return err
}

func (h handlers) fileAt(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	a, err := h.applicationAt(r, form.All(kit.AskParam))
	if err != nil {
		return err
	}
	a.again = form.Get("again")
	return h.submit(w, r, a, form)
}

// send gives the application to the office that is competent.
func (h handlers) send(w http.ResponseWriter, r *http.Request, a application, in cases.Filing) error {
	for i, m := range a.guide.Materials {
		if _, kept := a.kept[i]; m.Required && !kept {
			a.form.Wrong(materialField(i), "case_material_missing")
		}
	}
	in.Answered, in.Checked, in.InPlaceOf = a.guide.Form, a.checked(), a.again
	err := a.form.Err()
	var p cases.Participant
	if err == nil {
		p, err = h.d.Service.TakeIn(r.Context(), a.place.ID, in, a.guide.Name, a.guide.Area)
	}
	if err == nil {
		return h.d.Shell.Done(w, r, a.takenURL(p.ID), "cases.did_take")
	}
	return h.refile(w, r, a, err)
}

func underURL(l look, id tenancy.ID) string {
	return l.to("/assist/elsewhere/places?under=" + strconv.FormatInt(int64(id), 10))
}
