package web

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// maxRoster bounds an uploaded list, in bytes.
const maxRoster = 5 << 20

// batchView is the page on which a list of applicants of one item is handed in.
type batchView struct {
	application
	lists []cases.BatchList
}

// batchable is an item whose applicants may come as a list, after its questions.
func (h handlers) batchable(r *http.Request, answers []string) (a application, err error) {
	if err := h.d.Service.MayFile(r.Context(), ""); err != nil {
		return a, err
	}
	if a, err = h.application(r, answers); err != nil {
		return a, err
	}
	if err := h.d.Service.MayFile(r.Context(), a.guide.ID); err != nil {
		return a, err
	}
	if a.guide.Form.None() || h.d.EForms == nil {
		return a, nil
	}
	var heads []string
	for _, c := range a.columns() {
		heads = append(heads, c.Head)
	}
	l, err := h.d.EForms.Listing(r.Context(), a.guide.Form, heads)
	a.list = &l
	return a, err
}

func (a *application) batchURL() string { return a.to("/assist/" + a.guide.ID + "/batch") }

func (h handlers) batch(w http.ResponseWriter, r *http.Request) error {
	a, err := h.batchable(r, kit.Answers(r.URL.Query()))
	if err != nil {
		return err
	}
	return h.showBatchForm(w, r, http.StatusOK, a)
}

func (h handlers) showBatchForm(w http.ResponseWriter, r *http.Request, status int, a application) error {
	lists, err := h.d.Service.Batches(r.Context(), a.guide.ID)
	if err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleBatch, Active: "assist", Content: batchPage(batchView{a, lists})},
		kit.Crumb{Label: a.assist(), Href: a.to("/assist")}, kit.Crumb{Label: a.guide.Name, Href: a.to("/assist/" + a.guide.ID)})
}

// batchTemplate is an empty list with the columns of the item, one line as an example, and how each column is
// filled in.
func (h handlers) batchTemplate(w http.ResponseWriter, r *http.Request) error {
	a, err := h.batchable(r, kit.Answers(r.URL.Query()))
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := a.emptyList().Write(&b); err != nil {
		return err
	}
	head := w.Header()
	head.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": batchFileName(a.guide.Name) + ".xlsx"}))
	head.Set("Cache-Control", "no-store")
	_, err = b.WriteTo(w)
	return err
}

// readBatch takes a list, and the archive of its papers, and tries it.
func (h handlers) readBatch(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	a, err := h.batchable(r, form.All(kit.AskParam))
	if err != nil {
		return err
	}
	a.form = form
	b, err := h.tryBatch(r, &a)
	if err == nil {
		return kit.SeeOther(w, r, a.to("/assist/batches/"+b.ID))
	}
	if !a.form.Blame(err) {
		return err
	}
	return h.showBatchForm(w, r, http.StatusUnprocessableEntity, a)
}

func (h handlers) tryBatch(r *http.Request, a *application) (b cases.BatchList, err error) {
	in := cases.BatchFile{
		ItemID: a.guide.ID, ItemName: a.guide.Name, Columns: a.columns(), Legal: legalWords(), Choices: a.guide.Chosen, Answers: a.rowAnswers, Form: a.guide.Form,
	}
	if a.list != nil {
		in.Sheet = a.judge(r.Context())
	}
	archive, err := h.archive(r, a, &in.Papers)
	if archive != nil {
		defer func() { _ = archive.Close() }() // only read
	}
	if err != nil {
		a.form.Wrong("papers", "case_papers_size")
	}
	if a.wantsPapers() {
		if a.form.Bool("on_paper") {
			in.OnPaper = onPaperNote
		} else if archive == nil {
			a.form.Wrong("on_paper", "case_batch_paper")
		}
	}
	if in.Name, in.Content, err = roster(r); err != nil {
		a.form.Wrong("file", "case_batch_file")
	}
	if err = a.form.Err(); err != nil {
		return b, err
	}
	return h.d.Service.ReadBatch(r.Context(), in)
}

// judge reads what a line says of the electronic form.
func (a *application) judge(ctx context.Context) func(map[string]string, cases.Filing) (map[string]any, map[string]string) {
	return func(row map[string]string, f cases.Filing) (map[string]any, map[string]string) {
		cells := map[string]string{}
		for field, cell := range row {
			if key, is := strings.CutPrefix(field, sheetColumn); is {
				cells[key] = cell
			}
		}
		answers, minded := a.list.Judge(ctx, cells, Applicant{Kind: f.Kind, Name: f.Name, Number: f.Number, Phone: f.Phone, Address: f.Address})
		wrong := map[string]string{}
		for head, sentence := range minded {
			wrong[sheetFault+head] = sentence
		}
		return answers, wrong
	}
}

// What stands before the fields of a list: of columns that fill a form, and of what its rules mind.
const (
	sheetColumn = "sheet."
	sheetFault  = "sheet:"
)

// maxArchive bounds the archive of papers that comes with a list, in bytes.
const maxArchive = 100 << 20

// archive is the archive that comes with a list; nil when there is none.
func (h handlers) archive(r *http.Request, a *application, p *cases.Papers) (io.Closer, error) {
	for _, m := range a.guide.Materials {
		p.Materials = append(p.Materials, m.Name)
		if m.Required {
			p.Required = append(p.Required, m.Name)
		}
	}
	p.Upload = func(ctx context.Context, name, material string, in io.Reader) (string, error) {
		f, err := h.d.Files.Upload(ctx, name, material, in)
		return f.ID, err
	}
	if r.MultipartForm == nil || len(r.MultipartForm.File["papers"]) == 0 || r.MultipartForm.File["papers"][0].Filename == "" {
		return nil, nil //nolint:nilnil // none is no error
	}
	fh := r.MultipartForm.File["papers"][0]
	if fh.Size > maxArchive {
		return nil, errNoRoster
	}
	f, err := fh.Open()
	if err != nil {
		return nil, err
	}
	p.Name, p.Archive, p.Size = fh.Filename, f, fh.Size
	return f, nil
}

