package citizen_test

import (
	"archive/zip"
	"context"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// reads reports whether whoever asks gets a file.
func (w *town) reads(ctx context.Context, id string) bool {
	_, content, err := w.files.Open(ctx, id)
	if err == nil {
		_ = content.Close()
	}
	return err == nil
}

// TestBlanksOfAnItem: nobody but the owner reads the forms of a draft, everybody
// below those of an item in force, singly and in one archive, without signing in.
func TestBlanksOfAnItem(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	editor := as(t, dbtest.League, "01", "item_editor")
	var ids []string
	for _, name := range []string{"申请表.pdf", "样表.pdf", "批复.pdf"} {
		f, err := w.files.UploadForItem(editor, name, strings.NewReader(pdf))
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, f.ID)
	}
	b := grass()
	b.Materials[0].Blank, b.Materials[0].Sample, b.ResultSample = ids[0], ids[1], ids[2]
	v, err := w.items.Create(editor, catalog.Draft{Body: b, Flow: flows.Linear(b.Name, climbing())})
	if err != nil {
		t.Fatal(err)
	}
	below := map[string]context.Context{
		"public": dbtest.As(t, dbtest.Village, tenancy.Public), "citizen": as(t, dbtest.Village, me),
		"staff": as(t, dbtest.Village, "03", "clerk"), "another branch": dbtest.As(t, dbtest.Village3, tenancy.Public),
	}
	for name, ctx := range below {
		if w.reads(ctx, ids[0]) {
			t.Errorf("%s reads the form of a draft", name)
		}
	}
	if !w.reads(editor, ids[0]) {
		t.Error("the editor does not read her own upload")
	}
	anybody := w.visitor(t, "")
	if a := anybody.get("/files/" + ids[0]); a.status != http.StatusSeeOther {
		t.Errorf("the form of a draft: %d", a.status)
	}
	if _, err := w.items.Submit(editor, v.ID); err != nil {
		t.Fatal(err)
	}
	if _, err := w.items.Publish(as(t, dbtest.League, "02", "item_reviewer"), v.ID, "同意"); err != nil {
		t.Fatal(err)
	}
	for name, ctx := range below {
		for _, id := range ids {
			if !w.reads(ctx, id) {
				t.Errorf("%s does not read a file of an item in force", name)
			}
		}
	}
	for _, id := range ids {
		if a := anybody.get("/files/" + id); a.status != http.StatusOK || a.body != pdf {
			t.Errorf("download: %d, %d bytes", a.status, len(a.body))
		}
	}
	anybody.doc("/items/"+v.ItemID).Has("a[href='/files/"+ids[0]+"']", "空白表格").Has("a[href='/files/"+ids[2]+"']", "结果样本")
	a := anybody.get("/items/" + v.ItemID + "/files.zip")
	z, err := zip.NewReader(strings.NewReader(a.body), int64(len(a.body)))
	if err != nil {
		t.Fatalf("%d: %v", a.status, err)
	}
	var names []string
	for _, f := range z.File {
		names = append(names, f.Name)
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		if content, err := io.ReadAll(r); err != nil || string(content) != pdf || f.NonUTF8 {
			t.Errorf("%s: %d bytes, %v", f.Name, len(content), err)
		}
	}
	if want := []string{"01 草原征占用申请表（空白表格）.pdf", "01 草原征占用申请表（示例样表）.pdf", "办理结果样本（临时占用草原批复）.pdf"}; !slices.Equal(names, want) {
		t.Errorf("the archive holds %q", names)
	}
}

// TestBlanksOfOthers: an item names no file of another tenant, and the forms of a
// sibling branch are none of ours.
func TestBlanksOfOthers(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	mine := as(t, dbtest.Township2, "04", "item_editor")
	f, err := w.files.UploadForItem(mine, "登记表.pdf", strings.NewReader(pdf))
	if err != nil {
		t.Fatal(err)
	}
	b := pension()
	b.Materials = []catalog.Material{{Name: "登记表", Need: "1", Source: "10", Form: "3", Blank: f.ID}}
	_, err = w.items.Create(as(t, dbtest.League, "01", "item_editor"), catalog.Draft{Body: b})
	if e, ok := fault.As(err); !ok || e.Fields["materials.0.blank"] != "item_file_unknown" {
		t.Errorf("the league named a file of a township: %v", err)
	}
	if _, err := w.files.UploadForItem(as(t, dbtest.Village, me), "她的.pdf", strings.NewReader(pdf)); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a citizen uploaded a form: %v", err)
	}
	w.publishAt(t, dbtest.Township2, b)
	if !w.reads(dbtest.As(t, dbtest.Township2, tenancy.Public), f.ID) {
		t.Error("its own site does not offer it")
	}
	if w.reads(dbtest.As(t, dbtest.Village, tenancy.Public), f.ID) {
		t.Error("a sibling branch reads it")
	}
}
