package queues_test

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/desk/queues"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/fault"
)

func now() time.Time { return time.Date(2026, 3, 4, 2, 0, 0, 0, time.UTC) }

// source is a background that stands still; it keeps what it was asked to do.
type source struct {
	board queues.Board
	list  []queues.Failure
	away  bool
	may   error
	did   []string
}

func (s *source) Board(context.Context) (queues.Board, error) { return s.board, s.may }

func (s *source) Failures(context.Context) ([]queues.Failure, error) {
	if s.away {
		return nil, fault.New(fault.Unavailable, "jobs.redis_away")
	}
	return s.list, s.may
}

func (s *source) Retry(_ context.Context, queue, id string) error {
	s.did = append(s.did, "retry "+queue+" "+id)
	return nil
}

func (s *source) GiveUp(_ context.Context, queue, id string) error {
	s.did = append(s.did, "give up "+queue+" "+id)
	return nil
}

func busy() *source {
	done := now().Add(-time.Minute)
	return &source{
		board: queues.Board{
			Workers: 2, Waiting: 1, Open: 3, Oldest: now().Add(-5 * time.Minute),
			Queues: []queues.Queue{{Name: "events", Pending: 2, Retry: 1, Archived: 1, ProcessedToday: 1024, FailedToday: 9}, {Name: "slow"}},
			Schedules: []queues.Schedule{
				{Name: "audit.seal", Every: time.Minute, NextAt: now(), FinishedAt: &done, Runs: 12},
				{Name: "supervision.sweep", Every: time.Minute, NextAt: now(), FinishedAt: &done, Runs: 12, Failures: 3, Error: "connect: connection refused"},
			},
		},
		list: []queues.Failure{
			{Queue: "events", ID: "0190.notices", Event: "cases.accepted", TenantName: "第一嘎查", Subscriber: "notices", Error: "notices.gateway_away: dial tcp 10.0.0.1:443: connect: connection refused", Tries: 12, Most: 12, Aside: true, FailedAt: done},
			{Queue: "events", ID: "0191.notices", Event: "cases.filed", TenantName: "第二嘎查", Subscriber: "notices", Error: "lost race", Tries: 2, Most: 12, FailedAt: now(), NextAt: now().Add(time.Minute)},
		},
	}
}

func site(s queues.Source) http.Handler {
	secret := []byte("0123456789abcdef0123456789abcdef")
	shell := kit.Shell{Log: slog.New(slog.DiscardHandler), Density: kit.Dense, Flash: kit.Flasher{Secret: secret}, Layout: func(_ *http.Request, p kit.Page) templ.Component {
		return kit.DeskLayout(kit.DeskView{
			Brand: "政务服务平台", Tenant: "锡林浩特市", Post: "系统管理员", User: kit.UserView{Name: "乌兰", Logout: "/logout"},
			Menu: []kit.NavGroup{{Items: []kit.NavItem{{Key: "jobs", Label: "后台任务", Href: "/desk/jobs", Icon: "server"}}}},
		}, p)
	}}
	r := chi.NewRouter()
	r.Use(kit.RequestID, kit.CSRF(kit.CSRFOptions{Secret: secret}))
	r.Handle(kit.AssetsPath+"*", kit.Assets())
	r.Route("/desk", func(r chi.Router) {
		queues.Mount(r, queues.Deps{Source: s, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: "工作台", Href: "/desk"}, Now: now})
	})
	return r
}

func TestPage(t *testing.T) {
	t.Parallel()
	s := busy()
	c := kittest.NewClient(t, site(s))
	doc := c.Get("/desk/jobs").Want(http.StatusOK).Doc().Has("main", "5 分钟", "1024", "审计封存", "连续失败 3 次", "办件受理", "已搁置")
	c.Post(doc.Attr("form.ld-inline[data-once]", "action"), nil).Want(http.StatusSeeOther)
	c.Get("/desk/jobs").Want(http.StatusOK).Doc().Has(".alert", "已安排重试")
	c.Get("/desk/jobs?state=aside").Doc().Has("main", "第一嘎查")
	if body := c.Get("/desk/jobs?state=aside").Body; strings.Contains(body, "第二嘎查") {
		t.Error("the filter lets other states through")
	}
	c.Post("/desk/jobs/events/0190.notices/give-up", nil).Want(http.StatusOK).Doc().Has("main", "放弃这个任务？")
	c.Post("/desk/jobs/events/0190.notices/give-up", map[string][]string{"confirmed": {"1"}}).Want(http.StatusSeeOther)
	if got := strings.Join(s.did, ","); got != "retry events 0191.notices,give up events 0190.notices" {
		t.Errorf("did %s", got)
	}
}

func TestPageWithoutRedis(t *testing.T) {
	t.Parallel()
	s := busy()
	s.board.Redis, s.board.Queues, s.away = "refused", nil, true
	kittest.NewClient(t, site(s)).Get("/desk/jobs").Want(http.StatusOK).Doc().Has("main .alert-danger", "不会丢失").Has("main", "审计封存", "没有失败的任务")
}

func TestPageRefuses(t *testing.T) {
	t.Parallel()
	s := busy()
	s.may = fault.New(fault.Forbidden, "forbidden")
	kittest.NewClient(t, site(s)).Get("/desk/jobs").Want(http.StatusForbidden)
}

// With JOBS_SHOTS set to a folder it leaves pictures there.
func TestPageInABrowser(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(site(busy()))
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900).Open(srv.URL + "/desk/jobs").Axe("jobs")
		if n := b.Overflow(); n > 0 {
			t.Errorf("%d px too wide at %d", n, width)
		}
		if dir := os.Getenv("JOBS_SHOTS"); dir != "" {
			b.Screenshot(filepath.Join(dir, "jobs-"+strconv.FormatInt(width, 10)+".png"), true)
		}
	}
}
