package signin_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/identity"
)

func TestSignInAndOut(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	c := kittest.NewClient(t, s.h)
	if to := c.Get("/desk/inner?x=1").Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/login?back=%2Fdesk%2Finner%3Fx%3D1" {
		t.Fatalf("sent to %q", to)
	}
	c.Get("/desk/login?back=/desk/inner?x=1").Want(http.StatusOK).Doc().Has("h1", "工作人员登录").Lacks(".ld-tabs")
	c.Post("/desk/login", url.Values{"account": {login}}).Want(http.StatusUnprocessableEntity).Doc().Has("#f-password-error")
	no := c.Post("/desk/login", url.Values{"account": {login}, "password": {"wrong"}, "back": {"/desk/inner?x=1"}}).Want(http.StatusUnprocessableEntity).Doc()
	no.Has(".ld-summary", "账号或密码不正确")
	if no.Attr("#f-account", "value") != login || no.Attr("input[name=back]", "value") != "/desk/inner?x=1" || no.Attr("#f-password", "value") != "" {
		t.Error("the typed account and the way back must stay, the password must not")
	}
	in := c.Post("/desk/login", url.Values{"account": {" " + strings.ToUpper(login) + " "}, "password": {password}, "back": {"/desk/inner?x=1"}}).Want(http.StatusSeeOther)
	if in.Header.Get("Location") != "/desk/inner?x=1" || !strings.Contains(in.Header.Get("Set-Cookie"), "HttpOnly") {
		t.Fatalf("signed in: %v", in.Header)
	}
	c.Get("/desk/inner").Want(http.StatusOK)
	c.Get("/desk/login").Want(http.StatusSeeOther) // there already
	me := c.Get("/desk/me").Want(http.StatusOK)
	me.Doc().Has("h1", "我的账号")
	for _, want := range []string{"其木格", login, "+86139"[3:], "锡林浩特市 · 综合窗口", "未开启"} {
		if !strings.Contains(me.Body, want) {
			t.Errorf("my account lacks %q", want)
		}
	}
	if strings.Contains(me.Body, "+86139") {
		t.Error("the phone is shown in full")
	}
	c.Post("/desk/logout", nil).Want(http.StatusSeeOther)
	c.Get("/desk/inner").Want(http.StatusSeeOther)
	c.Get("/desk/login").Want(http.StatusOK).Doc().Has(".alert-success", "已安全退出")
	if got := s.journal.actions(); got != "refused signed_in signed_out" {
		t.Errorf("recorded %q", got)
	}
}

// A copy of the cookie is worthless after signing out, on this server at once and
// on others after their next poll.
func TestSignOutCountsOnEveryServer(t *testing.T) {
	t.Parallel()
	shared := &feed{}
	here, there := newSite(t, identity.SchemaStaff, "/desk", shared), newSite(t, identity.SchemaStaff, "/desk", shared)
	_, login := here.staff(t)
	c := kittest.NewClient(t, here.h)
	c.Get("/desk/login").Want(http.StatusOK)
	in := c.Post("/desk/login", url.Values{"account": {login}, "password": {password}}).Want(http.StatusSeeOther)
	stolen := http.Header{"Cookie": {identity.CookieName + "=" + sessionCookie(t, in)}}
	a, b := kittest.NewClient(t, here.h), kittest.NewClient(t, there.h)
	a.Do(http.MethodGet, "/desk/inner", nil, stolen).Want(http.StatusOK)
	b.Do(http.MethodGet, "/desk/inner", nil, stolen).Want(http.StatusOK)
	c.Get("/desk/inner").Want(http.StatusOK)
	c.Post("/desk/logout", nil).Want(http.StatusSeeOther)
	if to := a.Do(http.MethodGet, "/desk/inner", nil, stolen).Want(http.StatusSeeOther).Header.Get("Location"); !strings.Contains(to, "expired=1") {
		t.Errorf("sent to %q", to)
	}
	if err := there.revoked.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.Do(http.MethodGet, "/desk/inner", nil, stolen).Want(http.StatusSeeOther)
}

func sessionCookie(t *testing.T, r kittest.Response) string {
	t.Helper()
	for _, line := range r.Header.Values("Set-Cookie") {
		if c, err := http.ParseSetCookie(line); err == nil && c.Name == identity.CookieName {
			return c.Value
		}
	}
	t.Fatal("no session cookie")
	return ""
}

