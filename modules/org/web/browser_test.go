package web_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestPagesAreAccessible looks at the main pages in a browser, wide and narrow.
// With ORG_SHOTS set to a folder it leaves pictures there.
func TestPagesAreAccessible(t *testing.T) {
	t.Parallel()
	w, county := staffed(t)
	w.person("naren", "娜仁")
	post := w.post("league", dbtest.League, "行政审批和政务服务局", "综合窗口", "clerk", "reviewer")
	at := "/desk/tenants/" + dbtest.County.String()
	desk := w.desk(w.scope("league"))
	kittest.NewClient(t, desk).Get("/desk/org/grants").Want(http.StatusOK)
	srv := httptest.NewServer(desk)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	main := []string{
		"/desk/org/grants", "/desk/org/grants/new?tenant=" + dbtest.Township2.String() + "&who=naren", "/desk/org/grants/" + county.ID + "/revoke", "/desk/org/staff",
		"/desk/org/departments?tenant=" + dbtest.County.String(), at, "/desk/tenants/import",
	}
	if os.Getenv("ORG_SHOTS") != "" {
		main = append(main, "/desk/org/grants/new?tq=锡林", "/desk/org/grants/"+county.ID, "/desk/org/posts/"+post.ID+"/assign?who=naren", "/desk/org/people/new", "/desk/org/posts/"+post.ID,
			"/desk/tenants", at+"/new", at+"/edit", at+"/move", at+"/merge?to="+dbtest.County2.String(), at+"/history")
	}
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for _, path := range main {
			name := strings.NewReplacer("/desk/", "", "/", "_", "?", "-", "=", "-", "&", "-", county.ID, "id", post.ID, "id").Replace(path) + map[int64]string{1440: "-wide", 390: "-phone"}[width]
			b.Open(srv.URL + path).Axe(name)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide", name, n)
			}
			if dir := os.Getenv("ORG_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, name+".png"), true)
			}
		}
	}
}
