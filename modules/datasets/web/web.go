// Package web shows staff how complete the data of cases is for the national platform
// (数据归集): which rows every case gives, what is wrong with them, and the seven tables
// to take along.
package web

import (
	"context"
	"encoding/csv"
	"fmt"
	"iter"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/datasets"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// Deps is what the pages need.
type Deps struct {
	Service *datasets.Service
	Shell   kit.Shell
	Base    string    // "/desk": every link begins with it
	Home    kit.Crumb // where the crumbs begin
	// Branches lists what stands right below the tenant in scope.
	Branches func(context.Context) ([]Branch, error)
}

// Branch is a part of the subtree to narrow a list by.
type Branch struct {
	Name string
	Over tenancy.Interval
}

type handlers struct{ Deps }

// Mount registers the pages relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h, page := handlers{d}, d.Shell.Handle
	r.Get("/data", page(h.list))
	r.Get("/data/fields", page(h.fields))
	r.Get("/data/cases/{id}", page(h.show))
	r.Get("/data/tables/{table}.xlsx", page(h.xlsx))
	r.Get("/data/tables/{table}.csv", page(h.csv))
}

func (h handlers) to(path string) string { return h.Base + path }

func (h handlers) page(w http.ResponseWriter, r *http.Request, p kit.Page, crumbs ...kit.Crumb) error {
	p.Active, p.Wide = "data", true
	p.Crumbs = append([]kit.Crumb{h.Home}, crumbs...)
	return h.Shell.Page(w, r, http.StatusOK, p)
}

func (h handlers) listCrumb() kit.Crumb { return kit.Crumb{Label: titleData, Href: h.to("/data")} }

func (h handlers) query(r *http.Request) (kit.ListQuery, datasets.Query) {
	l := kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"table": "", "finding": "", "from": "", "to": "", "under": ""}}).WithPath(h.to("/data"))
	q := datasets.Query{Limit: l.Size, Offset: l.Offset(), No: l.Q, From: day(l.Filter("from")), To: day(l.Filter("to")), Under: subtree(l.Filter("under"))}
	if !q.To.IsZero() {
		q.To = q.To.AddDate(0, 0, 1)
	}
	if _, ok := datasets.TableOf(l.Filter("table")); ok {
		q.Table = l.Filter("table")
	}
	if f := l.Filter("finding"); f == datasets.Any || f == datasets.None || slices.Contains(datasets.Kinds(), f) {
		q.Finding = f
	}
	return l, q
}

// day reads a date in China; what is none narrows nothing.
func day(s string) time.Time {
	t, err := time.ParseInLocation(time.DateOnly, s, calendar.Zone())
	if err != nil {
		return time.Time{}
	}
	return t
}

// subtree reads "lo-hi"; row security keeps it inside of what the actor may see.
func subtree(s string) tenancy.Interval {
	lo, hi, _ := strings.Cut(s, "-")
	a, err := strconv.ParseInt(lo, 10, 64)
	b, err2 := strconv.ParseInt(hi, 10, 64)
	if err != nil || err2 != nil || a <= 0 || b < a {
		return tenancy.Interval{}
	}
	return tenancy.Interval{Lo: tenancy.ID(a), Hi: tenancy.ID(b)}
}

type listView struct {
	handlers

	q        kit.ListQuery
	lines    []datasets.Line
	sum      datasets.Overview
	branches []Branch
	export   bool
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	l, q := h.query(r)
	lines, sum, err := h.Service.List(r.Context(), q)
	if err != nil {
		return err
	}
	below, err := h.Branches(r.Context())
	if err != nil {
		return err
	}
	v := listView{h, l, lines, sum, below, h.Service.MayExport(r.Context()) == nil}
	return h.page(w, r, kit.Page{Title: titleData, Content: listPage(v)})
}

type caseView struct {
	handlers

	sum  datasets.Line
	rows []datasets.Told
}

func (h handlers) show(w http.ResponseWriter, r *http.Request) error {
	sum, rows, err := h.Service.Case(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.page(w, r, kit.Page{Title: titleCase, Content: casePage(caseView{h, sum, rows})}, h.listCrumb())
}

func (h handlers) fields(w http.ResponseWriter, r *http.Request) error {
	t, ok := datasets.TableOf(r.URL.Query().Get("table"))
	if !ok {
		t = datasets.Tables()[0]
	}
	return h.page(w, r, kit.Page{Title: titleFields, Content: fieldsPage(h, t)}, h.listCrumb())
}

// table is the table of the path, whose export is recorded before the first row leaves.
func (h handlers) table(r *http.Request) (t datasets.Table, q datasets.Query, err error) {
	t, ok := datasets.TableOf(chi.URLParam(r, "table"))
	if !ok {
		return t, q, fault.New(fault.NotFound, "dataset_no_table")
	}
	_, q = h.query(r)
	return t, q, h.Service.Exporting(r.Context(), q, t.Key)
}

func (h handlers) xlsx(w http.ResponseWriter, r *http.Request) error {
	t, q, err := h.table(r)
	if err != nil {
		return err
	}
	return kit.XLSX(w, t.Title, t.Name, head(t), h.rows(r.Context(), t, q))
}

// csv sends a table as UTF-8 with a mark, which spreadsheets want. What could be read
// as a formula is led by an apostrophe.
func (h handlers) csv(w http.ResponseWriter, r *http.Request) error {
	t, q, err := h.table(r)
	if err != nil {
		return err
	}
	rows, stop := iter.Pull2(h.rows(r.Context(), t, q))
	defer stop()
	first, err, more := rows()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": t.Title + ".csv"}))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write([]byte("\xef\xbb\xbf")) // the header is out: a broken line shows as a short body
	out := csv.NewWriter(w)
	out.UseCRLF = true
	_ = out.Write(head(t))
	for row := first; more; row, err, more = rows() {
		if err != nil {
			return fmt.Errorf("export %s: %w", t.Key, err)
		}
		line := make([]string, len(row))
		for i, c := range row {
			line[i] = plain(fmt.Sprint(c))
		}
		_ = out.Write(line)
	}
	out.Flush()
	return nil
}

func plain(s string) string {
	if s != "" && strings.ContainsAny(s[:1], "=+-@\t\r") {
		return "'" + s
	}
	return s
}

func head(t datasets.Table) (names []string) {
	for _, f := range shown(t) {
		names = append(names, f.Name)
	}
	return append(names, findingsHead)
}

// shown are the fields of a table that a page has: what is filled in when a row is sent
// is not known before.
func shown(t datasets.Table) []datasets.Field {
	return slices.DeleteFunc(slices.Clone(t.Fields), func(f datasets.Field) bool {
		return slices.Contains([]string{"data_source", "cd_operation", "cd_time", "cd_batch"}, f.Key)
	})
}

func (h handlers) rows(ctx context.Context, t datasets.Table, q datasets.Query) iter.Seq2[[]any, error] {
	return func(yield func([]any, error) bool) {
		var at datasets.Place
		for more := true; more; {
			rows, next, ok, err := h.Service.Rows(ctx, q, t.Key, at)
			if err != nil {
				yield(nil, err)
				return
			}
			at, more = next, ok
			for _, r := range rows {
				if !yield(cells(t, r), nil) {
					return
				}
			}
		}
	}
}

func cells(t datasets.Table, r datasets.Told) (row []any) {
	for _, f := range shown(t) {
		row = append(row, r.Values[f.Key])
	}
	return append(row, findingsText(t, r.Found))
}
