package web_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

// TestKindsInABrowser opens the pages of instant cases, originals, taking in elsewhere and lists,
// wide and narrow. With CASES_SHOTS set to a folder it leaves pictures there.
func TestKindsInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) {
		b.HandleArea, b.OnlineMode, b.OnsiteTimes = "4", catalog.ModePrecheck, 1
	})
	citizen := w.as(dbtest.Village, "10")
	instant, err := w.cases.File(citizen, w.atOnce(citizen, item, "k1"))
	if err != nil {
		t.Fatal(err)
	}
	climbing := w.handed(w.filed("演示·其其格", "k2"), "pre")
	in := w.atOnce(w.afar(), item, "k3")
	in.Checked = []string{"身份证明"}
	first, err := w.cases.TakeIn(w.afar(), dbtest.Village, in, "生育登记", "4")
	if err == nil {
		err = w.cases.RunTaken(t.Context())
	}
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.cases.TakeIn(w.afar(), dbtest.Village, w.atOnce(w.afar(), item, "k4"), "生育登记", "4")
	if err != nil {
		t.Fatal(err)
	}
	w.demand(item, "居住证明")
	if err := w.cases.RunTaken(t.Context()); err != nil {
		t.Fatal(err)
	}
	list, err := w.cases.ReadBatch(w.clerk(), cases.BatchFile{
		ItemID: item, ItemName: "生育登记", Name: "名单.xlsx", OnPaper: "已核对", Columns: []cases.BatchColumn{{Head: "姓名", Field: "name"}, {Head: "证件号码", Field: "number"}, {Head: "联系电话", Field: "phone"}},
		Answers: func(map[string]string) (map[string]any, map[string]string) { return nil, nil },
		Content: workbook(t, []string{"姓名", "证件号码", "联系电话"}, []string{"演示·乌兰", "152502199001010012", "13800000002"}, []string{"演示·其其格", "1525021990", "138"}),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range []struct {
		name  string
		ctx   context.Context
		base  string
		paths []string
	}{
		{"chief", w.chief(), "/desk", []string{"/assist/" + item, "/cases/" + instant.ID, "/cases?kind=instant", "/assist/" + item + "/batch"}},
		{"clerk", w.clerk(), "/desk", []string{"/cases/" + instant.ID, "/assist/batches/" + list.ID}},
		{"afar", w.afar(), "/desk", []string{"/assist/elsewhere", "/assist/elsewhere/" + first.ID, "/assist/elsewhere/" + second.ID, "/assist/elsewhere/at/" + dbtest.Village.String() + "/" + item + "?again=" + second.ID, "/assist/elsewhere/places", "/assist/elsewhere/at/" + dbtest.Village.String(), "/assist/elsewhere/at/" + dbtest.Village.String() + "/" + item}},
		{"above", w.as(dbtest.County, "41", "office_head"), "/desk", []string{"/cases/" + climbing.ID}},
	} {
		srv := httptest.NewServer(w.site(s.ctx, s.base))
		t.Cleanup(srv.Close)
		for _, width := range []int64{1440, 390} {
			t.Run(fmt.Sprintf("%s %d", s.name, width), func(t *testing.T) {
				t.Parallel()
				b := kittest.NewBrowser(t).Size(width, 900)
				for i, path := range s.paths {
					b.Open(srv.URL + s.base + path)
					b.Axe(path)
					if n := b.Overflow(); n > 0 {
						t.Errorf("%s is %d px too wide", path, n)
					}
					if dir := os.Getenv("CASES_SHOTS"); dir != "" {
						b.Screenshot(filepath.Join(dir, fmt.Sprintf("%s-%d-%d.png", s.name, width, i)), true)
					}
				}
			})
		}
	}
}
