package signin_test

import (
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/identity"
)

// look checks the open page wide, narrow and in the senior version, and leaves
// pictures in SIGNIN_SHOTS when that is set.
func look(t *testing.T, b *kittest.Browser, name string) {
	t.Helper()
	for _, c := range []struct {
		size  string
		width int64
	}{{"wide", 1440}, {"phone", 390}} {
		b.Size(c.width, 900)
		b.Axe(name + " " + c.size)
		if n := b.Overflow(); n > 0 {
			t.Errorf("%s (%s) is %d px too wide", name, c.size, n)
		}
		if dir := os.Getenv("SIGNIN_SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, strings.ReplaceAll(name, " ", "-")+"-"+c.size+".png"), true)
		}
	}
	b.Size(1440, 900)
}

// submit sends the main form of the open page after filling in fields by id, and
// waits for the next page.
func submit(b *kittest.Browser, fields map[string]string) {
	for id, value := range fields {
		b.Do(chromedp.SetValue("#"+id, value))
	}
	b.Eval(`document.body.dataset.left = "1"`)
	b.Do(chromedp.Click("form.ld-form button[type=submit]"), chromedp.WaitReady("body:not([data-left])"))
}

func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	srv := httptest.NewServer(s.h)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Open(srv.URL + "/desk/login?expired=1&back=" + url.QueryEscape("/desk/me"))
	look(t, b, "login expired")
	submit(b, map[string]string{"f-account": login, "f-password": "wrong"})
	look(t, b, "login refused")
	s.come(t, "/desk", login) // another device
	submit(b, map[string]string{"f-account": login, "f-password": password})
	look(t, b, "me")
	look(t, b.Open(srv.URL+"/desk/me/password"), "password")
	b.Open(srv.URL + "/desk/me/second-factor")
	look(t, b, "factor")
	submit(b, map[string]string{"f-old": password})
	look(t, b, "factor offer")
	if got := b.Eval(`document.querySelectorAll("svg.ld-qr path").length`); got != "1" {
		t.Errorf("%s QR codes", got)
	}
}

func TestCitizenPagesInABrowser(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaPerson, "/c", nil)
	srv := httptest.NewServer(s.h)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Open(srv.URL + "/c/login")
	look(t, b, "citizen login")
	look(t, b.Open(srv.URL+"/c/login/code"), "citizen phone")
	submit(b, map[string]string{"f-phone": strings.TrimPrefix(phone(), "+86")})
	look(t, b, "citizen code")
	b.Open(srv.URL + "/c/register")
	look(t, b, "citizen register")
	submit(b, map[string]string{"f-name": "萨仁", "f-number": "1"})
	look(t, b, "citizen register refused")
	look(t, b.Open(srv.URL+"/c/recover"), "citizen recover")
	submit(b, map[string]string{"f-phone": strings.TrimPrefix(phone(), "+86")})
	look(t, b, "citizen recover code")
	b.Open(srv.URL + "/c/login")
	for range 5 {
		submit(b, map[string]string{"f-account": "15250219900101999X", "f-password": "wrong"})
	}
	look(t, b, "citizen locked")
}
