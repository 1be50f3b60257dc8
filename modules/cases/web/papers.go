package web

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// papers are the official papers that a case can have printed by now.
func (v *view) papers() []string {
	out := []string{"receipt"}
	if v.Case.AcceptedAt != nil {
		out = append(out, "accept")
	}
	if v.Case.Status == cases.Refused {
		out = append(out, "refuse")
	}
	if len(v.Notices) > 0 {
		out = append(out, "supplement")
	}
	if v.Case.DecidedAt != nil {
		out = append(out, "decision", "delivery")
	}
	return out
}

// paper is one official paper about a case.
type paper struct {
	view
	kind   string
	organ  string // who issues it
	date   time.Time
	step   cases.StepRecord // the act that it documents
	notice cases.Notice
}

// paper prints what a case needs on paper. Names stand on it in full, numbers
// masked: it is for the applicant.
func (h handlers) paper(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	kind := chi.URLParam(r, "paper")
	if !slices.Contains(v.papers(), kind) {
		return fault.New(fault.Precondition, "case_paper_not_yet")
	}
	p := draw(v, kind)
	sheet := h.d.Shell
	sheet.Layout = func(_ *http.Request, page kit.Page) templ.Component {
		return kit.PrintLayout(kit.PrintView{Title: page.Title, Number: p.number(), Organ: p.organ, Date: hanDay(p.date), Copies: copies(kind)}, page)
	}
	return sheet.Page(w, r, http.StatusOK, kit.Page{Title: paperTitle(kind), Content: paperBody(p), Crumbs: []kit.Crumb{{Label: titleCase, Href: v.caseURL(&v.Case)}}})
}

// draw finds the act that the paper documents, with its organ and date.
func draw(v view, kind string) paper {
	p := paper{view: v, kind: kind, organ: v.OriginName, date: v.Case.CreatedAt}
	acts := map[string][]string{"accept": {"accept"}, "refuse": {"refuse"}, "decision": {cases.Granted, cases.Denied}, "delivery": {"deliver"}}
	for _, s := range v.Steps {
		if slices.Contains(acts[kind], s.Act) && s.EndedAt != nil {
			p.step, p.organ, p.date = s, s.AtName, *s.EndedAt
		}
	}
	switch {
	case kind == "supplement":
		p.notice = v.Notices[len(v.Notices)-1]
		p.date = p.notice.AskedAt
	case kind == "delivery" && p.step.EndedAt == nil: // printed for signing, before it is delivered
		p.date = v.now
	}
	return p
}