func TestLockOutSaysUntilWhen(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	for _, account := range []string{login, "nobody-" + login} { // known or not: told alike
		c := kittest.NewClient(t, s.h)
		c.Get("/desk/login").Want(http.StatusOK)
		wrong := url.Values{"account": {account}, "password": {"wrong-" + password}}
		for range 4 {
			c.Post("/desk/login", wrong).Want(http.StatusUnprocessableEntity)
		}
		until := s.clock.now().Add(15 * time.Minute)
		locked := c.Post("/desk/login", wrong).Want(http.StatusTooManyRequests)
		locked.Doc().Has(".alert-danger", "已暂时锁定", "之后再试")
		china := time.FixedZone("", 8*3600)
		if !strings.Contains(locked.Body, until.In(china).Format("15:04")) && !strings.Contains(locked.Body, until.Add(time.Minute).In(china).Format("15:04")) {
			t.Errorf("the page does not say until when (%v)", until)
		}
		c.Post("/desk/login", url.Values{"account": {account}, "password": {password}}).Want(http.StatusTooManyRequests)
	}
	s.clock.pass(15*time.Minute + time.Second)
	s.come(t, "/desk", login)
}

func TestDoorsTellStaffAndPersonsApart(t *testing.T) {
	t.Parallel()
	desk, citizen := newSite(t, identity.SchemaStaff, "/desk", nil), newSite(t, identity.SchemaPerson, "/sites/152502000000", nil)
	_, login := desk.staff(t)
	number, tel := citizen.person(t)
	c := kittest.NewClient(t, desk.h)
	c.Get("/desk/login")
	for _, account := range []string{number, tel} {
		c.Post("/desk/login", url.Values{"account": {account}, "password": {password}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "账号或密码不正确")
	}
	c.Get("/desk/login/code").Want(http.StatusNotFound)
	p := kittest.NewClient(t, citizen.h)
	p.Get("/sites/152502000000/login").Want(http.StatusOK).Doc().Has("h1", "个人登录").Has(".ld-tabs", "短信登录")
	p.Post("/sites/152502000000/login", url.Values{"account": {login}, "password": {password}}).Want(http.StatusUnprocessableEntity)
	for _, account := range []string{number, strings.TrimPrefix(tel, "+86")} {
		in := citizen.come(t, "/sites/152502000000", account)
		me := in.Get("/sites/152502000000/me").Want(http.StatusOK)
		if !strings.Contains(me.Body, "152502********0012") || strings.Contains(me.Body, "我的岗位") {
			t.Error("a citizen's page shows her masked number and no posts")
		}
		in.Get("/sites/152502000000/inner").Want(http.StatusOK)
		if to := in.Post("/sites/152502000000/logout", nil).Want(http.StatusSeeOther).Header.Get("Location"); to != "/sites/152502000000/" {
			t.Errorf("signed out to %q", to)
		}
	}
	// A citizen's session, good as it is, opens no desk: both hosts read one cookie.
	q := kittest.NewClient(t, citizen.h)
	q.Get("/sites/152502000000/login")
	in := q.Post("/sites/152502000000/login", url.Values{"account": {number}, "password": {password}})
	foreign := http.Header{"Cookie": {identity.CookieName + "=" + sessionCookie(t, in)}}
	kittest.NewClient(t, desk.h).Do(http.MethodGet, "/desk/inner", nil, foreign).Want(http.StatusSeeOther)
}

func TestShortMessage(t *testing.T) {
	t.Parallel()
	const base = "/sites/152502000000"
	s := newSite(t, identity.SchemaPerson, base, nil)
	_, tel := s.person(t)
	box := mail(t, tel)
	c := kittest.NewClient(t, s.h)
	c.Get(base + "/login/code?back=" + base + "/inner").Want(http.StatusOK).Doc().Has("#f-phone")
	for bad, status := range map[string]int{"": 422, "1380": 422, "not a phone": 422} {
		c.Post(base+"/login/code", url.Values{"phone": {bad}}).Want(status).Doc().Has("#f-phone-error")
	}
	typed := strings.TrimPrefix(tel, "+86")
	sent := c.Post(base+"/login/code", url.Values{"phone": {typed}, "back": {base + "/inner"}}).Want(http.StatusOK).Doc()
	sent.Has("h1", "输入短信验证码").Has("#f-code")
	first := receive(t, box)
	form := url.Values{"phone": {typed}, "back": {base + "/inner"}, "flow": {sent.Attr("input[name=flow]", "value")}}
	again := c.Post(base+"/login/code", form).Want(http.StatusUnprocessableEntity).Doc()
	again.Has("#f-code-error", "之后再获取")
	if again.Attr("input[name=flow]", "value") != form.Get("flow") {
		t.Fatal("asking too soon lost the code already sent")
	}
	c.Post(base+"/login/code/verify", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error")
	form.Set("code", "000000")
	c.Post(base+"/login/code/verify", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "验证码不正确")
	form.Set("code", first[:3]+" "+first[3:])
	in := c.Post(base+"/login/code/verify", form).Want(http.StatusSeeOther)
	if in.Header.Get("Location") != base+"/inner" {
		t.Errorf("came to %q", in.Header.Get("Location"))
	}
	c.Get(base + "/inner").Want(http.StatusOK)

	other := kittest.NewClient(t, s.h)
	other.Get(base + "/login/code")
	other.Post(base+"/login/code/verify", form).Want(http.StatusUnprocessableEntity) // used
	s.clock.pass(61 * time.Second)
	resent := other.Post(base+"/login/code", form).Want(http.StatusOK).Doc()
	form.Set("flow", resent.Attr("input[name=flow]", "value"))
	form.Set("code", receive(t, box))
	other.Post(base+"/login/code/verify", form).Want(http.StatusSeeOther)
	other.Get(base + "/inner").Want(http.StatusOK)
	form.Set("flow", "00000000-0000-4000-8000-000000000000")
	other.Post(base+"/login/code/verify", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "已失效")
}

// A number that nobody owns looks like any other.
func TestShortMessageTellsNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaPerson, "/c", nil)
	c := kittest.NewClient(t, s.h)
	c.Get("/c/login/code")
	typed := strings.TrimPrefix(phone(), "+86")
	d := c.Post("/c/login/code", url.Values{"phone": {typed}}).Want(http.StatusOK).Doc()
	form := url.Values{"phone": {typed}, "flow": {d.Attr("input[name=flow]", "value")}, "code": {"123456"}}
	c.Post("/c/login/code/verify", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "验证码不正确")
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	elsewhere, c := s.come(t, "/desk", login), s.come(t, "/desk", login)
	c.Get("/desk/me/second-factor").Want(http.StatusOK).Doc().Has("#f-old")
	c.Post("/desk/me/second-factor", url.Values{"old": {"wrong"}}).Want(http.StatusUnprocessableEntity).Doc().Has("#f-old-error", "原密码不正确")
	offer := c.Post("/desk/me/second-factor", url.Values{"old": {password}}).Want(http.StatusOK).Doc().Has("svg.ld-qr")
	key, flow := offer.Text(".ld-secret"), offer.Attr("input[name=flow]", "value")
	again := c.Post("/desk/me/second-factor/confirm", url.Values{"flow": {flow}, "code": {"000000"}}).Want(http.StatusUnprocessableEntity).Doc()
	if again.Has("#f-code-error", "验证码不正确").Text(".ld-secret") != key {
		t.Fatal("a wrong code changed the secret on offer")
	}
	now := time.Now()
	used := code(t, key, now)
	c.Post("/desk/me/second-factor/confirm", url.Values{"flow": {flow}, "code": {used}}).Want(http.StatusSeeOther)
	c.Get("/desk/me").Want(http.StatusOK).Doc().Has(".alert-success", "二次验证已开启")
	elsewhere.Get("/desk/inner").Want(http.StatusSeeOther) // came in by the password alone

	half := kittest.NewClient(t, s.h)
	half.Get("/desk/login?back=/desk/inner")
	to := half.Post("/desk/login", url.Values{"account": {login}, "password": {password}, "back": {"/desk/inner"}}).Want(http.StatusSeeOther).Header.Get("Location")
	if to != "/desk/login/second?back=%2Fdesk%2Finner" {
		t.Fatalf("sent to %q", to)
	}
	for _, path := range []string{"/desk/inner", "/desk/me", "/desk/me/second-factor", "/desk/me/password"} {
		if to := half.Get(path).Want(http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(to, "/desk/login/second") {
			t.Errorf("%s with half a session: sent to %q", path, to)
		}
	}
	half.Get("/desk/login").Want(http.StatusOK)
	half.Post("/desk/me/sessions/end", nil).Want(http.StatusSeeOther)
	half.Get(to).Want(http.StatusOK).Doc().Has("h1", "输入动态口令")
	proof := url.Values{"code": {used}, "back": {"/desk/inner"}}
	half.Post("/desk/login/second", proof).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "已使用过")
	proof.Set("code", code(t, key, now.Add(30*time.Second))) // Kratos forgives 30 s
	if to := half.Post("/desk/login/second", proof).Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/inner" {
		t.Errorf("came to %q", to)
	}
	half.Get("/desk/inner").Want(http.StatusOK)
	third := kittest.NewClient(t, s.h)
	third.Get("/desk/login")
	third.Post("/desk/login", url.Values{"account": {login}, "password": {password}})
	third.Get("/desk/login/second").Want(http.StatusOK)
	third.Post("/desk/login/second", proof).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "已使用过")

	half.Get("/desk/me/second-factor/remove").Want(http.StatusOK).Doc().Has("#f-old")
	half.Post("/desk/me/second-factor/remove", url.Values{"old": {"wrong"}}).Want(http.StatusUnprocessableEntity)
	half.Post("/desk/me/second-factor/remove", url.Values{"old": {password}}).Want(http.StatusSeeOther)
	s.come(t, "/desk", login).Get("/desk/inner").Want(http.StatusOK)
}

