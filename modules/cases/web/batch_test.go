package web_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
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
	if strings.Join(head, "|") != "申请人类型|姓名（单位名称）|证件号码|联系电话|联系地址|作业面积（亩）|用途" {
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
	if _, _, err := w.cases.Batch(w.as(dbtest.Village2, "72", "clerk"), at[strings.LastIndex(at, "/")+1:]); fault.KindOf(err) != fault.NotFound {
		t.Errorf("seen by another office: %v", err)
	}
}
