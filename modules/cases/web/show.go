package web

import (
	"context"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// view is everything that a case page shows.
type view struct {
	cases.View
	look
	files    []File
	guide    Guide // of the item; zero when it is no longer offered
	svg      string
	grounds  []Provision
	reused   map[string]Reuse // by file: what came out of the library
	history  cases.History
	related  []related // earlier cases that it refers to
	watched  bool
	phrases  []string
	act      act            // the form that is open
	form     kit.FormValues // what was typed into it
	supply   []supplied     // what the answer to a notice may use again
	kept     []File         // papers uploaded with a form that was refused
	trouble  *trouble
	revealed map[string]string // personal data asked for in clear
	issue    kit.FormValues    // what was typed into the form of documents
	issuing  bool              // that form was refused
	answered string            // the procedure whose form was refused
	answer   kit.FormValues    // what was typed into that
	sheet    *Filed            // the form that was filed; nil: none
	correct  *Editing          // its fields that an answer to a notice may correct; nil: none
}

// trouble is why the last act was not done.
type trouble struct {
	title, reason string
	last          *cases.StepRecord // what somebody else did in the meantime
	lost          string            // typed into a form that is no longer there
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	v.act = v.choose(r.URL.Query().Get("act"))
	if err := h.offerCorrection(r, &v, false); err != nil {
		return err
	}
	if err := h.offerSupply(r, &v); err != nil {
		return err
	}
	return h.showView(w, r, http.StatusOK, v)
}

// view fetches the case of the path and draws its flow.
func (h handlers) view(r *http.Request) (v view, err error) {
	v = view{look: h.look()}
	caseID, err := id(r, "id")
	if err != nil {
		return v, err
	}
	ctx := r.Context()
	if v.View, err = h.d.Service.At(visitOf(r)).Show(ctx, caseID); err != nil {
		return v, err
	}
	if v.files, err = h.files(ctx, &v.View); err != nil {
		return v, err
	}
	if v.guide, err = h.guide(ctx, v.Case.ItemID); err != nil {
		return v, err
	}
	if h.d.Laws != nil {
		if v.grounds, err = h.d.Laws.Of(ctx, &v.Case); err != nil {
			return v, err
		}
	}
	if v.sheet, err = h.filedForm(ctx, &v.Case, false); err != nil {
		return v, err
	}
	if v.watched, err = h.d.Service.IsWatched(ctx, caseID); err != nil {
		return v, err
	}
	if v.phrases, err = h.d.Service.Phrases(ctx); err != nil {
		return v, err
	}
	if err := h.lookUp(ctx, &v); err != nil {
		return v, err
	}
	if err := h.relate(ctx, &v); err != nil {
		return v, err
	}
	svg, err := h.d.Flows.Draw(ctx, cases.FlowRef{Tenant: v.Case.FlowTenant, ID: v.Case.FlowID}, v.marks())
	v.svg = string(svg)
	return v, err
}

// visitOf is the step that a page or a form is about; 0 when it names none.
func visitOf(r *http.Request) int {
	said := r.URL.Query().Get("visit")
	if r.PostForm != nil {
		said = r.PostForm.Get("visit")
	}
	n, err := strconv.Atoi(said)
	if err != nil || n < 0 {
		return 0
	}
	return n
}

// guide is the item's guide as it is offered now, or nothing: an old case may
// outlive its item, and a case of another centre need not be offered at mine.
func (h handlers) guide(ctx context.Context, itemID string) (Guide, error) {
	g, err := h.d.Offers.Guide(ctx, itemID, nil)
	switch fault.KindOf(err) {
	case fault.NotFound, fault.Forbidden, fault.Precondition:
		return Guide{}, nil
	default:
		return g, err
	}
}

func (h handlers) showView(w http.ResponseWriter, r *http.Request, status int, v view) error {
	return h.page(w, r, status, kit.Page{Title: titleCase, Active: "cases", Content: casePage(v)}, kit.Crumb{Label: titleCases, Href: v.to("/cases")})
}

// marks says by step how far the case is; where it was sent back from is to do again.
func (v *view) marks() map[string]Mark {
	marks := map[string]Mark{}
	for _, s := range v.Steps {
		switch {
		case s.EndedAt == nil && v.Case.Open():
			m := Mark{State: "current", Text: hereText()}
			if s.Seq == v.Case.StepSeq {
				m.Text = v.standing()
			}
			marks[s.StepID] = m
		case s.Act == "send_back" || s.Act == "cancelled":
			delete(marks, s.StepID)
		case s.EndedAt != nil:
			marks[s.StepID] = Mark{State: "done"}
		}
	}
	return marks
}

func (h handlers) reveal(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	field := chi.URLParam(r, "field")
	value, err := h.d.Service.Reveal(r.Context(), v.Case.ID, field)
	if err != nil {
		return err
	}
	if kit.WantsPart(r) {
		return h.d.Shell.Part(w, r, http.StatusOK, plain(value))
	}
	v.revealed = map[string]string{field: value}
	v.act = v.choose("")
	return h.showView(w, r, http.StatusOK, v)
}

func (h handlers) urge(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	err = h.d.Service.Urge(r.Context(), v.Case.ID, r.PostFormValue("note"))
	if f, ok := fault.As(err); ok && f.Kind == fault.Precondition {
		v.act, v.trouble = v.choose(""), &trouble{title: text.T("cases.not_done"), reason: text.T(f.Text)}
		return h.showView(w, r, http.StatusConflict, v)
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, v.caseURL(&v.Case), "cases.did_urge")
}
