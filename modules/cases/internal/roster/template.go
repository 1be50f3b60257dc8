package roster

import (
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"
)

// Column is one column of an empty list.
type Column struct {
	Head    string
	Example string
	Said    string   // how it is filled in, for the second sheet
	Options []string // offered in its cells, when they are few
}

// Form is an empty list to fill in.
type Form struct {
	Sheet, Notes string    // names of the sheets
	NotesHead    [2]string // of the second sheet
	Columns      []Column
	Remarks      []string // below the columns on the second sheet
}

// textFormat keeps long numbers as they are typed: a sheet would round an ID number.
const textFormat = 49

// maxOffered bounds, in characters, the choices that a sheet can offer in a cell.
const maxOffered = 250

// Write writes it as a workbook: the list itself, whose cells are all text, and how each column is filled in.
func (f Form) Write(w io.Writer) error {
	x := excelize.NewFile()
	defer func() { _ = x.Close() }() // drops temporary files only
	head, err := x.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, NumFmt: textFormat, Alignment: &excelize.Alignment{WrapText: true, Vertical: "center"}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"E8EFF9"}}})
	if err != nil {
		return fmt.Errorf("style: %w", err)
	}
	plain, err := x.NewStyle(&excelize.Style{NumFmt: textFormat})
	if err != nil {
		return fmt.Errorf("style: %w", err)
	}
	if err := x.SetSheetName("Sheet1", f.Sheet); err != nil {
		return fmt.Errorf("name sheet: %w", err)
	}
	for i, c := range f.Columns {
		if err := f.column(x, i+1, c, head, plain); err != nil {
			return fmt.Errorf("column %s: %w", c.Head, err)
		}
	}
	if err := x.SetPanes(f.Sheet, &excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return fmt.Errorf("freeze head: %w", err)
	}
	if err := f.notes(x, head); err != nil {
		return fmt.Errorf("notes: %w", err)
	}
	return x.Write(w)
}

func (f Form) column(x *excelize.File, n int, c Column, head, plain int) error {
	name, err := excelize.ColumnNumberToName(n)
	if err == nil {
		err = x.SetColStyle(f.Sheet, name, plain)
	}
	if err == nil {
		err = x.SetColWidth(f.Sheet, name, name, 20)
	}
	for at, said := range map[string]string{name + "1": c.Head, name + "2": c.Example} {
		if err == nil {
			err = x.SetCellStr(f.Sheet, at, said)
		}
	}
	if err == nil {
		err = x.SetCellStyle(f.Sheet, name+"1", name+"1", head)
	}
	if err != nil || len(c.Options) == 0 || len([]rune(strings.Join(c.Options, ","))) > maxOffered || strings.ContainsAny(strings.Join(c.Options, ""), `,"`) {
		return err
	}
	v := excelize.NewDataValidation(true)
	v.Sqref = fmt.Sprintf("%s3:%s%d", name, name, MaxRows+1)
	if err := v.SetDropList(c.Options); err != nil {
		return err
	}
	return x.AddDataValidation(f.Sheet, v)
}

func (f Form) notes(x *excelize.File, head int) error {
	if _, err := x.NewSheet(f.Notes); err != nil {
		return err
	}
	lines := [][2]string{f.NotesHead}
	for _, c := range f.Columns {
		lines = append(lines, [2]string{c.Head, c.Said})
	}
	for _, r := range f.Remarks {
		lines = append(lines, [2]string{"", r})
	}
	for i, l := range lines {
		for j, cell := range l {
			at, err := excelize.CoordinatesToCellName(j+1, i+1)
			if err == nil {
				err = x.SetCellStr(f.Notes, at, cell)
			}
			if err != nil {
				return err
			}
		}
	}
	if err := x.SetCellStyle(f.Notes, "A1", "B1", head); err != nil {
		return err
	}
	if err := x.SetColWidth(f.Notes, "A", "A", 28); err != nil {
		return err
	}
	return x.SetColWidth(f.Notes, "B", "B", 90)
}
