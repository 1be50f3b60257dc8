package web

import (
	"context"
	"net/http"
	"slices"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// refused is the Forbidden fault for an act that the sheet says is not the
// actor's to do; nil when it is.
func refused(sh catalog.Sheet, a policies.Action) error {
	if why, asked := sh.May[a]; !asked || why != "" {
		return fault.New(fault.Forbidden, "forbidden").With(why)
	}
	return nil
}

// can reports whether policy lets the actor do a to the item of the sheet.
func can(sh catalog.Sheet, a policies.Action) bool { return refused(sh, a) == nil }

// itemView is what the page of one item shows.
type itemView struct {
	catalog.Sheet

	guide    *catalog.Guide    // as the actor's tenant offers it; nil when it does not
	standing *catalog.Standing // the same with who holds what
	sketch   Sketch
	preview  string
	own      bool
	seat     tenancy.ID // where the actor stands
	lock     bool       // the actor may hold elements fast for those below
	codes    []catalog.GivenCode
	form     kit.FormValues
	impact   *catalog.Impact // of an open version of the actor's own tenant
	numbers  map[string]int  // of the versions by id
	entry    *catalog.Entry  // of the basic list that it was taken from
	one      United          // the one form (一表制) of a theme that is being drafted
}

func (v itemView) mayEdit() bool { return can(v.Sheet, policies.ItemsEdit) }

// fixed reports whether the open version leaves what the item says as it is.
func (v itemView) fixed() bool {
	return slices.Contains([]string{catalog.ActSuspend, catalog.ActResume, catalog.ActCancel, catalog.ActSplit}, v.Version.Act)
}

// body is what the page says: the effective item where it is in force, else the version.
func (v itemView) body() catalog.Body {
	if v.guide != nil && v.guide.Version.ID == v.Version.ID {
		return v.guide.Body
	}
	return v.Version.Body
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	return h.showWith(w, r, http.StatusOK, kit.FormValues{})
}

// showWith is the page with one of its forms as it was typed.
func (h handlers) showWith(w http.ResponseWriter, r *http.Request, status int, f kit.FormValues) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	v := itemView{Sheet: sh, own: sh.Item.TenantID == own(r), seat: own(r), lock: h.Service.May(r.Context(), policies.ItemsLock), form: f}
	if !f.Failed() {
		v.form = kit.NewForm(map[string]string{"effective_on": dateText(sh.Version.EffectiveOn), "cancel_on": dateText(sh.Version.CancelOn), "reason": sh.Version.Reason})
	}
	st, err := h.Service.Standing(r.Context(), sh.Item.ID)
	switch {
	case err == nil:
		v.guide, v.standing, v.preview = &st.Guide, &st, h.guideURL(r, sh.Item.ID)
	case fault.KindOf(err) != fault.NotFound: // else: not in force where the actor stands
		return err
	}
	if e, ok, err := h.Service.Entry(r.Context(), sh.Item); err != nil {
		return err
	} else if ok {
		v.entry = &e
	}
	if v.codes, err = h.Service.Codes(r.Context(), sh.Item.ID); err != nil {
		return err
	}
	if sh.Flow != nil {
		v.sketch = h.Flows.Inspect(sh.Flow, v.body().PromisedDays)
	}
	if err := h.addLife(r, &v); err != nil {
		return err
	}
	return h.page(w, r, status, showPage(h, v))
}

// addLife adds what only the item's own people are shown.
func (h handlers) addLife(r *http.Request, v *itemView) error {
	if len(v.Reviews) > 0 {
		_, vs, err := h.Service.History(r.Context(), v.Item.ID)
		if err != nil {
			return err
		}
		v.numbers = map[string]int{}
		for _, x := range vs {
			v.numbers[x.ID] = x.Number
		}
	}
	if !v.own || openState(*v) == "" || v.Version.LeadID != nil {
		return nil
	}
	im, err := h.Service.Impact(r.Context(), v.Version.ID)
	if err != nil {
		return err
	}
	v.impact = &im
	v.one, err = h.oneFormOf(r.Context(), v.Sheet)
	return err
}

