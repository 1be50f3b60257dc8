package web

import (
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog"
)

// The designer of handling items (业务办理项) and situations (情形) writes its rows
// under these names: handlings.2 is the name of the third handling, .id, .days, .m
// and .f what it is and brings; situations.1.o.0 is the first answer to the second
// question. Several values of one field are divided by line breaks.

// effectOf reads what a choice brings.
func (f *form) effectOf(key string) catalog.Effect {
	return catalog.Effect{Materials: lines(f.Get(key + ".m")), Fees: lines(f.Get(key + ".f")), Days: f.Int(key + ".days")}
}

func (f *form) setEffect(key string, e catalog.Effect) {
	f.Set(key+".m", strings.Join(e.Materials, "\n"))
	f.Set(key+".f", strings.Join(e.Fees, "\n"))
	f.Set(key+".days", count(e.Days))
}

func (f *form) rowsOf(key string) int {
	n, _ := strconv.Atoi(f.Get(key + ".n"))
	return min(max(n, 0), maxRows)
}

func at(key string, i int) string { return key + "." + strconv.Itoa(i) }

// handlings reads the rows of handling items as they stand, empty ones too.
func (f *form) handlings() (out []catalog.Handling) {
	for i := range f.rowsOf("handlings") {
		key := at("handlings", i)
		out = append(out, catalog.Handling{ID: f.Get(key + ".id"), Name: f.Get(key), Effect: f.effectOf(key)})
	}
	return out
}

func (f *form) setHandlings(all []catalog.Handling) {
	f.Set("handlings.n", strconv.Itoa(len(all)))
	for i, h := range all {
		key := at("handlings", i)
		f.Set(key, h.Name)
		f.Set(key+".id", h.ID)
		f.setEffect(key, h.Effect)
	}
}

// situations reads the questions as they stand, with their answers.
func (f *form) situations() (out []catalog.Situation) {
	for i := range f.rowsOf("situations") {
		key := at("situations", i)
		q := catalog.Situation{Question: f.Get(key), Many: f.Bool(key + ".many"), When: lines(f.Get(key + ".when"))}
		for k := range f.rowsOf(key + ".o") {
			o := at(key+".o", k)
			q.Options = append(q.Options, catalog.Option{ID: f.Get(o + ".id"), Label: f.Get(o), Effect: f.effectOf(o)})
		}
		out = append(out, q)
	}
	return out
}

func (f *form) setSituations(all []catalog.Situation) {
	f.Set("situations.n", strconv.Itoa(len(all)))
	for i, q := range all {
		key := at("situations", i)
		f.Set(key, q.Question)
		f.Set(key+".many", yes(q.Many))
		f.Set(key+".when", strings.Join(q.When, "\n"))
		f.Set(key+".o.n", strconv.Itoa(len(q.Options)))
		for k, o := range q.Options {
			option := at(key+".o", k)
			f.Set(option, o.Label)
			f.Set(option+".id", o.ID)
			f.setEffect(option, o.Effect)
		}
	}
}

// designed is what the designer says for a body with these materials and fees:
// without what is empty, and without names and ids that are no more.
func (f *form) designed(b catalog.Body) (hs []catalog.Handling, qs []catalog.Situation) {
	tidy := func(e catalog.Effect) catalog.Effect {
		e.Materials = slices.DeleteFunc(e.Materials, func(n string) bool {
			return !slices.ContainsFunc(b.Materials, func(m catalog.Material) bool { return m.Name == n })
		})
		e.Fees = slices.DeleteFunc(e.Fees, func(n string) bool {
			return !slices.ContainsFunc(b.Fees, func(x catalog.Fee) bool { return x.Name == n })
		})
		return e
	}
	for _, h := range f.handlings() {
		if h.Name != "" {
			h.Effect = tidy(h.Effect)
			hs = append(hs, h)
		}
	}
	ids := f.ids()
	for _, q := range f.situations() {
		q.Options = slices.DeleteFunc(q.Options, func(o catalog.Option) bool { return o.Label == "" })
		for i := range q.Options {
			q.Options[i].Effect = tidy(q.Options[i].Effect)
		}
		q.When = slices.DeleteFunc(q.When, func(id string) bool { return !slices.Contains(ids, id) })
		if q.Question != "" || len(q.Options) > 0 {
			qs = append(qs, q)
		}
	}
	f.setHandlings(hs)
	f.setSituations(qs)
	return hs, qs
}

// ids are those of all choices.
func (f *form) ids() (out []string) {
	for _, h := range f.handlings() {
		out = append(out, h.ID)
	}
	for _, q := range f.situations() {
		for _, o := range q.Options {
			out = append(out, o.ID)
		}
	}
	return out
}

