package wire

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"
	"github.com/xuri/excelize/v2"

	datasetsweb "liandong/modules/datasets/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// desk serves pages of data sets to whoever ctx says.
func (g *gatherer) desk(ctx context.Context, t *testing.T) http.Handler {
	t.Helper()
	scope, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return bench(scope, func(r chi.Router, shell kit.Shell) {
		app := &App{Cases: g.cases}
		datasetsweb.Mount(r, datasetsweb.Deps{Service: g.data, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: homeLabel, Href: "/desk"}, Branches: app.branches})
	})
}

// bench is a workbench with the pages that mount adds, for whoever has the scope.
func bench(scope tenancy.Scope, mount func(chi.Router, kit.Shell)) http.Handler {
	log, secret := slog.New(slog.DiscardHandler), []byte(strings.Repeat("s", 32))
	shell := kit.Shell{Log: log, Home: "/desk", Flash: kit.Flasher{Secret: secret}, Density: kit.Dense}
	shell.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{Brand: issuer, Tenant: "锡林郭勒盟", Post: "监察员", User: kit.UserView{Name: scope.Actor.Name, Logout: "/logout"}, Menu: []kit.NavGroup{{Items: []kit.NavItem{
			{Key: "data", Label: "数据归集", Href: "/desk/data", Icon: "database"},
		}}}}, p)
	}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.Recover(log), kit.SecurityHeaders(false), kit.MaxBody(1<<20), kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) {
		r.Use(func(next http.Handler) http.Handler {
			return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
				next.ServeHTTP(w, req.WithContext(tenancy.With(req.Context(), scope)))
			})
		})
		mount(r, shell)
	})
	return r
}

// gathered is a town with one case that was completed, one that goes on, and one of an
// item without codes.
func gathered(t *testing.T) (g *gatherer, completed string) {
	t.Helper()
	g = newGatherer(t)
	for i, way := range [][]string{{"accept", "hear", "heard", "pass", "pass", "grant", "deliver"}, {"accept", "pass"}} {
		w := &walk{g: g, t: t, count: map[string]int{}}
		w.file(fmt.Sprint("page", i), i == 1)
		for _, name := range way {
			if !w.do(name) {
				t.Fatal(name)
			}
		}
		if i == 0 {
			completed = w.c.ID
		}
	}
	g.item = g.coded(t, "000116002000", "")
	w := &walk{g: g, t: t, count: map[string]int{}}
	w.file("bare", false)
	g.deliver(t, firstID)
	return g, completed
}

func TestPagesOfDataSets(t *testing.T) {
	t.Parallel()
	g, done := gathered(t)
	watcher := as(t, dbtest.League, "16", policies.Supervisor)
	c := kittest.NewClient(t, g.desk(watcher, t))
	c.Get("/desk/data").Want(http.StatusOK).Doc().Has("tbody", "草原作业许可", "申请 1 · 材料 1 · 受理 1", "处问题", "通过").Has("main", "导出七张表")
	c.Get("/desk/data?finding=missing").Want(http.StatusOK).Doc().Has("tbody", "处问题").Lacks("tbody .badge-success")
	if n := c.Get("/desk/data?table=result").Want(http.StatusOK).Doc().Count("tbody a.ld-code"); n != 1 {
		t.Errorf("%d cases are completed", n)
	}
	c.Get("/desk/data?from=2027-01-01").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件")
	page := c.Get("/desk/data/cases/" + done).Want(http.StatusOK)
	page.Doc().Has("main", "办件申请信息", "办件特别程序信息", "听证", "0 出证办结", "没有缴费记录", "1525")
	if strings.Contains(page.Body, "152502199001010012") || strings.Contains(page.Body, "13800000001") {
		t.Error("the page shows personal data in clear")
	}
	c.Get("/desk/data/fields?table=result").Want(http.StatusOK).Doc().Has("tbody", "办结结果", "4 转报办结")
	c.Get("/desk/data/cases/nonsense").Want(http.StatusNotFound)
	c.Get("/desk/data/cases/" + firstID).Want(http.StatusNotFound)

	sheet := c.Get("/desk/data/tables/apply.xlsx?finding=none").Want(http.StatusOK)
	f, err := excelize.OpenReader(strings.NewReader(sheet.Body))
	if err != nil {
		t.Fatal(err)
	}
	lines, err := f.GetRows("申请")
	if err != nil || len(lines) != 3 || strings.Contains(fmt.Sprint(lines), "152502199001010012") {
		t.Errorf("%d lines, %v", len(lines), err)
	}
	text := c.Get("/desk/data/tables/process.csv").Want(http.StatusOK)
	all, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix([]byte(text.Body), []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil || len(all) != 1+5+2 {
		t.Errorf("%d lines, %v", len(all), err)
	}
	c.Get("/desk/data/tables/colours.csv").Want(http.StatusNotFound)
	var audited int
	err = g.db.InTx(g.root, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select count(*) from audit_rows where action = ?`, policies.DatasetsExport).Scan(ctx, &audited)
	})
	if err != nil || audited != 2 {
		t.Errorf("%d exports in the audit, %v", audited, err)
	}

	elsewhere := kittest.NewClient(t, g.desk(as(t, dbtest.County2, "16", policies.Supervisor), t))
	elsewhere.Get("/desk/data").Want(http.StatusOK).Doc().Has(".ld-empty", "没有符合条件")
	elsewhere.Get("/desk/data/cases/" + done).Want(http.StatusNotFound)
	clerk := kittest.NewClient(t, g.desk(as(t, dbtest.Village, "11", policies.Clerk), t))
	clerk.Get("/desk/data").Want(http.StatusForbidden)
	admin := kittest.NewClient(t, g.desk(as(t, dbtest.League, "17", policies.SystemAdmin), t))
	admin.Get("/desk/data").Want(http.StatusOK).Doc().Lacks("td.ld-actions")
	admin.Get("/desk/data/tables/apply.csv").Want(http.StatusForbidden)
}

// TestPagesOfDataSetsAreAccessible looks at the pages in a browser, wide and narrow.
// With LIANDONG_SHOTS set to a folder it leaves pictures there.
func TestPagesOfDataSetsAreAccessible(t *testing.T) {
	t.Parallel()
	g, done := gathered(t)
	srv := httptest.NewServer(g.desk(as(t, dbtest.League, "16", policies.Supervisor), t))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for name, path := range map[string]string{"data": "/desk/data", "data-case": "/desk/data/cases/" + done, "data-fields": "/desk/data/fields?table=accept"} {
			b.Open(srv.URL + path).Axe(name)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", name, n, width)
			}
			if dir := os.Getenv("LIANDONG_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d.png", name, width)), true)
			}
		}
	}
}
