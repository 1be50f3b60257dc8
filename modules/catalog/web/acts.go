package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// begun are the acts that an editor may begin with the item of a sheet.
func begun(v itemView) (acts []string) {
	if v.Version.State == catalog.StateDraft || openState(v) != "" || !v.own || !can(v.Sheet, policies.ItemsEdit) {
		return nil
	}
	return catalog.ActsFor(v.Item.State)
}

// askAct asks why before an act is begun.
func (h handlers) askAct(w http.ResponseWriter, r *http.Request) error {
	sh, act, err := h.actOn(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, actPage(h, sh, act, kit.FormValues{}))
}

func (h handlers) actOn(r *http.Request) (sh catalog.Sheet, act string, err error) {
	act = chi.URLParam(r, "act")
	if !slices.Contains([]string{catalog.ActSuspend, catalog.ActResume, catalog.ActCancel, catalog.ActSplit}, act) {
		return sh, act, fault.New(fault.NotFound, "not_found")
	}
	sh, err = h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	return sh, act, err
}

// beginAct opens the draft that does the act once it has been reviewed.
func (h handlers) beginAct(w http.ResponseWriter, r *http.Request) error {
	sh, act, err := h.actOn(r)
	if err != nil {
		return err
	}
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if act == catalog.ActSplit {
		_, err = h.Service.Split(r.Context(), sh.Item.ID, f.Get("reason"), strings.Split(f.Get("names"), "\n"))
	} else {
		_, err = h.Service.Begin(r.Context(), sh.Item.ID, act, f.Get("reason"))
	}
	if f.Blame(err) {
		return h.page(w, r, http.StatusUnprocessableEntity, actPage(h, sh, act, f))
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+sh.Item.ID), "item_act_begun")
}

// mergeView is the items that a merger may end, and the form.
type mergeView struct {
	chosen []catalog.Row
	found  []catalog.Row // besides, by what was searched for
	total  int           // that match the search, chosen ones included
	form   kit.FormValues
}

// mergeable is how many items one search for a merger shows.
const mergeable = 20

// doFind is the button of a form that searches and does nothing else.
const doFind = "find"

func (h handlers) askMerge(w http.ResponseWriter, r *http.Request) error {
	return h.showMerge(w, r, http.StatusOK, kit.FormValues{}, r.URL.Query()["item"])
}

func (h handlers) showMerge(w http.ResponseWriter, r *http.Request, status int, f kit.FormValues, chosen []string) error {
	if !h.Service.MayCreate(r.Context()) {
		return fault.New(fault.Forbidden, "item_not_editor")
	}
	v := mergeView{form: f}
	for _, id := range chosen {
		sh, err := h.Service.Show(r.Context(), id)
		if err != nil {
			return err
		}
		v.chosen = append(v.chosen, catalog.Row{Item: sh.Item})
	}
	for _, state := range []string{catalog.StatePublished, catalog.StateSuspended} {
		p, err := h.Service.Kept(r.Context(), catalog.Query{Span: catalog.SpanOwn, Size: mergeable, Sort: "name", State: state, Text: f.Get("q")})
		if err != nil {
			return err
		}
		v.total += p.Total
		v.found = append(v.found, slices.DeleteFunc(p.Rows, func(x catalog.Row) bool { return slices.Contains(chosen, x.ID) })...)
	}
	return h.page(w, r, status, mergePage(h, v))
}

func (h handlers) merge(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	chosen := f.All("items")
	if f.Get("do") == doFind {
		return h.showMerge(w, r, http.StatusOK, f, chosen)
	}
	v, err := h.Service.Merge(r.Context(), catalog.Merger{Name: f.Get("name"), Reason: f.Get("reason"), Items: slices.Clone(chosen), Key: f.Get("idem")})
	if f.Blame(err) {
		return h.showMerge(w, r, http.StatusUnprocessableEntity, f, chosen)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+v.ItemID+"/edit"), "item_act_begun")
}

// addPart adds a new item to a split.
func (h handlers) addPart(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if _, err := h.Service.AddPart(r.Context(), sh.Version.ID, f.Get("name")); f.Blame(err) {
		return h.showWith(w, r, http.StatusUnprocessableEntity, f)
	} else if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+sh.Item.ID), "item_part_added")
}

// reasoned reports whether an act has a reason that people are told.
func reasoned(act string) bool { return act != catalog.ActCreate }

// setDates says when a draft comes into force and when its item ends, and why.
func (h handlers) setDates(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	d := catalog.Dates{EffectiveOn: dayOf(&f, "effective_on"), CancelOn: dayOf(&f, "cancel_on")}
	seen := f.Int("version")
	if err = f.Err(); err == nil && reasoned(sh.Version.Act) && f.Get("reason") != sh.Version.Reason {
		v, wrong := h.Service.SetReason(r.Context(), sh.Version.ID, seen, f.Get("reason"))
		seen, err = v.Version, wrong
	}
	if err == nil {
		_, err = h.Service.SetDates(r.Context(), sh.Version.ID, seen, d)
	}
	if f.Blame(err) {
		return h.showWith(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+sh.Item.ID), "item_dates_saved")
}

// dayOf reads a day; none is nil.
func dayOf(f *kit.FormValues, name string) *calendar.Date {
	s := f.Get(name)
	if s == "" {
		return nil
	}
	d, err := calendar.ParseDate(s)
	if err != nil {
		f.Wrong(name, "item_day_shape")
		return nil
	}
	return &d
}

// takeBack makes what is to come into force later a draft again.
func (h handlers) takeBack(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	if ok, err := h.Shell.Confirmed(w, r, takingBack(h, sh)); !ok {
		return err
	}
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if _, err := h.Service.TakeBack(r.Context(), sh.Version.ID, f.Int("version")); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+sh.Item.ID), "item_taken_back")
}
