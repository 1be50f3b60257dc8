package citizen

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"net/http"
	"path"
	"runtime/debug"
	"strings"
	"sync"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
)

//go:embed assets/*
var embedded embed.FS

// marks are the first digits of the digests of the embedded files, by name.
//
//nolint:gochecknoglobals // read-only after the first use
var marks = sync.OnceValue(func() map[string]string {
	out := map[string]string{}
	entries, err := embedded.ReadDir("assets")
	if err != nil {
		panic(err) // a broken build
	}
	for _, e := range entries {
		b, err := embedded.ReadFile("assets/" + e.Name())
		if err != nil {
			panic(err) // a broken build
		}
		sum := sha256.Sum256(b)
		out[e.Name()] = hex.EncodeToString(sum[:6])
	}
	return out
})

// buildMark changes with the program: a page drawn by another one is another page.
//
//nolint:gochecknoglobals // read-only after the first use
var buildMark = sync.OnceValue(func() string {
	mark := []string{marks()["citizen.css"], marks()["citizen.js"], kit.AssetURL("kit.css"), kit.AssetURL("kit.js")}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if strings.HasPrefix(s.Key, "vcs.") {
				mark = append(mark, s.Value)
			}
		}
	}
	return strings.Join(mark, "")
})

// assetURL is the address of one of the site's own files; it changes with its content.
func assetURL(ctx context.Context, name string) string {
	return visit.URL(ctx, "/assets/"+name) + "?v=" + marks()[name]
}

func assets(w http.ResponseWriter, r *http.Request) {
	name := path.Base(r.URL.Path)
	if marks()[name] == "" {
		http.NotFound(w, r)
		return
	}
	w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	http.ServeFileFS(w, r, embedded, "assets/"+name)
}
