// Package text is the catalogue of what the system says: keys that faults and
// fields carry, each with its sentence in zh-CN. Every module keeps its own
// file in zh/; all are merged, and a key that two files define is refused.
package text

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"path"
	"sync"
)

//go:embed zh/*.json
var files embed.FS

var catalogue = sync.OnceValue(func() map[string]string { //nolint:gochecknoglobals // read-only after the first use
	m, err := load(files)
	if err != nil {
		panic(err) // a broken embedded catalogue is a broken build
	}
	return m
})

// T returns the sentence for key, formatted with args when there are any. An
// unknown key is returned as it is: visible, and not worse than an empty page.
func T(key string, args ...any) string {
	s, ok := catalogue()[key]
	if !ok {
		return key
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// Has reports whether the catalogue knows key.
func Has(key string) bool { _, ok := catalogue()[key]; return ok }

func load(fsys fs.FS) (map[string]string, error) {
	names, err := fs.Glob(fsys, "zh/*.json")
	if err != nil {
		return nil, fmt.Errorf("list catalogue: %w", err)
	}
	all := map[string]string{}
	for _, name := range names {
		if err := loadFile(fsys, name, all); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func loadFile(fsys fs.FS, name string, into map[string]string) error {
	b, err := fs.ReadFile(fsys, name)
	if err != nil {
		return fmt.Errorf("read catalogue: %w", err)
	}
	var m map[string]string
	if err := json.Unmarshal(b, &m); err != nil {
		return fmt.Errorf("catalogue %s: %w", path.Base(name), err)
	}
	for k, s := range m {
		if was, dup := into[k]; dup {
			return fmt.Errorf("catalogue %s: %q stands in another file already, as %q", path.Base(name), k, was)
		}
		into[k] = s
	}
	return nil
}
