package citizen_test

import (
	"net/http"
	"net/url"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestDirectoryStandsStill asks for the directory again and again: nothing is sent
// until an item is published, a level changes one or a code gets another name; then
// it is, at once.
func TestDirectoryStandsStill(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	id := w.publish(t, grass())
	c := kittest.NewClient(t, w)
	ask := func(path, tag string) kittest.Response {
		t.Helper()
		return c.Do(http.MethodGet, path, nil, http.Header{"If-None-Match": {tag}})
	}
	days := 3
	village := as(t, dbtest.Village, "05", "item_editor")
	for _, change := range []struct {
		what string
		do   func() error
	}{
		{"a publication", func() error { w.publish(t, pension()); return nil }},
		{"a change of the village", func() error {
			_, err := w.items.Override(village, id, catalog.Change{Fields: catalog.Fields{PromisedDays: &days}})
			return err
		}},
		{"a local code", func() error {
			return w.items.AddCode(as(t, dbtest.League, "05", "item_editor"), codes.Group, "sheep", "养羊户")
		}},
	} {
		paths := []string{"/items", "/items?q=" + url.QueryEscape("草原"), "/items?audience=person", "/items?page=2&sort=days"}
		tags := map[string]string{}
		for _, path := range paths {
			tags[path] = ask(path, "").Want(http.StatusOK).Header.Get("ETag")
			if ask(path, tags[path]).Want(http.StatusNotModified); tags[path] == "" {
				t.Fatalf("%s has no tag", path)
			}
		}
		if err := change.do(); err != nil {
			t.Fatal(change.what, err)
		}
		for _, path := range paths {
			if ask(path, tags[path]).Want(http.StatusOK).Header.Get("ETag") == tags[path] {
				t.Errorf("%s stands still after %s", path, change.what)
			}
		}
	}
	ask("/items", "").Doc().Has(".cz-found li", "承诺 3 个工作日")
}
