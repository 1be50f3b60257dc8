package citizen

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/fault"
)

// open reads the item, the applicant and her draft. An item that this site does
// not take is Precondition: its guide says where.
func (h handlers) open(r *http.Request) (f form, err error) {
	ctx := r.Context()
	if f.id, err = itemID(r); err != nil {
		return f, err
	}
	d, err := h.Cases.Draft(ctx, f.id)
	if err != nil {
		return f, err
	}
	g, err := h.Items.GuideAt(ctx, f.id, d.Version)
	if err != nil {
		return f, err
	}
	f.outdated = g.Item.LiveID == nil || *g.Item.LiveID != g.Version.ID || g.Item.State == catalog.StateWithdrawn
	if g.Item.State == catalog.StateSuspended {
		return f, fault.New(fault.Precondition, "item_suspended").With(g.Suspended)
	}
	if f.full = g.Body; !slices.Contains(f.full.Origins, visit.SiteOf(ctx).Level) {
		return f, fault.New(fault.Precondition, "case_not_filed_here")
	}
	who, _ := person(r)
	if f.me, err = h.People.Profile(ctx, who.ID); err != nil {
		return f, err
	}
	if f.me.Name == "" {
		f.me.Name = who.Name
	}
	f.app, f.bad, f.begun = readApplication(d.Data), map[string]string{}, d.Version != ""
	f.v = kit.NewForm(f.app.Values)
	f.choose(ctx, f.app.Chosen)
	if f.step = r.FormValue("step"); !slices.Contains(f.steps(), f.step) {
		f.step = f.steps()[0]
	}
	return f, nil
}

// choose makes the item ask what it asks after some answers.
func (f *form) choose(ctx context.Context, answers []string) {
	f.mine = f.full.For(answers)
	f.b = f.full
	f.b.Materials, f.b.Fees, f.b.PromisedDays = f.mine.Materials, f.mine.Fees, f.mine.PromisedDays
	f.asks = kit.Interview{ID: "mine", Action: itemURL(ctx, f.id) + "/apply", Keep: [][2]string{{"step", stepChoices}}, Asks: asksOf(f.full, answers), Answers: answers}
}

func (h handlers) apply(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	f, err := h.open(r)
	if fault.KindOf(err) == fault.Precondition {
		return kit.SeeOther(w, r, itemURL(r.Context(), f.id))
	}
	if err != nil {
		return err
	}
	if answers := kit.Answers(r.URL.Query()); len(answers) > 0 { // from my list, or one answer further
		f.step = stepChoices
		f.choose(r.Context(), answers)
	}
	if !f.asks.Done() {
		f.step = stepChoices // what else is asked depends on it
	}
	if f.step == stepForm || f.step == stepConfirm {
		if err := h.openSheet(r, &f); err != nil {
			return err
		}
	}
	return h.showForm(w, r, s, f, http.StatusOK)
}

func (h handlers) showForm(w http.ResponseWriter, r *http.Request, s kit.Shell, f form, status int) error {
	ctx := r.Context()
	if err := h.offer(ctx, &f); err != nil {
		return err
	}
	return s.Page(w, r, status, kit.Page{
		Title: text.T("citizen.apply.title"), Active: "items",
		Crumbs: home(ctx, kit.Crumb{Label: f.b.Name, Href: itemURL(ctx, f.id)}), Content: applyPage(f),
	})
}

func stepURL(r *http.Request, item, step string) string {
	return query(itemURL(r.Context(), item)+"/apply", "step", step)
}

// applyPost keeps what was typed, whatever becomes of it, and then does what the
// button says: next, back, save, drop, remove:<file>, submit.
func (h handlers) applyPost(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	f, err := h.open(r)
	if err != nil {
		return err
	}
	act, what, _ := strings.Cut(v.Get("do"), ":")
	if act == "drop" {
		if err := h.dropSheet(r, &f); err != nil {
			return err
		}
		if err := h.Cases.DropDraft(r.Context(), f.id); err != nil {
			return err
		}
		return s.Done(w, r, itemURL(r.Context(), f.id), "citizen.dropped")
	}
	if act == "submit" {
		return h.submit(w, r, s, f, v)
	}
	if f.step == stepChoices {
		f.choose(r.Context(), v.All(kit.AskParam))
	}
	if f.app, err = h.change(r, f.id, func(a *application) error {
		a.keep(v, names(f.fields()))
		if f.step == stepChoices {
			a.Chosen = f.asks.Given()
		}
		if act == "remove" {
			a.remove(what)
		}
		return nil
	}); err != nil {
		return err
	}
	if done, err := h.formPost(w, r, s, &f, act); done || err != nil {
		return err
	}
	return h.move(w, r, s, f, v, act)
}

