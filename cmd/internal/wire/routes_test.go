package wire

import (
	"bufio"
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"golang.org/x/net/html"

	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/db/dbtest"
)

// route is one line of testdata/routes.txt.
type route struct {
	method, pattern, who string
	actions              []string
}

func routeTable(t *testing.T) (all []route) {
	t.Helper()
	f, err := os.Open("testdata/routes.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.Close() }()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if w := strings.Fields(lines.Text()); len(w) >= 3 && w[0] != "#" {
			all = append(all, route{w[0], w[1], w[2], w[3:]})
		}
	}
	return all
}

// path is an address that the route answers.
func (r route) path() string {
	p := strings.NewReplacer("{code}", code(dbtest.County), "{tenant}", dbtest.County.String(), "{verb:move|merge}", "move", "{act}", "accept",
		"{field}", "phone", "{paper}", "accept", "{key}", "changed", "{no}", "1", "{wait}", "lab", "{scope}", "item", "{day}", "2026-03-04", "{queue}", "default", "{topic}", "cases", "{number}", "1",
		"{id}", nobodyID, "{item}", nobodyID, "{draft}", nobodyID, "{row}", nobodyID, "{document}", nobodyID, "{procedure}", nobodyID, "{place}", dbtest.Township.String(), "{taken}", nobodyID, "{batch}", nobodyID, "{migration}", nobodyID, "{system}", "group", "{kind}", "accept", "{no}", "1", "{edition}", "1-0", "{sort}", "1000", "{table}", "apply", "{file}", nobodyID, "*", "nothing").Replace(r.pattern)
	return p
}

const nobodyID = "00000000-0000-7000-8000-00000000dead"

func (r route) get() bool { return r.method == http.MethodGet }