func TestSecondFactorLocks(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	c := s.come(t, "/desk", login)
	c.Get("/desk/me/second-factor")
	offer := c.Post("/desk/me/second-factor", url.Values{"old": {password}}).Doc()
	c.Post("/desk/me/second-factor/confirm", url.Values{"flow": {offer.Attr("input[name=flow]", "value")}, "code": {code(t, offer.Text(".ld-secret"), time.Now())}}).Want(http.StatusSeeOther)
	half := kittest.NewClient(t, s.h)
	half.Get("/desk/login")
	half.Post("/desk/login", url.Values{"account": {login}, "password": {password}})
	half.Get("/desk/login/second").Want(http.StatusOK)
	for range 4 {
		half.Post("/desk/login/second", url.Values{"code": {"000000"}}).Want(http.StatusUnprocessableEntity)
	}
	half.Post("/desk/login/second", url.Values{"code": {"000000"}}).Want(http.StatusTooManyRequests).Doc().Has(".alert-danger", "之后再试")
	next := code(t, offer.Text(".ld-secret"), time.Now().Add(30*time.Second))
	half.Post("/desk/login/second", url.Values{"code": {next}}).Want(http.StatusTooManyRequests)
	half.Get("/desk/inner").Want(http.StatusSeeOther)
}

func TestChangePassword(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	elsewhere, c := s.come(t, "/desk", login), s.come(t, "/desk", login)
	c.Get("/desk/me/password").Want(http.StatusOK)
	const next = "Blue-Sky-2027"
	for _, bad := range []struct{ old, next, again, field, says string }{
		{"", next, next, "#f-old-error", "不能为空"},
		{"wrong", next, next, "#f-old-error", "原密码不正确"},
		{password, "short1", "short1", "#f-password-error", "八个字符"},
		{password, "onlyletters", "onlyletters", "#f-password-error", "两种"},
		{password, password, password, "#f-password-error", "原密码相同"},
		{password, next, next + "!", "#f-again-error", "不一致"},
		{password, login + "1", login + "1", "#f-password-error", "过于相似"},
	} {
		c.Post("/desk/me/password", url.Values{"old": {bad.old}, "password": {bad.next}, "again": {bad.again}}).
			Want(http.StatusUnprocessableEntity).Doc().Has(bad.field, bad.says)
	}
	c.Post("/desk/me/password", url.Values{"old": {password}, "password": {next}, "again": {next}}).Want(http.StatusSeeOther)
	c.Get("/desk/me").Want(http.StatusOK).Doc().Has(".alert-success", "密码已修改")
	elsewhere.Get("/desk/inner").Want(http.StatusSeeOther)
	fresh := kittest.NewClient(t, s.h)
	fresh.Get("/desk/login")
	fresh.Post("/desk/login", url.Values{"account": {login}, "password": {password}}).Want(http.StatusUnprocessableEntity)
	fresh.Post("/desk/login", url.Values{"account": {login}, "password": {next}}).Want(http.StatusSeeOther)
}

