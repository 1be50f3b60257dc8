package paper_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"liandong/portal-sites/kit/paper"
)

func sample(t testing.TB, rows int) []byte {
	t.Helper()
	f, err := paper.Load(paper.DefaultFont)
	if err != nil {
		t.Fatal(err)
	}
	d := paper.New(f, paper.Meta{Title: "临时占用草原审批 办事指南", Author: "第一嘎查便民服务点", Subject: "办事指南", At: time.Date(2026, 3, 4, 9, 0, 0, 0, time.UTC), Foot: "第一嘎查政务服务网"})
	d.Title("临时占用草原审批 办事指南")
	d.Note("000164001000")
	d.QR("http://127.0.0.1/items/019-abc", "扫码在手机上打开\n也可以分享给家里人")
	d.Heading("一、基本信息")
	d.Terms([]paper.Term{{Label: "事项类型", Value: "行政许可"}, {Label: "实施编码", Value: "11152500MB1234567X3000164001000"}, {Label: "说明", Value: strings.Repeat("占用草原权属清楚，无争议；", 30)}})
	d.Heading("二、申报材料")
	var all [][]string
	for i := range rows {
		all = append(all, []string{fmt.Sprint(i + 1), "草原征占用申请表（" + strings.Repeat("长", i%9) + "）", "必要", "可在线填写，Word 或 PDF 均可 \U0001f600\x00"})
	}
	d.Table([]paper.Col{{Label: "序号", Width: 1}, {Label: "材料名称", Width: 5}, {Label: "必要性", Width: 1.5}, {Label: "填报须知", Width: 4}}, all)
	d.Text(strings.Repeat("对行政机关作出的决定不服的，可以自知道或者应当知道该决定之日起六十日内申请行政复议。", 8))
	pdf, err := d.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	return pdf
}

// TestPaper reads back what was written, with a reader of its own (poppler), as far
// as the machine has one.
func TestPaper(t *testing.T) {
	t.Parallel()
	pdf := sample(t, 80)
	if !bytes.HasPrefix(pdf, []byte("%PDF-")) || len(pdf) > 400<<10 {
		t.Fatalf("%d bytes: the font is not embedded as a subset", len(pdf))
	}
	name := filepath.Join(t.TempDir(), "a.pdf")
	if dir := os.Getenv("SHOTS"); dir != "" {
		name = filepath.Join(dir, "paper.pdf")
	}
	if err := os.WriteFile(name, pdf, 0o600); err != nil {
		t.Fatal(err)
	}
	tool, err := exec.LookPath("pdftotext")
	if err != nil {
		return
	}
	out, err := exec.CommandContext(t.Context(), tool, "-layout", name, "-").Output()
	if err != nil {
		t.Fatal(err)
	}
	got := string(out)
	for _, want := range []string{"临时占用草原审批 办事指南", "申报材料", "第 1 页", "11152500MB1234567X3000164001000", "扫码在手机上打开"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not on the paper", want)
		}
	}
	if n := strings.Count(got, "填报须知"); n < 2 {
		t.Errorf("the head of the table stands %d times", n)
	}
	for l := range strings.SplitSeq(got, "\n") {
		if strings.HasPrefix(strings.TrimSpace(l), "\uff0c") {
			t.Errorf("a line begins with a comma: %s", l)
		}
	}
}

func TestNoFont(t *testing.T) {
	t.Parallel()
	if _, err := paper.Load("/nowhere.ttf"); !errors.Is(err, paper.ErrNoFont) || !strings.Contains(err.Error(), "fonts-droid-fallback") {
		t.Error(err)
	}
	broken := filepath.Join(t.TempDir(), "a.ttf")
	if err := os.WriteFile(broken, []byte("not a font"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := paper.Load(broken); !errors.Is(err, paper.ErrNoFont) {
		t.Error(err)
	}
}

func BenchmarkPaper(b *testing.B) {
	for b.Loop() {
		sample(b, 20)
	}
}
