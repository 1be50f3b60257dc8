package citizen

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/modules/materials"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// caseView is one case as its applicant follows it.
type caseView struct {
	cases.View
	svg    string
	ahead  []flows.Step // steps that it has not come to yet
	files  []files.File
	v      kit.FormValues               // the answer to a notice
	kept   []paper                      // uploads of an answer that was refused
	offers map[string][]materials.Offer // by what is wanted: what she may use again
	now    time.Time

	sheet      *casesweb.Filed // the form that was filed; nil: none
	correction                 // its fields that a notice asks for
}

func caseID(r *http.Request) (string, error) {
	id := chi.URLParam(r, "id")
	if !isID(id) {
		return "", gone()
	}
	return id, nil
}

func (h handlers) readCase(r *http.Request) (v caseView, err error) {
	ctx := r.Context()
	id, err := caseID(r)
	if err != nil {
		return v, err
	}
	if v.View, err = h.Cases.Show(ctx, id); err != nil {
		return v, err
	}
	v.now = h.Now()
	if v.sheet, err = h.sheetOf(ctx, &v.Case); err != nil {
		return v, err
	}
	if v.files, err = h.Files.OfCase(ctx, id); err != nil {
		return v, err
	}
	d, err := h.Flows.Flow(ctx, v.Case.FlowTenant, v.Case.FlowID)
	if fault.KindOf(err) == fault.NotFound {
		return v, nil // a flow of another branch of the tree is not shown on this site; the steps taken are
	}
	if err != nil {
		return v, err
	}
	v.svg = string(flows.Draw(d, v.marks()))
	if v.Case.Open() {
		v.ahead = v.stepsAhead(d.Steps())
	}
	return v, nil
}

// marks say how far the case is with each step.
func (v caseView) marks() map[string]flows.Mark {
	out := map[string]flows.Mark{}
	for _, s := range v.Steps {
		m := flows.Mark{State: flows.Done}
		if s.EndedAt == nil {
			m = flows.Mark{State: flows.Current, Text: v.left()}
		}
		out[s.StepID] = m
	}
	return out
}

// stepsAhead are the steps behind the one where the case stands.
func (v caseView) stepsAhead(all []flows.Step) []flows.Step {
	at := slices.IndexFunc(all, func(s flows.Step) bool { return s.ID == v.Case.StepID })
	if at < 0 {
		return nil
	}
	return all[at+1:]
}

// left is what remains of the promise, in words; before acceptance there is none.
func (v caseView) left() string {
	switch {
	case v.Case.Status == cases.Supplement:
		return text.T("citizen.waiting")
	case v.Case.AcceptedAt == nil || !v.Case.Open() || v.Case.DueAt == nil: // decided: only the result is on its way
		return ""
	case v.Remaining < 1:
		return text.T("citizen.late", 1-v.Remaining)
	case v.Remaining == 1:
		return text.T("citizen.last_one")
	}
	return text.T("citizen.left", v.Remaining)
}

// moments are the way of the case, oldest first, with what lies ahead.
func (v caseView) moments() (out []kit.Moment) {
	out = append(out, kit.Moment{Title: text.T("citizen.moment.filed"), Who: v.Case.ApplicantName, When: clock(v.Case.CreatedAt)})
	for _, s := range v.Steps {
		out = append(append(out, v.supplements(s)...), v.moment(s))
	}
	for _, s := range v.ahead {
		out = append(out, kit.Moment{Title: s.Name, Who: word("at", string(s.Level)), State: "todo"})
	}
	return out
}

// supplements are what was asked and answered while the case stood at a step.
func (v caseView) supplements(s cases.StepRecord) (out []kit.Moment) {
	for _, n := range v.Notices {
		if n.AskedAt.Before(s.EnteredAt) || s.EndedAt != nil && n.AskedAt.After(*s.EndedAt) {
			continue
		}
		out = append(out, kit.Moment{Title: text.T("citizen.moment.asked"), Who: s.AtName + " · " + n.AskedBy, When: clock(n.AskedAt), Opinion: strings.Join(n.Wanted, text.T("citizen.comma")), State: "done"})
		if n.AnsweredAt != nil {
			out = append(out, kit.Moment{Title: text.T("citizen.moment.answered"), Who: v.Case.ApplicantName, When: clock(*n.AnsweredAt), Opinion: n.Answer, State: "done"})
		}
	}
	return out
}