func TestOtherSessions(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	elsewhere, c := s.come(t, "/desk", login), s.come(t, "/desk", login)
	me := c.Get("/desk/me").Want(http.StatusOK)
	if !strings.Contains(me.Body, "127.0.0.1") || !strings.Contains(me.Body, "浏览器（其他系统）") {
		t.Error("the other session is not listed")
	}
	c.Post("/desk/me/sessions/end", nil).Want(http.StatusSeeOther)
	elsewhere.Get("/desk/inner").Want(http.StatusSeeOther)
	c.Get("/desk/inner").Want(http.StatusOK)
}

func TestExpiredSessionReturnsToWhereSheWas(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	c := s.come(t, "/desk", login)
	c.Get("/desk/me").Want(http.StatusOK)
	s.clock.pass(identity.Idle + time.Second)
	form := http.Header{"Referer": {c.URL + "/desk/inner?page=2"}}
	lost := c.Do(http.MethodGet, "/desk/inner?page=2", nil, nil).Want(http.StatusSeeOther).Header.Get("Location")
	if lost != "/desk/login?back=%2Fdesk%2Finner%3Fpage%3D2&expired=1" {
		t.Fatalf("sent to %q", lost)
	}
	c.Get(lost).Want(http.StatusOK).Doc().Has(".ld-door .alert-warning", "重新登录")
	if to := c.Post("/desk/login", url.Values{"account": {login}, "password": {password}, "back": {"/desk/inner?page=2"}}).Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/inner?page=2" {
		t.Errorf("came to %q", to)
	}
	// So does a form, although its token was bound to the session that ended.
	token := c.Get("/desk/me/password").Want(http.StatusOK).Doc().Attr("input[name=csrf_token]", "value")
	s.clock.pass(identity.Idle + time.Second)
	form.Set("Referer", c.URL+"/desk/me/password")
	if to := c.Do(http.MethodPost, "/desk/me/password", url.Values{"csrf_token": {token}}, form).Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/me/password" {
		t.Errorf("the form leads to %q", to)
	}
	if to := c.Get("/desk/me/password").Want(http.StatusSeeOther).Header.Get("Location"); to != "/desk/login?back=%2Fdesk%2Fme%2Fpassword&expired=1" {
		t.Errorf("and its page to %q", to)
	}
	form.Set("Hx-Request", "true")
	if to := c.Do(http.MethodGet, "/desk/inner/part", nil, form); to.Status == http.StatusOK {
		t.Error("a fragment for nobody")
	}
}

