// Package web lets people hand files in and take them out again, on every site:
// POST {base}/files stores one upload, GET {base}/files/{id} gives it to whoever
// may read it.
package web

import (
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"liandong/modules/files"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// Deps is what the file routes need. Base is the site's own ("/desk", "/village",
// "" or "/sites/{code}").
type Deps struct {
	Service *files.Service
	Shell   kit.Shell
	Base    string
}

type handlers struct{ d Deps }

// Mount registers the routes relative to d.Base.
func Mount(r chi.Router, d Deps) {
	h := handlers{d}
	r.Post("/files", h.upload)
	r.Get("/files/{id}", d.Shell.Handle(h.download))
}

// overhead is what the parts around a file may take in a multipart body.
const overhead = 64 << 10

// upload stores one file: fields file and (before it) material. It answers with a
// fragment to stand beside the form's field: the stored file as a hidden input
// named by field "name" (default "files"), or 422 with what is wrong. Without
// scripts it answers with a page that says the same.
func (h handlers) upload(w http.ResponseWriter, r *http.Request) {
	// A body that says that it is too large is not read at all, one that is
	// larger than it says only as far as the limit.
	if r.ContentLength > files.MaxSize+overhead {
		w.Header().Set("Connection", "close")
		h.refuse(w, r, fault.InvalidField("file", "file_too_large"))
		return
	}
	r.Body = http.MaxBytesReader(w, r.Body, files.MaxSize+overhead)
	f, field, err := h.take(r)
	if err != nil {
		h.refuse(w, r, tooLarge(err))
		return
	}
	_ = h.show(w, r, http.StatusCreated, stored(h.d.Base, field, f)) // a client that left hears nothing
}

func tooLarge(err error) error {
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return fault.InvalidField("file", "file_too_large").Because(err)
	}
	return err
}

// take reads the parts of the body one after the other, so that nothing but the
// file itself is held in memory, and that only once.
func (h handlers) take(r *http.Request) (f files.File, field string, err error) {
	parts, err := r.MultipartReader()
	if err != nil {
		return f, "", h.parsed(r, &f, &field)
	}
	material := r.URL.Query().Get("material")
	field = "files"
	for {
		p, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return f, field, fault.InvalidField("file", "file_empty")
		}
		if err != nil {
			return f, field, fault.InvalidField("file", "file_cut_short").Because(err)
		}
		switch p.FormName() {
		case "material":
			material = short(p)
		case "name":
			field = short(p)
		case "file":
			f, err = h.d.Service.Upload(r.Context(), p.FileName(), material, p)
			return f, field, err
		}
	}
}

// parsed serves a body that a middleware has read already, to find its token.
func (h handlers) parsed(r *http.Request, f *files.File, field *string) error {
	if r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return fault.InvalidField("file", "file_empty")
	}
	*field = "files"
	if s := r.PostForm.Get("name"); s != "" {
		*field = s
	}
	fh := r.MultipartForm.File["file"][0]
	src, err := fh.Open()
	if err != nil {
		return fault.InvalidField("file", "file_cut_short").Because(err)
	}
	defer func() { _ = src.Close() }() // only read
	*f, err = h.d.Service.Upload(r.Context(), fh.Filename, r.PostForm.Get("material"), src)
	return err
}

func short(p *multipart.Part) string {
	b, err := io.ReadAll(io.LimitReader(p, 400))
	if err != nil {
		return ""
	}
	return strings.TrimSpace(strings.ToValidUTF8(string(b), ""))
}

// refuse says what is wrong with the file, beside the field; anything else fails
// as every page does.
func (h handlers) refuse(w http.ResponseWriter, r *http.Request, err error) {
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Invalid || f.Fields["file"] == "" {
		h.d.Shell.Fail(w, r, err)
		return
	}
	status := http.StatusUnprocessableEntity
	if f.Fields["file"] == "file_too_large" {
		status = http.StatusRequestEntityTooLarge
	}
	if kit.WantsPart(r) {
		status = http.StatusUnprocessableEntity // the one that htmx swaps in place
	}
	_ = h.show(w, r, status, refused(text.T(f.Fields["file"]))) // a client that left hears nothing
}

func (h handlers) download(w http.ResponseWriter, r *http.Request) error {
	fileID := chi.URLParam(r, "id")
	if uuid.Validate(fileID) != nil || len(fileID) != 36 {
		return fault.New(fault.NotFound, "file_not_found")
	}
	f, content, err := h.d.Service.Open(r.Context(), fileID)
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }() // only read
	disposition := "attachment"
	if r.URL.Query().Get("view") == "1" && viewable(f.MediaType) {
		disposition = "inline"
	}
	head := w.Header()
	head.Set("Content-Type", f.MediaType)
	head.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	head.Set("Content-Disposition", mime.FormatMediaType(disposition, map[string]string{"filename": safeName(f.Name)}))
	head.Set("X-Content-Type-Options", "nosniff")
	head.Set("Cache-Control", "private, no-store")
	// What people upload never runs as a page of ours.
	head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; object-src 'self'; sandbox")
	if f.MediaType == "application/pdf" {
		head.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; object-src 'self'; frame-ancestors 'none'")
	}
	if disposition == "inline" { // beside a form, in a frame of our own pages
		head.Set("X-Frame-Options", "SAMEORIGIN")
		head.Set("Content-Security-Policy", strings.Replace(head.Get("Content-Security-Policy"), "frame-ancestors 'none'", "frame-ancestors 'self'", 1))
	}
	w.WriteHeader(http.StatusOK)
	_, _ = io.Copy(w, content) // the header is out: a broken line shows as a short body
	return nil
}

// viewable types show in a browser without running anything.
func viewable(media string) bool {
	return media == "application/pdf" || media == "image/png" || media == "image/jpeg"
}

func safeName(name string) string {
	if name = path.Base(name); name == "." || name == "/" {
		return "file"
	}
	return name
}
