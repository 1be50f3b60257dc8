package web_test

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// workbook is a list with the head of the template.
func workbook(t *testing.T, head []string, lines ...[]string) []byte {
	t.Helper()
	f := excelize.NewFile()
	for i, line := range append([][]string{head}, lines...) {
		for j, cell := range line {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err == nil {
				err = f.SetCellStr("Sheet1", at, cell)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// A list is tried first, filed once it is confirmed, and what was wrong may come again.
func TestAListIsFiledRowByRow(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) { b.ProjectType = "2" })
	s := newSender(t, w.site(w.clerk(), "/desk"))
	page := "/desk/assist/" + item + "/batch"
	_, body := s.get("/desk/assist/" + item)
	kittest.Parse(t, body).Has("a[href="+page+"]", "批量录入")
	status, template := s.get(page + ".xlsx")
	if status != 200 {
		t.Fatalf("template: %d", status)
	}
	head := sheet(t, template)[0]
	if strings.Join(head, "|") != "申请人类型|姓名（单位名称）|证件号码|联系电话|联系地址|作业面积（亩）|用途|文件：身份证明" {
		t.Fatalf("head of the template: %v", head)
	}
	status, doc, _ := s.post(page, page, nil, map[string][]byte{"file=a.xlsx": []byte("PK no workbook")})
	if status != 422 {
		t.Fatalf("a broken file: %d", status)
	}
	doc.Has("#f-on_paper-error", "原件")
	good := []string{"个人", "演示·乌兰", "152502199001010012", "13800000002", "第一嘎查", "12.5", "打草"}
	bad := []string{"个人", "演示·其其格", "152502199001010021", "138", "", "许多", "挖矿"}
	twice := []string{"", "演示·乌兰", "152502199001010012", "13800000002", "", "1", "打草"}
	upload := func(lines ...[]string) string {
		t.Helper()
		status, doc, head := s.post(page, page, map[string]string{"on_paper": "1"}, map[string][]byte{"file=名单.xlsx": workbook(t, head, lines...)})
		if status != 303 {
			t.Fatalf("upload: %d %s", status, doc.Text("main"))
		}
		return head.Get("Location")
	}
	at := upload(good, bad, twice)
	_, body = s.get(at)
	kittest.Parse(t, body).Has("main", "还没有提交任何申请", "可以录入 1 行，有错 2 行", "证件号码：", "联系电话：", "作业面积（亩）：", "用途：", "同一证件号码")
	if p, err := w.cases.List(w.clerk(), cases.Query{}); err != nil || p.Total != 0 {
		t.Fatalf("%d cases before it was confirmed, %v", p.Total, err)
	}
	if err := w.cases.FileBatch(w.as(dbtest.Village, "71", "clerk"), at[strings.LastIndex(at, "/")+1:]); fault.KindOf(err) != fault.Precondition {
		t.Errorf("confirmed by somebody else: %v", err)
	}
	if status, doc, _ := s.post(at, at, nil, nil); status != 303 {
		t.Fatalf("confirm: %d %s", status, doc.Text("main"))
	}
	if err := w.cases.FileBatch(w.clerk(), at[strings.LastIndex(at, "/")+1:]); fault.KindOf(err) != fault.Precondition {
		t.Errorf("confirmed twice: %v", err)
	}
	_, body = s.get(at)
	kittest.Parse(t, body).Has("main", "正在录入")
	for range 2 {
		if err := w.cases.RunBatches(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	_, body = s.get(at)
	kittest.Parse(t, body).Has("main", "录入完成", "录入 1 件", "未录入 2 行")
	p, err := w.cases.List(w.clerk(), cases.Query{Channel: cases.Batch})
	if err != nil || p.Total != 1 || p.Rows[0].HelperName != "人11" || p.Rows[0].Trips != 0 || p.Rows[0].Form["area"] != 12.5 {
		t.Fatalf("%+v, %v", p.Rows, err)
	}
	w.desk(w.clerk()).Get("/desk/cases/"+p.Rows[0].ID).Want(200).Doc().Has("main", "批量录入", "核验原件：身份证明", "由窗口收存")
	status, report := s.get(at + ".xlsx")
	if rows := sheet(t, report); status != 200 || len(rows) != 4 || rows[1][4] != p.Rows[0].No {
		t.Errorf("report: %v", rows)
	}

	// Corrected and uploaded once more, what is there already is not filed again.
	bad = []string{"个人", "演示·其其格", "152502199001010020", "13800000003", "", "3", "打草"}
	at = upload(good, bad)
	_, body = s.get(at)
	kittest.Parse(t, body).Has("main", "可以录入 1 行，有错 0 行，以前已录入 1 行")
	s.post(at, at, nil, nil)
	if err := w.cases.RunBatches(t.Context()); err != nil {
		t.Fatal(err)
	}
	if p, err = w.cases.List(w.clerk(), cases.Query{}); err != nil || p.Total != 2 {
		t.Errorf("%d cases, %v", p.Total, err)
	}
	_, body = s.get(at + "?state=filed")
	kittest.Parse(t, body).Has("main", "录入完成", "共 1 条").Lacks("select[name=state] option[value=wrong]")
	if _, _, err := w.cases.Batch(w.as(dbtest.Village2, "72", "clerk"), at[strings.LastIndex(at, "/")+1:]); fault.KindOf(err) != fault.NotFound {
		t.Errorf("seen by another office: %v", err)
	}
}

// zipped is an archive of files that are all the same picture, but for those that name their content.
func zipped(t *testing.T, names ...string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		name, content, own := strings.Cut(n, "=")
		f, err := z.Create(name)
		if err == nil && own {
			_, err = f.Write([]byte(content))
		} else if err == nil {
			_, err = f.Write(png())
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// The papers of a list come in an archive; each goes to its row, or is told to belong nowhere.
func TestPapersComeWithAList(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) {
		b.ProjectType = "2"
		b.Materials = append(b.Materials, catalog.Material{Name: "合同", Need: "2"})
	})
	s := newSender(t, w.site(w.clerk(), "/desk"))
	page := "/desk/assist/" + item + "/batch"
	_, body := s.get(page)
	kittest.Parse(t, body).Has("main", "材料压缩包", "这个事项还没有批量录入过")
	_, template := s.get(page + ".xlsx")
	head := sheet(t, template)[0]
	line := func(name, number, phone, contract string) []string {
		return []string{"个人", name, number, phone, "", "1", "打草", "", contract}
	}
	lines := [][]string{
		line("演示·乌兰", "152502199001010012", "13800000002", "租赁.png"), line("演示·其其格", "152502199001010020", "13800000003", ""),
		line("演示·巴图", "152502199001010039", "13800000004", ""), line("演示·高娃", "152502199001010047", "13800000005", "没有.png"),
	}
	archive := zipped(t, "材料/2-演示·乌兰/身份证明.png", "材料/租赁.png", "3/身份证明1.png", "3/身份证明2.png", "4-演示·其其格/身份证明.png", "5/身份证明.png", "5/照片.png", "9/身份证明.png", "4/合同.png=no picture")
	status, doc, _ := s.post(page, page, nil, map[string][]byte{"file=名单.xlsx": workbook(t, head, lines...), "papers=a.zip": []byte("no archive")})
	if status != 422 {
		t.Fatalf("a broken archive: %d", status)
	}
	doc.Has("#f-papers-error", "ZIP")
	status, doc, answer := s.post(page, page, nil, map[string][]byte{"file=名单.xlsx": workbook(t, head, lines...), "papers=材料.zip": archive})
	if status != 303 {
		t.Fatalf("upload: %d %s", status, doc.Text("main"))
	}
	at := answer.Get("Location")
	_, body = s.get(at)
	kittest.Parse(t, body).Has("main", "可以录入 2 行，有错 2 行", "压缩包里 9 个文件，对上 6 个，没有对上 3 个", "没有对上的文件", "4-演示·其其格/身份证明.png", "姓名与这一行的申请人不一致", "5/照片.png", "材料名称对不上", "9/身份证明.png", "没有这个行号", "身份证明2.png", "合同：租赁.png", "演示·其其格",
		"身份证明：必要材料，压缩包里没有这一行的文件", "合同：压缩包里没有“文件”栏写的这个文件")
	if status, doc, _ := s.post(at, at, nil, nil); status != 303 {
		t.Fatalf("confirm: %d %s", status, doc.Text("main"))
	}
	for range 2 {
		if err := w.cases.RunBatches(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p, err := w.cases.List(w.clerk(), cases.Query{Sort: "created"})
	if err != nil || p.Total != 2 {
		t.Fatalf("%d cases, %v", p.Total, err)
	}
	for _, r := range p.Rows {
		fs, err := w.files.OfCase(w.clerk(), r.ID)
		want := map[string]string{"演示·乌兰": "[租赁.png 身份证明.png]", "演示·其其格": "[身份证明1.png 身份证明2.png]"}[r.ApplicantName]
		var names []string
		for _, f := range fs {
			names = append(names, f.Name)
		}
		slices.Sort(names)
		if got := fmt.Sprint(names); err != nil || got != want {
			t.Errorf("%s has %s, want %s, %v", r.ApplicantName, got, want, err)
		}
	}
	_, report := s.get(at + ".xlsx")
	rows := sheet(t, report)
	if len(rows) != 8 || rows[7][2] != "文件没有对上" || rows[1][5] == "" {
		t.Errorf("report: %v", rows)
	}
}

// A paper that is not taken keeps its row out; the others are filed.
func TestABadPaperKeepsItsRowOut(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) { b.ProjectType = "2" })
	s := newSender(t, w.site(w.clerk(), "/desk"))
	page := "/desk/assist/" + item + "/batch"
	_, template := s.get(page + ".xlsx")
	head := sheet(t, template)[0]
	archive := zipped(t, "2/身份证明.png=not a picture", "3/身份证明.png")
	_, _, answer := s.post(page, page, nil, map[string][]byte{"papers=材料.zip": archive, "file=名单.xlsx": workbook(t, head,
		[]string{"", "演示·乌兰", "152502199001010012", "13800000002", "", "1"}, []string{"", "演示·其其格", "152502199001010020", "13800000003", "", "1"})})
	_, body := s.get(answer.Get("Location"))
	kittest.Parse(t, body).Has("main", "可以录入 1 行，有错 1 行", "身份证明：")
}

// A row that breaks off again and again is given up; the others do not wait for it, and the list ends.
func TestAListEndsWhateverBreaks(t *testing.T) {
	t.Parallel()
	pool := dbtest.Pool(t)
	w := newTownOver(t, pool)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) { b.ProjectType = "2" })
	list, err := w.cases.ReadBatch(w.clerk(), cases.BatchFile{
		ItemID: item, ItemName: "生育登记", Name: "名单.xlsx", OnPaper: "已核对", Columns: []cases.BatchColumn{{Head: "姓名", Field: "name"}, {Head: "证件号码", Field: "number"}, {Head: "联系电话", Field: "phone"}},
		Answers: func(map[string]string) (map[string]any, map[string]string) { return nil, nil },
		Content: workbook(t, []string{"姓名", "证件号码", "联系电话"}, []string{"演示·乌兰", "152502199001010012", "13800000002"}, []string{"演示·其其格", "152502199001010020", "13800000003"}),
	})
	if err == nil {
		err = w.cases.FileBatch(w.clerk(), list.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := w.db.InTx(w.clerk(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`update case_batch_rows set sealed = 'broken' where line = 2`).Exec(ctx)
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for i := range 3 {
		if err := w.cases.RunBatches(t.Context()); err == nil {
			t.Errorf("run %d says nothing of the row", i)
		}
	}
	if err := w.cases.RunBatches(t.Context()); err != nil {
		t.Fatal(err)
	}
	b, rows, err := w.cases.Batch(w.clerk(), list.ID)
	if err != nil || b.State != cases.BatchDone || b.Filed != 1 || b.Failed != 1 || rows[0].State != cases.RowFailed || rows[0].Wrong[""] != "case_batch_broke" {
		t.Errorf("%+v %+v %v", b, rows, err)
	}
}
