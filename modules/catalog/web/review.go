package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

func (h handlers) reviews(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20})
	p, err := h.Service.Reviews(r.Context(), catalog.Query{Page: q.Page, Size: q.Size, Text: q.Q})
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, reviewsPage(h, q, p))
}

// reviewView is a version under review beside what is in force.
type reviewView struct {
	catalog.Sheet

	now, before Sketch
	form        kit.FormValues
	impact      catalog.Impact
	parts       []itemView // the new items of a split, each as it would be
}

func (h handlers) reviewView(r *http.Request, form kit.FormValues) (v reviewView, err error) {
	v.form = form
	if v.Sheet, err = h.Service.ShowVersion(r.Context(), chi.URLParam(r, "id")); err != nil {
		return v, err
	}
	if v.Version.State != catalog.StateReviewing {
		return v, fault.New(fault.Precondition, "item_not_reviewing")
	}
	if v.impact, err = h.Service.Impact(r.Context(), v.Version.ID); err != nil {
		return v, err
	}
	for _, p := range v.Parts {
		v.parts = append(v.parts, itemView{Sheet: catalog.Sheet{Version: p}})
	}
	if v.Flow != nil {
		v.now = h.Flows.Inspect(v.Flow, v.Version.Body.PromisedDays)
	}
	if v.LiveFlow != nil {
		v.before = h.Flows.Inspect(v.LiveFlow, v.Live.Body.PromisedDays)
	}
	return v, nil
}

func (h handlers) review(w http.ResponseWriter, r *http.Request) error {
	v, err := h.reviewView(r, kit.FormValues{})
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, reviewPage(h, v))
}

func (h handlers) publish(w http.ResponseWriter, r *http.Request) error {
	return h.judge(w, r, func(id string, seen int, f *kit.FormValues) (string, error) {
		d := catalog.Decision{Seen: seen, Opinion: f.Get("opinion"), EffectiveOn: dayOf(f, "effective_on")}
		if err := f.Err(); err != nil {
			return "", err
		}
		v, err := h.Service.Pass(r.Context(), id, d)
		switch v.State {
		case catalog.StateReviewing:
			return "item_step_passed", err
		case catalog.StateScheduled:
			return "item_scheduled", err
		}
		return "item_published", err
	})
}

func (h handlers) sendBack(w http.ResponseWriter, r *http.Request) error {
	return h.judge(w, r, func(id string, seen int, f *kit.FormValues) (string, error) {
		_, err := h.Service.ReturnSeen(r.Context(), id, seen, f.Get("opinion"))
		return "item_returned", err
	})
}

// judge carries out a decision; a refused one comes back with the opinion as it was typed.
func (h handlers) judge(w http.ResponseWriter, r *http.Request, act func(id string, seen int, f *kit.FormValues) (string, error)) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	seen, done := f.Int("version"), ""
	if err = f.Err(); err == nil {
		done, err = act(chi.URLParam(r, "id"), seen, &f)
	}
	kind := fault.KindOf(err)
	switch {
	case err == nil:
		return h.Shell.Done(w, r, h.items("/reviews"), done)
	case f.Blame(err):
	case kind == fault.Conflict:
		f.Wrong("", "item_changed_in_review")
	default:
		return err
	}
	v, verr := h.reviewView(r, f)
	if verr != nil {
		return verr
	}
	return h.page(w, r, kit.StatusOf(kind), reviewPage(h, v))
}
