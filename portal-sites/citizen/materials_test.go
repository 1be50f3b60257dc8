package citizen_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"liandong/modules/cases"
	"liandong/modules/materials"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/seal"
	"liandong/tenancy/tree"
)

// library answers the library out of the cases of a town.
func library(w *town, s *seal.Sealer) materials.Asks {
	return materials.Asks{
		Copy: w.files.Copy, Blind: func(number string) string { return s.Blind(cases.SealApplicant, number) },
		Dossier: func(ctx context.Context, tx *db.Tx, id string) (d materials.Dossier, err error) {
			v, _, err := w.cases.Dossier(ctx, tx, id)
			if err != nil {
				return d, err
			}
			c := v.Case
			d.Kind, d.Name, d.Blind, d.No, d.ItemName, d.Accepted = c.ApplicantKind, c.ApplicantName, c.ApplicantBlind, c.No, c.ItemName, c.AcceptedAt != nil
			if c.Subject != nil {
				d.Subject = *c.Subject
			}
			fs, err := w.files.InCase(ctx, tx, c.TenantID, c.ID)
			for _, f := range fs {
				d.Papers = append(d.Papers, materials.Paper{FileID: f.ID, Material: f.Material, Name: f.Name, MediaType: f.MediaType, Size: f.Size, At: f.UploadedAt, ByApplicant: true})
			}
			return d, err
		},
	}
}

