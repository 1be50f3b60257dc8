package catalog

import (
	"slices"
	"strconv"
	"strings"
)

// Handling (业务办理项) is the finest unit of an item that is filed: new, change,
// renewal. ID is unique among the handlings and options of its item.
type Handling struct {
	ID   string `json:"id"`
	Name string `json:"name"`
	Effect
}

// Situation (情形) is a question to the applicant whose answer decides what she
// has to bring and to pay, and along which branch of the flow her case goes: its
// conditions read the ids of what was chosen.
type Situation struct {
	Question string   `json:"question"`
	Many     bool     `json:"many,omitempty"` // several answers may be chosen
	When     []string `json:"when,omitempty"` // asked only after one of these options or handlings; empty: always
	Options  []Option `json:"options"`
}

// Option (情形选项) is one answer.
type Option struct {
	ID    string `json:"id"`
	Label string `json:"label"`
	Effect
}

// Effect is what a choice brings with it, by the names of the item's own
// materials and fees. A material or a fee that any choice names is asked for only
// after such a choice; one that none names is asked for always.
type Effect struct {
	Materials []string `json:"materials,omitempty"`
	Fees      []string `json:"fees,omitempty"`
	Days      int      `json:"days,omitempty"` // promised working days, never more than the item's; 0: the item's
}

// Mine is what an item asks of one applicant after her choices.
type Mine struct {
	Handling     string // name; empty when the item is not divided
	Asked        []Situation
	Chosen       []string // ids that count, in the order of the questions
	Unanswered   int      // questions that still want an answer, the handling's included
	Materials    []Material
	Fees         []Fee
	PromisedDays int
	Parts        []ThemePart // of a theme, what is brought about for her
}

// Required lists the materials without which her case cannot be filed.
func (m Mine) Required() []string { return Body{Materials: m.Materials}.Required() }

// Chosen (情形选择) is one choice in words.
type Chosen struct {
	ID       string `json:"id"`
	Question string `json:"question,omitempty"` // empty for a handling item
	Label    string `json:"label"`
}

// Chosen spells what counts of the choices that led to m.
func (b Body) Chosen(m Mine) (out []Chosen) {
	for _, h := range b.Handlings {
		if slices.Contains(m.Chosen, h.ID) {
			out = append(out, Chosen{ID: h.ID, Label: h.Name})
		}
	}
	for _, q := range m.Asked {
		for _, o := range q.Options {
			if slices.Contains(m.Chosen, o.ID) {
				out = append(out, Chosen{ID: o.ID, Question: q.Question, Label: o.Label})
			}
		}
	}
	return out
}

// Interview are the questions that choices lead to, in the order in which they are
// asked: first, without words of its own, which handling item is meant, and the
// situations once that is known.
func (b Body) Interview(choices []string) (out []Situation) {
	m := b.For(choices)
	if len(b.Handlings) > 0 {
		which := Situation{}
		for _, h := range b.Handlings {
			which.Options = append(which.Options, Option{ID: h.ID, Label: h.Name, Effect: h.Effect})
		}
		out = append(out, which)
		if m.Handling == "" {
			return out
		}
	}
	return append(out, m.Asked...)
}

// Divided reports whether an applicant has anything to choose.
func (b Body) Divided() bool { return len(b.Handlings)+len(b.Situations) > 0 }

// For is what an item asks of an applicant who chose the options and the handling
// with these ids. What was not asked, or a second answer to a question that takes
// one, does not count.
func (b Body) For(choices []string) (m Mine) {
	m.PromisedDays = b.PromisedDays
	taken := b.handle(&m, choices)
	for _, q := range b.Situations {
		if len(q.When) > 0 && !slices.ContainsFunc(q.When, func(id string) bool { return slices.Contains(m.Chosen, id) }) {
			continue
		}
		m.Asked = append(m.Asked, q)
		answered := false
		for _, o := range q.Options {
			if slices.Contains(choices, o.ID) && (q.Many || !answered) {
				answered = true
				m.Chosen, taken = append(m.Chosen, o.ID), append(taken, o.Effect)
			}
		}
		if !answered && !q.Many {
			m.Unanswered++
		}
	}
	b.sum(&m, taken)
	m.Parts = b.partsOf(m.Chosen)
	return m
}

