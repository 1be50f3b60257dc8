package web_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	cases "liandong/modules/cases/events"
	"liandong/modules/notices"
	noticesweb "liandong/modules/notices/web"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
)

const citizen = "00000000-0000-7000-8000-0000000000c1"

type phones struct{}

func (phones) CasePhone(context.Context, *db.Tx, tenancy.ID, string) (string, error) { return "", nil }

type office struct {
	t   *testing.T
	db  *db.DB
	svc *notices.Service
	sim *notices.Simulator
}

func newOffice(t *testing.T) *office {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: dbtest.New(t)}
	o.svc = notices.New(o.db, engine, notices.Asks{Contacts: phones{}, Sealer: sealer, Words: noticesweb.SMSText}, nil)
	o.sim = notices.NewSimulator(o.db, engine, sealer, true)
	c := cases.Case{CaseID: db.NewID(), Tenant: dbtest.Village, No: "152502200200202603040001", ItemName: "草原作业许可", Subject: citizen, AtTenant: dbtest.County, StepName: "旗县审查", StepPost: "reviewer", Outcome: "granted"}
	for _, e := range []db.Event{cases.CaseFiled{Case: c}, cases.CaseAccepted{Case: c}, cases.CaseArrived{Case: c}, cases.CaseUrged{Case: c}, cases.CaseDecided{Case: c}} {
		o.deliver(e)
	}
	return o
}

func (o *office) deliver(e db.Event) {
	o.t.Helper()
	body, err := json.Marshal(e)
	if err != nil {
		o.t.Fatal(err)
	}
	if err := o.db.InTx(dbtest.As(o.t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		return o.svc.On(ctx, tx, db.Delivery{ID: db.NewID(), Tenant: dbtest.Village, Name: e.EventName(), Body: body})
	}); err != nil {
		o.t.Fatal(err)
	}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// site serves the pages under base; a citizen's site lives below /sites/x.
func (o *office) site(ctx context.Context, base string) http.Handler {
	scope, err := tenancy.From(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	secret := []byte("0123456789abcdef0123456789abcdef")
	shell := kit.Shell{Log: quiet(), Flash: kit.Flasher{Secret: secret}, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		if base == "" {
			return kit.CitizenLayout(kit.SiteView{Name: "锡林郭勒盟政务服务网"}, p)
		}
		return kit.DeskLayout(kit.DeskView{
			Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "审查", User: kit.UserView{Name: "乌兰", Logout: "/logout"},
			Menu: []kit.NavGroup{{Items: []kit.NavItem{{Key: "notices", Label: "消息通知", Href: "/desk/notices", Icon: "bell"}, {Key: "sms", Label: "模拟短信", Href: "/desk/sms", Icon: "message"}}}},
		}, p)
	}}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.CSRF(kit.CSRFOptions{Secret: secret}), func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx := tenancy.With(r.Context(), scope)
			if base == "" {
				ctx = visit.WithSite(ctx, visit.Site{Tenant: dbtest.Village, Base: "/sites/x"})
			}
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	})
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	prefix := base
	if base == "" {
		prefix = "/sites/x"
	}
	r.Route(prefix, func(r chi.Router) {
		noticesweb.Mount(r, noticesweb.Deps{Service: o.svc, Shell: shell, Base: base, Home: kit.Crumb{Label: "首页", Href: "/"}})
		noticesweb.MountInbox(r, noticesweb.InboxDeps{Simulator: o.sim, Shell: shell, Base: base, Home: kit.Crumb{Label: "工作台", Href: "/desk"}})
	})
	return r
}

func (o *office) person() context.Context {
	return dbtest.WithActor(o.t, dbtest.Village, tenancy.Actor{Kind: tenancy.Person, ID: citizen, Name: "其其格"})
}