// oneFormOf tells how the one form of a theme stands that is a draft; zero for anything else.
func (h handlers) oneFormOf(ctx context.Context, sh catalog.Sheet) (United, error) {
	if h.Forms == nil || sh.Version.State != catalog.StateDraft || !sh.Version.Body.Theme() {
		return United{}, nil
	}
	v := themeView{Sheet: sh}
	var err error
	if v.made, err = h.Service.Assemble(ctx, sh.Version.Body); err != nil {
		return United{}, err
	}
	return h.Forms.United(ctx, v.uniting())
}

// revise opens a draft on top of the version in force.
func (h handlers) revise(w http.ResponseWriter, r *http.Request) error {
	v, err := h.Service.Revise(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+v.ItemID+"/edit"), "item_revised")
}

// takeOver brings a draft up to the entry that the item was taken from.
func (h handlers) takeOver(w http.ResponseWriter, r *http.Request) error {
	v, err := h.Service.TakeOver(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+v.ItemID+"/edit"), "item_taken_over")
}

// discard throws the open draft away once the editor has said yes.
func (h handlers) discard(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	if ok, err := h.Shell.Confirmed(w, r, discarding(h, sh)); !ok {
		return err
	}
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	seen := v.Int("version")
	if err := v.Err(); err != nil {
		return err
	}
	if err := h.Service.Discard(r.Context(), sh.Version.ID, seen); err != nil {
		return err
	}
	if sh.Item.State == catalog.StateDraft { // it is gone with its only draft
		return h.Shell.Done(w, r, h.items(""), "item_discarded")
	}
	return h.Shell.Done(w, r, h.items("/"+sh.Item.ID), "item_revision_discarded")
}

// submit sends the open draft to review as it was saved.
func (h handlers) submit(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	_, err = h.Service.Submit(r.Context(), sh.Version.ID)
	if fault.KindOf(err) == fault.Invalid && err != nil {
		f, failed := h.stored(r, sh)
		if failed != nil {
			return failed
		}
		f.Blame(err)
		return h.editor(w, r, http.StatusUnprocessableEntity, f)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+sh.Item.ID), "item_submitted")
}

// history lists the versions and puts two of them side by side.
func (h handlers) history(w http.ResponseWriter, r *http.Request) error {
	item, vs, err := h.Service.History(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	pair, err := h.pair(r, vs)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, historyPage(h, item, vs, pair))
}

// pair is two versions beside each other, with their flows.
type pair struct {
	left, right         *catalog.Version
	leftFlow, rightFlow Sketch
}

// pair takes the versions that the address names, else the newest two.
func (h handlers) pair(r *http.Request, vs []catalog.Version) (p pair, err error) {
	q := r.URL.Query()
	for i := range vs {
		if vs[i].ID == q.Get("left") {
			p.left = &vs[i]
		}
		if vs[i].ID == q.Get("right") {
			p.right = &vs[i]
		}
	}
	if (p.left == nil || p.right == nil) && len(vs) > 1 {
		p.left, p.right = &vs[1], &vs[0]
	}
	if p.left == nil || p.right == nil {
		return pair{}, nil
	}
	if p.leftFlow, err = h.flowOf(r, p.left); err != nil {
		return p, err
	}
	p.rightFlow, err = h.flowOf(r, p.right)
	return p, err
}

func (h handlers) flowOf(r *http.Request, v *catalog.Version) (Sketch, error) {
	sh, err := h.Service.ShowVersion(r.Context(), v.ID)
	if err != nil || sh.Flow == nil {
		return Sketch{}, err
	}
	return h.Flows.Inspect(sh.Flow, v.Body.PromisedDays), nil
}

// sameFlow reports whether two versions go through the same steps.
func sameFlow(a, b Sketch) bool {
	return string(a.SVG) == string(b.SVG) && equalLines(a.Lines, b.Lines)
}

func equalLines(a, b []Line) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}
