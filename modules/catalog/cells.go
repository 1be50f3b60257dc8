package catalog

import (
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog/codes"
)

// A cell of a list holds one value; several codes are divided by a semicolon,
// entries by a line break, the parts of an entry by a bar. Where a text holds such
// a sign itself, a backslash stands before it. What Cells writes, decode reads.

// Cells spells a body in the order of Columns.
func (b Body) Cells() []string {
	out := make([]string, len(columns()))
	for i, c := range columns() {
		out[i] = b.cell(c)
	}
	return out
}

func (b Body) cell(c Column) string {
	if c.List != "" {
		return b.spellCodes(c)
	}
	switch v := (&b).value(c.Key).(type) {
	case *string:
		return *v
	case *bool:
		return spellBool(*v)
	case *int:
		if c.Key == "onsite_times" { // none is worth saying
			return strconv.Itoa(*v)
		}
		return spellNumber(*v)
	case *[]string:
		if c.Key == "keywords" {
			return strings.Join(*v, listMark)
		}
		return spell(singles(*v))
	}
	return spell(b.entries(c.Key))
}

func (b Body) entries(key string) (out [][]string) {
	switch key {
	case "local_codes":
		for _, l := range b.LocalCodes {
			out = append(out, []string{l.System + ":" + l.Code})
		}
	case "legal_basis":
		for _, l := range b.LegalBasis {
			out = append(out, []string{l.Law, l.Article, l.Text})
		}
	case "materials":
		for _, m := range b.Materials {
			out = append(out, m.parts(b.book))
		}
	case "faq":
		for _, q := range b.Questions {
			out = append(out, []string{q.Q, q.A})
		}
	case "fees":
		for _, f := range b.Fees {
			out = append(out, trimEnd([]string{f.Name, f.Standard, f.Basis, spellBool(f.Reducible), f.Reduction}))
		}
	case "special_procedures":
		for _, p := range b.Specials {
			out = append(out, trimEnd([]string{p.Name, nameOf(b.book, codes.SpecialProcedure, p.Kind), spellNumber(p.Days), p.Basis, spellBool(p.Charged), spellBool(p.Counted)}))
		}
	case "handlings":
		for _, h := range b.Handlings {
			out = append(out, trimEnd(append([]string{h.Name}, h.parts()...)))
		}
	case "situations":
		return b.situationEntries()
	case "parts":
		return b.partEntries()
	}
	return out
}

func (m Material) parts(k *codes.Book) []string {
	return append([]string{m.Name, nameOf(k, codes.MaterialNeed, m.Need), nameOf(k, codes.MaterialSource, m.Source), nameOf(k, codes.MaterialForm, m.Form), spellNumber(m.Copies), m.Note},
		trimEnd([]string{nameOf(k, codes.MaterialType, m.Type), spellNumber(m.Originals), m.Spec, m.Issuer, m.Acceptance, m.Basis, nameOf(k, codes.StandardMaterial, m.Code)})...)
}

// trimEnd leaves out the parts at the end that say nothing.
func trimEnd(parts []string) []string {
	for len(parts) > 0 && parts[len(parts)-1] == "" {
		parts = parts[:len(parts)-1]
	}
	return parts
}

// listMark divides the codes of a cell.
const listMark = "；"

func (b Body) spellCodes(c Column) string {
	values := b.Codes(c.Key)
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = nameOf(b.book, c.List, v)
	}
	return strings.Join(out, listMark)
}

func nameOf(k *codes.Book, list, code string) string {
	if code == "" {
		return ""
	}
	return k.Name(list, code)
}

func singles(texts []string) (out [][]string) {
	for _, s := range texts {
		out = append(out, []string{s})
	}
	return out
}

// spell writes entries, one a line.
func spell(entries [][]string) string {
	lines := make([]string, len(entries))
	for i, parts := range entries {
		safe := make([]string, len(parts))
		for k, p := range parts {
			safe[k] = strings.NewReplacer(`\`, `\\`, "|", `\|`, "｜", `\｜`, "\n", `\n`).Replace(p)
		}
		lines[i] = strings.Join(safe, "|")
	}
	return strings.Join(lines, "\n")
}

// read takes apart what spell wrote; each entry gets width parts, and what is too
// much stays with the last.
func read(cell string, width int) (entries [][]string) {
	for line := range strings.SplitSeq(cell, "\n") {
		if strings.TrimSpace(line) == "" {
			continue
		}
		entries = append(entries, divide(line, width))
	}
	return entries
}

func divide(line string, width int) []string {
	out := make([]string, 1, width)
	escaped := false
	for _, r := range line {
		last := len(out) - 1
		switch {
		case escaped:
			if r == 'n' {
				r = '\n'
			}
			out[last] += string(r)
			escaped = false
		case r == '\\':
			escaped = true
		case (r == '|' || r == '｜') && len(out) < width:
			out = append(out, "")
		default:
			out[last] += string(r)
		}
	}
	for len(out) < width {
		out = append(out, "")
	}
	for i := range out {
		out[i] = strings.TrimSpace(out[i])
	}
	return out
}

// several takes the codes of a cell apart: by semicolons and line breaks; names
// hold the other signs themselves, so a part is divided by those only if it is no name.
func several(k *codes.Book, list, cell string) (values []string, unknown string) {
	add := func(s string) bool {
		code, ok := k.Find(list, s)
		if ok && !slices.Contains(values, code) {
			values = append(values, code)
		}
		return ok
	}
	for _, part := range strings.FieldsFunc(cell, func(r rune) bool { return r == '；' || r == ';' || r == '\n' }) {
		if blank(part) || add(part) {
			continue
		}
		for _, s := range strings.FieldsFunc(part, func(r rune) bool { return strings.ContainsRune("、，,/ ", r) }) {
			if !blank(s) && !add(s) {
				return nil, s
			}
		}
	}
	return values, ""
}
