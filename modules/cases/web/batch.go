package web

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
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
	if !a.guide.Form.None() {
		return a, fault.New(fault.Precondition, "case_batch_form")
	}
	return a, nil
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

// batchTemplate is an empty list with the columns of the item, and one line as an example.
func (h handlers) batchTemplate(w http.ResponseWriter, r *http.Request) error {
	a, err := h.batchable(r, nil)
	if err != nil {
		return err
	}
	var head []string
	for _, c := range a.columns() {
		head = append(head, c.Head)
	}
	return kit.XLSX(w, batchFileName(a.guide.Name), titleBatch, head, func(yield func([]any, error) bool) { yield(a.example(), nil) })
}

// readBatch takes a list and tries it.
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
	in := cases.BatchFile{
		ItemID: a.guide.ID, ItemName: a.guide.Name, Columns: a.columns(), Legal: legalWords(), Choices: a.guide.Chosen, Answers: a.rowAnswers,
	}
	if a.wantsPapers() {
		if in.OnPaper = onPaperNote; !form.Bool("on_paper") {
			a.form.Wrong("on_paper", "case_batch_paper")
		}
	}
	if in.Name, in.Content, err = roster(r); err != nil {
		a.form.Wrong("file", "case_batch_file")
	}
	err = a.form.Err()
	var b cases.BatchList
	if err == nil {
		b, err = h.d.Service.ReadBatch(r.Context(), in)
	}
	if err == nil {
		return kit.SeeOther(w, r, a.to("/assist/batches/"+b.ID))
	}
	if !a.form.Blame(err) {
		return err
	}
	return h.showBatchForm(w, r, http.StatusUnprocessableEntity, a)
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
	labels  map[string]string
	trouble string
}

func (h handlers) listView(r *http.Request) (v listView, err error) {
	v.look = h.look()
	batchID, err := id(r, "batch")
	if err != nil {
		return v, err
	}
	if v.list, v.rows, err = h.d.Service.Batch(r.Context(), batchID); err != nil {
		return v, err
	}
	g, err := h.guide(r.Context(), v.list.ItemID)
	a := application{guide: g}
	v.labels = map[string]string{}
	for _, c := range a.columns() {
		v.labels[c.Field] = c.Head
	}
	return v, err
}

func (h handlers) showBatch(w http.ResponseWriter, r *http.Request) error {
	v, err := h.listView(r)
	if err != nil {
		return err
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
			if !yield([]any{row.Line, row.Name, batchRowText(row.State), v.whyText(row), row.CaseNo}, nil) {
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
