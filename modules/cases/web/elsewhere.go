package web

import (
	"net/http"
	"strconv"

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
	l := kit.ParseList(r, nil, kit.ListQuery{Size: cases.TakenPage})
	ps, total, err := h.d.Service.Taken(r.Context(), l.Page)
	if err != nil {
		return err
	}
	return h.showTaken(w, r, http.StatusOK, takenView{look: h.look(), list: l, rows: ps, total: total})
}

// takenView is the list with the form that was refused, if one was.
type takenView struct {
	look
	list    kit.ListQuery
	rows    []cases.Participant
	total   int
	refused string
	form    kit.FormValues
}

func (h handlers) showTaken(w http.ResponseWriter, r *http.Request, status int, v takenView) error {
	return h.page(w, r, status, kit.Page{Title: titleTaken, Active: "assist", Content: takenPage(v)}, kit.Crumb{Label: v.assist(), Href: v.to("/assist")})
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
	err = h.d.Service.HandTaken(r.Context(), takenID, form.Get("receiver"), form.Get("note"))
	if err == nil {
		return h.d.Shell.Done(w, r, h.d.Base+"/assist/elsewhere", "cases.did_handed")
	}
	if !form.Blame(err) {
		return err
	}
	l := kit.ParseList(r, nil, kit.ListQuery{Size: cases.TakenPage})
	ps, total, failure := h.d.Service.Taken(r.Context(), 1)
	if failure != nil {
		return failure
	}
	return h.showTaken(w, r, http.StatusUnprocessableEntity, takenView{look: h.look(), list: l, rows: ps, total: total, refused: takenID, form: form})
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
	switch a.guide.AtOnce = false; {
	case !cases.Reaches(a.guide.Area, common):
		return a, fault.New(fault.Precondition, "case_not_everywhere")
	case !a.guide.Form.None():
		return a, fault.New(fault.Precondition, "case_form_elsewhere")
	}
	return a, nil
}

func (h handlers) fillAt(w http.ResponseWriter, r *http.Request) error {
	if err := h.d.Service.MayFile(r.Context(), ""); err != nil {
		return err
	}
	a, err := h.applicationAt(r, kit.Answers(r.URL.Query()))
	if err != nil {
		return err
	}
	return h.showForm(w, r, http.StatusOK, a)
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
	return h.submit(w, r, a, form)
}

// send gives the application to the office that is competent.
func (h handlers) send(w http.ResponseWriter, r *http.Request, a application, in cases.Filing) error {
	for i, m := range a.guide.Materials {
		if _, kept := a.kept[i]; m.Required && !kept {
			a.form.Wrong(materialField(i), "case_material_missing")
		}
	}
	err := a.form.Err()
	if err == nil {
		_, err = h.d.Service.TakeIn(r.Context(), a.place.ID, in, a.guide.Name, a.guide.Area)
	}
	if err == nil {
		return h.d.Shell.Done(w, r, a.to("/assist/elsewhere"), "cases.did_take")
	}
	return h.refile(w, r, a, err)
}

func underURL(l look, id tenancy.ID) string {
	return l.to("/assist/elsewhere/places?under=" + strconv.FormatInt(int64(id), 10))
}
