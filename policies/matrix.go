package policies

import (
	_ "embed" // MATRIX.md
	"strings"
)

//go:embed MATRIX.md
var matrixText string

// Area is one table of the matrix: what each role may do to one kind of thing.
type Area struct {
	Title   string
	Columns []string // of the roles, then applicants and the public
	Rows    []Right
}

// Right is one action: how far each column's role may do it, and under which condition.
type Right struct {
	Name      string
	Reach     []string // one for each column
	Condition string
}

// Matrix is MATRIX.md as data: role × action, in Chinese. A test holds it to what
// the engine answers.
func Matrix() (areas []Area) {
	for line := range strings.Lines(matrixText) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			areas = append(areas, Area{Title: title})
			continue
		}
		if len(areas) == 0 || !strings.HasPrefix(line, "|") || strings.HasPrefix(line, "|--") {
			continue
		}
		areas[len(areas)-1].add(cells(line))
	}
	if len(areas) > 0 {
		areas = areas[1:] // the first lists the roles: see Roles
	}
	return areas
}

func (a *Area) add(row []string) {
	last := len(row) - 1
	if a.Columns == nil {
		a.Columns = row[1:last]
		return
	}
	a.Rows = append(a.Rows, Right{Name: row[0], Reach: row[1:last], Condition: row[last]})
}

func cells(line string) []string {
	row := strings.Split(strings.Trim(line, "|"), "|")
	for i := range row {
		row[i] = strings.TrimSpace(row[i])
	}
	return row
}