// freshID is the next id with a letter that no choice has.
func freshID(letter string, ids []string) string {
	last := 0
	for _, id := range ids {
		if n, err := strconv.Atoi(strings.TrimPrefix(id, letter)); err == nil && strings.HasPrefix(id, letter) {
			last = max(last, n)
		}
	}
	return letter + strconv.Itoa(last+1)
}

// renamed lets choices follow materials and fees that are called otherwise now.
func (f *form) renamed() {
	follow := func(suffix string, now map[string]string) func(string) {
		return func(key string) {
			names := lines(f.Get(key + suffix))
			for i, n := range names {
				if to, ok := now[n]; ok {
					names[i] = to
				}
			}
			f.Set(key+suffix, strings.Join(names, "\n"))
		}
	}
	materials, fees := follow(".m", f.names(materialRows())), follow(".f", f.names(feeRows()))
	for i := range f.rowsOf("handlings") {
		materials(at("handlings", i))
		fees(at("handlings", i))
	}
	for i := range f.rowsOf("situations") {
		for k := range f.rowsOf(at("situations", i) + ".o") {
			key := at(at("situations", i)+".o", k)
			materials(key)
			fees(key)
		}
	}
}

// names says what the rows of a table are called now by what they were called when
// the form was shown, and forgets that.
func (f *form) names(t rows) map[string]string {
	now := map[string]string{}
	for i := range t.count(f.FormValues) {
		first, was := at(t.name, i), at(t.name, i)+".was"
		if w := f.Get(was); w != "" && f.Get(first) != "" {
			now[w] = f.Get(first)
		}
		f.Set(was, f.Get(first))
	}
	return now
}

// design carries out the buttons of the designer. It reports whether do was one.
func (f *form) design(do string) bool {
	switch {
	case do == "try":
		return true
	case strings.HasPrefix(do, "handlings"):
		hs := f.handlings()
		hs = pressed(hs, strings.TrimPrefix(do, "handlings"), func() catalog.Handling { return catalog.Handling{ID: freshID("h", f.ids())} })
		f.setHandlings(hs)
		return true
	case strings.HasPrefix(do, "situations"):
		f.setSituations(f.asked(strings.TrimPrefix(do, "situations")))
		return true
	}
	return false
}

// asked carries out a button on the questions: +, -1, ^1, _1, and .1 before one on
// the answers to a question.
func (f *form) asked(op string) []catalog.Situation {
	qs, ids := f.situations(), f.ids()
	option := func() catalog.Option {
		o := catalog.Option{ID: freshID("o", ids)}
		ids = append(ids, o.ID)
		return o
	}
	if rest, nested := strings.CutPrefix(op, "."); nested {
		n := strings.IndexAny(rest, "+-^_")
		if n < 0 {
			return qs
		}
		if i, err := strconv.Atoi(rest[:n]); err == nil && 0 <= i && i < len(qs) {
			qs[i].Options = pressed(qs[i].Options, rest[n:], option)
		}
		return qs
	}
	return pressed(qs, op, func() catalog.Situation { return catalog.Situation{Options: []catalog.Option{option(), option()}} })
}

// pressed does to a list what a row button asks.
func pressed[T any](all []T, op string, fresh func() T) []T {
	if op == "" {
		return all
	}
	if op == "+" {
		if len(all) < maxRows {
			all = append(all, fresh())
		}
		return all
	}
	i, err := strconv.Atoi(op[1:])
	if err != nil || i < 0 || i >= len(all) {
		return all
	}
	switch {
	case op[0] == '-':
		return slices.Delete(all, i, i+1)
	case op[0] == '^' && i > 0:
		all[i], all[i-1] = all[i-1], all[i]
	case op[0] == '_' && i < len(all)-1:
		all[i], all[i+1] = all[i+1], all[i]
	}
	return all
}

// choice is something that an applicant may have chosen before a question.
type choice struct{ id, label string }

// before are the choices that come before question i.
func (f *form) before(i int) (out []choice) {
	for _, h := range f.handlings() {
		if h.Name != "" {
			out = append(out, choice{h.ID, h.Name})
		}
	}
	for _, q := range f.situations()[:i] {
		for _, o := range q.Options {
			if o.Label != "" {
				out = append(out, choice{o.ID, o.Label})
			}
		}
	}
	return out
}

// mine is what an applicant with the choices of the trial gets.
func (f *form) mine() (catalog.Body, catalog.Mine) {
	shown := *f
	shown.FormValues = f.Clone()
	b := shown.body()
	return b, b.For(f.try)
}
