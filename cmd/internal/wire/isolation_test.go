package wire

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// How a thing that belongs to a tenant is seen from the others.
const (
	subtree = "subtree" // by its own tenant and those above
	cascade = "cascade" // by those below as well
	own     = "own"     // by nobody else
)

// thing is a page about one planted thing.
type thing struct {
	path   string // {} is the thing's id
	id     func(*belongings, tenancy.ID) string
	seen   string
	action policies.Action // that opens the page; empty: whoever sees the thing
}

func things() []thing {
	kase := func(b *belongings, _ tenancy.ID) string { return b.kase }
	file := func(b *belongings, _ tenancy.ID) string { return b.file }
	item := func(b *belongings, _ tenancy.ID) string { return b.item }
	draft := func(b *belongings, _ tenancy.ID) string { return b.draft }
	post := func(b *belongings, _ tenancy.ID) string { return b.post }
	department := func(b *belongings, _ tenancy.ID) string { return b.department }
	grant := func(b *belongings, _ tenancy.ID) string { return b.grant }
	card := func(b *belongings, _ tenancy.ID) string { return b.card }
	order := func(b *belongings, _ tenancy.ID) string { return b.order }
	law := func(b *belongings, _ tenancy.ID) string { return b.law }
	bill := func(b *belongings, _ tenancy.ID) string { return b.bill }
	form := func(b *belongings, _ tenancy.ID) string { return b.form }
	sheet := func(b *belongings, _ tenancy.ID) string { return b.sheet }
	self := func(_ *belongings, at tenancy.ID) string { return at.String() }
	return []thing{
		{"/desk/cases/{}", kase, subtree, policies.CasesView},
		{"/desk/cases/{}/papers/accept", kase, subtree, policies.CasesView},
		{"/desk/assist/done/{}", kase, subtree, policies.CasesView},
		{"/desk/files/{}", file, subtree, policies.FilesRead},
		{"/village/cases/{}", kase, subtree, policies.CasesView},
		{"/village/cases/{}/papers/accept", kase, subtree, policies.CasesView},
		{"/village/assist/done/{}", kase, subtree, policies.CasesView},
		{"/village/files/{}", file, subtree, policies.FilesRead},
		{"/api/cases/{}", kase, subtree, policies.CasesView},
		{"/desk/items/{}", item, cascade, policies.ItemsView},
		{"/desk/items/{}/history", item, cascade, policies.ItemsView},
		{"/desk/items/{}/flow.bpmn", item, cascade, policies.ItemsView},
		{"/desk/items/{}", draft, subtree, policies.ItemsView},
		{"/desk/items/{}/edit", draft, subtree, policies.ItemsEdit},
		{"/desk/items/{}/override", item, cascade, policies.ItemsView},
		{"/desk/items/reviews/{}", func(b *belongings, _ tenancy.ID) string { return b.reviewed }, subtree, policies.ItemsView},
		{"/desk/items/tasks/{}", func(b *belongings, _ tenancy.ID) string { return b.task }, subtree, policies.ItemsView},
		{"/desk/items/requests/{}", func(b *belongings, _ tenancy.ID) string { return b.request }, subtree, policies.ItemsView},
		{"/desk/forms/{}", form, cascade, policies.FormsView},
		{"/desk/forms/{}", sheet, subtree, policies.FormsView},
		{"/desk/forms/{}/data", form, cascade, policies.FormsData}, // what was submitted to oneself
		{"/desk/assist/{}", item, cascade, policies.CasesFile},
		{"/village/assist/{}", item, cascade, policies.CasesFile},
		{"/desk/org/departments/{}", department, subtree, policies.StaffView},
		{"/desk/org/posts/new?department={}", department, subtree, policies.StaffView},
		{"/desk/org/posts/{}", post, subtree, policies.StaffView},
		{"/desk/org/posts/{}/assign", post, subtree, policies.PostsAppoint},
		{"/desk/org/appointments/{}/remove", func(b *belongings, _ tenancy.ID) string { return b.holding }, subtree, policies.StaffView},
		{"/desk/org/grants/{}", grant, subtree, policies.GrantsView},
		{"/desk/org/grants/{}/revoke", grant, subtree, policies.GrantsRevoke},
		{"/desk/org/staff?tenant={}", self, subtree, policies.StaffView},
		{"/desk/org/staff/export.xlsx?tenant={}", self, subtree, policies.StaffView},
		{"/desk/org/departments?tenant={}", self, subtree, policies.StaffView},
		{"/desk/org/departments/new?tenant={}", self, subtree, policies.DepartmentsManage},
		{"/desk/org/grants/new?tenant={}", self, subtree, policies.GrantsAppoint},
		{"/desk/tenants/{}", self, subtree, policies.CasesView},
		{"/desk/tenants/{}/history", self, subtree, policies.CasesView},
		{"/desk/tenants/{}/export.csv", self, subtree, policies.TenantsExport},
		{"/desk/tenants/{}/new", self, subtree, policies.TenantsManage},
		{"/desk/tenants/{}/edit", self, subtree, policies.TenantsManage},
		{"/desk/tenants/{}/move", self, subtree, policies.TenantsManage},
		{"/desk/tenants/{}/merge", self, subtree, policies.TenantsManage},
		{"/desk/supervision/cards/{}", card, subtree, policies.SupervisionView},
		{"/desk/supervision/orders/{}", order, subtree, policies.SupervisionView},
		{"/desk/supervision/orders/{}/paper", order, subtree, policies.SupervisionView},
		{"/desk/articles/{}", func(b *belongings, _ tenancy.ID) string { return b.article }, own, policies.SitesEdit},
		{"/desk/laws/{}", law, cascade, policies.LawsView},
		{"/desk/laws/{}/articles/1000", law, cascade, policies.LawsView},
		{"/desk/laws/{}/amend", law, cascade, policies.LawsEdit},
		{"/desk/laws/{}/repeal", law, cascade, policies.LawsPublish},
		{"/desk/laws/{}", bill, subtree, policies.LawsView},
		{"/desk/laws/{}/edit", bill, subtree, policies.LawsEdit},
		{"/desk/laws/{}/import", bill, subtree, policies.LawsEdit},
		{"/desk/audit/{}", func(b *belongings, _ tenancy.ID) string { return b.line }, subtree, policies.AuditView},
		{"/desk/notices/{}", func(b *belongings, _ tenancy.ID) string { return b.notice }, own, policies.NoticesView},
	}
}

