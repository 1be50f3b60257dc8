package web

import (
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// overrideView is an inherited item beside what the actor's tenant changes of it.
type overrideView struct {
	st      catalog.Standing
	own     tenancy.ID
	form    kit.FormValues
	why     string // why the last try was refused
	stale   bool   // somebody else saved meanwhile
	preview string
	tight   []Finding // what the flow says about the promise as it is now
	may     bool      // the actor may change what is open
	ask     bool      // the actor may ask for the rest
	history []catalog.OverrideEntry
}

func (v overrideView) isOwn(key string) bool { return slices.Contains(v.st.Own.Elements(), key) }

func (h handlers) override(w http.ResponseWriter, r *http.Request) error {
	v, err := h.overrideView(r)
	if err != nil {
		return err
	}
	v.form = overrideForm(v.st.Guide)
	return h.page(w, r, http.StatusOK, overridePage(h, v))
}

func (h handlers) overrideView(r *http.Request) (v overrideView, err error) {
	id := chi.URLParam(r, "id")
	v.own = own(r)
	if v.st, err = h.Service.Standing(r.Context(), id); err != nil {
		return v, err
	}
	if v.st.Item.TenantID == v.own {
		return v, fault.New(fault.Precondition, "item_own_override")
	}
	v.preview = h.guideURL(r, id)
	v.may, v.ask = h.Service.May(r.Context(), policies.ItemsTask), h.Service.May(r.Context(), policies.ItemsRequest)
	if v.history, err = h.Service.OverrideHistory(r.Context(), id); err != nil {
		return v, err
	}
	v.tight, err = h.tight(r, v.st.Guide)
	return v, err
}

// tight lists what a shortened promise leaves too little time for: the steps keep
// the limits that the owner gave them.
func (h handlers) tight(r *http.Request, g catalog.Guide) (out []Finding, err error) {
	if g.Body.PromisedDays == g.Version.Body.PromisedDays {
		return nil, nil
	}
	sh, err := h.Service.ShowVersion(r.Context(), g.Version.ID)
	if err != nil || sh.Flow == nil {
		return nil, err
	}
	for _, f := range h.Flows.Inspect(sh.Flow, g.Body.PromisedDays).Problems {
		if f.Rule == "flow_over_promise" {
			out = append(out, f)
		}
	}
	return out, nil
}

// overrideForm fills the form with what the tenant changes today.
func overrideForm(g catalog.Guide) kit.FormValues {
	days := ""
	if g.Own.PromisedDays != nil {
		days = strconv.Itoa(*g.Own.PromisedDays)
	}
	values := map[string]string{"promised_days": days, "version": strconv.Itoa(g.OwnSeen)}
	maps.Copy(values, g.Own.Values)
	return kit.NewForm(values)
}

func (h handlers) saveOverride(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.overrideView(r)
	if err != nil {
		return err
	}
	in := wanted(&f, v.st)
	for name := range r.PostForm {
		if field := lockedField(name); field != "" && !slices.Contains(in.Locked, field) {
			in.Locked = append(in.Locked, field)
		}
	}
	slices.Sort(in.Locked)
	if err = f.Err(); err == nil {
		_, err = h.Service.Override(r.Context(), v.st.Item.ID, in)
	}
	if err == nil {
		return h.Shell.Done(w, r, h.items("/"+v.st.Item.ID+"/override"), overrideDone(in))
	}
	return h.overrideRefused(w, r, v, f, err)
}

func overrideDone(in catalog.Change) string {
	if in.Empty() {
		return "item_override_cleared"
	}
	return "item_override_saved"
}

// overrideRefused shows the page as it was typed, with the reason.
func (h handlers) overrideRefused(w http.ResponseWriter, r *http.Request, v overrideView, f kit.FormValues, err error) error {
	kind := fault.KindOf(err)
	switch {
	case f.Blame(err):
	case kind == fault.Forbidden:
		e, _ := fault.As(err)
		v.why = e.Detail
	case kind == fault.Conflict:
		v.stale = true
		f.Set("version", strconv.Itoa(v.st.OwnSeen)) // the next save is made knowing this
	default:
		return err
	}
	v.form = f
	return h.page(w, r, kit.StatusOf(kind), overridePage(h, v))
}

// wanted decodes the form: what is empty or as inherited is not changed, and what a
// level above has locked meanwhile stays as it is until somebody decides about it.
func wanted(f *kit.FormValues, st catalog.Standing) catalog.Change {
	in := catalog.Change{Seen: f.Int("version"), Added: f.All("add_materials")}
	keep := func(key string) bool { _, locked := st.Locks[key]; return locked }
	if n := f.Int("promised_days"); f.Get("promised_days") != "" && n != st.Inherited.PromisedDays {
		in.PromisedDays = &n
	} else if f.Get("promised_days") == "" && keep("promised_days") {
		in.PromisedDays = st.Own.PromisedDays
	}
	in.Values = map[string]string{}
	for _, key := range catalog.Open() {
		s := f.Get(key)
		if s == "" && keep(key) {
			s = st.Own.Values[key]
		}
		if s != "" && !saysSame(s, st.Inherited.Element(key)) {
			in.Values[key] = s
		}
	}
	for _, name := range f.All("drop_materials") {
		if name = strings.TrimSpace(name); name != "" {
			in.DropMaterials = append(in.DropMaterials, name)
		}
	}
	if len(in.DropMaterials) == 0 && keep("materials") {
		in.DropMaterials = st.Own.DropMaterials
	}
	return in
}

// saysSame reports whether what was typed says what is said above anyway.
func saysSame(typed, above string) bool { return typed == above || typed == noWord() && above == "" }

// resetOverride gives one element back to what is said above.
func (h handlers) resetOverride(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	err = h.Service.ResetElement(r.Context(), id, f.Get("element"), f.Int("version"))
	if fault.KindOf(err) == fault.Conflict {
		v, verr := h.overrideView(r)
		if verr != nil {
			return verr
		}
		return h.overrideRefused(w, r, v, f, err)
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/"+id+"/override"), "item_element_reset")
}
