package wire

import (
	"bytes"
	"fmt"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"liandong/modules/org"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/identity"
)

// window is a village with two clerks, an administrator above them, and an item to apply for.
type window struct {
	*trial

	h       http.Handler
	item    string
	browser map[string]browser // by name
}

// browser is somebody's cookies and the token of her forms.
type browser struct {
	cookies []*http.Cookie
	token   string
}

func newWindow(t *testing.T) *window {
	t.Helper()
	w := &window{trial: newTrial(t), browser: map[string]browser{}}
	w.item = w.publish(t)
	var err error
	if w.h, err = w.Handler(); err != nil {
		t.Fatal(err)
	}
	ids := w.staff(t, "boss", "one", "two")
	boss := w.boss(t, ids["boss"])
	d := must[org.Department](t, "department")(w.Org.CreateDepartment(boss, org.Drafted{Tenant: dbtest.Village, Name: "代办点", Key: "d"}))
	p := must[org.Post](t, "post")(w.Org.CreatePost(boss, org.Founding{DepartmentID: d.ID, Name: "代办员", Roles: []string{policies.Clerk}, Key: "p"}))
	for _, name := range []string{"one", "two"} {
		seat := must[string](t, "appoint")(w.Org.Assign(boss, org.Posting{PostID: p.ID, HolderID: ids[name], Reason: "任职", Key: name}))
		w.enter(t, name, seat)
	}
	seats := must[[]org.Seat](t, "seats")(w.Org.Seats(t.Context(), ids["boss"]))
	w.enter(t, "boss", seats[0].ID)
	return w
}

func (w *window) enter(t *testing.T, name, seat string) {
	t.Helper()
	cookies, form := stranger(t, w.h, sessionCookie(w.sat(t, w.session(t, w.login(name)), seat))...)
	w.browser[name] = browser{cookies, form.Get(kit.CSRFFieldName)}
}

func (w *window) get(who, path string) *httptest.ResponseRecorder {
	return serve(w.h, http.MethodGet, path, nil, w.browser[who].cookies...)
}

func (w *window) post(who, path string, form url.Values) *httptest.ResponseRecorder {
	b := w.browser[who]
	form.Set(kit.CSRFFieldName, b.token)
	return serve(w.h, http.MethodPost, path, form, b.cookies...)
}

// send posts a form with files.
func (w *window) send(who, path, kind string, body io.Reader, length int64, token string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, path, body)
	r.ContentLength = length
	r.Header.Set("Content-Type", kind)
	if token != "" {
		r.Header.Set(kit.CSRFHeader, token)
	}
	for _, c := range w.browser[who].cookies {
		r.AddCookie(c)
	}
	rec := httptest.NewRecorder()
	w.h.ServeHTTP(rec, r)
	if r.MultipartForm != nil {
		_ = r.MultipartForm.RemoveAll() // as the server does
	}
	return rec
}

