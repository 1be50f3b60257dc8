package kit

import (
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"sync"

	"github.com/a-h/templ"
)

//go:embed assets/icons.json
var iconsJSON []byte

var icons = sync.OnceValue(func() map[string]string { //nolint:gochecknoglobals // read-only after the first use
	m := map[string]string{}
	if err := json.Unmarshal(iconsJSON, &m); err != nil {
		panic(err) // a broken embedded file is a broken build
	}
	return m
})

// Icon draws an outline icon of the Tabler set, hidden from screen readers:
// what it means must stand beside it as text. Names ending in "-filled" are solid.
// An unknown name draws nothing.
func Icon(name string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		_, err := io.WriteString(w, icons()[name])
		return err
	})
}
