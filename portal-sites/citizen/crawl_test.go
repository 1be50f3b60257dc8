package citizen_test

import (
	"net/http"
	"strings"
	"testing"

	"liandong/portal-sites/kit/kittest"
)

// TestNoLinkIsBroken follows every link of one site on a shared host, signed in
// and not: none leads nowhere, and none leads out of the site but to other sites.
func TestNoLinkIsBroken(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	w.publish(t, pension())
	w.through(t, w.file(t, id, "k1"), false)
	w.file(t, id, "k2")
	for _, n := range []string{"", me} {
		v := w.visitor(t, n)
		v.follow("/sites/152502200200")
	}
}

// follow visits what can be reached from start without leaving its site.
func (v *visitor) follow(start string) {
	v.t.Helper()
	seen, todo := map[string]bool{start: true}, []string{start}
	for len(todo) > 0 && len(seen) < 300 {
		at := todo[0]
		todo = todo[1:]
		res := v.get(at)
		if res.status >= http.StatusBadRequest {
			v.t.Errorf("%s: status %d", at, res.status)
			continue
		}
		if !strings.Contains(res.header.Get("Content-Type"), "html") {
			continue
		}
		for _, to := range kittest.Parse(v.t, res.body).Attrs("a", "href") {
			to, _, _ = strings.Cut(to, "#")
			switch {
			case to == "" || strings.HasPrefix(to, "tel:") || to == "/desk":
			case !strings.HasPrefix(to, "/sites/"):
				v.t.Errorf("%s: a link leaves the site: %s", at, to)
			case strings.HasPrefix(to, start) && !seen[to] && !strings.HasSuffix(to, "/me"):
				seen[to] = true
				todo = append(todo, to)
			}
		}
	}
	if len(seen) < 20 {
		v.t.Errorf("only %d pages found", len(seen))
	}
}
