package web

import (
	"context"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/portal-sites/kit"
	a4 "liandong/portal-sites/kit/paper"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Press writes documents as PDF, a few at a time.
type Press struct {
	path string
	once sync.Once
	font *a4.Font
	err  error
	free chan struct{}
}

// presses is how many documents are written at once.
const presses = 2

// NewPress reads its font, as a4.Load takes it, when the first document is written;
// empty: a4.DefaultFont.
func NewPress(font string) *Press {
	if font == "" {
		font = a4.DefaultFont
	}
	return &Press{path: font, free: make(chan struct{}, presses)}
}

// Write is a document as PDF: the same document gives the same bytes. address is
// where everybody can make sure of it.
func (p *Press) Write(ctx context.Context, d cases.Document, c cases.Content, address string) ([]byte, error) {
	p.once.Do(func() { p.font, p.err = a4.Load(p.path) })
	if p.err != nil {
		return nil, fault.New(fault.Unavailable, "document_pdf").Because(p.err)
	}
	select {
	case p.free <- struct{}{}:
		defer func() { <-p.free }()
	case <-ctx.Done():
		return nil, fault.New(fault.Unavailable, "document_pdf").Because(ctx.Err())
	}
	out := a4.New(p.font, a4.Meta{Title: c.Title, Author: c.Organ, Subject: c.No, At: d.IssuedAt, Foot: c.No})
	out.OfficialTitle(c.Title)
	out.Note(c.No)
	out.Space(6)
	for _, b := range c.Blocks {
		put(out, b)
	}
	out.Signed(c.Organ, hanDay(c.Date))
	if address != "" {
		out.QR(address, text.T("document.check", spaced(d.CheckCode))+"\n"+byHand(address))
	}
	return out.Bytes()
}

func put(out *a4.Doc, b cases.Block) {
	switch b.Kind {
	case cases.Heading:
		out.Heading(b.Rows[0][0])
	case cases.List, cases.Points:
		for i, r := range b.Rows {
			mark := text.T("document.point")
			if b.Kind == cases.List {
				mark = strconv.Itoa(i+1) + "."
			}
			out.Body(mark+" "+r[0], false)
		}
	case cases.Table:
		printTable(out, b)
	default:
		out.Body(b.Rows[0][0], addressed(b))
	}
}

func printTable(out *a4.Doc, b cases.Block) {
	rows, cols := b.Rows, make([]a4.Col, len(b.Rows[0]))
	for i := range cols {
		if cols[i].Width = 3; i == 0 {
			cols[i].Width = 1
		}
		if b.Head {
			cols[i].Label = b.Rows[0][i]
		}
	}
	if b.Head {
		rows = rows[1:]
	}
	out.Table(cols, rows)
}

// Sheet is how a document looks on paper; pdf is the address of its PDF.
func Sheet(d cases.Document, c cases.Content, pdf, address string) kit.PrintView {
	return kit.PrintView{Title: c.Title, Number: c.No, Organ: c.Organ, Date: hanDay(c.Date), Tools: documentTools(pdf), Foot: documentCheck(d, address)}
}

// SendPDF answers with a PDF that never changes.
func SendPDF(w http.ResponseWriter, d cases.Document, pdf []byte) {
	head := w.Header()
	head.Set("Content-Type", "application/pdf")
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": d.Title + ".pdf"}))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	head.Set("Cache-Control", "private, no-store")
	head.Set("Content-Length", strconv.Itoa(len(pdf)))
	_, _ = w.Write(pdf) //nolint:gosec // a PDF, sent as one; when the visitor went away nobody is left to tell
}

// VerifyPath is the path, below the site of the tenant of the case, at which
// everybody can make sure of a document.
func VerifyPath(d cases.Document) string {
	return "/documents/" + url.PathEscape(d.No) + "?check=" + d.CheckCode
}

// verify is the whole address of that.
func (h handlers) verify(r *http.Request, d cases.Document) string {
	if h.d.SiteURL == nil {
		return ""
	}
	base := strings.TrimSuffix(h.d.PublicURL, "/")
	if base == "" {
		base = "http://" + r.Host
		if r.TLS != nil {
			base = "https://" + r.Host
		}
	}
	return base + h.d.SiteURL(d.TenantID) + VerifyPath(d)
}

func (h handlers) document(r *http.Request) (d cases.Document, c cases.Content, err error) {
	caseID, err := id(r, "id")
	if err != nil {
		return d, c, err
	}
	docID, err := id(r, "document")
	if err != nil {
		return d, c, err
	}
	return h.d.Service.Document(r.Context(), caseID, docID)
}

func (h handlers) showDocument(w http.ResponseWriter, r *http.Request) error {
	d, c, err := h.document(r)
	if err != nil {
		return err
	}
	return h.sheet(w, r, d, c)
}

func (h handlers) sheet(w http.ResponseWriter, r *http.Request, d cases.Document, c cases.Content) error {
	back := h.d.Base + "/cases/" + d.CaseID
	sheet := h.d.Shell
	sheet.Layout = func(_ *http.Request, page kit.Page) templ.Component {
		return kit.PrintLayout(Sheet(d, c, back+"/documents/"+d.ID+"/pdf", h.verify(r, d)), page)
	}
	return sheet.Page(w, r, http.StatusOK, kit.Page{Title: c.Title, Content: DocumentBody(c), Crumbs: []kit.Crumb{{Label: titleCase, Href: back}}})
}

func (h handlers) documentPDF(w http.ResponseWriter, r *http.Request) error {
	d, c, err := h.document(r)
	if err != nil {
		return err
	}
	pdf, err := h.press.Write(r.Context(), d, c, h.verify(r, d))
	if err != nil {
		return err
	}
	SendPDF(w, d, pdf)
	return nil
}

// paper is the last document of a kind, at an address that can be told beforehand.
func (h handlers) paper(w http.ResponseWriter, r *http.Request) error {
	caseID, err := id(r, "id")
	if err != nil {
		return err
	}
	ds, err := h.d.Service.Documents(r.Context(), caseID)
	if err != nil {
		return err
	}
	d, ok := LastOf(ds, chi.URLParam(r, "paper"))
	if !ok {
		return fault.New(fault.Precondition, "case_paper_not_yet")
	}
	d, c, err := h.d.Service.Document(r.Context(), caseID, d.ID)
	if err != nil {
		return err
	}
	return h.sheet(w, r, d, c)
}

// LastOf is the last document of a kind, or of "decision", whatever that was.
func LastOf(ds []cases.Document, kind string) (cases.Document, bool) {
	kinds := []string{kind}
	if kind == "decision" {
		kinds = []string{"grant", "deny", "forward"}
	}
	for _, d := range slices.Backward(ds) {
		if slices.Contains(kinds, d.Kind) {
			return d, true
		}
	}
	return cases.Document{}, false
}

// mayIssue reports whether the actor handles the open step.
func (v *view) mayIssue() bool {
	for _, a := range []policies.Action{policies.CasesAccept, policies.CasesHandle, policies.CasesDecide, policies.CasesDeliver} {
		if why, offered := v.May[a]; offered && why == "" {
			return true
		}
	}
	return false
}

// issueDocument issues one by hand.
func (h handlers) issueDocument(w http.ResponseWriter, r *http.Request) error {
	caseID, err := id(r, "id")
	if err != nil {
		return err
	}
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	_, failure := h.d.Service.IssueDocument(r.Context(), caseID, f.Int("version"), f.Get("kind"), f.Get("title"), f.Get("opinion"))
	if failure == nil {
		return h.d.Shell.Done(w, r, h.d.Base+"/cases/"+caseID, "document.issued")
	}
	fl, ok := fault.As(failure)
	if !ok || fl.Kind == fault.NotFound || fl.Kind == fault.Internal {
		return failure
	}
	v, err := h.view(r)
	if err != nil {
		return err
	}
	v.act, v.issuing = v.choose(""), true
	if !f.Blame(failure) {
		v.trouble = v.explain(fl, f)
	}
	v.issue = f
	return h.showView(w, r, kit.StatusOf(fl.Kind), v)
}

// SiteURL is the path of the citizen site of a tenant.
type SiteURL func(tenancy.ID) string
