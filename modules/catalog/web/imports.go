package web

import (
	"errors"
	"io"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// maxUpload bounds a list, in bytes.
const maxUpload = 20 << 20

// imports lists what was imported and takes the next file.
func (h handlers) imports(w http.ResponseWriter, r *http.Request) error {
	return h.importsWith(w, r, http.StatusOK, kit.FormValues{})
}

func (h handlers) importsWith(w http.ResponseWriter, r *http.Request, status int, v kit.FormValues) error {
	all, err := h.Service.Imports(r.Context())
	if err != nil {
		return err
	}
	return h.page(w, r, status, importsPage(h, v, all))
}

func (h handlers) template(w http.ResponseWriter, r *http.Request) error {
	if !h.Service.MayCreate(r.Context()) {
		return fault.New(fault.Forbidden, "item_not_editor")
	}
	return kit.XLSX(w, templateName(), exportSheet(), templateHead(), func(yield func([]any, error) bool) {
		var row []any
		for _, c := range catalog.Columns() {
			row = append(row, c.Example)
		}
		yield(row, nil)
	})
}

func templateHead() (head []string) {
	for _, c := range catalog.Columns() {
		head = append(head, c.Header)
	}
	return head
}

func (h handlers) upload(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	name, content, err := listFile(r)
	var im catalog.Import
	if err == nil {
		im, err = h.Service.Upload(r.Context(), name, content)
	}
	if v.Blame(err) {
		return h.importsWith(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return kit.SeeOther(w, r, h.items("/imports/"+im.ID))
}

func listFile(r *http.Request) (name string, content []byte, err error) {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil, fault.InvalidField("file", "required")
	}
	if err != nil {
		return "", nil, fault.InvalidField("file", "import_file_broken")
	}
	defer func() { _ = f.Close() }()
	content, err = io.ReadAll(io.LimitReader(f, maxUpload+1))
	if err != nil || len(content) > maxUpload {
		return "", nil, fault.InvalidField("file", "import_file_long")
	}
	return head.Filename, content, nil
}

func triedQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, nil, kit.ListQuery{Size: 50, Filters: map[string]string{"only": ""}})
}

// tried shows an import: what its columns mean, what it would do, how far it is.
func (h handlers) tried(w http.ResponseWriter, r *http.Request) error {
	p, err := h.Service.Preview(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, triedPage(h, triedQuery(r), mappingForm(p), p))
}

func mappingForm(p catalog.Preview) kit.FormValues {
	values := map[string]string{"scheme": p.Scheme, "list": p.List, "partial": ""}
	if p.Partial {
		values["partial"] = "1"
	}
	for i, key := range p.Columns {
		values[columnField(i)] = key
	}
	return kit.NewForm(values)
}

func columnField(i int) string { return "columns." + strconv.Itoa(i) }

func (h handlers) mapped(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	p, err := h.Service.Preview(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	m := catalog.Mapping{Scheme: v.Get("scheme"), List: v.Get("list"), Partial: v.Bool("partial")}
	for i := range p.Head {
		m.Columns = append(m.Columns, v.Get(columnField(i)))
	}
	err = h.Service.Map(r.Context(), p.ID, m)
	if v.Blame(err) {
		return h.page(w, r, http.StatusUnprocessableEntity, triedPage(h, triedQuery(r), v, p))
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/imports/"+p.ID), "import_mapped")
}

func (h handlers) start(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	p, err := h.Service.Preview(r.Context(), id)
	if err != nil {
		return err
	}
	if ok, err := h.Shell.Confirmed(w, r, starting(h, p)); !ok {
		return err
	}
	im, err := h.Service.Start(r.Context(), id)
	if err != nil {
		return err
	}
	if im.State == catalog.ImportDone {
		return h.Shell.Done(w, r, h.items("/imports/"+id), "import_done")
	}
	return h.Shell.Done(w, r, h.items("/imports/"+id), "import_started")
}

// report sends the outcome of trying, one line for every wrong cell and every rule.
func (h handlers) report(w http.ResponseWriter, r *http.Request) error {
	p, err := h.Service.Preview(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	return kit.XLSX(w, reportName(), reportSheet(), reportHead(), func(yield func([]any, error) bool) {
		for _, row := range p.Rows {
			for _, line := range reportRows(p, row) {
				if !yield(line, nil) {
					return
				}
			}
		}
	})
}

// shownRows are those rows that a list asks for.
func shownRows(q kit.ListQuery, rows []catalog.Planned) (out []catalog.Planned) {
	for _, r := range rows {
		if only := q.Filter("only"); only == "" || only == r.Action {
			out = append(out, r)
		}
	}
	return out
}
