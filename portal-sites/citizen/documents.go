package citizen

import (
	"net/http"
	"net/url"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

func (h handlers) readDocument(r *http.Request) (d cases.Document, c cases.Content, err error) {
	caseID, err := caseID(r)
	if err != nil {
		return d, c, err
	}
	id := chi.URLParam(r, "document")
	if !isID(id) {
		return d, c, gone()
	}
	return h.Cases.Document(r.Context(), caseID, id)
}

// verifyURL is where everybody can make sure of a document: on the site of the
// tenant of the case, which need not be this one.
func (h handlers) verifyURL(r *http.Request, d cases.Document) string {
	n, err := h.Tree.Get(r.Context(), d.TenantID)
	if err != nil {
		return ""
	}
	return h.address(r, h.SiteURL(n.Code, n.Host)+casesweb.VerifyPath(d))
}

// document shows one document (文书) of a case on A4.
func (h handlers) document(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	d, c, err := h.readDocument(r)
	if err != nil {
		return err
	}
	return h.sheet(w, r, s, d, c)
}

func (h handlers) sheet(w http.ResponseWriter, r *http.Request, s kit.Shell, d cases.Document, c cases.Content) error {
	back := caseURL(r.Context(), d.CaseID)
	s.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PrintLayout(casesweb.Sheet(d, c, back+"/documents/"+d.ID+"/pdf", h.verifyURL(r, d)), p)
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: c.Title, Crumbs: []kit.Crumb{{Label: c.Title, Href: back}}, Content: casesweb.DocumentBody(c)})
}

func (h handlers) documentPDF(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	d, c, err := h.readDocument(r)
	if err != nil {
		return err
	}
	pdf, err := h.letters.Write(r.Context(), d, c, h.verifyURL(r, d))
	if err != nil {
		return err
	}
	casesweb.SendPDF(w, d, pdf)
	return nil
}

// paper is the last document of a kind, at an address that can be told beforehand.
func (h handlers) paper(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	id, err := caseID(r)
	if err != nil {
		return err
	}
	ds, err := h.Cases.Documents(r.Context(), id)
	if err != nil {
		return err
	}
	d, ok := casesweb.LastOf(ds, chi.URLParam(r, "paper"))
	if !ok {
		return fault.New(fault.NotFound, "citizen.paper_none")
	}
	d, c, err := h.Cases.Document(r.Context(), id, d.ID)
	if err != nil {
		return err
	}
	return h.sheet(w, r, s, d, c)
}

// verified is what somebody asked about a document, and the answer.
type verified struct {
	no, check string
	asked, ok bool
	mark      cases.Mark
}

// verify tells everybody who holds a document whether it is genuine.
func (h handlers) verify(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v := verified{no: r.URL.Query().Get("no"), check: r.URL.Query().Get("check")}
	if raw := chi.URLParam(r, "no"); raw != "" {
		no, err := url.PathUnescape(raw)
		if err != nil {
			return gone()
		}
		v.no = no
	}
	if v.asked = v.no != "" && v.check != ""; v.asked {
		var err error
		if v.mark, v.ok, err = h.Cases.VerifyDocument(r.Context(), v.no, v.check); err != nil {
			return err
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	return s.Page(w, r, http.StatusOK, kit.Page{Title: verifyTitle(), Content: verifyPage(v)})
}
