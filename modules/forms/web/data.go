package web

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
	"liandong/portal-sites/kit"
)

type dataView struct {
	base   string
	form   forms.Form
	q      kit.ListQuery
	page   forms.DataPage
	fields []*forms.Field // the columns shown
	masked []forms.Values
}

func (v dataView) path(rest string) string { return v.base + "/forms/" + v.form.ID + rest }

func dataQuery(r *http.Request) (kit.ListQuery, forms.DataQuery) {
	sorts := []string{"filed_at"}
	if s := strings.TrimPrefix(r.URL.Query().Get("sort"), "-"); s != "" {
		sorts = append(sorts, s) // ids of fields: the service knows which there are
	}
	l := kit.ParseList(r, sorts, kit.ListQuery{Size: 20, Sort: "filed_at", Desc: true, Filters: map[string]string{"field": "", "op": "", "value": "", "from": "", "to": "", "own": ""}})
	q := forms.DataQuery{Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, From: l.Filter("from"), To: l.Filter("to"), Own: l.Filter("own") == "1"}
	if f := l.Filter("field"); f != "" {
		q.Wheres = []forms.Where{{Field: f, Op: forms.Op(or2(l.Filter("op"), string(forms.Is))), Value: l.Filter("value")}}
	}
	return l, q
}

// columnsOf lists the fields that have a column each.
func columnsOf(v *forms.Version) (out []*forms.Field) {
	for _, c := range v.Mapping.Columns {
		out = append(out, v.Schema.Find(c.Field))
	}
	return out
}

// shownColumns bounds a table on screen; the export has them all.
const shownColumns = 6

func (h handlers) data(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.sheet(r)
	if err != nil {
		return err
	}
	l, q := dataQuery(r)
	p, err := h.d.Service.Rows(r.Context(), sh.Form.ID, q)
	if err != nil {
		return err
	}
	v := dataView{base: h.d.Base, form: sh.Form, q: l, page: p, fields: columnsOf(p.Version)}
	for _, row := range p.Rows {
		v.masked = append(v.masked, p.Version.Masked(row.Values))
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleData, Content: dataPage(v)}, h.formCrumb(sh.Form))
}

func (h handlers) row(w http.ResponseWriter, r *http.Request) error {
	row, version, err := h.d.Service.Row(r.Context(), chi.URLParam(r, "id"), chi.URLParam(r, "row"))
	if err != nil {
		return err
	}
	view := NewView(version.Compiled, row.Values, forms.Context{Today: h.d.Service.Today(), ApplicantKind: forms.PersonKind, Stored: row.Values})
	view.Print = true
	view.Raw = version.Masked(row.Values)
	view.Result.Values = view.Raw
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleRow, Content: rowPage(view, row, version)},
		kit.Crumb{Label: version.Schema.Title, Href: h.to("/" + version.FormID)}, kit.Crumb{Label: titleData, Href: h.to("/" + version.FormID + "/data")})
}

// sheetPages bounds an export, in pages of five hundred.
const sheetPages = 40

func (h handlers) xlsx(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	_, q := dataQuery(r)
	q.Page, q.Size = 1, 500
	first, err := h.d.Service.Rows(r.Context(), id, q)
	if err != nil {
		return err
	}
	fields := columnsOf(first.Version)
	head := []string{headFiledAt, headTenant, headFiledBy, headVersion}
	for _, f := range fields {
		head = append(head, named(f))
	}
	rows := func(yield func([]any, error) bool) {
		for p := first; ; {
			for _, row := range p.Rows {
				if !yield(cells(first.Version, fields, row), nil) {
					return
				}
			}
			if q.Page++; len(p.Rows) < q.Size || q.Page > sheetPages {
				return
			}
			var err error
			if p, err = h.d.Service.Rows(r.Context(), id, q); err != nil {
				yield(nil, err)
				return
			}
		}
	}
	return kit.XLSX(w, first.Version.Schema.Title, titleData, head, rows)
}

func cells(v *forms.Version, fields []*forms.Field, row forms.Row) []any {
	masked := v.Masked(row.Values)
	out := []any{when(row.FiledAt), row.TenantName, row.FiledName, row.Number}
	for _, f := range fields {
		if n, ok := masked[f.ID].(float64); ok {
			out = append(out, n)
		} else {
			out = append(out, cellText(f, masked[f.ID]))
		}
	}
	return out
}

func cellText(f *forms.Field, v any) string {
	if v == nil {
		return ""
	}
	return Words(f, v)
}

type totalsView struct {
	dataView
	group  string
	totals forms.Totals
}

func (h handlers) totals(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.sheet(r)
	if err != nil {
		return err
	}
	l, q := dataQuery(r)
	group := r.URL.Query().Get("by")
	t, err := h.d.Service.Totals(r.Context(), sh.Form.ID, group, q)
	if err != nil {
		return err
	}
	v := totalsView{dataView{base: h.d.Base, form: sh.Form, q: l}, group, t}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleTotals, Content: totalsPage(v)}, h.formCrumb(sh.Form), kit.Crumb{Label: titleData, Href: v.path("/data")})
}

func (v totalsView) groups() []kit.Option {
	out := []kit.Option{{Value: "tenant", Label: headTenant}}
	for _, f := range v.totals.Version.Groupable() {
		out = append(out, kit.Option{Value: f.ID, Label: named(f)})
	}
	return out
}

// groupLabel is the value of a group in words.
func (v totalsView) groupLabel(value string) string {
	if value == "" {
		return wordNone
	}
	f := v.totals.Version.Schema.Find(v.group)
	if f == nil || !f.Kind.Chooses() {
		return value
	}
	if f.Kind == forms.Checkbox && !f.Multiple() {
		return map[string]string{"true": wordYes, "false": wordNo}[value]
	}
	return optionLabel(f, value)
}

func (v totalsView) chart() kit.Chart {
	var c kit.Chart
	counts := []float64{}
	for _, g := range v.totals.Groups[:min(len(v.totals.Groups), 20)] {
		c.Labels = append(c.Labels, v.groupLabel(g.Group))
		counts = append(counts, float64(g.Count))
	}
	c.Series = []kit.Series{{Name: wordCopies, Values: counts}}
	return c
}

func figure(n float64) string {
	s := strconv.FormatFloat(n, 'f', 2, 64)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

func filterFields(fields []*forms.Field) (out []kit.Option) {
	for _, f := range fields {
		if !slices.Contains([]forms.Kind{forms.File, forms.Signature}, f.Kind) {
			out = append(out, kit.Option{Value: f.ID, Label: named(f)})
		}
	}
	return out
}
