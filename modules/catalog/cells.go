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
		return spellCodes(c, b.codesOf(c.Key))
	}
	if t := (&b).text(c.Key); t != nil {
		return *t
	}
	switch c.Key {
	case "statutory_days":
		return positive(b.StatutoryDays)
	case "promised_days":
		return positive(b.PromisedDays)
	case "onsite_times":
		return strconv.Itoa(b.OnsiteTimes)
	case "conditions":
		return spell(singles(b.Conditions))
	case "handlings":
		return spell(singles(b.Handlings))
	case "keywords":
		return strings.Join(b.Keywords, listMark)
	case "fee_name", "fee_standard", "fee_basis":
		return b.feeCell(c.Key)
	}
	return spell(b.entries(c.Key))
}

func (b Body) feeCell(key string) string {
	if b.Fee == nil {
		return ""
	}
	return map[string]string{"fee_name": b.Fee.Name, "fee_standard": b.Fee.Standard, "fee_basis": b.Fee.Basis}[key]
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
			out = append(out, []string{m.Name, nameOf(codes.MaterialNeed, m.Need), nameOf(codes.MaterialSource, m.Source), nameOf(codes.MaterialForm, m.Form), positive(m.Copies), m.Note})
		}
	case "faq":
		for _, q := range b.Questions {
			out = append(out, []string{q.Q, q.A})
		}
	}
	return out
}

// text is the plain text field called key, nil when it is none.
func (b *Body) text(key string) *string {
	return map[string]*string{
		"name": &b.Name, "basic_code": &b.BasicCode, "department": &b.Department, "organ_code": &b.OrganCode, "address": &b.Address, "hours": &b.Hours,
		"phone": &b.Phone, "complaint_phone": &b.Complaint, "remedy": &b.Remedy, "result_name": &b.Result.Name,
	}[key]
}

// one is the field of a single code called key.
func (b *Body) one(key string) *string {
	return map[string]*string{"type": &b.Kind, "level": &b.Level, "project_type": &b.ProjectType, "result_type": &b.Result.Type}[key]
}

// many is the field of several codes called key.
func (b *Body) many(key string) *[]string {
	return map[string]*[]string{
		"origin_levels": &b.Origins, "audience": &b.Audience, "handle_forms": &b.Forms, "topics_person": &b.TopicsPerson, "topics_corp": &b.TopicsLegal,
	}[key]
}

func (b Body) codesOf(key string) []string {
	if p := (&b).many(key); p != nil {
		return *p
	}
	if p := (&b).one(key); p != nil && *p != "" {
		return []string{*p}
	}
	return nil
}

// listMark divides the codes of a cell.
const listMark = "；"

func spellCodes(c Column, values []string) string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = nameOf(c.List, v)
	}
	return strings.Join(out, listMark)
}

func nameOf(list, code string) string {
	if code == "" {
		return ""
	}
	return codes.Name(list, code)
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
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
func several(list, cell string) (values []string, unknown string) {
	add := func(s string) bool {
		code, ok := codes.Find(list, s)
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