// kin is where a thing's tenant lies as seen from a seat.
func kin(seat, at tenancy.ID) string {
	s, a := nodeOf(seat), nodeOf(at)
	switch {
	case seat == at:
		return "own"
	case s.ID <= at && at <= s.Hi:
		return "below"
	case a.ID <= seat && seat <= a.Hi:
		return "above"
	}
	return "foreign"
}

// rights is MATRIX.md: how far each role may do each action.
func rights(t *testing.T) map[string]map[string]string {
	t.Helper()
	roles, err := policies.Roles()
	if err != nil {
		t.Fatal(err)
	}
	verbs, err := policies.Verbs()
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]map[string]string{}
	for _, area := range policies.Matrix() {
		for _, row := range area.Rows {
			i := slices.IndexFunc(verbs, func(v policies.Term) bool { return v.Name == row.Name })
			out[verbs[i].Key] = map[string]string{}
			for j, r := range roles {
				if area.Columns[j] != r.Name {
					t.Fatalf("column %d is %s, role %s", j, area.Columns[j], r.Name)
				}
				out[verbs[i].Key][r.Key] = row.Reach[j]
			}
		}
	}
	return out
}

// expected are the answers that the plain model allows: 404 unless the thing can
// be seen from there, 200 if the matrix lets the role in, else a refusal. A role
// that may do the action nowhere may be told so before anything is looked up.
func (th thing) expected(seat place, at tenancy.ID, law map[string]map[string]string) []int {
	k, reach := kin(seat.at, at), law[string(th.action)][seat.role]
	refused := []int{http.StatusForbidden, http.StatusNotFound}
	switch {
	case (k == "foreign" || k == "above" && th.seen != cascade || k == "below" && th.seen == own) && reach == "—":
		return refused
	case k == "foreign", k == "above" && th.seen != cascade, k == "below" && th.seen == own:
		return []int{http.StatusNotFound}
	case th.action == policies.GrantsAppoint && seat.role == policies.Admin: // the third tier hands nothing on
		return []int{http.StatusOK, http.StatusForbidden}
	case th.action == policies.TenantsManage && strings.HasSuffix(th.path, "/new") && k == "own" && reach == "下级": // what is new lies below
		return []int{http.StatusOK}
	case th.action == policies.NoticesView && seat.role != policies.Clerk: // it was told to clerks
		return []int{http.StatusNotFound}
	case th.action == policies.CasesFile: // and the item must take cases of that level
		return []int{http.StatusOK, http.StatusConflict, http.StatusForbidden, http.StatusNotFound}
	case strings.HasSuffix(th.path, "/override") && k != "above": // an item of one's own is edited, of those below is not touched
		return []int{http.StatusConflict, http.StatusNotFound}
	}
	if th.action == policies.FormsData && k == "above" && reach != "—" { // a form from above: what was submitted here
		return []int{http.StatusOK}
	}
	if reach == "本级" && k == "own" || reach == "辖区" && k != "above" || reach == "下级" && k == "below" || reach == "全部" || k == "above" && (th.action == policies.ItemsView || th.action == policies.LawsView || th.action == policies.FormsView) {
		return []int{http.StatusOK, http.StatusSeeOther}
	}
	return refused
}

