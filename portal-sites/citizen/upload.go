package citizen

import (
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/modules/files"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// upload stores files for one material of a draft. With scripts they come one by
// one, each with its progress; without, all of them in one form.
func (h handlers) upload(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	f, err := h.open(r)
	if err != nil {
		return err
	}
	f.step = stepMaterials
	name := v.Get("material")
	if !material(f.b, name) {
		return fault.New(fault.Conflict, "citizen.material_unknown")
	}
	stored, wrong, err := h.store(r, name, posted(r, "file"))
	if err != nil {
		return err
	}
	if f.app, err = h.change(r, f.id, func(a *application) error {
		for _, file := range stored {
			if err := a.add(file); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	if wrong != "" {
		f.bad[name] = wrong
		return h.showForm(w, r, s, f, http.StatusUnprocessableEntity)
	}
	return s.Done(w, r, stepURL(r, f.id, stepMaterials), "citizen.uploaded")
}

// posted are the files of one field.
func posted(r *http.Request, field string) []*multipart.FileHeader {
	if r.MultipartForm == nil {
		return nil
	}
	return r.MultipartForm.File[field]
}

// store uploads files for a material until one is refused; wrong says why it was.
func (h handlers) store(r *http.Request, material string, heads []*multipart.FileHeader) (stored []files.File, wrong string, err error) {
	if len(heads) == 0 {
		return nil, text.T("citizen.file_missing"), nil
	}
	for _, head := range heads {
		f, err := h.one(r, material, head)
		if e, ok := fault.As(err); ok && e.Kind == fault.Invalid {
			return stored, head.Filename + text.T("citizen.colon") + text.T(orText(e.Fields["file"], e.Text)), nil
		}
		if err != nil {
			return stored, "", err
		}
		stored = append(stored, f)
	}
	return stored, "", nil
}

func (h handlers) one(r *http.Request, material string, head *multipart.FileHeader) (files.File, error) {
	src, err := head.Open()
	if err != nil {
		return files.File{}, fault.InvalidField("file", "file_cut_short").Because(err)
	}
	defer func() { _ = src.Close() }() // only read
	return h.Files.Upload(r.Context(), head.Filename, material, src)
}

// file gives an upload to whoever may read it: the forms and samples of guides to
// everybody, all else to whom it belongs, who signs in first.
func (h handlers) file(w http.ResponseWriter, r *http.Request) {
	h.page(func(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
		id := chi.URLParam(r, "id")
		if !isID(id) {
			return gone()
		}
		f, content, err := h.Files.Open(r.Context(), id)
		if _, ok := person(r); err != nil && !ok {
			return kit.SeeOther(w, r, loginURL(r, r.URL.RequestURI()))
		}
		if err != nil {
			return err
		}
		return send(w, f, content)
	})(w, r)
}

// send sends a file. What people upload never runs as a page of ours.
func send(w http.ResponseWriter, f files.File, content io.ReadCloser) error {
	defer func() { _ = content.Close() }() // only read
	head := w.Header()
	head.Set("Content-Type", f.MediaType)
	head.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	head.Set("Cache-Control", "private, no-store")
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(w, content) // the header is out: a broken line shows as a short body
	return nil
}

// sizeText is a size as people read it.
func sizeText(n int64) string {
	if n >= 1<<20 {
		return strconv.FormatFloat(float64(n)/(1<<20), 'f', 1, 64) + " MB"
	}
	return strconv.FormatInt(max(1, n>>10), 10) + " KB"
}
