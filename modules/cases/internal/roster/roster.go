// Package roster reads lists of people out of workbooks (名册).
package roster

import (
	"bytes"
	"strings"

	"github.com/xuri/excelize/v2"

	"liandong/tenancy/fault"
)

// Bounds of what is read.
const (
	MaxRows  = 1000
	maxCells = 400
	maxUnzip = 32 << 20 // bytes of a workbook unpacked
)

// Read reads the first sheet: the head, and the lines below it, each as wide as the head. Line i is
// row i+2 of the file; empty ones are kept. The errors are Invalid on field file.
func Read(content []byte) (head []string, lines [][]string, err error) {
	defer func() {
		if p := recover(); p != nil { // the library panics on some broken files
			head, lines, err = nil, nil, invalid("import_file_broken")
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxUnzip, RawCellValue: true})
	if err != nil {
		return nil, nil, invalid("import_file_broken")
	}
	defer func() { _ = f.Close() }() // drops temporary files only
	rows, err := f.GetRows(f.GetSheetName(0))
	switch {
	case err != nil:
		return nil, nil, invalid("import_file_broken")
	case len(rows) < 2:
		return nil, nil, invalid("import_file_empty")
	case len(rows) > MaxRows+1:
		return nil, nil, invalid("case_batch_long")
	case len(rows[0]) > maxCells:
		return nil, nil, invalid("import_file_wide")
	}
	for _, c := range rows[0] {
		head = append(head, strings.Trim(clean(c), "*"))
	}
	for _, row := range rows[1:] {
		line := make([]string, len(head))
		for i := range min(len(row), len(head)) {
			line[i] = clean(row[i])
		}
		lines = append(lines, line)
	}
	return head, lines, nil
}

func invalid(key string) error { return fault.InvalidField("file", key) }

func clean(s string) string {
	return strings.TrimSpace(strings.ReplaceAll(strings.ToValidUTF8(s, ""), "\x00", ""))
}
