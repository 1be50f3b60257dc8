package kit

import (
	"fmt"
	"iter"
	"mime"
	"net/http"

	"github.com/xuri/excelize/v2"
)

// textFormat is Excel's built-in format "@": a cell that stays text even when
// someone edits it, so that =cmd() typed by a citizen never becomes a formula.
const textFormat = 49

// XLSX sends rows as an Excel file. Strings stay text whatever they begin with.
// An error before the first byte is returned and nothing was sent.
func XLSX(w http.ResponseWriter, filename, sheet string, header []string, rows iter.Seq2[[]any, error]) error {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // drops temporary files only
	if err := f.SetSheetName("Sheet1", sheet); err != nil {
		return fmt.Errorf("name sheet: %w", err)
	}
	if err := fill(f, sheet, header, rows); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": filename + ".xlsx"}))
	h.Set("Cache-Control", "no-store")
	if err := f.Write(w); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	return nil
}

func fill(f *excelize.File, sheet string, header []string, rows iter.Seq2[[]any, error]) error {
	bold, err := f.NewStyle(&excelize.Style{
		Font: &excelize.Font{Bold: true}, NumFmt: textFormat,
		Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EFF9"}},
	})
	if err != nil {
		return fmt.Errorf("style: %w", err)
	}
	plain, err := f.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return fmt.Errorf("style: %w", err)
	}
	sw, err := f.NewStreamWriter(sheet)
	if err != nil {
		return fmt.Errorf("open sheet: %w", err)
	}
	if err := prepare(sw, header, bold); err != nil {
		return err
	}
	n := 2
	for row, err := range rows {
		if err != nil {
			return err
		}
		if err := sw.SetRow(fmt.Sprintf("A%d", n), cells(row, plain)); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		n++
	}
	return sw.Flush()
}

func prepare(sw *excelize.StreamWriter, header []string, style int) error {
	if err := sw.SetColWidth(1, max(len(header), 1), 18); err != nil {
		return fmt.Errorf("column width: %w", err)
	}
	if err := sw.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze head: %w", err)
	}
	head := make([]any, len(header))
	for i, s := range header {
		head[i] = excelize.Cell{StyleID: style, Value: s}
	}
	return sw.SetRow("A1", head)
}

func cells(row []any, textStyle int) []any {
	out := make([]any, len(row))
	for i, v := range row {
		if s, ok := v.(fmt.Stringer); ok {
			v = s.String()
		}
		if s, ok := v.(string); ok {
			v = excelize.Cell{StyleID: textStyle, Value: s}
		}
		out[i] = v
	}
	return out
}
