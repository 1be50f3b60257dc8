package citizen

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"path"
	"strconv"
	"strings"

	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/qr"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/fault"
)

// blank is a form or a sample that a guide offers to download.
type blank struct {
	id   string
	name string // without an ending
}

// blanks lists them in the order of the materials; the sample of the result is last.
func blanks(ms []catalog.Material, b catalog.Body) (out []blank) {
	for i, m := range ms {
		for _, f := range []struct{ id, key string }{{m.Blank, "citizen.blank"}, {m.Sample, "citizen.sample"}} {
			if f.id != "" {
				out = append(out, blank{f.id, text.T(f.key, i+1, m.Name)})
			}
		}
	}
	if b.ResultSample != "" {
		out = append(out, blank{b.ResultSample, text.T("citizen.result_sample", b.Result.Name)})
	}
	return out
}

// maxZip bounds what one download takes along, in bytes.
const maxZip = 300 << 20

// zipped sends all forms and samples, of my list those that it asks for, as they are
// read: nothing is collected in memory. What is missing is told in a note inside.
func (h handlers) zipped(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	all := blanks(v.mine.Materials, v.b)
	if len(all) == 0 {
		return gone()
	}
	attach(w, "application/zip", text.T("citizen.zip_name", v.b.Name)+".zip")
	w.WriteHeader(http.StatusOK)
	if err := pack(r.Context(), w, all, h.Files.Open); err != nil {
		h.Log.WarnContext(r.Context(), "zip of forms cut short", slog.Any("err", err)) // the header is out: a broken archive shows
	}
	return nil
}

// opener gives a file that whoever asks may read.
type opener func(ctx context.Context, id string) (files.File, io.ReadCloser, error)

func pack(ctx context.Context, w io.Writer, all []blank, open opener) error {
	z, total, missing := zip.NewWriter(w), int64(0), []string(nil)
	used := map[string]bool{}
	for _, b := range all {
		f, content, err := open(ctx, b.id)
		if err != nil {
			missing = append(missing, b.name)
			continue
		}
		if total += f.Size; total > maxZip {
			_ = content.Close() // not read
			missing = append(missing, b.name)
			continue
		}
		err = packOne(z, inZip(b.name, path.Ext(f.Name), used), f, content)
		if err = errors.Join(err, content.Close()); err != nil {
			return err
		}
	}
	if len(missing) > 0 {
		note, err := z.Create(text.T("citizen.zip_note"))
		if err != nil {
			return err
		}
		if _, err := io.WriteString(note, text.T("citizen.zip_missing", strings.Join(missing, "\r\n"))); err != nil {
			return err
		}
	}
	return z.Close()
}

func packOne(z *zip.Writer, name string, f files.File, content io.Reader) error {
	to, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Deflate, Modified: f.UploadedAt}) // Go marks names that are not ASCII as UTF-8
	if err != nil {
		return fmt.Errorf("pack %s: %w", name, err)
	}
	_, err = io.Copy(to, content)
	return err
}

// inZip is a name that every system can unpack, and that no other file in the archive has.
func inZip(name, ext string, used map[string]bool) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`\/:*?"<>|`, r) {
			return '_'
		}
		return r
	}, name)
	if rs := []rune(name); len(rs) > 80 {
		name = string(rs[:80])
	}
	out := name + ext
	for n := 2; used[out]; n++ {
		out = name + "-" + strconv.Itoa(n) + ext
	}
	used[out] = true
	return out
}

func attach(w http.ResponseWriter, media, name string) {
	head := w.Header()
	head.Set("Content-Type", media)
	head.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
	head.Set("Content-Security-Policy", "default-src 'none'; sandbox")
	if head.Get("Cache-Control") == "" {
		head.Set("Cache-Control", "private, no-store")
	}
}

// address is the whole address of a path of this site, as somebody else's phone needs it.
func (h handlers) address(r *http.Request, path string) string {
	scheme := "http"
	if r.TLS != nil || strings.HasPrefix(h.PublicURL, "https:") {
		scheme = "https"
	}
	if visit.SiteOf(r.Context()).Base != "" && h.PublicURL != "" {
		return strings.TrimSuffix(h.PublicURL, "/") + path
	}
	return scheme + "://" + r.Host + path
}

// qrCode is the address of the guide, or of my list, as a picture.
func (h handlers) qrCode(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	id, err := itemID(r)
	if err != nil {
		return err
	}
	to, answers := itemURL(r.Context(), id), kit.Answers(r.URL.Query())
	if len(answers) > 0 {
		to += "/mine"
	}
	code, err := qr.New(h.address(r, kit.WithAnswers(to, answers)))
	if err != nil {
		return fault.New(fault.NotFound, "not_found").Because(err) // more than a code holds
	}
	head := w.Header()
	head.Del("Set-Cookie")
	head.Set("Content-Type", "image/svg+xml")
	head.Set("Cache-Control", "public, max-age=86400")
	_, _ = io.WriteString(w, code.SVG()) //nolint:gosec // our own drawing; the visitor went away; nobody is left to tell
	return nil
}
