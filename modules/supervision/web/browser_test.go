package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

func newKey() string { return db.NewID() }

// TestPagesInABrowser opens every page wide and narrow. With SUPERVISION_SHOTS set
// to a folder it leaves pictures there.
func TestPagesInABrowser(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	d.town()
	county := d.as(dbtest.County, "01", "supervisor", "system_admin")
	card, other := d.red(dbtest.Township), d.red(dbtest.County2)
	o, err := d.svc.Issue(county, supervision.Demand{CardID: card.ID, Text: "请说明超期原因，并于三个工作日内办结。", Key: "k"})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := d.svc.Answer(d.as(card.TenantID, "02", "office_head"), o.ID, 1, "因外出踏查，未及时录入意见，现已办结。"); err != nil {
		t.Fatal(err)
	}
	if _, err := d.svc.SetRule(county, supervision.CaseScope, supervision.Measures{WarnDays: 2, YellowPercent: 80, AnswerDays: 2}, 0); err != nil {
		t.Fatal(err)
	}
	if err := d.svc.SetDay(county, calendar.On(2026, 7, 23), false, "那达慕大会", "锡政发〔2026〕8号"); err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		name  string
		ctx   context.Context
		paths []string
	}{
		{"league", d.as(dbtest.League, "05", "supervisor"), []string{"/supervision", "/supervision/cards", "/supervision/cards/" + other.ID, "/supervision/rules"}},
		{"county", county, []string{
			"/supervision", "/supervision/cards/" + card.ID, "/supervision/orders", "/supervision/orders/" + o.ID, "/supervision/orders/" + o.ID + "/paper",
			"/supervision/rules", "/calendar?from=2026-07-20&limit=5", "/supervision/cards?q=nothing",
		}},
		{"office", d.as(card.TenantID, "02", "office_head"), []string{"/supervision", "/supervision/orders/" + o.ID}},
	} {
		srv := httptest.NewServer(d.site(s.ctx))
		t.Cleanup(srv.Close)
		for _, width := range []int64{1440, 390} {
			t.Run(fmt.Sprintf("%s %d", s.name, width), func(t *testing.T) {
				t.Parallel()
				b := kittest.NewBrowser(t).Size(width, 900)
				for i, path := range s.paths {
					b.Open(srv.URL + "/desk" + path)
					b.Axe(path)
					if n := b.Overflow(); n > 0 {
						t.Errorf("%s is %d px too wide", path, n)
					}
					if dir := os.Getenv("SUPERVISION_SHOTS"); dir != "" {
						short := strings.NewReplacer("/", "_", "?", "-", o.ID, "order", card.ID, "card", other.ID, "other").Replace(path)
						b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-%02d%s.png", s.name, width, i, short)), true)
					}
				}
			})
		}
	}
}
