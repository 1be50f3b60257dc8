package citizen

import (
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// letter is one official paper (文书) about a case.
type letter struct {
	caseView
	kind   string
	organ  string
	at     time.Time
	step   cases.StepRecord // the act that it documents
	notice cases.Notice
	phone  string
}

// letters are the papers that the case can have printed by now.
func (v caseView) letters() []string {
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
		out = append(out, "decision")
	}
	return out
}

// paper prints one of them on A4.
func (h handlers) paper(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readCase(r)
	if err != nil {
		return err
	}
	kind := chi.URLParam(r, "paper")
	if !slices.Contains(v.letters(), kind) {
		return fault.New(fault.NotFound, "citizen.paper_none")
	}
	l := v.letter(kind)
	l.phone = orText(h.look(r).Phone, "12345")
	title := text.T("citizen.paper." + kind)
	s.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PrintLayout(kit.PrintView{Title: title, Number: text.T("citizen.paper_no", v.Case.No), Organ: l.organ, Date: longDay(l.at)}, p)
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: title, Crumbs: []kit.Crumb{{Label: v.Case.ItemName, Href: caseURL(r.Context(), v.Case.ID)}}, Content: letterPage(l)})
}

// letter finds the act that the paper documents, who did it and when.
func (v caseView) letter(kind string) letter {
	l := letter{caseView: v, kind: kind, organ: v.OriginName, at: v.Case.CreatedAt}
	acts := map[string][]string{"accept": {"accept"}, "refuse": {"refuse"}, "decision": {cases.Granted, cases.Denied}}
	for _, s := range v.Steps {
		if slices.Contains(acts[kind], s.Act) && s.EndedAt != nil {
			l.step, l.organ, l.at = s, s.AtName, *s.EndedAt
		}
	}
	if kind == "supplement" {
		l.notice = v.Notices[len(v.Notices)-1]
		l.at = l.notice.AskedAt
	}
	return l
}
