package web_test

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"gocloud.dev/blob/memblob"

	"liandong/modules/files"
	filesweb "liandong/modules/files/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// store is a file service with one site of it per visitor.
type store struct {
	t   *testing.T
	svc *files.Service
}

func newStore(t *testing.T) store {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	return store{t, files.New(dbtest.New(t), engine, bucket)}
}

func (s store) as(at tenancy.ID, who string, roles ...string) context.Context {
	kind := tenancy.Staff
	if len(roles) == 0 {
		kind = tenancy.Person
	}
	return dbtest.WithActor(s.t, at, tenancy.Actor{Kind: kind, ID: "00000000-0000-7000-8000-0000000000" + who, Name: "人" + who, Roles: roles})
}

func (s store) site(ctx context.Context) http.Handler {
	scope, err := tenancy.From(ctx)
	if err != nil {
		s.t.Fatal(err)
	}
	log := slog.New(slog.NewTextHandler(&bytes.Buffer{}, nil))
	shell := kit.Shell{Log: log, Layout: func(_ *http.Request, p kit.Page) templ.Component { return kit.PlainLayout(kit.PlainView{}, p) }}
	r := chi.NewRouter()
	r.Use(kit.SecurityHeaders(false), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(tenancy.With(r.Context(), scope)))
		})
	})
	filesweb.Mount(r, filesweb.Deps{Service: s.svc, Shell: shell})
	return r
}

// upload sends one file the way htmx does.
func (s store) upload(ctx context.Context, name string, content []byte) *httptest.ResponseRecorder {
	s.t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	_ = m.WriteField("material", "身份证") // into memory
	_ = m.WriteField("name", "front")
	part, err := m.CreateFormFile("file", name)
	if err != nil {
		s.t.Fatal(err)
	}
	_, _ = part.Write(content)
	_ = m.Close()
	req := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/files", &b)
	req.Header.Set("Content-Type", m.FormDataContentType())
	req.Header.Set("HX-Request", "true")
	return s.send(ctx, req)
}

func (s store) send(ctx context.Context, req *http.Request) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	s.site(ctx).ServeHTTP(w, req)
	return w
}

func (s store) get(ctx context.Context, path string) *httptest.ResponseRecorder {
	return s.send(ctx, httptest.NewRequestWithContext(s.t.Context(), http.MethodGet, path, nil))
}

func png() []byte {
	return []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x06\x00\x00\x00\x1f\x15\xc4\x89\x00\x00\x00\rIDATx\x9cc\xf8\xff\xff?\x00\x05\xfe\x02\xfe\xa7\x9a\xa0\xa0\x00\x00\x00\x00IEND\xaeB`\x82")
}

func TestUploadAndDownload(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	her := s.as(dbtest.Village, "10")
	res := s.upload(her, `C:\照片\身份"证.png`, png())
	if res.Code != http.StatusCreated {
		t.Fatalf("%d %s", res.Code, res.Body)
	}
	doc := kittest.Parse(t, res.Body.String()).Has("a", "身份证.png")
	id := doc.Attr("input[type=hidden][name=front]", "value")
	got := s.get(her, "/files/"+id)
	if got.Code != 200 || !bytes.Equal(got.Body.Bytes(), png()) {
		t.Fatalf("%d, %d bytes", got.Code, got.Body.Len())
	}
	for k, want := range map[string]string{"Content-Type": "image/png", "X-Content-Type-Options": "nosniff", "Cache-Control": "private", "Content-Disposition": "attachment; filename*=utf-8''", "Content-Security-Policy": "sandbox"} {
		if !strings.Contains(got.Header().Get(k), want) {
			t.Errorf("%s: %q, want %q in it", k, got.Header().Get(k), want)
		}
	}
	if d := s.get(her, "/files/"+id+"?view=1").Header().Get("Content-Disposition"); !strings.HasPrefix(d, "inline") {
		t.Errorf("to view: %s", d)
	}
	for name, who := range map[string]context.Context{"another citizen": s.as(dbtest.Village, "11"), "another branch": s.as(dbtest.Village3, "20", "clerk")} {
		if got := s.get(who, "/files/"+id); got.Code != http.StatusNotFound {
			t.Errorf("%s gets %d", name, got.Code)
		}
	}
	if got := s.get(s.as(dbtest.Village, "30", "clerk"), "/files/"+id); got.Code != 200 {
		t.Errorf("the clerk of the place gets %d", got.Code)
	}
	if got := s.get(her, "/files/nonsense"); got.Code != http.StatusNotFound {
		t.Errorf("nonsense gets %d", got.Code)
	}
}

func TestRefusedUploads(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	her := s.as(dbtest.Village, "10")
	for _, c := range []struct {
		name    string
		content []byte
		says    string
	}{
		{"a.png", nil, "空的"},
		{"a.exe", []byte("MZ\x90\x00\x03"), "只接受"},
		{"a.pdf", png(), "扩展名不符"},
		{"a.html", []byte("<!doctype html><script>alert(1)</script>"), "只接受"},
		{"a.svg", []byte(`<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>`), "只接受"},
		{"a.png", png()[:40], "不完整"},
		{"a.pdf", append([]byte("%PDF-1.7\n"), make([]byte, files.MaxSize)...), "超过 20 MB"},
		{"a.pdf", append([]byte("%PDF-1.7\n"), make([]byte, 2*files.MaxSize)...), "超过 20 MB"},
	} {
		res := s.upload(her, c.name, c.content)
		if res.Code != http.StatusUnprocessableEntity || !strings.Contains(res.Body.String(), c.says) {
			t.Errorf("%s of %d bytes: %d %s", c.name, len(c.content), res.Code, res.Body)
		}
	}
}

// countless counts what is read of a body that has no end.
type countless struct{ n int }

func (c *countless) Read(p []byte) (int, error) { c.n += len(p); return len(p), nil }

// A body that announces 50 MB is not read; one that does not is read no further than the limit.
func TestHugeUploadsAreNotSwallowed(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	head := "--x\r\nContent-Disposition: form-data; name=\"file\"; filename=\"a.pdf\"\r\n\r\n%PDF-1.7\n"
	for _, c := range []struct {
		announced int64
		most      int
	}{{50 << 20, 0}, {-1, files.MaxSize + 1<<20}} {
		body := &countless{}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/files", io.MultiReader(strings.NewReader(head), body))
		req.ContentLength = c.announced
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		res := s.send(s.as(dbtest.Village, "10"), req)
		if res.Code != http.StatusRequestEntityTooLarge || !strings.Contains(res.Body.String(), "超过 20 MB") || body.n > c.most {
			t.Errorf("announced %d: %d after %d bytes: %.200s", c.announced, res.Code, body.n, res.Body)
		}
	}
}

func TestUploadNeedsAFile(t *testing.T) {
	t.Parallel()
	s := newStore(t)
	for _, body := range []string{"", "--x--\r\n", "--x\r\nContent-Disposition: form-data; name=\"material\"\r\n\r\nx\r\n--x--\r\n", "garbage"} {
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/files", strings.NewReader(body))
		req.Header.Set("Content-Type", "multipart/form-data; boundary=x")
		if res := s.send(s.as(dbtest.Village, "10"), req); res.Code != http.StatusUnprocessableEntity {
			t.Errorf("%q: %d", body, res.Code)
		}
	}
	postless := dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-000000000040", Name: "无岗"})
	if res := s.upload(postless, "a.png", png()); res.Code != http.StatusForbidden {
		t.Errorf("without a post: %d", res.Code)
	}
}