// A fragment asked for by htmx makes the whole page go to the sign-in, and back to
// the page it stood on; so does a form.
func TestFragmentsAndFormsComeBackToTheirPage(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	c := kittest.NewClient(t, s.h)
	part := c.Do(http.MethodGet, "/desk/inner", nil, http.Header{"Hx-Request": {"true"}, "Hx-Current-Url": {c.URL + "/desk/me?a=b"}}).Want(http.StatusNoContent)
	if to := part.Header.Get("HX-Redirect"); to != "/desk/login?back=%2Fdesk%2Fme%3Fa%3Db" {
		t.Errorf("HX-Redirect %q", to)
	}
	c.Get("/desk/login")
	for from, want := range map[string]string{c.URL + "/desk/me": "/desk/login?back=%2Fdesk%2Fme", "https://evil.example/x": "/desk/login", "": "/desk/login"} {
		token := c.Get("/desk/login").Doc().Attr("input[name=csrf_token]", "value")
		got := c.Do(http.MethodPost, "/desk/inner", url.Values{"csrf_token": {token}}, http.Header{"Referer": {from}}).Want(http.StatusSeeOther).Header.Get("Location")
		if got != want {
			t.Errorf("from %q sent to %q, want %q", from, got, want)
		}
	}
}

func TestForgedCookiesOpenNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	c := kittest.NewClient(t, s.h)
	c.Get("/desk/login")
	good := sessionCookie(t, c.Post("/desk/login", url.Values{"account": {login}, "password": {password}}))
	other, err := identity.NewCookies([]byte(strings.Repeat("x", 32)), false)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := identity.NewSessions(other, s.client.Verifier(), s.client, s.revoked, s.clock.now).Seal(identity.Session{Token: "t", JWT: "j"})
	if err != nil {
		t.Fatal(err)
	}
	flipped := []byte(good)
	flipped[len(flipped)/2] ^= 1
	for _, value := range []string{"", "x", foreign, string(flipped), good[:len(good)-4], strings.Repeat("A", 3000)} {
		v := kittest.NewClient(t, s.h)
		v.Do(http.MethodGet, "/desk/inner", nil, http.Header{"Cookie": {identity.CookieName + "=" + value}}).Want(http.StatusSeeOther)
	}
	kittest.NewClient(t, s.h).Do(http.MethodGet, "/desk/inner", nil, http.Header{"Cookie": {identity.CookieName + "=" + good}}).Want(http.StatusOK)
}