var errNoRoster = errors.New("no list uploaded")

func roster(r *http.Request) (name string, content []byte, err error) {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return "", nil, errNoRoster
	}
	fh := r.MultipartForm.File["file"][0]
	f, err := fh.Open()
	if err != nil {
		return "", nil, err
	}
	defer func() { _ = f.Close() }() // read to its end
	content, err = io.ReadAll(io.LimitReader(f, maxRoster+1))
	if err == nil && (len(content) == 0 || len(content) > maxRoster) {
		err = errNoRoster
	}
	return fh.Filename, content, err
}

// wantsPapers reports whether the item has materials without which nothing is filed.
func (a *application) wantsPapers() bool {
	return slices.ContainsFunc(a.guide.Materials, func(m Material) bool { return m.Required })
}

// rowAnswers reads what a line says of the item's questions.
func (a *application) rowAnswers(row map[string]string) (form map[string]any, wrong map[string]string) {
	form, wrong = map[string]any{}, map[string]string{}
	for _, q := range a.guide.Questions {
		field := "form." + q.Name
		value := row[field]
		switch {
		case value == "" && q.Required:
			wrong[field] = "required"
		case value == "":
		case len([]rune(value)) > maxAnswer:
			wrong[field] = "too_long"
		case !q.takes([]string{value}):
			wrong[field] = "not_an_option"
		case q.Type == "number":
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				wrong[field] = "not_a_number"
			}
			form[q.Name] = n
		default:
			form[q.Name] = value
		}
	}
	return form, wrong
}

// listView is a list that was read in, with its rows.
type listView struct {
	look
	list    cases.BatchList
	rows    []cases.BatchRow
	columns []cases.BatchColumn
	page    kit.ListQuery
	own     bool // she has uploaded it
	trouble string
}

// batchRows is how many rows a page shows.
const batchRows = 50

func (h handlers) listView(r *http.Request) (v listView, err error) {
	v.look = h.look()
	v.page = kit.ParseList(r, nil, kit.ListQuery{Size: batchRows, Filters: map[string]string{"state": ""}})
	batchID, err := id(r, "batch")
	if err != nil {
		return v, err
	}
	if v.list, v.rows, err = h.d.Service.Batch(r.Context(), batchID); err != nil {
		return v, err
	}
	scope, err := tenancy.From(r.Context())
	if err != nil {
		return v, err
	}
	v.own = scope.Actor.ID == v.list.ByID
	g, err := h.guide(r.Context(), v.list.ItemID)
	a := application{guide: g}
	v.columns = a.columns()
	return v, err
}

// shown are the rows of the page, and how many there are in all.
func (v listView) shown() (rows []cases.BatchRow, total int) {
	for _, r := range v.rows {
		if f := v.page.Filter("state"); f == "" || f == r.State || f == cases.RowWrong && r.State == cases.RowFailed {
			rows = append(rows, r)
		}
	}
	total = len(rows)
	from := min((v.page.Page-1)*batchRows, total)
	return rows[from:min(from+batchRows, total)], total
}

func (h handlers) showBatch(w http.ResponseWriter, r *http.Request) error {
	v, err := h.listView(r)
	if err != nil {
		return err
	}
	if r.Header.Get("Hx-Target") == progressID && v.list.State != cases.BatchRunning { // the rows below are out of date
		w.Header().Set("Hx-Refresh", "true")
	}
	return h.showList(w, r, http.StatusOK, v)
}

func (h handlers) showList(w http.ResponseWriter, r *http.Request, status int, v listView) error {
	return h.page(w, r, status, kit.Page{Title: titleBatch, Active: "assist", Content: listOfBatch(v)},
		kit.Crumb{Label: v.assist(), Href: v.to("/assist")}, kit.Crumb{Label: v.list.ItemName, Href: v.to("/assist/" + v.list.ItemID + "/batch")})
}

func (h handlers) fileBatch(w http.ResponseWriter, r *http.Request) error {
	v, err := h.listView(r)
	if err != nil {
		return err
	}
	err = h.d.Service.FileBatch(r.Context(), v.list.ID)
	if f, ok := fault.As(err); ok && f.Kind == fault.Precondition && v.list.State == cases.BatchRead {
		v.trouble = text.T(f.Text)
		return h.showList(w, r, http.StatusConflict, v)
	}
	if err != nil && v.list.State == cases.BatchRead {
		return err
	}
	return kit.SeeOther(w, r, v.to("/assist/batches/"+v.list.ID)) // pressed twice: it runs
}

// batchReport is what became of every row.
func (h handlers) batchReport(w http.ResponseWriter, r *http.Request) error {
	v, err := h.listView(r)
	if err != nil {
		return err
	}
	return kit.XLSX(w, batchFileName(v.list.ItemName), titleBatch, reportHead(), func(yield func([]any, error) bool) {
		for _, row := range v.rows {
			if !yield([]any{row.Line, row.Name, batchRowText(row.State), v.whyText(row), row.CaseNo, row.Files()}, nil) {
				return
			}
		}
		for _, l := range v.list.Loose {
			if !yield(looseRow(l), nil) {
				return
			}
		}
	})
}

func (v listView) count(states ...string) (n int) {
	for _, r := range v.rows {
		if slices.Contains(states, r.State) {
			n++
		}
	}
	return n
}