func (w *window) rows(t *testing.T, table string) (n int) {
	t.Helper()
	if err := superuser(t, w.trial).QueryRow(t.Context(), `select count(*) from `+table).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func applicant(key string) url.Values {
	return url.Values{"kind": {"person"}, "name": {"演示·其其格"}, "number": {"152502199001010012"}, "phone": {"13800000001"}, "confirm": {"1"}, "idem": {fmt.Sprintf("00000000-0000-7000-8000-%012x", key)}}
}

// TestGarbledIDsAreNotFound asks for every address with ids that are none, or nobody's.
func TestGarbledIDsAreNotFound(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	asked := 0
	for _, r := range routeTable(t) {
		if !strings.Contains(r.pattern, "{") || r.who != "staff" {
			continue
		}
		for _, bad := range []string{"x", nobodyID, nobodyID + "%00", "-1", "1%27%20or%201=1--", "999999999999999999999", strings.Repeat("9", 400)} {
			path := strings.NewReplacer("{id}", bad, "{item}", bad, "{tenant}", bad, "{day}", bad, "{scope}", bad, "{queue}", bad, "{topic}", bad, "{paper}", "accept",
				"{act}", "accept", "{field}", "phone", "{verb:move|merge}", "move").Replace(r.pattern)
			for _, who := range []string{"boss", "one"} {
				asked++
				var rec *httptest.ResponseRecorder
				if r.get() {
					rec = w.get(who, path)
				} else {
					rec = w.post(who, path, url.Values{"version": {"1"}, "opinion": {"x"}, "reason": {"x"}, "confirmed": {"1"}})
				}
				if rec.Code != http.StatusNotFound && rec.Code != http.StatusForbidden && (r.get() && !strings.HasPrefix(path, "/api/") || rec.Code != http.StatusUnprocessableEntity) {
					t.Errorf("%s: %s %.80s answers %d", who, r.method, path, rec.Code)
				}
			}
		}
	}
	t.Logf("%d addresses", asked)
}

// TestIdleSessionsEnd comes back after more than half an hour.
func TestIdleSessionsEnd(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	before := identity.NewSessions(w.keeper.Cookies, w.Kratos.Verifier(), w.Kratos, w.ended, func() time.Time { return time.Now().Add(-identity.Idle - time.Minute) })
	old := must[string](t, "seal")(before.Seal(w.session(t, w.login("one"))))
	rec := serve(w.h, http.MethodGet, "/desk/cases?status=open", nil, sessionCookie(old)...)
	to := rec.Header().Get("Location")
	if rec.Code != http.StatusSeeOther || !strings.HasPrefix(to, "/desk/login?") || !strings.Contains(to, "back="+url.QueryEscape("/desk/cases?status=open")) || !strings.Contains(to, "expired=1") {
		t.Fatalf("%d %q", rec.Code, to)
	}
	if page := serve(w.h, http.MethodGet, to, nil).Body.String(); !strings.Contains(page, `role="status"`) && !strings.Contains(page, `role="alert"`) {
		t.Error("the sign-in page does not say why she is there")
	}
	if rec := serve(w.h, http.MethodGet, "/api/cases", nil, sessionCookie(old)...); rec.Code != http.StatusUnauthorized {
		t.Errorf("the API answers %d", rec.Code)
	}
}

// TestWrongNumberIsNamed files with a wrong check digit: the field is named, the rest stays.
func TestWrongNumberIsNamed(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	form := applicant("k")
	form.Set("number", "152502199001010013")
	rec := w.post("one", "/desk/assist/"+w.item, form)
	body := rec.Body.String()
	if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(body, "身份号码有误") || !strings.Contains(body, `aria-invalid="true"`) {
		t.Errorf("answers %d", rec.Code)
	}
	for _, typed := range []string{"演示·其其格", "152502199001010013", "13800000001"} {
		if !strings.Contains(body, `value="`+typed+`"`) {
			t.Errorf("%s is gone", typed)
		}
	}
	if n := w.rows(t, "cases"); n != 0 {
		t.Errorf("%d cases", n)
	}
}

// form is a body with a file whose content comes from r.
func form(t *testing.T, token, field, name string, r io.Reader) (io.Reader, string) {
	t.Helper()
	var head bytes.Buffer
	m := multipart.NewWriter(&head)
	for k, v := range map[string]string{kit.CSRFFieldName: token, "material": "申请表", "version": "1", "opinion": "同意", "mode": "do", "reason": "导入"} {
		if err := m.WriteField(k, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := m.CreateFormFile(field, name); err != nil {
		t.Fatal(err)
	}
	return io.MultiReader(&head, r, strings.NewReader("\r\n--"+m.Boundary()+"--\r\n")), m.FormDataContentType()
}

// zeros never end.
type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// TestHugeUploadsAreRefused sends 50 MB to every form that takes files, with and
// without saying so beforehand: the answer is clear, nothing is kept, and memory
// stays far below what was sent. It runs alone, to count allocations.
//
//nolint:paralleltest // it measures the memory of the process
func TestHugeUploadsAreRefused(t *testing.T) {
	w := newWindow(t)
	const size, most = 50 << 20, 64 << 20 // growing a buffer to 20 MB costs some 48
	b := w.browser["boss"]
	for _, path := range []string{"/desk/files", "/village/files", "/desk/assist/" + w.item, "/desk/cases/" + nobodyID + "/acts/accept", "/desk/tenants/import"} {
		for _, length := range []int64{-1, size} {
			for _, token := range []string{"", b.token} {
				what := fmt.Sprintf("%s, length %d, token in header %t", path, length, token != "")
				body, kind := form(t, b.token, "file", "big.pdf", io.MultiReader(strings.NewReader("%PDF-1.4\n"), io.LimitReader(zeros{}, size)))
				var before, after runtime.MemStats
				runtime.ReadMemStats(&before)
				rec := w.send("boss", path, kind, body, length, token)
				runtime.ReadMemStats(&after)
				used := after.TotalAlloc - before.TotalAlloc
				if rec.Code != http.StatusRequestEntityTooLarge && rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "大") && !strings.Contains(rec.Body.String(), "20 MB") || used > most {
					t.Errorf("%s: answers %d after %d MB: %s", what, rec.Code, used>>20, mainOf(rec.Body.String()))
				}
			}
		}
	}
	if n := w.rows(t, "files"); n != 0 {
		t.Errorf("%d files", n)
	}
}

func mainOf(page string) string {
	_, s, _ := strings.Cut(page, "<main")
	return s[:min(len(s), 600)]
}

// TestBrokenListsOfTenantsWriteNothing imports what was cut off or is in another encoding.
func TestBrokenListsOfTenantsWriteNothing(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	before := w.rows(t, "tenants")
	const head = "code12,level,name,parent12\n152502300000,township,新苏木,152502000000\n"
	for what, file := range map[string]string{"cut off": head + "152502301000,township,\"又", "GBK": head + "152502301000,township,\xbc\xaf,152502000000\n", "not a table": "\x00\x01\x02"} {
		body, kind := form(t, w.browser["boss"].token, "file", "x.csv", strings.NewReader(file))
		rec := w.send("boss", "/desk/tenants/import", kind, body, -1, "")
		if rec.Code != http.StatusUnprocessableEntity || !strings.Contains(rec.Body.String(), "行") {
			t.Errorf("%s: %d", what, rec.Code)
		}
	}
	if n := w.rows(t, "tenants"); n != before {
		t.Errorf("%d tenants, were %d", n, before)
	}
}

// TestDoubleClickFilesOneCase sends the same form eight times at once.
func TestDoubleClickFilesOneCase(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	places := make([]string, 8)
	var all sync.WaitGroup
	for i := range places {
		all.Go(func() {
			rec := w.post("one", "/desk/assist/"+w.item, applicant("sames"))
			places[i] = fmt.Sprint(rec.Code, " ", rec.Header().Get("Location"))
		})
	}
	all.Wait()
	for _, p := range places {
		if p != places[0] || !strings.HasPrefix(p, "303 /desk/assist/done/") {
			t.Errorf("answers %q and %q", p, places[0])
		}
	}
	if n := w.rows(t, "cases"); n != 1 {
		t.Errorf("%d cases", n)
	}
}

// TestTwoClerksAtOnce lets two people decide about the same step: one wins, the
// other is told what happened and keeps her words.
func TestTwoClerksAtOnce(t *testing.T) {
	t.Parallel()
	w := newWindow(t)
	rec := w.post("one", "/desk/assist/"+w.item, applicant("k"))
	id := strings.TrimPrefix(rec.Header().Get("Location"), "/desk/assist/done/")
	clerks := []string{"one", "two"}
	got := make([]*httptest.ResponseRecorder, len(clerks))
	var all sync.WaitGroup
	for i, who := range clerks {
		all.Go(func() {
			got[i] = w.post(who, "/desk/cases/"+id+"/acts/accept", url.Values{"version": {"1"}, "opinion": {"意见出自" + who}})
		})
	}
	all.Wait()
	won := 0
	for i, rec := range got {
		switch rec.Code {
		case http.StatusSeeOther:
			won++
		case http.StatusConflict, http.StatusForbidden:
			if !strings.Contains(rec.Body.String(), "意见出自"+clerks[i]) || !strings.Contains(rec.Body.String(), `role="alert"`) {
				t.Errorf("%s lost, and her words are gone or she is not told", clerks[i])
			}
		default:
			t.Errorf("%s: %d", clerks[i], rec.Code)
		}
	}
	if won != 1 {
		t.Errorf("%d won", won)
	}
	var done int
	if err := superuser(t, w.trial).QueryRow(t.Context(), `select count(*) from case_steps where case_id = $1 and ended_at is not null`, id).Scan(&done); err != nil || done != 1 {
		t.Errorf("%d steps ended, %v", done, err)
	}
}