func TestFormsNeedTheirToken(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaPerson, "/c", nil)
	number, _ := s.person(t)
	in := s.come(t, "/c", number)
	for _, path := range []string{"/c/login", "/c/login/code", "/c/login/code/verify", "/c/login/second", "/c/logout", "/c/me/password", "/c/me/second-factor", "/c/me/second-factor/confirm", "/c/me/second-factor/remove", "/c/me/sessions/end"} {
		in.Do(http.MethodPost, path, url.Values{}, nil).Want(http.StatusForbidden)
		in.Do(http.MethodPost, path, url.Values{"csrf_token": {"a.b"}}, nil).Want(http.StatusForbidden)
	}
	in.Get("/c/inner").Want(http.StatusOK)
}

func TestBackStaysOnThisHost(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	_, login := s.staff(t)
	for _, evil := range []string{
		"https://evil.example/", "//evil.example", `/\evil.example`, "/\t/evil.example", "javascript:alert(1)", "evil", "",
		"/desk/login", "/desk/login/second?back=/x", "/desk/logout", "/desk/" + strings.Repeat("a", 3000),
	} {
		c := kittest.NewClient(t, s.h)
		page := c.Get("/desk/login?back=" + url.QueryEscape(evil)).Want(http.StatusOK).Doc()
		if got := page.Attr("input[name=back]", "value"); got != "/desk/" {
			t.Errorf("%q: the form goes back to %q", evil, got)
		}
		if got := c.Post("/desk/login", url.Values{"account": {login}, "password": {password}, "back": {evil}}).Want(http.StatusSeeOther).Header.Get("Location"); got != "/desk/" {
			t.Errorf("%q: sent to %q", evil, got)
		}
	}
}

// Signing in anew ends the session that the browser carried before: here that of a
// citizen who comes to the desk on the same host.
func TestSigningInEndsTheEarlierSession(t *testing.T) {
	t.Parallel()
	shared := &feed{}
	citizen, desk := newSite(t, identity.SchemaPerson, "/c", shared), newSite(t, identity.SchemaStaff, "/desk", shared)
	number, _ := citizen.person(t)
	_, login := desk.staff(t)
	c, d := kittest.NewClient(t, citizen.h), kittest.NewClient(t, desk.h)
	c.Get("/c/login")
	hers := http.Header{"Cookie": {identity.CookieName + "=" + sessionCookie(t, c.Post("/c/login", url.Values{"account": {number}, "password": {password}}))}}
	token := d.Do(http.MethodGet, "/desk/login", nil, hers).Want(http.StatusOK).Doc().Attr("input[name=csrf_token]", "value")
	d.Do(http.MethodPost, "/desk/login", url.Values{"csrf_token": {token}, "account": {login}, "password": {password}}, hers).Want(http.StatusSeeOther)
	if err := citizen.revoked.Poll(t.Context()); err != nil {
		t.Fatal(err)
	}
	c.Get("/c/inner").Want(http.StatusSeeOther)
	d.Get("/desk/inner").Want(http.StatusOK)
}

func TestDisabledAccount(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaStaff, "/desk", nil)
	id, login := s.staff(t)
	if err := s.client.SetActive(t.Context(), id, false); err != nil {
		t.Fatal(err)
	}
	c := kittest.NewClient(t, s.h)
	c.Get("/desk/login")
	c.Post("/desk/login", url.Values{"account": {login}, "password": {password}}).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "已停用")
}
