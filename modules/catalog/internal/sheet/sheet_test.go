package sheet

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"liandong/tenancy/fault"
)

func book(tb testing.TB, rows ...[]any) []byte {
	tb.Helper()
	f := excelize.NewFile()
	for i, r := range rows {
		cell, err := excelize.CoordinatesToCellName(1, i+1)
		if err != nil {
			tb.Fatal(err)
		}
		if err := f.SetSheetRow("Sheet1", cell, &r); err != nil {
			tb.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func TestReadsWhatOfficesSend(t *testing.T) {
	t.Parallel()
	const plain = "事项名称,时限\n草原许可,20\n,\n\"多行\r\n条件\",3\n,\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	for what, content := range map[string][]byte{
		"utf-8": []byte(plain), "with a mark": []byte("\xef\xbb\xbf" + plain), "gb 18030": gbk, "tabs": []byte(strings.ReplaceAll(plain, ",", "\t")),
		"workbook": book(t, []any{"事项名称", "时限"}, []any{"草原许可", 20}, []any{}, []any{"多行\n条件", "3", "beyond the head"}),
	} {
		got, err := Read(content)
		want := [][]string{{"草原许可", "20"}, {"", ""}, {"多行\n条件", "3"}}
		if err != nil || !slices.Equal(got.Head, []string{"事项名称", "时限"}) || !slices.EqualFunc(got.Lines, want, slices.Equal) {
			t.Errorf("%s: %q %q, %v", what, got.Head, got.Lines, err)
		}
	}
}

func TestRefusesWhatIsNoTable(t *testing.T) {
	t.Parallel()
	for key, content := range map[string][]byte{
		"import_file_empty":  []byte("事项名称\n"),
		"import_file_kind":   []byte("\x00\x01\x02"),
		"import_file_broken": []byte("PK\x03\x04rubbish"),
		"import_file_wide":   []byte(strings.Repeat("a,", MaxColumns+1) + "\n1\n"),
		"import_file_long":   []byte("a\n" + strings.Repeat("1\n", MaxRows+1)),
	} {
		if _, err := Read(content); !says(err, key) {
			t.Errorf("%s: %v", key, err)
		}
	}
}

func says(err error, key string) bool {
	f, ok := fault.As(err)
	return ok && f.Kind == fault.Invalid && f.Fields["file"] == key
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("a,b\n1,2\n"))
	f.Add(book(f, []any{"a"}, []any{"1"}))
	f.Add([]byte("PK\x03\x04"))
	f.Fuzz(func(t *testing.T, content []byte) {
		got, err := Read(content)
		if err != nil {
			if k, ok := fault.As(err); !ok || k.Kind != fault.Invalid || k.Fields["file"] == "" {
				t.Fatal(err)
			}
			return
		}
		for _, l := range append(got.Lines, got.Head) {
			if len(l) != len(got.Head) || !utf8.ValidString(strings.Join(l, "")) || strings.Contains(strings.Join(l, ""), "\x00") {
				t.Fatalf("%q below %q", l, got.Head)
			}
		}
	})
}
