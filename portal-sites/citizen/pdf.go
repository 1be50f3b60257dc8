package citizen

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	a4 "liandong/portal-sites/kit/paper"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// press writes papers, a few at a time: each is a second of a processor at worst.
type press struct {
	path string
	once sync.Once
	font *a4.Font
	err  error
	free chan struct{}
}

const presses = 2

func newPress(path string) *press { return &press{path: path, free: make(chan struct{}, presses)} }

func (p *press) write(r *http.Request, draw func(*a4.Font) ([]byte, error)) ([]byte, error) {
	p.once.Do(func() { p.font, p.err = a4.Load(orText(p.path, a4.DefaultFont)) })
	if p.err != nil {
		return nil, fault.New(fault.Unavailable, "citizen.pdf_unavailable").Because(p.err)
	}
	select {
	case p.free <- struct{}{}:
		defer func() { <-p.free }()
	case <-r.Context().Done():
		return nil, fault.New(fault.Unavailable, "citizen.pdf_unavailable").Because(r.Context().Err())
	}
	return draw(p.font)
}

// guidePDF is the guide, or my list, as a PDF.
func (h handlers) guidePDF(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	tag := `"` + v.edition + "-" + strings.Join(v.mine.Chosen, ".") + `"`
	head := w.Header()
	head.Set("ETag", tag)
	head.Set("Cache-Control", "private, no-cache")
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	pdf, err := h.press.write(r, func(f *a4.Font) ([]byte, error) {
		return v.write(f, a4.Meta{Title: v.paperTitle(), Author: v.look.Centre, Subject: v.b.BasicCode, At: h.Now(), Foot: v.look.Name}, h.address(r, kit.WithAnswers(v.back(r.Context()), v.answers)))
	})
	if err != nil {
		head.Del("ETag")
		return err
	}
	attach(w, "application/pdf", v.paperTitle()+".pdf")
	head.Set("Content-Length", strconv.Itoa(len(pdf)))
	_, _ = w.Write(pdf) //nolint:gosec // a PDF, named as one; the visitor went away; nobody is left to tell
	return nil
}

func (v guideView) paperTitle() string {
	if len(v.mine.Chosen) > 0 {
		return text.T("citizen.mine_title", v.b.Name)
	}
	return text.T("citizen.guide_title", v.b.Name)
}

func (v guideView) write(f *a4.Font, m a4.Meta, address string) ([]byte, error) {
	d := a4.New(f, m)
	d.Title(v.paperTitle())
	d.Note(strings.TrimSpace(v.b.BasicCode + "  " + text.T("citizen.paper_edition", v.ver.Number, longDay(m.At))))
	d.QR(address, text.T("citizen.paper_qr", address))
	if len(v.mine.Chosen) > 0 {
		d.Heading(text.T("citizen.my_situation"))
		d.Terms(paperTerms(chosenTerms(v.b, v.mine)))
		d.Terms([]a4.Term{{Label: text.T("citizen.term.promised"), Value: limit(v.mine.PromisedDays, v.b.ProjectType)}, {Label: text.T("citizen.term.onsite"), Value: text.T("citizen.times", v.b.OnsiteTimes)}})
	}
	for i, s := range v.paperSections() {
		d.Heading(numeral(i) + text.T("citizen.comma") + s.Label)
		v.paperSection(d, strings.TrimPrefix(s.Href, "#"))
	}
	return d.Bytes()
}

func paperTerms(ts []kit.Term) (out []a4.Term) {
	for _, t := range ts {
		out = append(out, a4.Term{Label: t.Label, Value: t.Value})
	}
	return out
}