func TestDeskReadsItsNotices(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := kittest.NewClient(t, o.site(dbtest.As(t, dbtest.County, tenancy.Staff, "reviewer"), "/desk"))
	doc := c.Get("/desk/notices").Want(http.StatusOK).Doc().Has("tbody tr", "收到催办", "草原作业许可", "旗县审查", "未读")
	if n := doc.Count("tbody tr"); n != 3 {
		t.Errorf("%d notices, want 3", n)
	}
	link := doc.Attr("tbody tr td a", "href")
	if to := c.Get(link).Want(http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(to, "/desk/cases/") {
		t.Errorf("leads to %s", to)
	}
	doc = c.Get("/desk/notices?tab=unread").Want(http.StatusOK).Doc()
	if n := doc.Count("tbody tr"); n != 2 {
		t.Errorf("%d unread, want 2", n)
	}
	c.Post(doc.Attr("tbody tr form", "action"), nil).Want(http.StatusSeeOther)
	c.Post("/desk/notices/read", nil).Want(http.StatusSeeOther)
	c.Get("/desk/notices?tab=unread").Want(http.StatusOK).Doc().Has(".ld-empty", "没有消息").Lacks("form[action=/desk/notices/read]")
	c.Get("/desk/notices").Doc().Has("tbody tr", "tester 已读")
	c.Get("/desk/notices/nonsense").Want(http.StatusNotFound)
	c.Get("/desk/notices/" + db.NewID()).Want(http.StatusNotFound)
}

func TestCitizenReadsHerNotices(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	c := kittest.NewClient(t, o.site(o.person(), ""))
	doc := c.Get("/sites/x/notices").Want(http.StatusOK).Doc().Has("tbody tr", "已作出决定", "准予")
	if to := c.Get(doc.Attr("tbody tr td a", "href")).Want(http.StatusSeeOther).Header.Get("Location"); !strings.HasPrefix(to, "/sites/x/cases/") {
		t.Errorf("leads to %s", to)
	}
	c.Post("/sites/x/notices/read", nil).Want(http.StatusSeeOther)
	kittest.NewClient(t, o.site(dbtest.As(t, dbtest.Village, tenancy.Public), "")).Get("/sites/x/notices").Want(http.StatusForbidden)
}

func TestInboxPage(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for _, m := range [][3]string{{notices.FromLogin, "13800000001", "验证码 123456"}, {notices.FromNotice, "13900000002", "已受理"}} {
		if _, err := o.sim.Receive(t.Context(), m[0], m[1], m[2]); err != nil {
			t.Fatal(err)
		}
	}
	c := kittest.NewClient(t, o.site(dbtest.As(t, dbtest.County, tenancy.Staff, policies.SystemAdmin), "/desk"))
	c.Get("/desk/sms").Want(http.StatusOK).Doc().Has("main .alert p", "模拟").Has("tbody tr", "13900000002", "已受理")
	if n := c.Get("/desk/sms?source=login&q=1234").Want(http.StatusOK).Doc().Count("tbody tr"); n != 1 {
		t.Errorf("%d messages, want 1", n)
	}
	kittest.NewClient(t, o.site(dbtest.As(t, dbtest.County, tenancy.Staff, policies.Clerk), "/desk")).Get("/desk/sms").Want(http.StatusForbidden)
}

// Whatever may be told has its words: no key of the catalogue reaches a reader.
func TestEveryKindHasWords(t *testing.T) {
	t.Parallel()
	for _, kind := range notices.Kinds() {
		for _, part := range []string{".title", ".body"} {
			if !text.Has("notices." + kind + part) {
				t.Errorf("no words for notices.%s%s", kind, part)
			}
		}
	}
	for _, kind := range notices.SMSKinds() {
		if got := noticesweb.SMSText(kind, map[string]string{"item": "草原作业许可", "no": "1", "step": "s", "outcome": "granted"}); strings.ContainsAny(got, "{}") || strings.HasPrefix(got, "notices.") {
			t.Errorf("message %s says %q", kind, got)
		}
	}
}

// With NOTICES_SHOTS set to a folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	if _, err := o.sim.Receive(t.Context(), notices.FromLogin, "13800000001", "验证码 123456，5 分钟内有效。请勿告诉他人。"); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]struct {
		ctx  context.Context
		base string
		path string
	}{
		"desk":    {dbtest.As(t, dbtest.County, tenancy.Staff, "reviewer"), "/desk", "/desk/notices"},
		"citizen": {o.person(), "", "/sites/x/notices"},
		"sms":     {dbtest.As(t, dbtest.County, tenancy.Staff, policies.SystemAdmin), "/desk", "/desk/sms"},
	} {
		srv := httptest.NewServer(o.site(s.ctx, s.base))
		t.Cleanup(srv.Close)
		b := kittest.NewBrowser(t)
		for _, width := range []int64{1440, 390} {
			b.Size(width, 900).Open(srv.URL + s.path).Axe(name)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", name, n, width)
			}
			if dir := os.Getenv("NOTICES_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, name+"-"+strconv.FormatInt(width, 10)+".png"), true)
			}
		}
	}
}
