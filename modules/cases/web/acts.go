package web

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// act is one thing that staff may do to a case.
type act struct {
	key    string // as addresses and catalogue keys spell it
	action policies.Action
}

// acts lists them in the order in which a page offers them.
func acts() []act {
	return append([]act{
		{"settle", policies.CasesSettle},
		{"accept", policies.CasesAccept},
		{"pass", policies.CasesHandle},
		{"decide", policies.CasesDecide},
		{"deliver", policies.CasesDeliver},
		{"supplement", policies.CasesSupplement},
		{"sendback", policies.CasesSendback},
		{"refuse", policies.CasesReject},
		{"fulfil", policies.CasesFulfil},
		{"answer", policies.CasesResubmit},
	}, append(jointActs(), turns()...)...)
}

// offered are the acts that the status of the case leaves open to somebody.
func (v *view) offered() (out []act) {
	if a, owed := v.speaks(); owed {
		out = append(out, a)
	}
	for _, a := range acts() {
		if !v.opens(a.key) {
			continue
		}
		if a.action == policies.CasesResubmit && v.Case.Status != cases.Supplement {
			continue // before acceptance it would be the applicant's withdrawal
		}
		if _, ok := v.May[a.action]; ok {
			out = append(out, a)
		}
	}
	return out
}

// allowed are those that the actor may do; refused has the others.
func (v *view) allowed() (out []act) {
	for _, a := range v.offered() {
		if v.May[a.action] == "" {
			out = append(out, a)
		}
	}
	return out
}

func (v *view) refused() (out []act) {
	for _, a := range v.offered() {
		if v.May[a.action] != "" {
			out = append(out, a)
		}
	}
	return out
}

// choose is the allowed act of that key, or the first one; none while others have to act first.
func (v *view) choose(key string) act {
	all := v.allowed()
	for _, a := range all {
		if a.key == key {
			return a
		}
	}
	if len(all) == 0 || v.idle(all) {
		return act{}
	}
	return all[0]
}

func (h handlers) act(w http.ResponseWriter, r *http.Request) error {
	caseID, err := id(r, "id")
	if err != nil {
		return err
	}
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	key := chi.URLParam(r, "act")
	papers, kept, err := h.takePapers(r, key)
	var c correction
	if err == nil && key == "answer" {
		c, err = h.correction(r, caseID)
	}
	if err == nil && key == "answer" && c.do == "" && !c.told {
		var used []File
		used, err = h.takeSupply(r, caseID, form)
		for _, f := range used {
			papers, kept = append(papers, f.ID), append(kept, f)
		}
	}
	if err == nil && (c.do != "" || c.told) { // a button of the form inside, or somebody else's words to look at
		return h.again(w, r, key, form, kept, nil)
	}
	if err == nil {
		err = h.do(r.Context(), key, caseID, form, papers, c)
	}
	if err == nil {
		return h.d.Shell.Done(w, r, h.d.Base+"/cases/"+caseID, "cases.did_"+key)
	}
	return h.again(w, r, key, form, kept, err)
}

// do calls the service.
func (h handlers) do(ctx context.Context, key, caseID string, f kit.FormValues, papers []string, c correction) (err error) {
	s, seen, opinion := h.d.Service.At(visitIn(f)).Seen(originals(f)).Granting(cases.Term{From: f.Get("valid_from"), Until: f.Get("valid_until"), Scope: f.Get("scope")}), f.Int("version"), f.Get("opinion")
	for _, name := range []string{"opinion", "wanted", "receiver"} {
		if len([]rune(f.Get(name))) > maxAnswer {
			return fault.InvalidField(name, "too_long")
		}
	}
	switch key {
	case "settle":
		_, err = s.Settle(ctx, caseID, seen, verdict(f), papers...)
	case "accept":
		err = accept(ctx, s, caseID, &f, papers)
	case "refuse":
		_, err = s.Refuse(ctx, caseID, seen, opinion, papers...)
	case "pass":
		_, err = s.Pass(ctx, caseID, seen, opinion, papers...)
	case "decide":
		switch f.Get("outcome") {
		case cases.Granted, cases.Denied:
			_, err = s.Decide(ctx, caseID, seen, f.Get("outcome") == cases.Granted, opinion, papers...)
		case cases.Forwarded:
			_, err = s.Forward(ctx, caseID, seen, opinion, papers...)
		default:
			return fault.InvalidField("outcome", "case_outcome_missing")
		}
	case "deliver":
		if f.Get("receiver") == "" {
			return fault.InvalidField("receiver", "case_receiver_missing")
		}
		_, err = s.HandOver(ctx, caseID, seen, cases.Handover{Way: f.Get("way"), Receiver: f.Get("receiver"), Courier: f.Get("courier"), Note: deliveryNote(f)}, papers...)
	case "sendback":
		_, err = s.SendBackTo(ctx, caseID, seen, f.Get("to"), f.Bool("alone"), opinion, papers...)
	case "fulfil":
		_, err = s.Fulfil(ctx, caseID, seen, opinion, papers)
	case "supplement":
		_, err = s.AskCorrection(ctx, caseID, seen, strings.Split(f.Get("wanted"), "\n"), f.All("fields"), opinion, papers...)
	case "answer":
		_, err = s.Correct(ctx, caseID, seen, opinion, papers, c.values)
	default:
		if !isTurn(key) && !isJoint(key) {
			return fault.New(fault.NotFound, "not_found")
		}
		err = h.turn(ctx, key, caseID, &f, papers)
	}
	return err
}