// move goes on to another step, or stays when something is wrong with this one.
func (h handlers) move(w http.ResponseWriter, r *http.Request, s kit.Shell, f form, v kit.FormValues, act string) error {
	switch act {
	case "back":
		return kit.SeeOther(w, r, stepURL(r, f.id, f.after(-1)))
	case "save":
		return s.Done(w, r, stepURL(r, f.id, f.step), "citizen.saved")
	case "remove":
		return s.Done(w, r, stepURL(r, f.id, stepMaterials), "citizen.removed")
	}
	f.v = v
	f.check(f.step)
	if f.step == stepChoices && !f.asks.Done() {
		return kit.SeeOther(w, r, stepURL(r, f.id, stepChoices))
	}
	if f.step == stepMaterials {
		f.blame(f.app.missing(f.b), "case_material_missing")
	}
	if f.v.Failed() || len(f.bad) > 0 {
		return h.showForm(w, r, s, f, http.StatusUnprocessableEntity)
	}
	return kit.SeeOther(w, r, stepURL(r, f.id, f.after(1)))
}

func (f *form) blame(materials []string, key string) {
	for _, m := range materials {
		f.bad[m] = text.T(key)
	}
}

// submit hands the application in. The same key again leads to the same case,
// even after the draft has been closed.
func (h handlers) submit(w http.ResponseWriter, r *http.Request, s kit.Shell, f form, v kit.FormValues) error {
	ctx := r.Context()
	if id, ok, err := h.filedBefore(r, f.id, v.Posted()); err != nil || ok {
		if err != nil {
			return err
		}
		return kit.SeeOther(w, r, caseURL(ctx, id)+"/done")
	}
	if !f.asks.Done() {
		return kit.SeeOther(w, r, stepURL(r, f.id, stepChoices))
	}
	f.step = stepConfirm
	if err := h.openSheet(r, &f); err != nil {
		return err
	}
	h.checkSheet(&f)
	for _, step := range []string{stepApplicant, stepDetails} {
		f.check(step)
	}
	f.blame(f.app.missing(f.b), "case_material_missing")
	if !v.Bool("agree") {
		f.v.Wrong("agree", "citizen.agree_missing")
	}
	if f.v.Failed() || len(f.bad) > 0 {
		return h.showForm(w, r, s, f, http.StatusUnprocessableEntity)
	}
	c, err := h.Cases.File(ctx, f.filing())
	if f.refused(err) {
		return h.showForm(w, r, s, f, http.StatusUnprocessableEntity)
	}
	if err != nil {
		return err
	}
	if err := h.close(r, f, c.ID); err != nil {
		return err
	}
	h.countFiled(ctx, f.id)
	return kit.SeeOther(w, r, caseURL(ctx, c.ID)+"/done")
}

// countFiled tells the hot list; what goes wrong there is not the applicant's business.
func (h handlers) countFiled(ctx context.Context, itemID string) {
	g, err := h.Items.Guide(ctx, itemID)
	if err == nil {
		err = h.Items.Filed(ctx, g.Item)
	}
	if err != nil {
		h.Log.WarnContext(ctx, "filing of an item not counted", slog.Any("err", err))
	}
}

// refused takes over what the service found wrong.
func (f *form) refused(err error) bool {
	e, ok := fault.As(err)
	if !ok || e.Kind != fault.Invalid {
		return false
	}
	for field, key := range e.Fields {
		if m, ok := strings.CutPrefix(field, "material:"); ok {
			f.blame([]string{m}, key)
			continue
		}
		if f.kind() == "legal" && (field == "name" || field == "number") {
			field = "org_" + field
		}
		f.v.Wrong(field, key)
	}
	return true
}

// material finds a material of the item by its name.
func material(b catalog.Body, name string) bool {
	return slices.ContainsFunc(b.Materials, func(m catalog.Material) bool { return m.Name == name })
}
