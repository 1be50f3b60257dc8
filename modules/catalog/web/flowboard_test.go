package web_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"

	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/flows"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// hall is a stage with one village; the wire joins the real one.
type hall struct {
	db    *db.DB
	flows *flows.Service
}

func (h hall) Examine(ctx context.Context, at tenancy.ID, src []byte, promisedDays int) (out []catalogweb.Fault, readable bool, err error) {
	_, bad := flows.Parse(src)
	err = h.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = h.flows.Review(ctx, tx, at, src, promisedDays)
		return nil
	})
	return out, bad == nil, err
}

func (h hall) Rehearse(ctx context.Context, at tenancy.ID, src []byte, t catalogweb.Turn) (out catalogweb.Scene, err error) {
	err = h.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = h.flows.Rehearse(ctx, tx, at, src, t)
		return err
	})
	return out, err
}

func (hall) Departments(context.Context) ([]kit.Option, error) {
	return []kit.Option{{Value: "林业和草原局", Label: "林业和草原局"}}, nil
}

func (hall) Villages(context.Context, string) ([]catalogweb.Spot, error) {
	return []catalogweb.Spot{{ID: dbtest.Village, Name: "巴彦嘎查", Way: "锡林郭勒盟 › 锡林浩特市 › 毛登牧场"}}, nil
}

func (hall) Land(_ context.Context, _ tenancy.ID, t catalogweb.Task) (catalogweb.Landing, error) {
	return map[string]catalogweb.Landing{
		"own": {At: "巴彦嘎查", People: []string{"其其格"}}, "county": {At: "锡林浩特市", People: []string{"巴特尔", "苏日娜"}}, "league": {At: "锡林郭勒盟", Hidden: true},
	}[t.Level], nil
}

// shoot leaves a picture when ITEM_SHOTS names a folder.
func shoot(b *kittest.Browser, name string) {
	if dir := os.Getenv("ITEM_SHOTS"); dir != "" {
		b.Screenshot(filepath.Join(dir, name+".png"), false)
	}
}

// board opens the designer of a new draft.
func board(t *testing.T, o office) (b *kittest.Browser, url string) {
	t.Helper()
	id := draft(t, o.at(t, dbtest.League, "01", "item_editor"))
	srv := httptest.NewServer(o.desk(staff(t, dbtest.League, "01", "item_editor")))
	t.Cleanup(srv.Close)
	b = kittest.NewBrowser(t).Size(1440, 900)
	return b, srv.URL + "/desk/items/" + id + "/flow"
}

func TestDesignerOpens(t *testing.T) {
	t.Parallel()
	b, url := board(t, newOffice(t))
	b.Open(url)
	ready(b)
	shoot(b, "designer")
	b.Axe("designer")
	if n := b.Overflow(); n > 0 {
		t.Errorf("the designer is %d px too wide", n)
	}
	if said := b.Eval(`document.querySelector("#designer").innerText`); strings.Contains(said, "undefined") {
		t.Error(said)
	}
}

// ready waits until the flow is drawn.
func ready(b *kittest.Browser) {
	b.Do(chromedp.WaitReady("#designer.is-ready .djs-shape"))
}