func (v caseView) moment(s cases.StepRecord) kit.Moment {
	m := kit.Moment{Title: s.Name, Who: s.AtName, When: text.T("citizen.since", clock(s.EnteredAt)), Opinion: s.Opinion}
	if s.EndedAt == nil {
		m.State, m.Tag = "current", kit.Badge(kit.Yellow, text.T("citizen.moment.current"))
		if s.DueAt != nil && v.Case.Status != cases.Supplement {
			m.Took = text.T("citizen.step_due", lastDay(s.DueAt))
		}
		return m
	}
	if s.ActorName != "" && s.Act != "withdraw" {
		m.Who += " · " + s.ActorName
	}
	m.When = clock(s.EnteredAt) + text.T("citizen.to") + clock(*s.EndedAt)
	m.Took = took(s.UsedDays)
	switch s.Act {
	case "refuse", cases.Denied, "withdraw", "send_back":
		m.State = "refused"
	}
	if s.Act != "" {
		m.Tag = kit.Badge(actTone(s.Act), word("act", s.Act))
	}
	return m
}

func actTone(act string) kit.Tone {
	switch act {
	case "refuse", cases.Denied:
		return kit.Red
	case "send_back":
		return kit.Yellow
	case "withdraw":
		return kit.Neutral
	}
	return kit.Success
}

func took(days *int) string {
	if days == nil {
		return ""
	}
	if *days == 0 {
		return text.T("citizen.took_same_day")
	}
	return text.T("citizen.took_days", *days)
}

// open is the notice that still waits for its answer.
func (v caseView) open() *cases.Notice {
	for i := range v.Notices {
		if v.Notices[i].AnsweredAt == nil && v.Case.Status == cases.Supplement {
			return &v.Notices[i]
		}
	}
	return nil
}

// why is how one day of the clock counted, in words.
func why(l calendar.Line) string {
	s := text.T(string(l.Why))
	if l.Note != "" {
		s += text.T("citizen.colon") + word("clock", l.Note)
	}
	return s
}

// mayWithdraw and mayUrge say what the status leaves open to the applicant.
func (v caseView) mayWithdraw() bool {
	return v.Case.AcceptedAt == nil && (v.Case.Status == cases.Submitted || v.Case.Status == cases.Supplement)
}

func (v caseView) mayUrge() bool {
	return v.Case.Status == cases.Submitted || v.Case.Status == cases.Handling
}

// urgedToday reports that the applicant has urged on this day, in China.
func (v caseView) urgedToday() bool {
	return slices.ContainsFunc(v.Urges, func(u cases.Urge) bool {
		return day(u.UrgedAt) == day(v.now) && v.Case.Subject != nil && u.ByID == *v.Case.Subject
	})
}

// urgeRefused says why she may not urge just now; "" when she may.
func (v caseView) urgeRefused() string {
	if v.urgedToday() {
		return text.T("case_urged_today")
	}
	return v.UrgeRefused
}

// bornAt is where a case is followed and answered: on the site of the tenant that
// it was born in, since only there its applicant may write. "" when that is here.
func (h handlers) bornAt(ctx context.Context, c cases.Case) (string, error) {
	if c.TenantID == visit.SiteOf(ctx).Tenant {
		return "", nil
	}
	n, err := h.Tree.Get(ctx, c.TenantID)
	if err != nil {
		return "", err
	}
	return strings.TrimSuffix(h.SiteURL(n.Code, n.Host), "/") + "/cases/" + c.ID, nil
}

func (h handlers) showCase(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readCase(r)
	if err != nil {
		return err
	}
	if to, err := h.bornAt(r.Context(), v.Case); err != nil || to != "" {
		return elsewhereOr(w, r, to, err)
	}
	if err := h.correct(r, &v); err != nil {
		return err
	}
	return h.drawCase(w, r, s, v, http.StatusOK)
}

// elsewhereOr sends the visitor to another site, unless finding it failed.
func elsewhereOr(w http.ResponseWriter, r *http.Request, to string, err error) error {
	if err != nil {
		return err
	}
	return kit.SeeOther(w, r, to)
}

func (h handlers) drawCase(w http.ResponseWriter, r *http.Request, s kit.Shell, v caseView, code int) (err error) {
	ctx := r.Context()
	if n := v.open(); n != nil {
		if v.offers, err = h.offered(ctx, v.Case.ApplicantKind, v.Number, h.wantedBy(ctx, &v, *n)); err != nil {
			return err
		}
	}
	return s.Page(w, r, code, kit.Page{
		Title: v.Case.ItemName, Active: "cases",
		Crumbs: home(ctx, kit.Crumb{Label: text.T("citizen.nav.cases"), Href: visit.URL(ctx, "/cases")}), Content: casePage(v),
	})
}

// awaited is what the flow of the case waits for the applicant to answer; nil when nothing.
func (v caseView) awaited() *cases.StepRecord {
	for i := range v.Open {
		if v.Open[i].WaitsFor == cases.ForApplicant && v.Case.Status == cases.Handling {
			return &v.Open[i]
		}
	}
	return nil
}
