package web

import (
	"slices"
	"strconv"
	"strings"

	"liandong/portal-sites/kit"
)

// rows is a repeated part of the editor: a table whose rows are added, moved and
// removed on the server. The first field of row 2 is called materials.2, the
// others materials.2.need and so on; materials.n counts the rows.
type rows struct {
	name   string
	fields []string // besides the first
}

func lawRows() rows { return rows{"legal_basis", []string{"article", "text"}} }
func materialRows() rows {
	return rows{"materials", []string{"need", "source", "form", "copies", "note", "type", "originals", "spec", "issuer", "accept", "by_law", "blank", "sample", "was", "code"}}
}

func feeRows() rows {
	return rows{"fees", []string{"standard", "basis", "reducible", "reduction", "was"}}
}
func questionRows() rows { return rows{"faq", []string{"a"}} }
func specialRows() rows {
	return rows{"special_procedures", []string{"kind", "days", "basis", "charged", "counted"}}
}

func stepRows() rows { return rows{"flow", []string{"id", "kind", "level", "tenant", "post", "limit"}} }

// maxRows is more than the service takes, so that its refusal is what people read.
const maxRows = 120

func (t rows) count(v kit.FormValues) int {
	n, _ := strconv.Atoi(v.Get(t.name + ".n"))
	return min(max(n, 0), maxRows)
}

func (t rows) setCount(v *kit.FormValues, n int) { v.Set(t.name+".n", strconv.Itoa(n)) }

// keys are the names of the fields of row i.
func (t rows) keys(i int) []string {
	first := t.name + "." + strconv.Itoa(i)
	out := []string{first}
	for _, f := range t.fields {
		out = append(out, first+"."+f)
	}
	return out
}

func (t rows) row(v kit.FormValues, i int) []string {
	keys := t.keys(i)
	out := make([]string, len(keys))
	for k, key := range keys {
		out[k] = v.Get(key)
	}
	return out
}

func (t rows) put(v *kit.FormValues, i int, values []string) {
	for k, key := range t.keys(i) {
		v.Set(key, values[k])
	}
}

// all returns the rows that say anything.
func (t rows) all(v kit.FormValues) (out [][]string) {
	for i := range t.count(v) {
		if row := t.row(v, i); slices.ContainsFunc(row, func(s string) bool { return s != "" }) {
			out = append(out, row)
		}
	}
	return out
}

func (t rows) write(v *kit.FormValues, all [][]string) {
	for i, row := range all {
		t.put(v, i, row)
	}
	t.setCount(v, len(all))
}

// edit carries out what a row button asks: name+ adds, name-2 removes, name^2
// and name_2 move row 2 up and down. It reports whether do was such a button.
func (t rows) edit(v *kit.FormValues, do string) bool {
	op, ok := strings.CutPrefix(do, t.name)
	if !ok || op == "" {
		return false
	}
	n := t.count(*v)
	i, err := strconv.Atoi(op[1:])
	known := err == nil && 0 <= i && i < n
	switch {
	case op == "+" && n < maxRows:
		t.put(v, n, make([]string, 1+len(t.fields)))
		t.setCount(v, n+1)
	case op[0] == '-' && known:
		for ; i < n-1; i++ {
			t.put(v, i, t.row(*v, i+1))
		}
		t.setCount(v, n-1)
	case op[0] == '^' && known && i > 0:
		t.swap(v, i, i-1)
	case op[0] == '_' && known && i < n-1:
		t.swap(v, i, i+1)
	}
	return true
}

func (t rows) swap(v *kit.FormValues, i, j int) {
	a, b := t.row(*v, i), t.row(*v, j)
	t.put(v, i, b)
	t.put(v, j, a)
}
