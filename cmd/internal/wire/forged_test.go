package wire

import (
	"maps"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// fill puts ids of b into the pattern of a form's address, by what the pattern says.
func fill(pattern string, b *belongings, at tenancy.ID) []string {
	ids := map[string][]string{
		"/cases/": {b.kase}, "/items/reviews/": {b.reviewed}, "/items/": {b.item, b.draft}, "/assist/": {b.item}, "/grants/": {b.grant}, "/posts/": {b.post},
		"/appointments/": {b.holding}, "/departments/": {b.department}, "/cards/": {b.card}, "/orders/": {b.order}, "/items/tasks/": {b.task}, "/items/requests/": {b.request}, "/forms/": {b.form, b.sheet}, "/laws/": {b.law, b.bill}, "/articles/": {b.article, b.posted}, "/notices/": {b.notice}, "/tenants/": {at.String()},
	}
	var own []string
	for _, part := range slices.SortedFunc(maps.Keys(ids), func(a, b string) int { return len(b) - len(a) }) {
		if strings.Contains(pattern, part+"{") {
			own = ids[part]
			break
		}
	}
	var out []string
	for _, id := range own {
		base := strings.NewReplacer("{id}", id, "{item}", id, "{tenant}", id).Replace(pattern)
		for _, act := range []string{"accept", "refuse", "pass", "decide", "sendback", "supplement", "answer", "deliver", "return", "close"} {
			if strings.Contains(base, "{act}") || act == "accept" {
				out = append(out, strings.NewReplacer("{act}", act, "{field}", "phone", "{verb:move|merge}", "move").Replace(base))
			}
		}
	}
	return out
}

// forged is a form that fits every page, filled with what belongs to a tenant.
func (w *world) forged(b *belongings, at tenancy.ID, token string) url.Values {
	return url.Values{
		kit.CSRFFieldName: {token}, "version": {"1"}, "confirmed": {"1"}, "confirm": {"1"}, "opinion": {"意见"}, "reason": {"理由"}, "name": {"窜改"}, "title": {"窜改"},
		"body": {"窜改"}, "section": {"news"}, "tenant": {at.String()}, "to": {at.String()}, "department": {b.department}, "holder": {w.people["mark"]}, "roles": {"clerk"}, "code": {""},
		"level": {"township"}, "outcome": {"granted"}, "receiver": {"某人"}, "wanted": {"材料"}, "answer": {"答复"}, "verdict": {"同意"}, "demand": {"要求"}, "answer_days": {"3"},
		"state": {"closed"}, "open": {"0"}, "left": {"1"}, "promised_days": {"3"}, "kept": {b.file + " x.pdf"}, "files": {b.file}, "idem": {"forged" + mark(at)},
		"kind": {"person"}, "number": {"152502199001010012"}, "phone": {"13800000001"}, "do": {"save"},
	}
}

// TestForgedFormsChangeNothing sends every form with ids of the other county, from
// every kind of seat of this one: nothing anywhere is different afterwards.
func TestForgedFormsChangeNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	conn := superuser(t, w.trial)
	b := w.things[dbtest.County]
	sent := 0
	before := checksums(t, conn)
	for _, seat := range w.seats {
		if seat.at != dbtest.County2 {
			continue
		}
		cookies, form := stranger(t, w.h, sessionCookie(seat.cookie)...)
		for _, r := range routeTable(t) {
			if r.get() || r.who != "staff" {
				continue
			}
			paths := fill(r.pattern, b, dbtest.County)
			if slices.Contains([]string{"/desk/org/departments", "/desk/org/posts", "/desk/org/grants"}, r.pattern) {
				paths = []string{r.pattern} // the form itself names what is not hers
			}
			for _, path := range paths {
				sent++
				rec := serve(w.h, r.method, path, w.forged(b, dbtest.County, form.Get(kit.CSRFFieldName)), cookies...)
				if rec.Code < 400 || rec.Code >= 500 {
					t.Errorf("%s: %s answers %d %s", seat, path, rec.Code, rec.Header().Get("Location"))
				}
				if strings.Contains(rec.Body.String(), mark(dbtest.County)) {
					t.Errorf("%s: %s shows what belongs to the other county (%d)", seat, path, rec.Code)
				}
			}
		}
		if t.Failed() {
			break
		}
	}
	for table, sum := range checksums(t, conn) {
		if before[table] != sum {
			t.Errorf("%s is not what it was: %s, now %s", table, before[table], sum)
		}
	}
	t.Logf("%d forms, %d tables", sent, len(before))
}

// checksums are the rows of every table, but for those that note who did what.
func checksums(t *testing.T, conn *pgx.Conn) map[string]string {
	t.Helper()
	rows, err := conn.Query(t.Context(), `select tablename::text from pg_tables where schemaname = 'public' and tablename not like 'audit%' and tablename not in ('login_attempts', 'ended_sessions', 'schedules')`)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		t.Fatal(err)
	}
	sums := map[string]string{}
	for _, table := range tables {
		var sum string
		if err := conn.QueryRow(t.Context(), `select count(*) || ' rows ' || coalesce(md5(string_agg(h, '' order by h)), '') from (select md5(x::text) h from `+pgx.Identifier{table}.Sanitize()+` x) y`).Scan(&sum); err != nil {
			t.Fatal(err)
		}
		sums[table] = sum
	}
	return sums
}
