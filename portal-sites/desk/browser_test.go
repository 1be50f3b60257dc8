package desk_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/identity"
)

// TestPagesInABrowser opens the pages wide, narrow and in the senior version. With
// DESK_SHOTS set to a folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	clerk := o.hire("其木格")
	o.post("政务服务局", "综合窗口", clerk, policies.Clerk)
	o.post("林业和草原局", "事项管理岗", clerk, policies.ItemEditor)
	srv := httptest.NewServer(o.h)
	t.Cleanup(srv.Close)
	for name, who := range map[string]string{"clerk": clerk.Login, "admin": o.league.Login, "nobody": o.hire("新来的").Login} {
		value := o.cookie(who)
		for _, c := range []struct {
			size  string
			width int64
			elder string
		}{{"wide", 1440, "0"}, {"phone", 390, "0"}, {"elder", 1440, "1"}} {
			t.Run(name+" "+c.size, func(t *testing.T) {
				t.Parallel()
				b := kittest.NewBrowser(t).Size(c.width, 900).Cookie(srv.URL, identity.CookieName, value).Cookie(srv.URL, "ld_elder", c.elder)
				for _, path := range paths(name) {
					b.Open(srv.URL + path).Axe(path + " " + name + " " + c.size)
					if n := b.Overflow(); n > 0 {
						t.Errorf("%s (%s) is %d px too wide", path, c.size, n)
					}
					if dir := os.Getenv("DESK_SHOTS"); dir != "" {
						b.Screenshot(filepath.Join(dir, name+"-"+c.size+strings.NewReplacer("/", "_", "?", "-", "=", "-").Replace(path)+".png"), true)
					}
				}
			})
		}
	}
}

func paths(name string) []string {
	if name == "clerk" {
		return []string{"/desk", "/desk/help", "/desk/help/cases", "/desk/help/keyboard", "/desk/help/who", "/desk/help/who?role=all", "/desk/me", "/desk/no-such-page"}
	}
	return []string{"/desk", "/desk/me", "/desk/org/accounts"}
}

// cookie is the session of somebody who signs in.
func (o *office) cookie(login string) string {
	o.t.Helper()
	c := kittest.NewClient(o.t, o.h)
	c.Get("/desk/login")
	in := c.Post("/desk/login", url.Values{"account": {login}, "password": {password}}).Want(http.StatusSeeOther)
	for _, line := range in.Header.Values("Set-Cookie") {
		if k, err := http.ParseSetCookie(line); err == nil && k.Name == identity.CookieName {
			return k.Value
		}
	}
	o.t.Fatal("no session cookie")
	return ""
}