func (b Body) handle(m *Mine, choices []string) (taken []Effect) {
	for _, h := range b.Handlings {
		if slices.Contains(choices, h.ID) {
			m.Handling, m.Chosen = h.Name, append(m.Chosen, h.ID)
			return append(taken, h.Effect)
		}
	}
	if len(b.Handlings) > 0 {
		m.Unanswered++
	}
	return nil
}

func (b Body) sum(m *Mine, taken []Effect) {
	materials, fees := map[string]bool{}, map[string]bool{} // named by a choice: true when that was taken
	for _, e := range b.effects() {
		for _, n := range e.Materials {
			materials[n] = false
		}
		for _, n := range e.Fees {
			fees[n] = false
		}
	}
	for _, e := range taken {
		for _, n := range e.Materials {
			materials[n] = true
		}
		for _, n := range e.Fees {
			fees[n] = true
		}
		if e.Days > 0 {
			m.PromisedDays = min(m.PromisedDays, e.Days)
		}
	}
	wanted := func(named map[string]bool, name string) bool {
		taken, conditional := named[name]
		return taken || !conditional
	}
	for _, x := range b.Materials {
		if wanted(materials, x.Name) {
			m.Materials = append(m.Materials, x)
		}
	}
	for _, x := range b.Fees {
		if wanted(fees, x.Name) {
			m.Fees = append(m.Fees, x)
		}
	}
}

// effects are those of every choice.
func (b Body) effects() (all []Effect) {
	for _, h := range b.Handlings {
		all = append(all, h.Effect)
	}
	for _, q := range b.Situations {
		for _, o := range q.Options {
			all = append(all, o.Effect)
		}
	}
	return all
}

// handlingNames are the names of the handling items, in order.
func (b Body) handlingNames() (names []string) {
	for _, h := range b.Handlings {
		names = append(names, h.Name)
	}
	return names
}

// withHandlings names the handling items anew: one that keeps its name keeps its
// id and what it brings with it.
func (b Body) withHandlings(names []string) (out []Handling) {
	last := 0
	for _, h := range b.Handlings {
		if n, err := strconv.Atoi(strings.TrimPrefix(h.ID, "h")); err == nil {
			last = max(last, n)
		}
	}
	for _, name := range names {
		if i := slices.IndexFunc(b.Handlings, func(h Handling) bool { return h.Name == name }); i >= 0 {
			out = append(out, b.Handlings[i])
			continue
		}
		last++
		out = append(out, Handling{ID: "h" + strconv.Itoa(last), Name: name})
	}
	return out
}

// checkSituations looks at the choices: every id once, a question only after what
// was asked before it, every name one of the item's own.
func (b Body) checkSituations(bad map[string]string) {
	ids := map[string]bool{}
	fresh := func(field, id string) {
		if id == "" || ids[id] || strings.ContainsAny(id, " ,\n") {
			bad[field] = "item_choice_id"
		}
		ids[id] = true
	}
	for i, h := range b.Handlings {
		field := "handlings." + strconv.Itoa(i)
		fresh(field, h.ID)
		b.checkEffect(bad, field, h.Effect)
	}
	for i, q := range b.Situations {
		field := "situations." + strconv.Itoa(i)
		if strings.TrimSpace(q.Question) == "" {
			bad[field] = "item_situation_question"
		}
		if len(q.Options) < 2 && !q.Many || len(q.Options) == 0 {
			bad[field] = "item_situation_options"
		}
		if slices.ContainsFunc(q.When, func(id string) bool { return !ids[id] }) {
			bad[field] = "item_situation_when"
		}
		for k, o := range q.Options {
			field := field + "." + strconv.Itoa(k)
			fresh(field, o.ID)
			if strings.TrimSpace(o.Label) == "" {
				bad[field] = "item_option_label"
			}
			b.checkEffect(bad, field, o.Effect)
		}
	}
	if len(b.Situations) > maxRows {
		bad["situations"] = "item_too_many_rows"
	}
}

func (b Body) checkEffect(bad map[string]string, field string, e Effect) {
	for _, n := range e.Materials {
		if !slices.ContainsFunc(b.Materials, func(m Material) bool { return m.Name == n }) {
			bad[field] = "item_choice_material"
		}
	}
	for _, n := range e.Fees {
		if !slices.ContainsFunc(b.Fees, func(f Fee) bool { return f.Name == n }) {
			bad[field] = "item_choice_fee"
		}
	}
	if e.Days < 0 || b.PromisedDays > 0 && e.Days > b.PromisedDays {
		bad[field] = "item_choice_days"
	}
}
