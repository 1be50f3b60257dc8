package citizen

import (
	"net/http"

	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// reply answers what the flow of a case waits for. What was typed and uploaded stays when it is
// refused.
func (h handlers) reply(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.readCase(r)
	if err != nil {
		return err
	}
	if to, err := h.bornAt(r.Context(), v.Case); err != nil || to != "" {
		return elsewhereOr(w, r, to, err)
	}
	v.v, v.kept = form, keptPapers(form)
	if err := h.takeReply(r, &v); err != nil {
		return err
	}
	if v.v.Failed() {
		return h.drawCase(w, r, s, v, http.StatusUnprocessableEntity)
	}
	ids := make([]string, len(v.kept))
	for i, p := range v.kept {
		ids[i] = p.ID
	}
	_, err = h.Cases.Fulfil(r.Context(), v.Case.ID, form.Int("version"), form.Get("answer"), ids)
	switch {
	case v.v.Blame(err):
		return h.drawCase(w, r, s, v, http.StatusUnprocessableEntity)
	case fault.KindOf(err) == fault.Conflict:
		v.v.Wrong("", "case_changed")
		return h.drawCase(w, r, s, v, http.StatusConflict)
	case err != nil:
		return err
	}
	return s.Done(w, r, caseURL(r.Context(), v.Case.ID), "citizen.replied")
}

// takeReply stores the files of a reply for what was asked.
func (h handlers) takeReply(r *http.Request, v *caseView) error {
	ask, heads := v.awaited(), posted(r, "papers")
	if ask == nil || len(heads) == 0 {
		return nil
	}
	stored, wrong, err := h.store(r, ask.Name, heads)
	for _, f := range stored {
		v.kept = append(v.kept, paper{f.ID, f.Material, f.Name, f.Size})
	}
	if wrong != "" {
		v.v.WrongText("papers", wrong)
	}
	return err
}