// visitIn is the step that a form is about; 0 when it names none.
func visitIn(f kit.FormValues) int {
	n, err := strconv.Atoi(f.Get("visit"))
	if err != nil {
		return 0
	}
	return n
}

// takePapers stores what was uploaded with the form, beside what an earlier try
// of the same form uploaded already.
func (h handlers) takePapers(r *http.Request, key string) (ids []string, kept []File, err error) {
	kept = keptFiles(r.PostForm["kept"])
	if r.MultipartForm != nil {
		for _, fh := range r.MultipartForm.File["papers"] {
			if fh.Filename == "" && fh.Size == 0 {
				continue
			}
			f, err := fh.Open()
			if err != nil {
				return nil, kept, fmt.Errorf("open upload: %w", err)
			}
			up, err := h.d.Files.Upload(r.Context(), fh.Filename, paperMaterial(key), f)
			_ = f.Close() // read to its end, or refused
			if err != nil {
				return nil, kept, blameFile(err, "papers")
			}
			kept = append(kept, up)
		}
	}
	for _, f := range kept {
		ids = append(ids, f.ID)
	}
	return ids, kept, nil
}

// keptFiles reads "id name" pairs that a form carried over. An id that is not the
// actor's own is refused when it is attached.
func keptFiles(pairs []string) (out []File) {
	for _, p := range pairs {
		fileID, name, _ := strings.Cut(p, " ")
		if _, err := id36(fileID); err == nil {
			out = append(out, File{ID: fileID, Name: name})
		}
	}
	return out
}

// blameFile moves what an upload is blamed for to the field of the form.
func blameFile(err error, field string) error {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || f.Fields["file"] == "" {
		return err
	}
	return fault.InvalidField(field, f.Fields["file"])
}

// again shows the case as it stands now with the form that was refused: what was
// typed stays, and what happened is told.
func (h handlers) again(w http.ResponseWriter, r *http.Request, key string, form kit.FormValues, kept []File, failure error) error {
	f, ok := fault.As(failure)
	if failure == nil {
		f = fault.New(fault.Invalid, "")
	} else if !ok || f.Kind == fault.NotFound || f.Kind == fault.Internal {
		return failure
	}
	v, err := h.view(r)
	if err != nil {
		return errors.Join(err, failure)
	}
	if f.Kind == fault.Conflict && v.didMyself(r.Context(), key, form) {
		return h.d.Shell.Done(w, r, v.caseURL(&v.Case), "cases.did_"+key)
	}
	v.act, v.form, v.kept = v.choose(key), form, kept
	if err := h.offerCorrection(r, &v, f.Fields["form"] != ""); err != nil {
		return err
	}
	if err := h.offerSupply(r, &v); err != nil {
		return err
	}
	if failure == nil {
		v.form.Set("version", strconv.Itoa(v.Case.Version))
		return h.showView(w, r, http.StatusOK, v)
	}
	if f.Fields["form"] != "" && v.correct != nil { // said beside its fields
		v.form.Set("version", strconv.Itoa(v.Case.Version))
		return h.showView(w, r, http.StatusUnprocessableEntity, v)
	}
	if !v.form.Blame(failure) {
		v.trouble = v.explain(f, form)
	}
	if v.act.key != key { // its form is gone: show at least what was typed
		if v.trouble == nil {
			v.trouble = v.explain(f, form)
		}
		v.trouble.lost, v.form = strings.TrimSpace(form.Get("opinion")+"\n"+form.Get("wanted")), kit.FormValues{}
	}
	v.form.Set("version", strconv.Itoa(v.Case.Version))
	return h.showView(w, r, kit.StatusOf(f.Kind), v)
}

// didMyself reports whether the last thing done to the case is this very form,
// sent twice: then the second one has nothing to complain about.
func (v *view) didMyself(ctx context.Context, key string, form kit.FormValues) bool {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return false
	}
	last := v.lastDone()
	done := map[string]string{"settle": "deliver", "accept": "accept", "refuse": "refuse", "pass": "pass", "sendback": "send_back", "deliver": "deliver", "decide": form.Get("outcome")}
	said := form.Get("opinion")
	switch key {
	case "deliver":
		said = deliveryNote(form)
	case "settle":
		said = verdict(form).Delivery.Note
	}
	return last != nil && last.ActorID == scope.Actor.ID && last.Act == done[key] && last.Opinion == said
}

// lastDone is the visit to a step that ended last.
func (v *view) lastDone() *cases.StepRecord {
	for i := len(v.Steps) - 1; i >= 0; i-- {
		if v.Steps[i].EndedAt != nil {
			return &v.Steps[i]
		}
	}
	return nil
}

func (v *view) explain(f *fault.Error, form kit.FormValues) *trouble {
	t := &trouble{title: text.T("cases.not_done"), reason: text.T(f.Text)}
	if f.Detail != "" {
		t.reason = f.Detail
	}
	if f.Kind != fault.Conflict || form.Int("version") == v.Case.Version {
		return t
	}
	t.last = v.lastDone()
	return t
}
