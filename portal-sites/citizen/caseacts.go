package citizen

import (
	"context"
	"net/http"
	"strings"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// supplement answers a notice. Whatever goes wrong, the words typed and the files
// that arrived are still there.
func (h handlers) supplement(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
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
	if err := h.take(r, &v); err != nil {
		return err
	}
	if err := h.supply(r, &v); err != nil {
		return err
	}
	if err := h.correct(r, &v); err != nil {
		return err
	}
	if v.v.Failed() {
		return h.drawCase(w, r, s, v, http.StatusUnprocessableEntity)
	}
	if v.do != "" || v.told { // a button of the form inside, or something to look at
		return h.drawCase(w, r, s, v, http.StatusOK)
	}
	ids := make([]string, len(v.kept))
	for i, p := range v.kept {
		ids[i] = p.ID
	}
	_, err = h.Cases.Correct(r.Context(), v.Case.ID, form.Int("version"), form.Get("answer"), ids, v.values)
	if e, ok := fault.As(err); ok && e.Fields["form"] != "" { // said beside its fields
		v.content = v.blame()
		return h.drawCase(w, r, s, v, http.StatusUnprocessableEntity)
	}
	switch {
	case v.v.Blame(err):
		return h.drawCase(w, r, s, v, http.StatusUnprocessableEntity)
	case fault.KindOf(err) == fault.Conflict:
		v.v.Wrong("", "case_changed")
		return h.drawCase(w, r, s, v, http.StatusConflict)
	case err != nil:
		return err
	}
	return s.Done(w, r, caseURL(r.Context(), v.Case.ID), "citizen.supplemented")
}

// take stores the files of the answer, each for what was wanted.
func (h handlers) take(r *http.Request, v *caseView) error {
	n := v.open()
	if n == nil {
		return nil
	}
	for i, wanted := range append(append([]string{}, papersWanted(*n)...), text.T("citizen.other_material")) {
		field := fileField(i)
		heads := posted(r, field)
		if len(heads) == 0 {
			continue
		}
		stored, wrong, err := h.store(r, wanted, heads)
		if err != nil {
			return err
		}
		for _, f := range stored {
			v.kept = append(v.kept, paper{f.ID, f.Material, f.Name, f.Size})
		}
		if wrong != "" {
			v.v.WrongText(field, wrong)
		}
	}
	return nil
}

// keptPapers are uploads of an earlier try: id, a bar, the name to show.
func keptPapers(v kit.FormValues) (out []paper) {
	for _, k := range v.All("kept") {
		if id, name, ok := strings.Cut(k, "|"); ok && len(out) < maxPapers {
			out = append(out, paper{ID: id, Name: name})
		}
	}
	return out
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	return h.deed(w, r, s, withdrawConfirm, "citizen.withdrawn", func(ctx context.Context, c cases.Case, words string) error {
		_, err := h.Cases.Withdraw(ctx, c.ID, c.Version, words)
		return err
	})
}

func (h handlers) urge(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	return h.deed(w, r, s, urgeConfirm, "citizen.urged", func(ctx context.Context, c cases.Case, words string) error {
		return h.Cases.Urge(ctx, c.ID, words)
	})
}

// deed is one act with a few words, asked once more before it is done.
func (h handlers) deed(w http.ResponseWriter, r *http.Request, s kit.Shell, ask func(context.Context, cases.Case) kit.Confirm, done string,
	do func(ctx context.Context, c cases.Case, words string) error,
) error {
	ctx := r.Context()
	id, err := caseID(r)
	if err != nil {
		return err
	}
	v, err := h.Cases.Show(ctx, id)
	if err != nil {
		return err
	}
	if to, err := h.bornAt(ctx, v.Case); err != nil || to != "" {
		return elsewhereOr(w, r, to, err)
	}
	if ok, err := s.Confirmed(w, r, ask(ctx, v.Case)); !ok {
		return err
	}
	words := []rune(strings.TrimSpace(r.PostFormValue("reason")))
	if err := do(ctx, v.Case, string(words[:min(len(words), maxWords)])); err != nil {
		return err
	}
	return s.Done(w, r, caseURL(ctx, id), done)
}

// maxWords bounds a reason, in characters.
const maxWords = 500

func withdrawConfirm(ctx context.Context, c cases.Case) kit.Confirm {
	return confirm(ctx, c, "withdraw", "danger", "arrow-back-up")
}

func urgeConfirm(ctx context.Context, c cases.Case) kit.Confirm {
	return confirm(ctx, c, "urge", "", "bell")
}

func confirm(ctx context.Context, c cases.Case, act, variant, icon string) kit.Confirm {
	return kit.Confirm{
		Action: caseURL(ctx, c.ID) + "/" + act, Label: text.T("citizen.do." + act), Title: text.T("citizen.do." + act + "_title"),
		Body: text.T("citizen.do." + act + "_body"), Variant: variant, Icon: icon, ID: "ask-" + act, Cancel: caseURL(ctx, c.ID),
	}
}
