package api_test

import (
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/api"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
)

// The page for people says what the document says, and everybody can read it. With
// API_SHOTS set to a folder it leaves pictures there.
func TestDocsPage(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.SecurityHeaders(false), kit.CSRF(kit.CSRFOptions{Secret: []byte(strings.Repeat("s", 32))}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	docs := api.Mount(r, api.Deps{Items: w.items, Cases: w.cases, Tree: w.tree, Partners: w.partners, Log: slog.New(slog.DiscardHandler), Version: "test"})
	r.Get(api.DocsPath, docs)
	doc := kittest.NewClient(t, r).Get(api.DocsPath).Want(200).Doc()
	doc.Has("h1", "数据接口说明").Has("#list-item-changes", "取事项变更", "cursor", "changes[].item_id", "429", "/api/tenants/{code}/item-changes").Has("#get-item", "guide.materials[].name", "guide.legal_basis[].law")
	if n := doc.Count("section.card h3.card-title"); n != 12 {
		t.Errorf("%d operations", n)
	}
	srv := httptest.NewServer(r)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900).Open(srv.URL + api.DocsPath).Axe("docs")
		b.Eval(`document.querySelectorAll("#list-item-changes details").forEach(d => d.open = true)`)
		b.Axe("docs, opened")
		if n := b.Overflow(); n > 0 {
			t.Errorf("%d px too wide at %d", n, width)
		}
		if dir := os.Getenv("API_SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, map[int64]string{1440: "docs-wide", 390: "docs-phone"}[width]+".png"), true)
		}
	}
}
