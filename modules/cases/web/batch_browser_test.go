package web_test

import (
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/portal-sites/kit/kittest"
)

// TestAListInABrowser answers what the whole list has in common, uploads a list with its papers, looks at what went
// where, and confirms it.
func TestAListInABrowser(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	item := w.instant(func(b *catalog.Body, _ []flows.Step) {
		b.ProjectType = "2"
		b.Situations = []catalog.Situation{
			{Question: "第几个孩子？", Options: []catalog.Option{{ID: "one", Label: "第一个"}, {ID: "more", Label: "其他"}}},
			{Question: "有下面的情况吗？", Many: true, Options: []catalog.Option{{ID: "twin", Label: "双胞胎"}, {ID: "away", Label: "在外地出生"}}},
		}
	})
	srv := httptest.NewServer(w.site(w.clerk(), "/desk"))
	t.Cleanup(srv.Close)
	p := kittest.NewBrowser(t).Person(t, srv.URL)
	p.Visit("/desk/assist/"+item+"/batch").Press("第一个").Reads("第 2 问").Tick("在外地出生").Press("下一步").Reads("上传表格", "第一个", "在外地出生")
	head := []string{"申请人类型", "姓名（单位名称）", "证件号码", "联系电话", "联系地址", "作业面积（亩）", "用途"}
	dir := t.TempDir()
	list, papers := filepath.Join(dir, "名单.xlsx"), filepath.Join(dir, "材料.zip")
	for name, content := range map[string][]byte{
		list:   workbook(t, head, []string{"个人", "演示·乌兰", "152502199001010012", "13800000002", "", "1", "打草"}, []string{"个人", "演示·其其格", "1525", "138", "", "1", "打草"}),
		papers: zipped(t, "2-演示·乌兰/身份证明.png", "3-演示·乌兰/身份证明.png"),
	} {
		if err := os.WriteFile(name, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	p.Axe("list")
	p.Attach("填好的表格", list).Attach("材料压缩包", papers).Click("上传并检查").Reads("可以录入 1 行，有错 1 行", "演示·乌兰", "姓名与这一行的申请人不一致")
	for _, width := range []int64{1440, 390} {
		p.Size(width, 900)
		p.Axe("tried list")
		if n := p.Overflow(); n > 0 {
			t.Errorf("%d px too wide at %d", n, width)
		}
	}
	p.Size(1440, 900)
	p.Click("确认录入 1 件").Reads("正在录入")
	p.Axe("running list")
	if err := w.cases.RunBatches(t.Context()); err != nil {
		t.Fatal(err)
	}
	p.Visit(p.Path()).Reads("录入完成", "已录入").Lacks("演示·其其格")
}