// keep lets the jobs of the library run.
func (w *town) keep(t *testing.T) {
	t.Helper()
	scope, err := tree.New(w.db, nil).ScopeFor(t.Context(), dbtest.League, tenancy.Actor{Kind: tenancy.System, Name: "test"})
	if err != nil {
		t.Fatal(err)
	}
	err = w.db.InTx(tenancy.With(t.Context(), scope), func(ctx context.Context, tx *db.Tx) error {
		var es []struct {
			TenantID tenancy.ID
			Name     string
			Body     json.RawMessage
		}
		if err := tx.NewRaw(`select tenant_id, name, body from outbox where name = 'cases.touched' order by id`).Scan(ctx, &es); err != nil {
			return err
		}
		for _, e := range es {
			if err := w.lib.On(ctx, tx, db.Delivery{Tenant: e.TenantID, Name: e.Name, Body: e.Body}); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// held is a town where she has a form in her library, from a case that was accepted.
func held(t *testing.T) (w *town, v *visitor, at string) {
	t.Helper()
	w = newTown(t)
	id := w.publish(t, grass())
	v, at = w.visitor(t, me), "/items/"+id+"/apply"
	v.doc("/materials").Has(".ld-empty", "还没有材料")
	fill(v, at)
	key := v.doc(at+"?step=confirm").Attr("input[name=idem]", "value")
	if got := v.post(at, "step", "confirm", "do", "submit", "idem", key, "agree", "1"); got.status != http.StatusSeeOther {
		t.Fatal(got.body)
	}
	clerk := as(t, dbtest.Village, "31", "clerk")
	p, err := w.cases.List(clerk, cases.Query{})
	if err != nil || len(p.Rows) != 1 {
		t.Fatalf("%d cases, %v", len(p.Rows), err)
	}
	if _, err := w.cases.Accept(clerk, p.Rows[0].ID, p.Rows[0].Version, "齐全"); err != nil {
		t.Fatal(err)
	}
	w.keep(t)
	return w, v, at
}

func TestMyMaterials(t *testing.T) {
	t.Parallel()
	w, v, at := held(t)
	v.doc("/materials").Has("h2", "草原征占用申请表").Has("main", "申请表.pdf", "C 级 待核原件", "第一嘎查", "长期")
	file := v.doc("/materials").Attr(".ld-actions a[href]", "href")
	if got := v.get(file); got.body != pdf {
		t.Errorf("the file comes back as %q", got.body)
	}

	// She begins anew and uses it without an upload.
	d := v.doc(at+"?step=materials").Has(".cz-reuse", "可直接使用", "申请表.pdf", "您曾在第一嘎查办理")
	use := d.Attr(".cz-reuse button[name=use]", "value")
	v.page(v.post(at+"/reuse", "material", "不在清单", "use", use), http.StatusConflict)
	v.page(v.post(at+"/reuse", "material", "草原征占用申请表", "use", "1.x"), http.StatusNotFound)
	v.goes(v.post(at+"/reuse", "material", "草原征占用申请表", "use", use), at+"?step=materials")
	v.doc(at+"?step=materials").Has(".cz-drop .cz-files", "申请表.pdf").Lacks(".cz-reuse")
	v.post(at, "step", "applicant", "do", "next", "kind", "person", "phone", "13800000001")
	v.post(at, "step", "details", "do", "next", "matter", "再占用一块", "delivery", "window", "fits", "1")
	key := v.doc(at+"?step=confirm").Attr("input[name=idem]", "value")
	if got := v.post(at, "step", "confirm", "do", "submit", "idem", key, "agree", "1"); got.status != http.StatusSeeOther || !strings.HasSuffix(got.location, "/done") {
		t.Fatalf("%d %s", got.status, got.body)
	}
	v.doc("/materials").Has("main", "使用记录", "在第一嘎查使用")

	// A notice asks for it: the answer uses it too.
	clerk := as(t, dbtest.Village, "31", "clerk")
	p, err := w.cases.List(clerk, cases.Query{Status: cases.Submitted})
	if err != nil || len(p.Rows) != 1 {
		t.Fatalf("%d cases, %v", len(p.Rows), err)
	}
	c, err := w.cases.AskSupplement(clerk, p.Rows[0].ID, p.Rows[0].Version, []string{"草原征占用申请表（原件）"}, "")
	if err != nil {
		t.Fatal(err)
	}
	page := v.doc("/cases/"+c.ID).Has("fieldset", "可直接使用")
	again := page.Attr("input[name=reuse]", "value")
	if got := v.post("/cases/"+c.ID+"/supplement", "version", strconv.Itoa(c.Version), "answer", "", "reuse", again); got.status != http.StatusSeeOther {
		t.Fatalf("%d %s", got.status, got.body)
	}

	// Another person has nothing of it.
	other := w.visitor(t, "19")
	other.doc("/materials").Has(".ld-empty", "还没有材料")
	other.page(other.post(at+"/reuse", "material", "草原征占用申请表", "use", use), http.StatusNotFound)
	id := strings.TrimPrefix(use[strings.Index(use, "."):], ".")
	other.page(other.post("/materials/"+id+"/remove"), http.StatusNotFound)

	// She takes it out: it is asked once more, then gone.
	v.page(v.post("/materials/"+id+"/remove"), http.StatusOK).Has("main", "移出这份材料")
	v.goes(v.post("/materials/"+id+"/remove", "confirmed", "1"), "/materials")
	v.doc("/materials").Has(".ld-empty", "还没有材料")
	v.doc(at + "?step=materials").Lacks(".cz-reuse")
}

// TestMyMaterialsLook looks at the pages in a browser. With LIANDONG_SHOTS set to a
// folder it leaves pictures there.
func TestMyMaterialsLook(t *testing.T) {
	t.Parallel()
	w, _, at := held(t)
	srv := httptest.NewServer(w)
	t.Cleanup(srv.Close)
	b := kittest.NewBrowser(t).Cookie(srv.URL, who, me)
	for _, width := range []int64{1440, 390} {
		b.Size(width, 900)
		for name, path := range map[string]string{"my-materials": "/materials", "reuse": at + "?step=materials"} {
			b.Open(srv.URL + path).Axe(name)
			if n := b.Overflow(); n > 0 {
				t.Errorf("%s is %d px too wide at %d", name, n, width)
			}
			if dir := os.Getenv("LIANDONG_SHOTS"); dir != "" {
				b.Screenshot(filepath.Join(dir, name+"-"+strconv.FormatInt(width, 10)+".png"), true)
			}
		}
	}
}