// TestEverySeatSeesWhatItMay asks for every page about planted things: from every
// kind of seat of one county, in every direction; from seats above, below and beside.
func TestEverySeatSeesWhatItMay(t *testing.T) {
	t.Parallel()
	w, law := newWorld(t), rights(t)
	cells, odd := 0, map[string][]string{}
	for _, seat := range w.seats {
		for _, at := range w.views(seat) {
			for _, th := range things() {
				id := th.id(w.things[at], at)
				if id == "" {
					continue
				}
				cells++
				rec := w.get(seat.cookie, strings.Replace(th.path, "{}", id, 1))
				k := kin(seat.at, at)
				if want := th.expected(seat, at, law); !slices.Contains(want, rec.Code) {
					o := fmt.Sprintf("%s, %s: answers %d, want %v, for", th.path, k, rec.Code, want)
					odd[o] = append(odd[o], seat.role)
				}
				if (k == "foreign" || k == "above" && th.seen != cascade) && strings.Contains(wording(t, rec), mark(at)) {
					o := th.path + ", " + k + ": shows what belongs there to"
					odd[o] = append(odd[o], seat.role)
				}
			}
		}
	}
	for _, o := range slices.Sorted(maps.Keys(odd)) {
		slices.Sort(odd[o])
		t.Error(o, slices.Compact(odd[o]))
	}
	t.Logf("%d cells", cells)
}

// views are the tenants whose things are asked for from a seat.
func (w *world) views(seat place) []tenancy.ID {
	switch seat.at {
	case dbtest.County:
		return []tenancy.ID{dbtest.County, dbtest.League, dbtest.Township, dbtest.County2}
	case dbtest.County2:
		return []tenancy.ID{dbtest.County}
	case dbtest.League, dbtest.Village:
		if slices.Contains([]string{policies.Clerk, policies.Supervisor, policies.SystemAdmin}, seat.role) {
			return []tenancy.ID{dbtest.County, dbtest.Village, dbtest.Village2}
		}
	}
	return nil
}

// lists are the pages and files that show many things at once, with the action
// that opens each.
func lists() []thing {
	var out []thing
	for _, l := range []struct {
		path   string
		action policies.Action
	}{
		{"/desk", policies.CasesView},
		{"/desk/todo", policies.CasesView},
		{"/desk/todo.xlsx", policies.CasesView},
		{"/desk/cases", policies.CasesView},
		{"/desk/cases?q={}", policies.CasesView},
		{"/desk/cases.xlsx", policies.CasesExport},
		{"/desk/assist", policies.CasesFile},
		{"/desk/assist?q={}", policies.CasesFile},
		{"/desk/notices", policies.NoticesView},
		{"/desk/items", policies.ItemsView},
		{"/desk/items?q={}", policies.ItemsView},
		{"/desk/items/export.xlsx", policies.ItemsView},
		{"/desk/items/reviews", policies.ItemsView},
		{"/desk/items/tasks", policies.ItemsView},
		{"/desk/items/tasks?below=1&q={}", policies.ItemsView},
		{"/desk/items/requests", policies.ItemsView},
		{"/desk/items/requests?tab=received&q={}", policies.ItemsView},
		{"/desk/items/statistics", policies.ItemsView},
		{"/desk/items/basic", policies.ItemsView},
		{"/desk/items/claims", policies.ItemsView},
		{"/desk/forms", policies.FormsView},
		{"/desk/forms?q={}", policies.FormsView},
		{"/desk/org/departments", policies.StaffView},
		{"/desk/org/staff?below=1", policies.StaffView},
		{"/desk/org/staff?below=1&q={}", policies.StaffView},
		{"/desk/org/staff/export.xlsx?below=1", policies.StaffView},
		{"/desk/org/grants", policies.GrantsView},
		{"/desk/org/grants?q={}", policies.GrantsView},
		{"/desk/org/grants/export.xlsx", policies.GrantsView},
		{"/desk/org/grants/new?tq={}", policies.GrantsAppoint},
		{"/desk/tenants", policies.CasesView},
		{"/desk/tenants?q={}", policies.CasesView},
		{"/desk/tenants/import", policies.TenantsManage},
		{"/desk/supervision", policies.SupervisionView},
		{"/desk/supervision?unit={id}", policies.SupervisionView},
		{"/desk/supervision/cards", policies.SupervisionView},
		{"/desk/supervision/cards?unit={id}", policies.SupervisionView},
		{"/desk/supervision/cards.xlsx", policies.SupervisionView},
		{"/desk/supervision/orders", policies.SupervisionView},
		{"/desk/supervision/orders.xlsx", policies.SupervisionView},
		{"/desk/supervision/rules", policies.SupervisionView},
		{"/desk/calendar", policies.CasesView},
		{"/desk/site", policies.CasesView},
		{"/desk/articles", policies.SitesEdit},
		{"/desk/articles?q={}", policies.SitesEdit},
		{"/desk/articles.xlsx", policies.SitesEdit},
		{"/desk/laws", policies.LawsView},
		{"/desk/laws?q={}", policies.LawsView},
		{"/desk/laws.xlsx", policies.LawsView},
		{"/desk/audit", policies.AuditView},
		{"/desk/audit?q={}", policies.AuditView},
		{"/desk/audit.xlsx", policies.AuditView},
		{"/desk/audit/verify", policies.AuditView},
		{"/desk/jobs", policies.JobsView},
		{"/desk/sms", policies.SMSInbox},
		{"/desk/help", policies.CasesView},
		{"/desk/me", policies.CasesView},
		{"/village", policies.CasesView},
		{"/village/common", policies.CasesView},
		{"/village/todo", policies.CasesView},
		{"/village/todo.xlsx", policies.CasesView},
		{"/village/cases", policies.CasesView},
		{"/village/cases?q={}", policies.CasesView},
		{"/village/cases.xlsx", policies.CasesExport},
		{"/village/assist", policies.CasesFile},
		{"/api/cases", policies.CasesView},
	} {
		out = append(out, thing{path: l.path, action: l.action})
	}
	return out
}