// TestEveryRouteIsAccounted holds the router and the table to each other.
func TestEveryRouteIsAccounted(t *testing.T) {
	t.Parallel()
	h, err := newTrial(t).Handler()
	if err != nil {
		t.Fatal(err)
	}
	table := map[string]bool{}
	for _, r := range routeTable(t) {
		table[r.method+" "+r.pattern] = false
		for _, a := range r.actions {
			if !slices.Contains(policies.Actions(), policies.Action(a)) {
				t.Errorf("%s %s: no action %s", r.method, r.pattern, a)
			}
		}
		if want := r.who == "staff" || r.who == "citizen"; want != (len(r.actions) > 0) || !slices.Contains([]string{"public", "key", "session", "pending", "citizen", "seat", "staff"}, r.who) {
			t.Errorf("%s %s: %s %v", r.method, r.pattern, r.who, r.actions)
		}
	}
	routes, ok := h.(chi.Routes)
	if !ok {
		t.Fatalf("the handler is a %T", h)
	}
	err = chi.Walk(routes, func(method, pattern string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if strings.HasSuffix(pattern, "*") {
			method = http.MethodGet
		}
		if _, ok := table[method+" "+pattern]; !ok {
			t.Errorf("%s %s is not in the table: who may reach it?", method, pattern)
		}
		table[method+" "+pattern] = true
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	for line, found := range table {
		if !found {
			t.Errorf("%s is in the table, and nothing answers it", line)
		}
	}
	t.Logf("%d routes", len(table))
}

// TestAnonymousVisitorsAreTurnedAway asks for every route without signing in.
func TestAnonymousVisitorsAreTurnedAway(t *testing.T) {
	t.Parallel()
	w := newTrial(t)
	h, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w.hosted(t)
	for _, r := range routeTable(t) {
		cookies, form := stranger(t, h)
		if r.get() {
			form = nil
		}
		rec := serve(h, r.method, r.path(), form, cookies...)
		if rec.Code >= http.StatusInternalServerError {
			t.Errorf("%s %s: %d", r.method, r.pattern, rec.Code)
		}
		switch to := rec.Header().Get("Location"); {
		case r.who == "public":
			if rec.Code == http.StatusUnauthorized || strings.Contains(to, "/login?") {
				t.Errorf("%s %s is public and answers %d %s", r.method, r.pattern, rec.Code, to)
			}
		case r.who == "pending":
			if rec.Code != http.StatusSeeOther || !strings.HasPrefix(to, r.login()) {
				t.Errorf("%s %s answers %d %s", r.method, r.pattern, rec.Code, to)
			}
		case r.who == "key" && strings.Contains(rec.Body.String(), `"success":false`): // as its protocol says no
		case r.who == "key", strings.HasPrefix(r.pattern, "/api/"):
			if rec.Code != http.StatusUnauthorized && rec.Code != http.StatusForbidden && rec.Code != http.StatusBadRequest {
				t.Errorf("%s %s answers %d without a key", r.method, r.pattern, rec.Code)
			}
		default:
			if rec.Code != http.StatusSeeOther || !strings.HasPrefix(to, r.login()) {
				t.Errorf("%s %s sends nobody to %s: %d %q", r.method, r.pattern, r.login(), rec.Code, to)
			}
			if r.get() && !strings.Contains(to, "back="+url.QueryEscape(r.path())) {
				t.Errorf("%s %s forgets where she was: %q", r.method, r.pattern, to)
			}
		}
	}
}

// hosted gives a tenant the host that tests ask for.
func (w *trial) hosted(t *testing.T) {
	t.Helper()
	if _, err := superuser(t, w).Exec(t.Context(), `update tenants set host = 'example.com' where tenant_id = $1`, int64(dbtest.County)); err != nil {
		t.Fatal(err)
	}
}

// login is the page where the visitors of a route sign in.
func (r route) login() string {
	switch {
	case strings.HasPrefix(r.pattern, "/desk"), strings.HasPrefix(r.pattern, "/village"):
		return "/desk/login"
	case strings.HasPrefix(r.pattern, "/sites/"):
		return "/sites/" + code(dbtest.County) + "/login"
	}
	return "/login"
}

// stranger is a browser that has seen the sign-in page: its cookies, and a form with its token.
func stranger(t *testing.T, h http.Handler, signedIn ...*http.Cookie) ([]*http.Cookie, url.Values) {
	t.Helper()
	page := "/desk/login"
	if len(signedIn) > 0 {
		page = "/desk/help"
	}
	rec := serve(h, http.MethodGet, page, nil, signedIn...)
	cookies := append(slices.Clone(signedIn), rec.Result().Cookies()...)
	m := tokenField.FindStringSubmatch(rec.Body.String())
	if m == nil {
		t.Fatalf("no token on %s: %d", page, rec.Code)
	}
	return cookies, url.Values{kit.CSRFFieldName: {m[1]}}
}

var tokenField = regexp.MustCompile(`name="` + kit.CSRFFieldName + `" value="([^"]*)"`)

// TestFormsNeedTheirToken sends every form without a token and with somebody else's.
func TestFormsNeedTheirToken(t *testing.T) {
	t.Parallel()
	w := newTrial(t)
	h, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	mine, _ := stranger(t, h)
	_, theirs := stranger(t, h)
	for _, r := range routeTable(t) {
		if r.get() || r.who == "key" || r.pattern == kit.ElderPath { // see TestNobodySwitchesMyVersion
			continue
		}
		for what, form := range map[string]url.Values{"no token": {"x": {"y"}}, "a stranger's token": theirs, "a garbled token": {kit.CSRFFieldName: {"x.y"}}} {
			if rec := serve(h, r.method, r.path(), form, mine...); rec.Code != http.StatusForbidden {
				t.Errorf("%s %s with %s: %d", r.method, r.pattern, what, rec.Code)
			}
		}
	}
}

// TestNobodySwitchesMyVersion sends the one form that pages for everybody carry
// without a token, from our own page and from somebody else's.
func TestNobodySwitchesMyVersion(t *testing.T) {
	t.Parallel()
	w := newTrial(t)
	h, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	for site, want := range map[string]int{"same-origin": http.StatusSeeOther, "cross-site": http.StatusForbidden, "same-site": http.StatusForbidden} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, kit.ElderPath, strings.NewReader("back=/"))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Sec-Fetch-Site", site)
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("from %s: %d", site, rec.Code)
		}
	}
}