func (v guideView) paperSection(d *a4.Doc, id string) {
	switch id {
	case "basic":
		d.Terms(paperTerms(v.terms()))
	case "where":
		d.Terms(paperTerms(filled([]kit.Term{term("place", v.office().Centre), term("address", v.office().Address), term("window", v.b.Window), term("hours", v.office().Hours), term("directions", v.b.Directions)})))
	case "conditions":
		for n, c := range v.b.Conditions {
			d.Text(strconv.Itoa(n+1) + ". " + c)
		}
		if v.b.Quantity != "" {
			d.Text(text.T("citizen.quantity", v.b.Quantity))
		}
	case "materials":
		d.Table(paperCols("no", 0.8, "material", 3.4, "need", 1.2, "form", 2, "copies", 1.8, "note", 3.4), v.materialRows())
	case "specials":
		var rows [][]string
		for _, p := range v.b.Specials {
			rows = append(rows, []string{p.Name, text.T("citizen.days", p.Days), p.Basis, yesNo(p.Charged), yesNo(p.Counted)})
		}
		d.Table(paperCols("special", 2, "limit", 1.2, "legal", 3, "charged", 0.9, "counted", 1.2), rows)
	case "form":
		for _, s := range v.form.Sections {
			var rows [][]string
			for _, f := range s.Fields {
				rows = append(rows, []string{f.Label, yesNo(f.Required), howToFill(f.Field), strings.Join(f.For, text.T("citizen.list_mark"))})
			}
			d.Text(sectionTitle(s))
			d.Table(paperCols("field", 2, "needed", 0.8, "how", 3, "used", 2), rows)
		}
	case "flow":
		var rows [][]string
		for _, l := range v.flowLines() {
			rows = append(rows, []string{noted(l.Name, strings.Join(l.Notes, " ")), l.What, l.Level, l.Limit})
		}
		d.Table(paperCols("step", 2, "what", 1.5, "level", 1.5, "limit", 1.2), rows)
	case "fees":
		v.paperFees(d)
	default:
		v.paperRest(d, id)
	}
}

func (v guideView) paperFees(d *a4.Doc) {
	fees := v.charged()
	if len(fees) == 0 {
		d.Text(text.T("citizen.free"))
		return
	}
	var rows [][]string
	for _, f := range fees {
		rows = append(rows, []string{f.Name, f.Standard, f.Basis, noted(yesNo(f.Reducible), f.Reduction)})
	}
	d.Table(paperCols("fee", 2, "standard", 2.4, "legal", 2, "reduction", 1.6), rows)
}

func (v guideView) paperRest(d *a4.Doc, id string) {
	switch id {
	case "basis":
		for _, l := range v.b.LegalBasis {
			d.Text(text.T("citizen.paper_law", l.Law, l.Article, l.Text))
		}
	case "result":
		d.Text(v.result())
	case "enforce":
		d.Terms(paperTerms(v.enforcement()))
	case "rights":
		d.Text(orText(v.b.Rights, text.T("citizen.rights")))
		d.Text(orText(v.b.Duties, text.T("citizen.duties")))
	case "relief":
		if ts := v.reviewTerms(); len(ts) > 0 {
			d.Terms(paperTerms(ts))
		}
		if v.b.Remedy != "" {
			d.Text(v.b.Remedy)
		}
		d.Text(text.T("citizen.relief"))
	case "contact":
		d.Terms([]a4.Term{{Label: text.T("citizen.term.phone"), Value: orText(v.office().Phone, "12345")}, {Label: text.T("citizen.term.complaint"), Value: orText(v.office().Complaint, "12345")}})
	case "faq":
		for _, q := range v.b.Questions {
			d.Text(text.T("citizen.paper_question", q.Q, q.A))
		}
	}
}

func (v guideView) materialRows() (rows [][]string) {
	for n, m := range v.listed() {
		note := m.Note
		if m.Acceptance != "" {
			note = strings.TrimSpace(note + "\n" + text.T("citizen.acceptance", m.Acceptance))
		}
		rows = append(rows, []string{strconv.Itoa(n + 1), m.Name, word("need", m.Need), materialType(v.b.Book(), m), copies(m), note})
	}
	return rows
}

// paperCols are columns of pairs of a word of the catalogue and a width.
func paperCols(pairs ...any) (out []a4.Col) {
	for i := 0; i+1 < len(pairs); i += 2 {
		key, _ := pairs[i].(string)
		c := a4.Col{Label: text.T("citizen.col." + key)}
		switch w := pairs[i+1].(type) {
		case int:
			c.Width = float64(w)
		case float64:
			c.Width = w
		}
		out = append(out, c)
	}
	return out
}

// listed are the materials of a paper: those of one's own situation, or all, each marked that
// depends on it.
func (v guideView) listed() []catalog.Material {
	if len(v.answers) > 0 || !v.b.Divided() {
		return v.mine.Materials
	}
	sure, all := always(v.b), slices.Clone(v.b.Materials)
	for i := range all {
		if !slices.Contains(sure, all[i].Name) {
			all[i].Note = strings.TrimSpace(text.T("citizen.by_situation") + " " + all[i].Note)
		}
	}
	return all
}

// charged are the fees of a paper, as listed are its materials.
func (v guideView) charged() []catalog.Fee {
	if len(v.answers) > 0 || !v.b.Divided() {
		return v.mine.Fees
	}
	return v.b.Fees
}
