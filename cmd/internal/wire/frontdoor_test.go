package wire

import (
	"net/http"
	"testing"

	"liandong/tenancy/db/dbtest"
)

// Caches may keep what the interface answers, so nothing of one caller is in it.
func TestTheInterfaceSetsNoCookies(t *testing.T) {
	t.Parallel()
	h, err := newTrial(t).Handler()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/api/tenants/" + code(dbtest.County), "/api/tenants/" + code(dbtest.County) + "/item-changes", "/api/openapi.json", "/api/nothing"} {
		rec := serve(h, http.MethodGet, path, nil)
		if got := rec.Header().Values("Set-Cookie"); len(got) != 0 || rec.Code >= http.StatusInternalServerError {
			t.Errorf("%s answers %d and sets %q", path, rec.Code, got)
		}
	}
	if rec := serve(h, http.MethodGet, "/api/docs", nil); rec.Code != http.StatusOK {
		t.Errorf("the page for people answers %d", rec.Code)
	}
}
