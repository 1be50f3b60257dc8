package wire

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"sync/atomic"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"

	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// stand is an installation that people use in browsers: pages, jobs, and a clock
// that can be moved. Journeys through it click and type; nothing else changes it
// once they have begun.
type stand struct {
	*trial

	site   string // where the pages are, "http://127.0.0.1:port"
	ahead  atomic.Int64
	window *kittest.Browser
}

func newStand(t *testing.T) *stand {
	t.Helper()
	s := &stand{}
	srv := httptest.NewUnstartedServer(nil)
	s.site = "http://" + srv.Listener.Addr().String()
	s.trial = startTrial(t, dbtest.Clone(t), func(c *Config) {
		c.PublicURL, c.Redis = s.site, miniredis.RunT(t).Addr()
		c.Now = func() time.Time { return time.Now().Add(time.Duration(s.ahead.Load())) }
	})
	h, err := s.Handler()
	if err != nil {
		t.Fatal(err)
	}
	srv.Config.Handler = h
	srv.Start()
	t.Cleanup(srv.Close)
	s.work(t)
	s.window = kittest.NewBrowser(t)
	return s
}

// work lets jobs run until the journey ends.
func (s *stand) work(t *testing.T) {
	t.Helper()
	done := make(chan error, 1)
	ctx := t.Context() // ends before cleanups run
	go func() { done <- s.Work(ctx) }()
	t.Cleanup(func() {
		if err := <-done; err != nil {
			t.Errorf("jobs: %v", err)
		}
	})
}

// someone opens a computer.
func (s *stand) someone(t *testing.T) *kittest.Person {
	t.Helper()
	return s.window.Person(t, s.site)
}

// officer signs in at the workbench.
func (s *stand) officer(t *testing.T, name string) *kittest.Person {
	t.Helper()
	p := s.someone(t)
	p.Visit("/desk").Type("账号", s.login(name)).Type("密码", password).Click("登录")
	return p
}

// look checks how the open page looks wide and narrow; with JOURNEY_SHOTS set to
// a folder it leaves pictures there.
func look(t *testing.T, p *kittest.Person, name string) {
	t.Helper()
	for _, v := range []struct {
		name  string
		width int64
	}{{"wide", 1440}, {"phone", 390}} {
		p.Size(v.width, 900)
		p.Axe(name + " " + v.name)
		if n := p.Overflow(); n > 0 {
			t.Errorf("%s (%s) is %d px too wide", name, v.name, n)
		}
		if dir := os.Getenv("JOURNEY_SHOTS"); dir != "" {
			p.Eval("scrollTo(0, 0)")
			p.Screenshot(filepath.Join(dir, name+"-"+v.name+".png"), true)
		}
	}
	p.Size(1440, 900)
}
