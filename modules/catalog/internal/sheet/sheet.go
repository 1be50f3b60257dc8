// Package sheet reads tables that people upload: Excel workbooks (first sheet) and
// CSV in UTF-8 or GB 18030, as Chinese Excel writes it. What it returns is bounded
// in rows, columns and characters, whatever the file says.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"liandong/tenancy/fault"
)

// Bounds of what is read.
const (
	MaxRows    = 20_000 // below the head
	MaxColumns = 100
	MaxCell    = 20_000   // bytes of one cell
	maxUnzip   = 96 << 20 // bytes of a workbook unpacked
)

// Table is what was read: the head, and the lines below it, each as wide as the
// head. Empty lines are kept, so that line i is row i+2 of the file.
type Table struct {
	Head  []string
	Lines [][]string
}

// Read reads a file. The errors are Invalid: import_file_kind, import_file_broken,
// import_file_empty, import_file_long (rows), import_file_wide (columns or a cell).
func Read(content []byte) (t Table, err error) {
	var rows [][]string
	if bytes.HasPrefix(content, []byte("PK\x03\x04")) {
		rows, err = workbook(content)
	} else {
		rows, err = commas(content)
	}
	if err != nil {
		return t, err
	}
	return table(rows)
}

func invalid(key string) error { return fault.InvalidField("file", key) }

// workbook reads the first sheet. The library panics on some broken files: that
// is a broken file, too.
func workbook(content []byte) (rows [][]string, err error) {
	defer func() {
		if p := recover(); p != nil {
			rows, err = nil, invalid("import_file_broken")
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(content), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxUnzip, RawCellValue: true})
	if err != nil {
		return nil, invalid("import_file_broken")
	}
	defer func() { _ = f.Close() }() // drops temporary files only
	sheets := f.GetSheetList()
	if len(sheets) == 0 {
		return nil, invalid("import_file_empty")
	}
	it, err := f.Rows(sheets[0])
	if err != nil {
		return nil, invalid("import_file_broken")
	}
	defer func() { _ = it.Close() }()
	for it.Next() {
		cells, err := it.Columns()
		if err != nil {
			return nil, invalid("import_file_broken")
		}
		if rows = append(rows, cells); len(rows) > MaxRows+1 {
			return nil, invalid("import_file_long")
		}
	}
	if it.Error() != nil {
		return nil, invalid("import_file_broken")
	}
	return rows, nil
}

func commas(content []byte) (rows [][]string, err error) {
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(content) {
		if content, err = simplifiedchinese.GB18030.NewDecoder().Bytes(content); err != nil || bytes.ContainsRune(content, utf8.RuneError) {
			return nil, invalid("import_file_kind")
		}
	}
	if bytes.ContainsRune(content, 0) {
		return nil, invalid("import_file_kind")
	}
	r := csv.NewReader(bytes.NewReader(content))
	r.FieldsPerRecord = -1
	if line, _, _ := bytes.Cut(content, []byte("\n")); bytes.Count(line, []byte("\t")) > bytes.Count(line, []byte(",")) {
		r.Comma = '\t'
	}
	for {
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return rows, nil
		}
		if err != nil {
			return nil, invalid("import_file_broken")
		}
		if rows = append(rows, cells); len(rows) > MaxRows+1 {
			return nil, invalid("import_file_long")
		}
	}
}

func table(rows [][]string) (t Table, err error) {
	if len(rows) < 2 {
		return t, invalid("import_file_empty")
	}
	width := len(rows[0])
	if width > MaxColumns {
		return t, invalid("import_file_wide")
	}
	for i, row := range rows {
		cells := make([]string, width)
		for k := range min(len(row), width) {
			if len(row[k]) > MaxCell {
				return t, invalid("import_file_wide")
			}
			cells[k] = clean(row[k])
		}
		if i == 0 {
			t.Head = cells
		} else {
			t.Lines = append(t.Lines, cells)
		}
	}
	for len(t.Lines) > 0 && blank(t.Lines[len(t.Lines)-1]) {
		t.Lines = t.Lines[:len(t.Lines)-1]
	}
	if blank(t.Head) || len(t.Lines) == 0 {
		return Table{}, invalid("import_file_empty")
	}
	return t, nil
}

// clean drops what the database would not take and what nobody sees.
func clean(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "")
	return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n"))
}

func blank(cells []string) bool { return strings.Join(cells, "") == "" }
