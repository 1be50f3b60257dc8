package catalog

import (
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog/codes"
)

// coded is a field that a part of an entry names by a code of a list.
type coded struct {
	field      *string
	list, said string
}

func readCodes(k *codes.Book, parts ...coded) string {
	for _, p := range parts {
		if p.said == "" {
			continue
		}
		found, ok := k.Find(p.list, p.said)
		if !ok {
			return "import_code_unknown"
		}
		*p.field = found
	}
	return ""
}

// readNumber is number for a part that may be missing.
func readNumber(field *int, part string) string {
	if part == "" {
		return ""
	}
	return number(field, part)
}

// readYes is readBool for a part that may be missing.
func readYes(field *bool, part string) string {
	if part == "" {
		return ""
	}
	return readBool(field, part)
}

// first is the first key that says what is wrong.
func first(keys ...string) string {
	for _, k := range keys {
		if k != "" {
			return k
		}
	}
	return ""
}

func (b *Body) setMaterials(cell string) string {
	var all []Material
	for _, e := range read(cell, 13) {
		m := Material{Name: e[0], Note: e[5], Spec: e[8], Issuer: e[9], Acceptance: e[10], Basis: e[11]}
		if i := slices.IndexFunc(b.Materials, func(o Material) bool { return o.Name == m.Name }); i >= 0 {
			m.Blank, m.Sample = b.Materials[i].Blank, b.Materials[i].Sample
		}
		why := first(
			readCodes(b.book, coded{&m.Need, codes.MaterialNeed, e[1]}, coded{&m.Source, codes.MaterialSource, e[2]}, coded{&m.Form, codes.MaterialForm, e[3]}, coded{&m.Type, codes.MaterialType, e[6]}, coded{&m.Code, codes.StandardMaterial, e[12]}),
			readNumber(&m.Copies, e[4]), readNumber(&m.Originals, e[7]),
		)
		if why != "" {
			return why
		}
		all = append(all, m)
	}
	b.Materials = all
	return ""
}

func (b *Body) setFees(cell string) string {
	var all []Fee
	for _, e := range read(cell, 5) {
		f := Fee{Name: e[0], Standard: e[1], Basis: e[2], Reduction: e[4]}
		if why := readYes(&f.Reducible, e[3]); why != "" {
			return why
		}
		all = append(all, f)
	}
	b.Fees = all
	return ""
}

func (b *Body) setSpecials(cell string) string {
	var all []Special
	for _, e := range read(cell, 6) {
		p := Special{Name: e[0], Basis: e[3]}
		why := first(readCodes(b.book, coded{&p.Kind, codes.SpecialProcedure, e[1]}), readNumber(&p.Days, e[2]), readYes(&p.Charged, e[4]), readYes(&p.Counted, e[5]))
		if why != "" {
			return why
		}
		all = append(all, p)
	}
	b.Specials = all
	return ""
}

// An effect is three parts of an entry: materials and fees, divided by
// semicolons, and days.
func (e Effect) parts() []string {
	return []string{strings.Join(e.Materials, listMark), strings.Join(e.Fees, listMark), spellNumber(e.Days)}
}

func readEffect(parts []string) (e Effect, why string) {
	e.Materials, e.Fees = divided(parts[0]), divided(parts[1])
	return e, readNumber(&e.Days, parts[2])
}

func (b *Body) setHandlings(cell string) string {
	entries := read(cell, 4)
	all := b.withHandlings(firsts(entries))
	for i, e := range entries {
		effect, why := readEffect(e[1:])
		if why != "" {
			return why
		}
		all[i].Effect = effect
	}
	b.Handlings = all
	return ""
}

// A situation is an entry of its question, what it is asked after and whether
// several answers may be chosen, with one entry for each answer behind it. The
// mark in front tells the two apart.
const (
	questionMark = "?"
	answerMark   = "-"
)

func (b Body) situationEntries() (out [][]string) {
	for _, q := range b.Situations {
		out = append(out, trimEnd([]string{questionMark, q.Question, spellBool(q.Many), strings.Join(q.When, listMark)}))
		for _, o := range q.Options {
			out = append(out, trimEnd(append([]string{answerMark, o.ID, o.Label}, o.parts()...)))
		}
	}
	return out
}

func (b *Body) setSituations(cell string) string {
	var all []Situation
	for _, e := range read(cell, 6) {
		switch {
		case e[0] == questionMark:
			q := Situation{Question: e[1], When: strings.FieldsFunc(e[3], func(r rune) bool { return r == '；' || r == ';' })}
			if why := readYes(&q.Many, e[2]); why != "" {
				return why
			}
			all = append(all, q)
		case e[0] == answerMark && len(all) > 0:
			effect, why := readEffect(e[3:])
			if why != "" {
				return why
			}
			last := &all[len(all)-1]
			id := e[1]
			if id == "" {
				id = strconv.Itoa(len(all)) + "." + strconv.Itoa(len(last.Options)+1)
			}
			last.Options = append(last.Options, Option{ID: id, Label: e[2], Effect: effect})
		default:
			return "import_situation"
		}
	}
	b.Situations = all
	return ""
}
