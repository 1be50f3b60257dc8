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

// idNumber makes a number with a right check character (GB 11643).
func idNumber() string {
	s := "152502" + "19900101" + phone()[6:9]
	sum := 0
	for i, w := range []int{7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2} {
		sum += w * int(s[i]-'0')
	}
	return s + string("10X98765432"[sum%11])
}

func TestRegister(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaPerson, "/c", nil)
	tel, number := strings.TrimPrefix(phone(), "+86"), idNumber()
	box := mail(t, "+86"+tel)
	c := kittest.NewClient(t, s.h)
	c.Get("/c/login").Want(http.StatusOK)
	c.Get("/c/register?back=/c/inner").Want(http.StatusOK).Doc().Has("h1", "注册账号")
	c.Post("/c/register", url.Values{}).Want(http.StatusUnprocessableEntity).Doc().Has("#f-name-error").Has("#f-number-error").Has("#f-phone-error").Has("#f-agree-error", "勾选同意")
	form := url.Values{"name": {"萨仁图雅"}, "number": {"152502199001010000"}, "phone": {"123"}, "agree": {"1"}, "back": {"/c/inner"}}
	c.Post("/c/register", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-number-error", "逐位核对").Has("#f-phone-error")
	form.Set("number", strings.ToLower(number))
	form.Set("phone", tel)
	sent := c.Post("/c/register", form).Want(http.StatusOK).Doc().Has("h1", "完成注册")
	form.Set("flow", sent.Attr("input[name=flow]", "value"))
	c.Post("/c/register", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "之后再获取")
	code := receive(t, box)
	form.Set("code", "000000")
	form.Set("password", "Blue"+tel[3:])
	form.Set("again", "Blue"+tel[3:])
	c.Post("/c/register/finish", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-password-error", "过于相似")
	form.Set("password", password)
	c.Post("/c/register/finish", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-again-error", "不一致")
	form.Set("again", password)
	c.Post("/c/register/finish", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-code-error", "验证码不正确")
	form.Set("code", code)
	if to := c.Post("/c/register/finish", form).Want(http.StatusSeeOther).Header.Get("Location"); to != "/c/inner" {
		t.Errorf("came to %q", to)
	}
	if me := c.Get("/c/me").Want(http.StatusOK); !strings.Contains(me.Body, "萨仁图雅") {
		t.Error("she is not who she said")
	}
	for _, account := range []string{number, strings.ToLower(number), tel} {
		s.come(t, "/c", account)
	}
	// Once more, with the phone in hand, tells that there is an account.
	s.clock.pass(61 * time.Second)
	again := kittest.NewClient(t, s.h)
	again.Get("/c/register")
	form.Set("flow", again.Post("/c/register", form).Want(http.StatusOK).Doc().Attr("input[name=flow]", "value"))
	form.Set("code", receive(t, box))
	again.Post("/c/register/finish", form).Want(http.StatusConflict).Doc().Has(".ld-summary", "已注册")
	again.Get("/c/inner").Want(http.StatusSeeOther)
}

// Half a registration is no account: no door opens to it.
func TestUnfinishedRegistrationOpensNothing(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaPerson, "/c", nil)
	tel := strings.TrimPrefix(phone(), "+86")
	box := mail(t, "+86"+tel)
	c := kittest.NewClient(t, s.h)
	c.Get("/c/register")
	c.Post("/c/register", url.Values{"name": {"萨仁"}, "number": {idNumber()}, "phone": {tel}, "agree": {"1"}}).Want(http.StatusOK)
	receive(t, box)
	s.clock.pass(61 * time.Second)
	flow := c.Post("/c/login/code", url.Values{"phone": {tel}}).Want(http.StatusOK).Doc().Attr("input[name=flow]", "value")
	code := url.Values{"phone": {tel}, "flow": {flow}, "code": {receive(t, box)}}
	c.Post("/c/login/code/verify", code).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "先注册")
	c.Get("/c/inner").Want(http.StatusSeeOther)
}

func TestRecover(t *testing.T) {
	t.Parallel()
	s := newSite(t, identity.SchemaPerson, "/c", nil)
	_, tel := s.person(t)
	box := mail(t, tel)
	elsewhere := s.come(t, "/c", tel)
	c := kittest.NewClient(t, s.h)
	c.Get("/c/recover").Want(http.StatusOK).Doc().Has("h1", "找回密码")
	c.Post("/c/recover", nil).Want(http.StatusUnprocessableEntity).Doc().Has("#f-phone-error")
	form := url.Values{"phone": {strings.TrimPrefix(tel, "+86")}}
	form.Set("flow", c.Post("/c/recover", form).Want(http.StatusOK).Doc().Attr("input[name=flow]", "value"))
	form.Set("code", receive(t, box))
	form.Set("password", "short1")
	form.Set("again", "short1")
	c.Post("/c/recover/finish", form).Want(http.StatusUnprocessableEntity).Doc().Has("#f-password-error")
	form.Set("password", "Blue-Sky-2027")
	form.Set("again", "Blue-Sky-2027")
	c.Post("/c/recover/finish", form).Want(http.StatusSeeOther)
	c.Get("/c/inner").Want(http.StatusOK)
	elsewhere.Get("/c/inner").Want(http.StatusSeeOther)

	// Who has a second factor does not lose it to whoever holds the phone.
	c.Get("/c/me/second-factor")
	offer := c.Post("/c/me/second-factor", url.Values{"old": {"Blue-Sky-2027"}}).Want(http.StatusOK).Doc()
	c.Post("/c/me/second-factor/confirm", url.Values{"flow": {offer.Attr("input[name=flow]", "value")}, "code": {code(t, offer.Text(".ld-secret"), time.Now())}}).Want(http.StatusSeeOther)
	s.clock.pass(61 * time.Second)
	thief := kittest.NewClient(t, s.h)
	thief.Get("/c/recover")
	form.Set("flow", thief.Post("/c/recover", form).Want(http.StatusOK).Doc().Attr("input[name=flow]", "value"))
	form.Set("code", receive(t, box))
	form.Set("password", "Thief-Sky-2028")
	form.Set("again", "Thief-Sky-2028")
	thief.Post("/c/recover/finish", form).Want(http.StatusConflict).Doc().Has(".ld-summary", "二次验证")
	thief.Get("/c/inner").Want(http.StatusSeeOther)

	desk := newSite(t, identity.SchemaStaff, "/desk", nil)
	for _, path := range []string{"/desk/register", "/desk/recover"} {
		kittest.NewClient(t, desk.h).Get(path).Want(http.StatusNotFound)
	}
}
