package wire

import (
	"bytes"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"liandong/modules/cases"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db/dbtest"
)

func workbook(t *testing.T, lines ...[]string) string {
	t.Helper()
	f := excelize.NewFile()
	for i, line := range lines {
		cells := make([]any, len(line))
		for j, cell := range line {
			cells[j] = cell
		}
		at, err := excelize.CoordinatesToCellName(1, i+1)
		if err == nil {
			err = f.SetSheetRow("Sheet1", at, &cells)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// template is the empty list of an item: the head of its first sheet, and the notes of the second.
func (w formTown) template(t *testing.T, c *kittest.Client, page string) (head []string, notes string) {
	t.Helper()
	c.Get(page).Want(http.StatusOK)
	x, err := excelize.OpenReader(strings.NewReader(c.Get(page + ".xlsx").Want(http.StatusOK).Body))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := x.GetRows(x.GetSheetName(0))
	if err != nil || len(rows) != 2 {
		t.Fatalf("%v, %v", rows, err)
	}
	said, err := x.GetRows(x.GetSheetName(1))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range said {
		notes += strings.Join(r, " ") + "\n"
	}
	return rows[0], notes
}

// A list fills in the electronic form of its item, one column per plain field, and every row is judged by the
// rules of the form, cell by cell.
func TestAFormIsFilledInByAList(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.settles(t, func(s *forms.Schema) {
		s.Fields = append(s.Fields, forms.Field{ID: "name2", Kind: forms.Text, Label: "联系电话", MaxLength: 5}, forms.Field{ID: "home", Kind: forms.Address, Label: "现住址"})
	})
	clerk := as(t, dbtest.Village, "11", policies.Clerk)
	desk, page := w.desk(clerk, t), "/desk/assist/"+item+"/batch"
	desk.Get(page).Want(http.StatusOK).Doc().Has("main", "有些内容不能用表格填写", "“随迁人员”", "改为逐件收件")
	head, notes := w.template(t, desk, page)
	if strings.Join(head, "|") != "申请人类型|姓名（单位名称）|证件号码|联系电话|联系地址|申请人身份证号|落户原因|住房面积（平方米）|入住日期|联系方式|本人承诺内容属实|联系电话（2）|现住址区划代码|现住址详细地址|文件：居民户口簿|文件：住房证明" {
		t.Fatalf("head: %v", head)
	}
	for _, said := range []string{"落户原因 必填：投靠、购房", "申请人身份证号 不填则取申请人信息", "联系方式 选填，可选几个，用顿号分开：电话、短信", "随迁人员"} {
		if !strings.Contains(notes, said) {
			t.Errorf("notes lack %q:\n%s", said, notes)
		}
	}
	good := []string{"个人", "演示·乌兰", "152502199001010012", "13800000002", "", "", "购房", "85.5", "2026/1/31", "电话、短信", "是", "", "152502200200", "1 号"}
	bad := []string{"个人", "演示·其其格", "152502199001010020", "13800000003", "", "15250", "抢购", "", "某日", "", "", "太长的内容不行", "", ""}
	hidden := []string{"个人", "演示·巴图", "152502199001010039", "13800000004", "", "", "购房", "12", "46053", "", "", "", "", ""}
	at := w.uploads(t, desk, page, head, good, bad, hidden)
	desk.Get(at).Want(http.StatusOK).Doc().Has("main", "可以录入 1 行，有错 2 行", "申请人身份证号：", "落户原因：请从选项中选择", "入住日期：", "联系电话（2）：", "住房面积（平方米）：住房面积应不少于二十平方米")
	w.runs(t, desk, at)
	p, err := w.cases.List(clerk, cases.Query{})
	if err != nil || p.Total != 1 || p.Rows[0].Form["area"] != 85.5 {
		t.Fatalf("%d cases, %v", p.Total, err)
	}
	row, v, _ := w.handedIn(t, clerk, p.Rows[0].Case)
	if v.FormID != form.ID || row.Values["xm"] != "演示·乌兰" || row.Values["zjh"] != "152502199001010012" || row.Values["why"] != "2" || row.Values["when"] != "2026-01-31" || row.Values["sure"] != true || row.Values["heads"] != 1.0 {
		t.Errorf("the form: %v", row.Values)
	}

	// Corrected and uploaded once more, what is there already is not filed again.
	hidden[7] = "40"
	at = w.uploads(t, desk, page, head, good, hidden)
	desk.Get(at).Want(http.StatusOK).Doc().Has("main", "可以录入 1 行，有错 0 行，以前已录入 1 行")
	w.runs(t, desk, at)
	if p, err = w.cases.List(clerk, cases.Query{}); err != nil || p.Total != 2 {
		t.Errorf("%d cases, %v", p.Total, err)
	}
}

// A form that changes between upload and filing keeps the rows out, whole; one that wants what no cell can
// say names the field and what to do.
func TestAListIsNotFiledOnAnotherForm(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.settles(t, nil)
	clerk := as(t, dbtest.Village, "11", policies.Clerk)
	desk, page := w.desk(clerk, t), "/desk/assist/"+item+"/batch"
	head, _ := w.template(t, desk, page)
	at := w.uploads(t, desk, page, head, []string{"个人", "演示·乌兰", "152502199001010012", "13800000002", "", "", "投靠"})
	w.stricter(t, item, form)
	w.runs(t, desk, at)
	desk.Get(at).Want(http.StatusOK).Doc().Has("main", "录入完成", "录入 0 件", "未录入 1 行", "表单")
	if p, err := w.cases.List(clerk, cases.Query{}); err != nil || p.Total != 0 {
		t.Errorf("%d cases, %v", p.Total, err)
	}
}

// What no cell can say and every row needs is named, with what to do instead.
func TestAListNamesWhatItCannotSay(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, _ := w.settles(t, func(s *forms.Schema) { s.Find("kin").Required = true })
	desk, page := w.desk(as(t, dbtest.Village, "11", policies.Clerk), t), "/desk/assist/"+item+"/batch"
	head, _ := w.template(t, desk, page)
	at := w.uploads(t, desk, page, head, []string{"个人", "演示·乌兰", "152502199001010012", "13800000002", "", "", "投靠"})
	desk.Get(at).Want(http.StatusOK).Doc().Has("main", "可以录入 0 行", "随迁人员：这一项不能用表格填写，请把这位申请人改为逐件收件")
}

func (w formTown) uploads(t *testing.T, desk *kittest.Client, page string, lines ...[]string) string {
	t.Helper()
	sent := desk.PostFiles(page, url.Values{"on_paper": {"1"}}, map[string][2]string{"file": {"名单.xlsx", workbook(t, lines...)}}).Want(http.StatusSeeOther)
	return sent.Header.Get("Location")
}

func (w formTown) runs(t *testing.T, desk *kittest.Client, at string) {
	t.Helper()
	desk.Post(at, nil).Want(http.StatusSeeOther)
	for range 2 {
		if err := w.cases.RunBatches(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
}
