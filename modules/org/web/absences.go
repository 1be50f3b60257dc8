package web

import (
	"net/http"
	"slices"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/org"
	"liandong/portal-sites/kit"
)

// absencesView is the page of who is away and who stands in.
type absencesView struct {
	q    kit.ListQuery
	page org.Page[org.Absence]
	who  org.Standing
	me   string // identity of the visitor
	form kit.FormValues
	no   refusal
	now  func(org.Absence) string // its state now
}

func (h handlers) absences(w http.ResponseWriter, r *http.Request) error {
	return h.absencesWith(w, r, kit.FormValues{}, refusal{status: http.StatusOK})
}

func (h handlers) absencesWith(w http.ResponseWriter, r *http.Request, f kit.FormValues, no refusal) error {
	v := absencesView{me: self(r).Actor.ID, form: f, no: no}
	v.q = kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"state": ""}})
	var err error
	if v.who, err = h.Service.Standings(r.Context()); err != nil {
		return err
	}
	v.page, err = h.Service.Absences(r.Context(), org.AbsenceQuery{State: v.q.Filter("state"), Q: v.q.Q, Page: v.q.Page, Size: v.q.Size})
	if err != nil {
		return err
	}
	now := h.Service.Now()
	v.now = func(a org.Absence) string { return a.StateAt(now) }
	if !f.Failed() && no.status == http.StatusOK {
		v.form = kit.NewForm(map[string]string{
			"from_on": h.Service.Today(), "from_half": org.Morning, "until_on": h.Service.Today(), "until_half": org.Afternoon, "kind": "leave", "person": v.usualPerson(), "substitute": v.who.Usual,
		})
	}
	return h.page(w, r, no.status, "absences", titleAbsences, h.absencesPage(v))
}

// usualPerson is the visitor herself when she holds a post here.
func (v absencesView) usualPerson() string {
	if slices.ContainsFunc(v.who.People, func(p org.Holder) bool { return p.ID == v.me }) {
		return v.me
	}
	return ""
}

// records reports whether the visitor may record an absence at all: of herself, or of others.
func (v absencesView) records() bool { return v.who.All || v.usualPerson() != "" }

func (v absencesView) cancellable(a org.Absence) bool {
	s := v.now(a)
	return (s == org.AbsenceNow || s == org.AbsencePlanned) && (v.who.All || a.PersonID == v.me)
}

func (h handlers) recordAbsence(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	_, err = h.Service.RecordAbsence(r.Context(), org.Leaving{
		PersonID: v.Get("person"), Kind: v.Get("kind"), FromOn: v.Get("from_on"), FromHalf: v.Get("from_half"), UntilOn: v.Get("until_on"), UntilHalf: v.Get("until_half"),
		SubstituteID: v.Get("substitute"), Note: v.Get("note"), Key: v.Posted(),
	})
	if no, ok := refused(&v, err); ok {
		return h.absencesWith(w, r, v, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.org("/absences"), "org.absence_recorded")
}

func (h handlers) cancelAbsence(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	v, err := form(r)
	if err != nil {
		return err
	}
	seen := v.Get("version")
	ask := h.cancelling(org.Absence{ID: id})
	ask.Hidden["version"] = seen
	if ok, err := h.Shell.Confirmed(w, r, ask); !ok {
		return err
	}
	n, err := strconv.Atoi(seen)
	if err == nil {
		err = h.Service.CancelAbsence(r.Context(), id, n)
	} else {
		err = h.Service.CancelAbsence(r.Context(), id, 0)
	}
	if no, ok := refused(&v, err); ok {
		return h.absencesWith(w, r, kit.FormValues{}, no)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.org("/absences"), "org.absence_cancelled")
}
