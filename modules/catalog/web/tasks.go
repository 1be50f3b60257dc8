package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// tasksView is the list of what changes above ask of the actor's tenant.
type tasksView struct {
	q      kit.ListQuery
	page   catalog.Page[catalog.Task]
	counts map[string]int
	item   string
}

func (h handlers) tasks(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"state": catalog.TaskOpen, "kind": "", "item": ""}}).WithPath(h.items("/tasks"))
	v := tasksView{q: q, item: q.Filter("item")}
	state := q.Filter("state")
	if state == "all" {
		state = ""
	}
	var err error
	if v.page, err = h.Service.Tasks(r.Context(), catalog.TaskQuery{Page: q.Page, Size: q.Size, State: state, Kind: q.Filter("kind"), Text: q.Q, ItemID: v.item}); err != nil {
		return err
	}
	if v.counts, err = h.Service.CountTasks(r.Context()); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, tasksPage(h, v))
}

// taskView is one task with everything needed to answer it.
type taskView struct {
	catalog.Task

	own    bool // the actor may answer
	ask    bool
	above  catalog.Body // what may be chosen from, for a change of materials
	form   kit.FormValues
	why    string
	closed bool // somebody has answered meanwhile
}

func (h handlers) task(w http.ResponseWriter, r *http.Request) error {
	v, err := h.taskView(r)
	if err != nil {
		return err
	}
	v.form = kit.NewForm(map[string]string{"version": strconv.Itoa(v.Version), "value": ownValue(v.Task)})
	return h.page(w, r, http.StatusOK, taskPage(h, v))
}

func (h handlers) taskView(r *http.Request) (v taskView, err error) {
	if v.Task, err = h.Service.Task(r.Context(), chi.URLParam(r, "id")); err != nil {
		return v, err
	}
	v.own = v.TenantID == own(r) && v.State == catalog.TaskOpen && h.Service.May(r.Context(), policies.ItemsTask)
	v.ask = v.TenantID == own(r) && h.Service.May(r.Context(), policies.ItemsRequest)
	if v.own && v.Element == catalog.ElementMaterials {
		v.above, err = h.Service.Inherited(r.Context(), v.ItemID)
		if fault.KindOf(err) == fault.NotFound {
			err = nil
		}
	}
	return v, err
}

func ownValue(t catalog.Task) string {
	if len(t.Detail.Changes) == 0 {
		return ""
	}
	return t.Detail.Changes[0].Own
}

// keepable reports whether a change may simply stay.
func (v taskView) keepable() bool {
	return v.Kind == catalog.TaskCollides && v.Element != catalog.ElementPromise
}

func (h handlers) answerTask(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.taskView(r)
	if err != nil {
		return err
	}
	in := catalog.Reply{Act: f.Get("act"), Note: f.Get("note"), Seen: f.Int("version")}
	switch {
	case in.Act != catalog.AnswerChange:
	case v.Element == catalog.ElementPromise:
		n := f.Int("value")
		in.Take.PromisedDays = &n
	case v.Element == catalog.ElementMaterials:
		in.Take.DropMaterials = f.All("drop_materials")
	default:
		in.Take.Values = map[string]string{v.Element: f.Get("value")}
	}
	if err = f.Err(); err == nil {
		_, err = h.Service.AnswerTask(r.Context(), v.ID, in)
	}
	if err == nil {
		done := "item_task_answered"
		if v.Kind == catalog.TaskLaw || v.Kind == catalog.TaskBasic {
			done = "item_task_checked"
		}
		return h.Shell.Done(w, r, h.items("/tasks"), done)
	}
	return h.taskRefused(w, r, v, f, err)
}

// taskRefused shows the task as it was answered, with the reason.
func (h handlers) taskRefused(w http.ResponseWriter, r *http.Request, v taskView, f kit.FormValues, err error) error {
	e, ok := fault.As(err)
	if !ok {
		return err
	}
	for from, to := range map[string]string{v.Element: "value", "materials": "drop_materials"} {
		if key := e.Fields[from]; key != "" {
			f.Wrong(to, key)
		}
	}
	switch {
	case f.Failed() || f.Blame(err):
	case e.Kind == fault.Forbidden:
		v.why = e.Detail
	case e.Kind == fault.Conflict, e.Kind == fault.Precondition:
		v.closed = e.Kind == fault.Conflict
		v.why = e.Text
		f.Set("version", strconv.Itoa(v.Version))
	default:
		return err
	}
	v.form = f
	return h.page(w, r, kit.StatusOf(e.Kind), taskPage(h, v))
}

// lawLink is where the law of a task is read.
func (h handlers) lawLink(t catalog.Task) string {
	if strings.Contains(t.Detail.LawID, "-") {
		return h.Base + "/laws/" + t.Detail.LawID
	}
	return h.Base + "/laws"
}
