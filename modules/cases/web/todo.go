package web

import (
	"iter"
	"net/http"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
)

// tabs of the to-do list; what each narrows the list to.
func narrowed(tab string, q cases.Query) cases.Query {
	switch tab {
	case "accept", "review", "decide", "deliver":
		q.Kind = tab
	case "supplement":
		q.Status = cases.Supplement
	case "late", "soon":
		q.Time = tab
	}
	return q
}

func (h handlers) todoQuery(r *http.Request) (kit.ListQuery, cases.Query) {
	l := kit.ParseList(r, []string{"no", "item", "created", "step_due"},
		kit.ListQuery{Size: 20, Sort: "step_due", Filters: map[string]string{"tab": "", "time": "", "kind": ""}})
	q := cases.Query{Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Time: timeFilter(l.Filter("time")), Type: kindOf(l.Filter("kind"))}
	return l, narrowed(l.Filter("tab"), q)
}

func timeFilter(s string) string {
	switch s {
	case "late", "soon", "suspended":
		return s
	}
	return ""
}

func (h handlers) todo(w http.ResponseWriter, r *http.Request) error {
	l, q := h.todoQuery(r)
	p, err := h.d.Service.Todo(r.Context(), q)
	if err != nil {
		return err
	}
	n, err := h.d.Service.CountTodos(r.Context())
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleTodo, Active: "todo", Content: todoPage(h.look(), l, p, n)})
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

func (h handlers) todoXLSX(w http.ResponseWriter, r *http.Request) error {
	_, q := h.todoQuery(r)
	rows := every(q, func(q cases.Query) (cases.Page, error) { return h.d.Service.Todo(r.Context(), q) })
	return kit.XLSX(w, titleTodo, titleTodo, sheetHead(), sheetRows(rows))
}

// sheetRows turns rows into cells; names stay masked in what leaves the system.
func sheetRows(rows iter.Seq2[cases.Row, error]) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		for row, err := range rows {
			if !yield(sheetRow(row), err) {
				return
			}
		}
	}
}
