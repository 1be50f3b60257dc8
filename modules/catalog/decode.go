package catalog

import (
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog/codes"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// CellError is what is wrong with one cell of a row.
type CellError struct {
	Column int    // in the file, from 0; -1 when the row as a whole is meant
	Key    string // catalogue key
	Value  string // what stands there
}

// decode puts the cells of a line over a body: what a column says replaces what
// the body said, an empty cell changes nothing. keys says what the columns mean.
func decode(b Body, keys, line []string, scheme, list string) (Body, []CellError) {
	var bad []CellError
	for i, key := range keys {
		cell := line[i]
		if c, ok := column(key); ok && cell != "" {
			if why := b.set(c, cell, scheme); why != "" {
				bad = append(bad, CellError{i, why, cell})
			}
		}
	}
	if b.Kind == "" && len(b.BasicCode) == 12 {
		b.Kind, _ = b.book.Find(codes.ItemType, b.BasicCode[2:4])
	}
	at := func(field string) int {
		field, _, _ = strings.Cut(field, ".")
		return slices.Index(keys, field)
	}
	said := func(column int) bool {
		return slices.ContainsFunc(bad, func(c CellError) bool { return c.Column == column })
	}
	if b.Kind == "" && !said(at("type")) {
		bad = append(bad, CellError{at("type"), "import_type_missing", ""})
	}
	f, _ := fault.As(b.draftable(list))
	if f == nil {
		return b, bad
	}
	for _, field := range sortedKeys(f.Fields) {
		i := at(field)
		if said(i) && i >= 0 {
			continue
		}
		value := ""
		if i >= 0 {
			value = line[i]
		}
		bad = append(bad, CellError{i, f.Fields[field], value})
	}
	return b, bad
}

func sortedKeys(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// set reads one cell into its field; it returns the key of what is wrong.
func (b *Body) set(c Column, cell, scheme string) string {
	if c.List != "" {
		return b.setCodes(c, cell)
	}
	switch v := b.value(c.Key).(type) {
	case *string:
		*v = cell
		if c.Key == "basic_code" || c.Key == "organ_code" {
			*v = idcode.Canonical(cell)
		}
		return ""
	case *int:
		return number(v, cell)
	case *bool:
		return readBool(v, cell)
	case *[]string:
		*v = firsts(read(cell, 1))
		if c.Key == "keywords" {
			*v = strings.FieldsFunc(cell, func(r rune) bool { return strings.ContainsRune("；;、，, \n", r) })
		}
		return ""
	}
	return b.setEntries(c.Key, cell, scheme)
}

func (b *Body) setCodes(c Column, cell string) string {
	values, unknown := several(b.book, c.List, cell)
	if unknown != "" || len(values) > 1 && !c.Many {
		return "import_code_unknown"
	}
	switch v := b.value(c.Key).(type) {
	case *[]string:
		*v = values
	case *string:
		*v = strings.Join(values, "")
	}
	return ""
}

func (b *Body) setEntries(key, cell, scheme string) string {
	switch key {
	case "local_codes":
		b.LocalCodes = b.withLocal(cell, scheme)
	case "legal_basis":
		b.LegalBasis = nil
		for _, e := range read(cell, 3) {
			b.LegalBasis = append(b.LegalBasis, LegalBasis{Law: e[0], Article: e[1], Text: e[2]})
		}
	case "faq":
		b.Questions = nil
		for _, e := range read(cell, 2) {
			b.Questions = append(b.Questions, Question{Q: e[0], A: e[1]})
		}
	case "materials":
		return b.setMaterials(cell)
	case "fees":
		return b.setFees(cell)
	case "special_procedures":
		return b.setSpecials(cell)
	case "handlings":
		return b.setHandlings(cell)
	case "situations":
		return b.setSituations(cell)
	case "parts":
		return b.setParts(cell)
	}
	return ""
}

// withLocal adds the codes of a cell to those of other schemes. A code may name
// its scheme itself, as the export does.
func (b *Body) withLocal(cell, scheme string) []LocalCode {
	var said []LocalCode
	for _, e := range firsts(read(cell, 1)) {
		l := LocalCode{System: scheme, Code: e}
		if system, code, ok := strings.Cut(e, ":"); ok {
			if _, known := b.book.Get(codes.Scheme, system); known {
				l = LocalCode{system, code}
			}
		}
		said = append(said, l)
	}
	kept := slices.DeleteFunc(slices.Clone(b.LocalCodes), func(l LocalCode) bool {
		return slices.ContainsFunc(said, func(s LocalCode) bool { return s.System == l.System })
	})
	return append(kept, said...)
}

func number(field *int, cell string) string {
	n, err := strconv.Atoi(strings.TrimSuffix(idcode.Canonical(cell), ".0"))
	if err != nil || n < 0 || n > maxDays {
		return "import_number"
	}
	*field = n
	return ""
}

func firsts(entries [][]string) (out []string) {
	for _, e := range entries {
		out = append(out, e[0])
	}
	return out
}
