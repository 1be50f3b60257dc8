package web

import (
	"context"
	"iter"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// The lists of a desk.
const (
	listTodo    = "todo"
	listDone    = "done"
	listWatched = "watched"
	listTeam    = "team"
	listDue     = "due"
)

// bench is one list of a desk with what is around it.
type bench struct {
	look
	key    string // of the list
	q      kit.ListQuery
	p      cases.Page
	counts cases.DeskCounts
	todos  cases.TodoCounts // todo alone
	items  []cases.ItemChoice
	loads  []cases.Load // team alone, like the two below
	capped bool         // there is more than loads count
	people []kit.Option
	views  savedViews
	told   bool   // watched alone: she is told of what becomes of them
	narrow bool   // something of it is left out by what she chose
	due    string // the day that the list is about; empty: all
}

// lists mounts the lists of a desk.
func (h handlers) lists(r chi.Router) {
	page := h.d.Shell.Handle
	for _, key := range []string{listTodo, listDone, listWatched, listTeam} {
		r.Get("/"+key, page(func(w http.ResponseWriter, r *http.Request) error { return h.bench(w, r, key) }))
		r.Get("/"+key+".xlsx", page(func(w http.ResponseWriter, r *http.Request) error { return h.benchXLSX(w, r, key) }))
	}
	r.Get("/"+listDue, page(h.due))
	r.Post("/cases/{id}/watch", page(h.watch))
	r.Post("/watched/notices", page(h.tell))
	r.Post("/bulk", page(h.bulk))
	mountViews(r, h)
}

// tabLed is the tab of joint cases that wait for their parts.
const tabLed = "led"

// narrowed is a query after the tab of a to-do list.
func narrowed(tab string, q cases.Query) cases.Query {
	switch tab {
	case "accept", "review", "decide", "deliver":
		q.Kind = tab
	case "supplement":
		q.Status = cases.Supplement
	case tabLed:
		q.Led = true
	case "late", "soon":
		q.Time = tab
	}
	return q
}

// defaults of a list: how it is ordered when nobody says.
func benchDefaults(key string) kit.ListQuery {
	def := kit.ListQuery{Size: 20, Sort: "step_due", Filters: map[string]string{"tab": "", "time": "", "item": "", "channel": "", "level": "", "due": "", "kind": "", "set": ""}}
	switch key {
	case listDone:
		def.Sort, def.Desc = "acted", true
		def.Filters["status"], def.Filters["act"] = "", ""
	case listWatched:
		def.Sort, def.Desc = "watched", true
		def.Filters["status"] = ""
	case listTeam:
		def.Filters["who"] = ""
	}
	return def
}

func (handlers) benchQuery(r *http.Request, key string) (kit.ListQuery, cases.Query) {
	l := kit.ParseList(r, []string{"no", "item", "created", "step_due", "due", "acted", "watched", "status"}, benchDefaults(key))
	q := cases.Query{
		Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Time: timeFilter(l.Filter("time")),
		Channel: l.Filter("channel"), Level: l.Filter("level"), Status: cases.Status(l.Filter("status")), Act: l.Filter("act"), Type: kindOf(l.Filter("kind")),
	}
	if (q.Sort == "acted") != (key == listDone) && q.Sort == "acted" || q.Sort == "watched" && key != listWatched {
		q.Sort = ""
	}
	if _, err := id36(l.Filter("item")); err == nil {
		q.ItemID = l.Filter("item")
	}
	if d, err := calendar.ParseDate(l.Filter("due")); err == nil && (key == listTodo || key == listTeam) {
		q = q.OnDay(d)
	}
	if who := l.Filter("who"); who == cases.Unassigned {
		q.Assignee = who
	} else if _, err := id36(who); err == nil {
		q.Assignee = who
	}
	return l, narrowed(l.Filter("tab"), q)
}

func timeFilter(s string) string {
	switch s {
	case "late", "soon", "suspended":
		return s
	}
	return ""
}

// rows is the service's list of a key.
func (h handlers) rows(key string) func(context.Context, cases.Query) (cases.Page, error) {
	switch key {
	case listDone:
		return h.d.Service.Done
	case listWatched:
		return h.d.Service.Watched
	case listTeam:
		return h.d.Service.Team
	}
	return h.d.Service.Todo
}

func (h handlers) bench(w http.ResponseWriter, r *http.Request, key string) error {
	b := bench{look: h.look(), key: key}
	var q cases.Query
	b.q, q = h.benchQuery(r, key)
	if gone, err := h.recall(w, r, b); gone || err != nil {
		return err
	}
	b.q.Reset, b.narrow = r.URL.Path+"?clear=1", habitOf(b.q, key) != ""
	b.q.Filters["set"] = "1"
	if !q.DueFrom.IsZero() {
		b.due = b.q.Filter("due")
	}
	var err error
	if b.p, err = h.rows(key)(r.Context(), q); err != nil {
		return err
	}
	if err := h.around(r.Context(), &b); err != nil {
		return err
	}
	if b.views, err = h.savedViews(r.Context(), key, b.q); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: benchTitle(key), Active: "todo", Content: benchPage(b)})
}

// around reads what stands around a list: the numbers on the tabs, what it may be narrowed to.
func (h handlers) around(ctx context.Context, b *bench) (err error) {
	s := h.d.Service
	if b.counts, err = s.CountDesk(ctx); err != nil || b.key == listDue {
		return err
	}
	if b.key == listTodo || b.key == listTeam {
		if b.items, err = s.OpenItems(ctx); err != nil {
			return err
		}
	}
	switch b.key {
	case listWatched:
		b.told, err = s.Told(ctx)
	case listTodo:
		b.todos, err = s.CountTodos(ctx)
	case listTeam:
		b.loads, b.capped, err = s.Loads(ctx)
		for _, x := range b.loads {
			if x.ID != "" {
				b.people = append(b.people, kit.Option{Value: x.ID, Label: x.Name})
			}
		}
	}
	return err
}

