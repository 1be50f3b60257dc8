package bundle

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"

	"liandong/tenancy/fault"
)

func archive(t *testing.T, names ...string) []Entry {
	t.Helper()
	entries, err := Open(packed(t, names...))
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func packed(t *testing.T, names ...string) (*bytes.Reader, int64) {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		if _, err := z.CreateHeader(&zip.FileHeader{Name: n, NonUTF8: n[0] > 0xf4 || !isUTF8(n)}); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return bytes.NewReader(b.Bytes()), int64(b.Len())
}

func isUTF8(s string) bool { return bytes.Equal(bytes.ToValidUTF8([]byte(s), nil), []byte(s)) }

func rows() []Row {
	return []Row{
		{Line: 2, Name: "演示·乌兰", Number: "152502199001010012", Named: map[string]string{"合同": "a/租赁.pdf"}},
		{Line: 3, Name: "演示·其其格", Number: "15250219900101002X"},
		{Line: 12, Name: "草业公司", Number: "91152502MA0N000001"},
	}
}

// Every file goes to the row that its name says, or is told to belong nowhere.
func TestAssign(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"2/身份证明.pdf":                  "2 身份证明",
		"材料/3/身份证明2.pdf":              "3 身份证明",
		"3-演示·其其格/身份证明（1）.png":        "3 身份证明",
		"3 演示·乌兰/身份证明.png":            "case_paper_name 3",
		"15250219900101002x/身份证明.jpg": "3 身份证明",
		"012_合同.pdf":                  "12 合同",
		"12-草业公司-合同-1.pdf":            "12 合同",
		"4/身份证明.pdf":                  "case_paper_row_unknown 0",
		"2/户口簿.pdf":                   "case_paper_material 2",
		"身份证明.pdf":                    "case_paper_no_row 0",
		"2024年/身份证明.pdf":              "case_paper_no_row 0",
		"a/租赁.pdf":                    "2 合同",
	} {
		f := Assign(archive(t, name), rows(), []string{"身份证明", "合同"})
		got := ""
		if len(f.Matches) == 1 && len(f.Loose) == 0 {
			got = fmt.Sprint(rows()[f.Matches[0].Row].Line, " ", f.Matches[0].Material)
		} else if len(f.Loose) == 1 && len(f.Matches) == 0 {
			got = fmt.Sprint(f.Loose[0].Why, " ", f.Loose[0].Line)
		}
		if got != want {
			t.Errorf("%s goes to %q, want %q (%+v)", name, got, want, f)
		}
	}
}

// A file is never given to one of two rows by chance.
func TestAssignLeavesDoubtsOpen(t *testing.T) {
	t.Parallel()
	rs := rows()
	rs[1].Named = map[string]string{"合同": "租赁.pdf；没有.pdf", "身份证明": "证.png"}
	f := Assign(archive(t, "a/租赁.pdf", "x/证.png", "y/证.png", "2/证.png"), rs, []string{"身份证明", "合同"})
	if len(f.Matches) != 0 || len(f.Loose) != 4 {
		t.Errorf("%+v", f)
	}
	var why []string
	for _, m := range f.Missing {
		why = append(why, fmt.Sprint(rs[m.Row].Line, m.Material, m.Why))
	}
	slices.Sort(why)
	if fmt.Sprint(why) != "[2合同case_paper_twice 3合同case_paper_absent 3合同case_paper_twice 3身份证明case_paper_ambiguous]" {
		t.Errorf("%v", why)
	}
	rs[0].Named["合同"] = "3/合同.pdf"
	if f := Assign(archive(t, "3/合同.pdf"), rs[:2], []string{"合同"}); len(f.Matches) != 0 || len(f.Loose) != 1 || f.Loose[0].Why != "case_paper_conflict" {
		t.Errorf("cell and folder disagree: %+v", f)
	}
}

func TestOpen(t *testing.T) {
	t.Parallel()
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String("2/身份证明.pdf")
	if err != nil {
		t.Fatal(err)
	}
	got := archive(t, gbk, "__MACOSX/2/._身份证明.pdf", ".DS_Store", "3/", `4\合同.pdf`, "../../5/合同.pdf")
	if len(got) != 3 || got[0].Path != "2/身份证明.pdf" || got[1].Path != "4/合同.pdf" || got[2].Path != "5/合同.pdf" {
		t.Errorf("%+v", got)
	}
	for key, names := range map[string][]string{"case_papers_empty": {"a/", ".DS_Store"}, "case_papers_large": slices.Repeat([]string{"2/身份证明.pdf"}, MaxEntries+1)} {
		if _, err := Open(packed(t, names...)); !blames(err, key) {
			t.Errorf("%s: %v", key, err)
		}
	}
	if _, err := Open(bytes.NewReader([]byte("no archive")), 10); !blames(err, "case_papers_broken") {
		t.Errorf("no archive: %v", err)
	}
}

func blames(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Fields["papers"] == key
}