// TestListsKeepToTheirTree reads every list, search and export from every kind of
// seat of two counties: no word of another part of the tree is in any of them.
func TestListsKeepToTheirTree(t *testing.T) {
	t.Parallel()
	w, law := newWorld(t), rights(t)
	read, ownWords := 0, map[string]bool{}
	for _, seat := range w.seats {
		other := map[tenancy.ID]tenancy.ID{dbtest.County: dbtest.County2, dbtest.County2: dbtest.County, dbtest.Township: dbtest.Township2, dbtest.Village: dbtest.Village2}[seat.at]
		if other == 0 || nodeOf(seat.at).Level != "county" && seat.role != policies.Clerk && seat.role != policies.Supervisor {
			continue
		}
		for _, l := range lists() {
			read++
			q := strings.NewReplacer("{}", mark(other), "{id}", other.String()).Replace(l.path)
			rec := w.get(seat.cookie, q)
			if rec.Code >= http.StatusInternalServerError {
				t.Errorf("%s: %s answers %d", seat, l.path, rec.Code)
			}
			if rec.Code == http.StatusOK && law[string(l.action)][seat.role] == "—" {
				t.Errorf("%s: %s opens, and the law says no", seat, l.path)
			}
			body := wording(t, rec)
			searched := strings.Contains(l.path, "{}") // the page repeats what was searched for
			for _, n := range dbtest.Tree() {
				k := kin(seat.at, n.ID)
				found := strings.Contains(body, mark(n.ID)) && (!searched || n.ID != other)
				if k == "foreign" && (found || nodeOf(seat.at).Level == "county" && strings.Contains(body, n.Name)) {
					t.Errorf("%s: %s tells of %s", seat, l.path, n.Name)
				}
				if k == "own" && found {
					ownWords[l.path] = true
				}
			}
		}
	}
	for _, path := range []string{"/desk/cases", "/desk/cases.xlsx", "/desk/items/export.xlsx", "/desk/org/staff/export.xlsx?below=1", "/desk/supervision/cards.xlsx", "/desk/supervision/orders", "/desk/articles.xlsx", "/desk/laws.xlsx", "/desk/audit.xlsx", "/desk/todo.xlsx", "/desk/calendar", "/api/cases"} {
		if !ownWords[path] {
			t.Errorf("%s shows nobody what is her own: it proves nothing", path)
		}
	}
	t.Logf("%d lists read", read)
}

// wording is what an answer says: of a workbook, what is in its sheets.
func wording(t *testing.T, rec *httptest.ResponseRecorder) string {
	t.Helper()
	body := rec.Body.Bytes()
	z, err := zip.NewReader(bytes.NewReader(body), int64(len(body)))
	if err != nil {
		return string(body)
	}
	var all strings.Builder
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.Copy(&all, r); err != nil {
			t.Fatal(err)
		}
		_ = r.Close()
	}
	return all.String()
}