// TestEveryAnswerIsGuarded looks at every page, as everybody who may and may not
// see it: strict headers, nothing inline, one request id in the answer and in
// every line of the log.
func TestEveryAnswerIsGuarded(t *testing.T) {
	t.Parallel()
	w := newTrial(t)
	var logged bytes.Buffer
	w.cfg.Log = slog.New(kit.LogHandler(slog.NewJSONHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug})))
	h, err := w.Handler()
	if err != nil {
		t.Fatal(err)
	}
	w.hosted(t)
	ids := w.staff(t, "boss")
	w.boss(t, ids["boss"])
	seats, err := w.Org.Seats(t.Context(), ids["boss"])
	if err != nil {
		t.Fatal(err)
	}
	_, person := w.herself(t, "person")
	pages := 0
	for what, cookie := range map[string]string{"nobody": "", "boss": w.sat(t, w.session(t, w.login("boss")), seats[0].ID), "person": person} {
		for _, r := range routeTable(t) {
			if !r.get() {
				continue
			}
			logged.Reset()
			rec := serve(h, r.method, r.path(), nil, sessionCookie(cookie)...)
			pages++
			where := what + " at " + r.pattern
			guarded(t, where, rec)
			sharesID(t, where, rec, logged.Bytes())
		}
	}
	t.Logf("%d answers", pages)
}

// guarded checks the headers and the body of an answer.
func guarded(t *testing.T, where string, rec *httptest.ResponseRecorder) {
	t.Helper()
	csp := rec.Header().Get("Content-Security-Policy")
	if strings.Contains(csp, "unsafe") || !strings.Contains(csp, "script-src 'self'") || !strings.Contains(csp, "style-src 'self'") || !strings.Contains(csp, "default-src") {
		t.Errorf("%s: policy %q", where, csp)
	}
	if rec.Header().Get("X-Content-Type-Options") != "nosniff" || rec.Header().Get("X-Request-Id") == "" {
		t.Errorf("%s: headers %v", where, rec.Header())
	}
	if !strings.HasPrefix(rec.Header().Get("Content-Type"), "text/html") {
		return
	}
	z := html.NewTokenizer(rec.Body)
	for open := ""; ; {
		switch z.Next() {
		case html.ErrorToken:
			return
		case html.StartTagToken, html.SelfClosingTagToken:
			tag := z.Token()
			open = tag.Data
			if open == "style" {
				t.Errorf("%s: inline style", where)
			}
			for _, a := range tag.Attr {
				if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(strings.TrimSpace(a.Val)), "javascript:") {
					t.Errorf("%s: <%s %s=%q>", where, tag.Data, a.Key, a.Val)
				}
			}
		case html.TextToken:
			if open == "script" && strings.TrimSpace(z.Token().Data) != "" {
				t.Errorf("%s: inline script", where)
			}
		case html.EndTagToken:
			open = ""
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// sharesID checks that every line of the log carries the id of the answer.
func sharesID(t *testing.T, where string, rec *httptest.ResponseRecorder, log []byte) {
	t.Helper()
	lines := bytes.SplitSeq(bytes.TrimSpace(log), []byte("\n"))
	for l := range lines {
		var line map[string]any
		if err := json.Unmarshal(l, &line); err != nil {
			t.Fatalf("%s: log line %q: %v", where, l, err)
		}
		if line["request_id"] != rec.Header().Get("X-Request-Id") {
			t.Errorf("%s: the answer has id %q, the log says %s", where, rec.Header().Get("X-Request-Id"), l)
		}
		if line["level"] == "ERROR" {
			t.Errorf("%s: %s", where, l)
		}
	}
}
