package web_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"gocloud.dev/blob/memblob"

	"liandong/modules/catalog"
	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/policies"
	"liandong/tenancy/db/dbtest"
)

const aPDF = "%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"

// cabinet keeps the files of items, as the product does.
type cabinet struct{ *files.Service }

func (c cabinet) Keep(ctx context.Context, name string, r io.Reader) (string, error) {
	f, err := c.UploadForItem(ctx, name, r)
	return f.ID, err
}

func (c cabinet) Named(ctx context.Context, ids []string) (out []catalogweb.Attached, err error) {
	fs, err := c.Service.Named(ctx, ids)
	for _, f := range fs {
		out = append(out, catalogweb.Attached{ID: f.ID, Name: f.Name, Size: f.Size})
	}
	return out, err
}

func filingOffice(t *testing.T) office {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	bucket := memblob.OpenBucket(nil)
	t.Cleanup(func() { _ = bucket.Close() })
	fl, d := flows.NewService(), dbtest.New(t)
	fs := files.New(d, engine, bucket)
	return office{t: t, items: catalog.New(d, engine, fl, catalog.Asks{Files: fs}), flows: fl, db: d, files: cabinet{fs}}
}

// TestUploadFormsAndSamples keeps what was uploaded when the form is refused, names
// the row of what is not taken, and shows the names on the pages.
func TestUploadFormsAndSamples(t *testing.T) {
	t.Parallel()
	o := filingOffice(t)
	editor := o.at(t, dbtest.League, "01", "item_editor")
	editor.Get("/desk/items/new").Want(http.StatusOK).Doc().Has("input[type=file][name='materials.0.blank.file']").Has("input[type=file][name='result_sample.file']")
	refused := editor.PostFiles("/desk/items", typed(), map[string][2]string{
		"materials.0.blank.file": {"申请表.pdf", aPDF}, "materials.1.sample.file": {"样表.exe", "MZ not a form"}, "result_sample.file": {"批复样本.pdf", aPDF},
	}).Want(http.StatusUnprocessableEntity).Doc()
	refused.Has(".ld-summary", "第 2 行示例样表").Has("#f-materials [data-file] a", "申请表.pdf").Has("#s-result [data-file] a", "批复样本.pdf")
	blank, sample := refused.Attr("input[type=hidden][name='materials.0.blank']", "value"), refused.Attr("input[type=hidden][name=result_sample]", "value")
	if blank == "" || sample == "" || refused.Attr("input[name=name]", "value") != "草原作业许可" {
		t.Fatalf("kept: %q, %q", blank, sample)
	}
	again := with(typed(), "materials.0.blank", blank, "result_sample", sample)
	off := editor.Post("/desk/items", with(again, "do", "detach:result_sample")).Want(http.StatusOK).Doc()
	if off.Attr("input[type=hidden][name=result_sample]", "value") != "" || off.Attr("input[type=hidden][name='materials.0.blank']", "value") != blank {
		t.Error("the wrong file was taken off")
	}
	editor.Post("/desk/items", with(again, "do", "save", "materials.0.sample", "00000000-0000-7000-8000-0000000000ff")).Want(http.StatusUnprocessableEntity).Doc().Has(".ld-summary", "第 1 行示例样表")
	again.Del("materials.0.sample")
	saved := editor.Post("/desk/items", again).Want(http.StatusSeeOther)
	id := strings.Split(saved.Header.Get("Location"), "/")[3]
	page := editor.Get("/desk/items/" + id).Want(http.StatusOK)
	says(t, page, "批复样本.pdf")
	page.Doc().Has("a[href='/desk/files/"+blank+"']", "申请表.pdf")
	page.Doc().Has("a[href='/desk/files/"+sample+"']", "批复样本.pdf")
}