// exportPages bounds an export to as many rows as a list counts.
const exportPages = cases.MaxCount / 200

// every walks all pages of a list.
func every(q cases.Query, page func(cases.Query) (cases.Page, error)) iter.Seq2[cases.Row, error] {
	return func(yield func(cases.Row, error) bool) {
		for q.Page, q.Size = 1, 200; q.Page <= exportPages; q.Page++ {
			p, err := page(q)
			if err != nil {
				yield(cases.Row{}, err)
				return
			}
			for _, row := range p.Rows {
				if !yield(row, nil) {
					return
				}
			}
			if len(p.Rows) < q.Size {
				return
			}
		}
	}
}

func (h handlers) benchXLSX(w http.ResponseWriter, r *http.Request, key string) error {
	_, q := h.benchQuery(r, key)
	rows := every(q, func(q cases.Query) (cases.Page, error) { return h.rows(key)(r.Context(), q) })
	return kit.XLSX(w, benchTitle(key), benchTitle(key), benchHead(key), benchRows(key, rows))
}

// sheetRows turns rows into cells; names stay masked in what leaves the system.
func sheetRows(rows iter.Seq2[cases.Row, error]) iter.Seq2[[]any, error] { return benchRows("", rows) }

func benchRows(key string, rows iter.Seq2[cases.Row, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row, err := range rows {
			cells := sheetRow(row)
			switch key {
			case listDone:
				cells = append(cells, didText(row.MyAct), row.MyStep, atp(row.MyActAt))
			case listTeam:
				cells = append(cells, row.AssigneeName)
			}
			if !yield(cells, err) {
				return
			}
		}
	}
}

// watch puts the star of a case on or takes it away, and goes back to where it was.
func (h handlers) watch(w http.ResponseWriter, r *http.Request) error {
	caseID, err := id(r, "id")
	if err != nil {
		return err
	}
	on := r.URL.Query().Get("on") == "1"
	if err := h.d.Service.Watch(r.Context(), caseID, on); err != nil {
		return err
	}
	key := "cases.did_unwatch"
	if on {
		key = "cases.did_watch"
	}
	return h.d.Shell.Done(w, r, kit.LocalPath(r.PostFormValue("back"), h.d.Base+"/cases/"+caseID), key)
}

// tell lets her be told of what becomes of the cases that she watches, or not.
func (h handlers) tell(w http.ResponseWriter, r *http.Request) error {
	on := r.PostFormValue("on") == "1"
	if err := h.d.Service.SetTold(r.Context(), on); err != nil {
		return err
	}
	key := "cases.did_tell_off"
	if on {
		key = "cases.did_tell_on"
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/"+listWatched, key)
}

// dueView is one page of the calendar of due dates.
type dueView struct {
	bench
	days  []cases.DueDay
	more  bool
	day   calendar.Date // that the page is about
	today calendar.Date
	week  bool
	team  bool
}

// due shows the calendar of due dates, a month or a week of it.
func (h handlers) due(w http.ResponseWriter, r *http.Request) error {
	f := r.URL.Query()
	v := dueView{bench: bench{look: h.look(), key: listDue}, week: f.Get("view") == "week", team: f.Get("whose") == "team"}
	v.today = calendar.DateOf(v.now)
	v.day = v.today
	if s := f.Get("day"); s != "" {
		d, err := calendar.ParseDate(s)
		if err != nil {
			return fault.New(fault.NotFound, "page_not_found")
		}
		v.day = min(max(d, v.today-farAway), v.today+farAway)
	}
	from, to := v.span()
	var err error
	if v.days, v.more, err = h.d.Service.DueDays(r.Context(), cases.Query{}, v.team, from, to); err != nil {
		return err
	}
	if err := h.around(r.Context(), &v.bench); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: benchTitle(listDue), Active: "todo", Content: duePage(v)})
}

// farAway is how many days from today the calendar can be turned.
const farAway = 3660

// span is from Monday to Sunday around the day, or around its month.
func (v dueView) span() (from, to calendar.Date) {
	if v.week {
		from = monday(v.day)
		return from, from + 6
	}
	first := v.month(0)
	return monday(first), monday(v.month(1)-1) + 6
}

func monday(d calendar.Date) calendar.Date { return d - calendar.Date((int(d.Weekday())+6)%7) }

// month is the first day of the month so many after that of the page.
func (v dueView) month(after int) calendar.Date {
	t := v.day.Start().In(calendar.Zone())
	return calendar.DateOf(time.Date(t.Year(), t.Month()+time.Month(after), 1, 0, 0, 0, 0, calendar.Zone()))
}

// turned is the address of the page as it is, but for another day, length or lot.
func (v dueView) turned(day calendar.Date, week, team bool) string {
	url := v.to("/" + listDue + "?day=" + day.String())
	if week {
		url += "&view=week"
	}
	if team {
		url += "&whose=team"
	}
	return url
}

func (v dueView) step(by int) string {
	if v.week {
		return v.turned(v.day+calendar.Date(7*by), true, v.team)
	}
	return v.turned(v.month(by), false, v.team)
}

// inMonth reports whether a day is of the month that is shown.
func (v dueView) inMonth(d calendar.Date) bool { return v.week || d >= v.month(0) && d < v.month(1) }

func (v dueView) listURL(d calendar.Date) string {
	if v.team {
		return v.to("/" + listTeam + "?due=" + d.String())
	}
	return v.to("/" + listTodo + "?due=" + d.String())
}
