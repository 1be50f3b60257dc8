package kit

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"net/http"
	"path"
	"strings"
	"sync"
)

//go:embed assets
var assetFiles embed.FS

// AssetsPath is where Assets is mounted, at the root of every host.
const AssetsPath = "/kit/"

type asset struct {
	body, gz []byte
	ctype    string
	etag     string
}

var assets = sync.OnceValue(func() map[string]asset { //nolint:gochecknoglobals // read-only after the first use
	m := map[string]asset{}
	err := fs.WalkDir(assetFiles, "assets", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := assetFiles.ReadFile(p)
		m[strings.TrimPrefix(p, "assets/")] = newAsset(p, b)
		return err
	})
	if err != nil {
		panic(err) // an unreadable embedded file is a broken build
	}
	return m
})

func newAsset(name string, b []byte) asset {
	sum := sha256.Sum256(b)
	a := asset{body: b, ctype: contentType(name), etag: hex.EncodeToString(sum[:6])}
	var z bytes.Buffer
	w, _ := gzip.NewWriterLevel(&z, gzip.BestCompression) // the level is valid
	_, err := w.Write(b)
	if err == nil && w.Close() == nil && z.Len() < len(b) {
		a.gz = z.Bytes()
	}
	return a
}

// contentType knows what assets/ holds; the system's own table differs from host to host.
func contentType(name string) string {
	switch path.Ext(name) {
	case ".css":
		return "text/css; charset=utf-8"
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".svg":
		return "image/svg+xml"
	case ".json":
		return "application/json"
	case ".woff2":
		return "font/woff2"
	}
	return "application/octet-stream"
}

// AssetURL is the address of an embedded file; it changes with its content, so
// that browsers may keep it for ever.
func AssetURL(name string) string {
	return AssetsPath + assets()[name].etag + "/" + name
}

// Assets serves style sheets, scripts and icons, compressed. Mount it at AssetsPath.
func Assets() http.Handler {
	return http.StripPrefix(AssetsPath, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		tag, name, _ := strings.Cut(r.URL.Path, "/")
		a, ok := assets()[name]
		if !ok {
			http.NotFound(w, r)
			return
		}
		h := w.Header()
		h.Set("Content-Type", a.ctype)
		h.Add("Vary", "Accept-Encoding")
		if tag == a.etag {
			h.Set("Cache-Control", "public, max-age=31536000, immutable")
		} else {
			h.Set("Cache-Control", "no-cache")
		}
		body := a.body
		if a.gz != nil && strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			h.Set("Content-Encoding", "gzip")
			body = a.gz
		}
		_, _ = w.Write(body) // the client went away; nobody is left to tell
	}))
}
