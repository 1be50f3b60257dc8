package web

import (
	"errors"
	"io"
	"mime"
	"net/http"

	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// exportTenants sends a subtree as a file that import reads.
func (h handlers) exportTenants(w http.ResponseWriter, r *http.Request) error {
	p, err := h.here(r)
	if err != nil {
		return err
	}
	if err := h.Authz.Allow(r.Context(), policies.TenantsExport, policies.Resource{"tenant": p.ID}); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": p.Name + "-" + h.Service.Today() + ".csv"}))
	w.Header().Set("Cache-Control", "no-store")
	if _, err := io.WriteString(w, "\uFEFF"); err != nil { // Excel takes a file without it for GBK
		return nil //nolint:nilerr // the visitor has left
	}
	return h.Tree.Export(r.Context(), p.ID, w)
}

// outcome is what became of a file.
type outcome struct {
	tried *tree.Imported // nil unless it was only tried
	lines tree.LineErrors
}

func (h handlers) askImport(w http.ResponseWriter, r *http.Request) error {
	p, err := h.placed(r, self(r).Tenant)
	if err != nil {
		return err
	}
	if err := h.mayAdd(r, p); err != nil {
		return err
	}
	return h.importForm(w, r, kit.FormValues{}, refusal{status: http.StatusOK}, outcome{})
}

func (h handlers) importForm(w http.ResponseWriter, r *http.Request, v kit.FormValues, no refusal, o outcome) error {
	return h.page(w, r, no.status, "tenants", titleImport, h.importPage(v, no, o), h.tenantsCrumb())
}

func (h handlers) importFile(w http.ResponseWriter, r *http.Request) error {
	v, err := form(r)
	if err != nil {
		return err
	}
	file, err := posted(r)
	if err != nil {
		v.Blame(err)
		return h.importForm(w, r, v, refusal{status: http.StatusUnprocessableEntity}, outcome{})
	}
	defer func() { _ = file.Close() }() // it was read; nothing can be lost
	trial := v.Get("mode") != "do"
	var done tree.Imported
	if trial {
		done, err = h.Tree.Try(r.Context(), file)
	} else {
		done, err = h.Tree.Import(r.Context(), file, v.Get("reason"))
	}
	if lines, ok := lineErrors(err); ok {
		return h.importForm(w, r, v, refusal{status: http.StatusUnprocessableEntity}, outcome{lines: lines})
	}
	if no, ok := refused(&v, err); ok {
		return h.importForm(w, r, v, no, outcome{})
	}
	if err != nil {
		return err
	}
	if trial {
		return h.importForm(w, r, v, refusal{status: http.StatusOK}, outcome{tried: &done})
	}
	return h.Shell.Done(w, r, h.Base+"/tenants", "org_imported", done.Added, done.Unchanged)
}

// posted is the file of the form.
func posted(r *http.Request) (io.ReadCloser, error) {
	file, _, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return nil, fault.InvalidField("file", "org_file_missing")
	}
	return file, err
}
