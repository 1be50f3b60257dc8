package web

import (
	"context"
	"io"
	"mime/multipart"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"liandong/tenancy/fault"
)

// Attached is a blank form or a sample (附件) that an item names. It is an alias of
// its shape, as Line is.
type Attached = struct {
	ID, Name string
	Size     int64 // bytes
}

// Files keeps the blank forms and samples of items.
type Files interface {
	// Keep stores one upload of the actor's tenant; what is not taken comes back as
	// an Invalid fault on field "file".
	Keep(ctx context.Context, name string, r io.Reader) (id string, err error)
	// Named are those of ids that the actor may read.
	Named(ctx context.Context, ids []string) ([]Attached, error)
}

// chosenFile is the name of the field that a file is chosen in; the field itself
// holds the id of the one that is kept.
func chosenFile(field string) string { return field + ".file" }

// takeFiles stores what was chosen in the form and puts the ids in its fields. What
// is not taken is blamed on its field; the others are kept all the same.
func (h handlers) takeFiles(r *http.Request, f *form) error {
	if h.Files == nil || r.MultipartForm == nil {
		return nil
	}
	refused := map[string]string{}
	for _, field := range f.fileFields() {
		heads := r.MultipartForm.File[chosenFile(field)]
		if len(heads) == 0 || heads[0].Filename == "" {
			continue
		}
		id, err := h.keepFile(r.Context(), heads[0])
		switch e, ok := fault.As(err); {
		case ok && e.Kind == fault.Invalid:
			refused[field] = e.Fields["file"]
		case err != nil:
			return err
		default:
			f.Set(field, id)
		}
	}
	for field, key := range refused {
		f.Wrong(f.settled(field), key)
	}
	return nil
}

func (h handlers) keepFile(ctx context.Context, head *multipart.FileHeader) (string, error) {
	src, err := head.Open()
	if err != nil {
		return "", fault.InvalidField("file", "file_cut_short").Because(err)
	}
	defer func() { _ = src.Close() }() // only read
	return h.Files.Keep(ctx, head.Filename, src)
}

// fileFields are the fields of the form that hold files.
func (f *form) fileFields() []string {
	out := []string{"result_sample"}
	for i := range materialRows().count(f.FormValues) {
		key := at(materialRows().name, i)
		out = append(out, key+".blank", key+".sample")
	}
	return out
}

// settled is what a field of a material is called once the empty rows before it
// are gone; the list itself when its own row says nothing.
func (f *form) settled(field string) string {
	if do := f.Get("do"); do != "save" && do != "submit" {
		return field
	}
	t, to := materialRows(), 0
	for i := range t.count(f.FormValues) {
		said := slices.ContainsFunc(t.row(f.FormValues, i), func(s string) bool { return s != "" })
		if last, ok := strings.CutPrefix(field, at(t.name, i)+"."); ok {
			if !said {
				return t.name
			}
			return at(t.name, to) + "." + last
		}
		if said {
			to++
		}
	}
	return field
}

// detach carries out the button that takes a file off. It reports whether do was one.
func (f *form) detach(do string) bool {
	field, ok := strings.CutPrefix(do, "detach:")
	if ok && slices.Contains(f.fileFields(), field) {
		f.Set(field, "")
	}
	return ok
}

// fileMark stands in a line before the id of a file.
const fileMark = "\ufffc"

// attached is the line about a file, if there is one.
func attached(what, id string) []string {
	if id == "" {
		return nil
	}
	return []string{what + fileMark + id}
}

// plain is a text without the ids of files.
func plain(s string) string {
	var out strings.Builder
	for part := range strings.SplitAfterSeq(s, "\n") {
		text, id, is := strings.Cut(part, fileMark)
		out.WriteString(text)
		if is && strings.HasSuffix(id, "\n") {
			out.WriteString("\n")
		}
	}
	return out.String()
}

// namer looks up the files that a page names.
type namer struct {
	files Files
	base  string
}

type namerKey struct{}

// naming lets the parts of a page name files.
func (h handlers) naming(r *http.Request) *http.Request {
	if h.Files == nil {
		return r
	}
	return r.WithContext(context.WithValue(r.Context(), namerKey{}, namer{h.Files, h.Base}))
}

// idLength is that of an id: anything else names no file.
const idLength = 36

// fileOf is the name of a file and where to get it; no address when it is not for
// the reader.
func fileOf(ctx context.Context, id string) (name string, href templ.SafeURL) {
	n, ok := ctx.Value(namerKey{}).(namer)
	if !ok || len(id) != idLength {
		return "", ""
	}
	all, err := n.files.Named(ctx, []string{id})
	if err != nil || len(all) == 0 {
		return "", ""
	}
	return all[0].Name, templ.SafeURL(n.base + "/files/" + id)
}
