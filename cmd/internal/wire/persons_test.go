package wire

import (
	"net/http"
	"strings"
	"testing"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// TestPersonsSeeTheirOwn asks for the cases of one person as herself, as somebody
// else, as nobody, as a clerk who wandered onto the citizen site.
func TestPersonsSeeTheirOwn(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	visitors := map[string]string{"owner": w.people["owner cookie"], "other": w.people["other cookie"], "nobody": ""}
	for _, s := range w.seats {
		if s.at == dbtest.County2 && s.role == policies.Clerk {
			visitors["clerk"] = s.cookie
		}
	}
	cells := 0
	for _, at := range []tenancy.ID{dbtest.County, dbtest.Village, dbtest.County2} {
		b, site := w.things[at], "/sites/"+code(at)
		for _, path := range []string{site + "/cases/" + b.kase, site + "/cases/" + b.kase + "/papers/accept", site + "/files/" + b.file, "/api/me/cases/" + b.kase, site + "/cases", "/api/me/cases", site + "/notices"} {
			for who, cookie := range visitors {
				cells++
				rec := w.get(cookie, path)
				body := wording(t, rec)
				one := strings.Contains(path, b.kase) || strings.Contains(path, b.file)
				switch api := strings.HasPrefix(path, "/api/"); {
				case who == "owner" || who == "other" && !one:
					if rec.Code != http.StatusOK {
						t.Errorf("%s: %s answers %d", who, path, rec.Code)
					}
				case who == "other" && rec.Code != http.StatusNotFound,
					who == "nobody" && api && rec.Code != http.StatusUnauthorized,
					who == "clerk" && api && rec.Code != http.StatusForbidden && rec.Code != http.StatusNotFound && rec.Code != http.StatusOK,
					(who == "nobody" || who == "clerk") && !api && (rec.Code != http.StatusSeeOther || !strings.HasPrefix(rec.Header().Get("Location"), site+"/login")):
					t.Errorf("%s: %s answers %d", who, path, rec.Code)
				}
				// A clerk may read in the API what she may read at the desk.
				hers := who == "owner" || who == "clerk" && at == dbtest.County2 && strings.HasPrefix(path, "/api/")
				if !hers && (strings.Contains(body, "演示"+mark(at)) || strings.Contains(body, mark(at)+".pdf")) {
					t.Errorf("%s: %s tells of somebody's case", who, path)
				}
			}
		}
	}
	t.Logf("%d cells", cells)
}
