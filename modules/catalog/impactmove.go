package catalog

import "slices"

// move is an item as it is above before and after: what every change below is held
// against. It is spelled once, whatever number of tenants is asked about.
type move struct {
	was, now Body
	ends     bool
	elements []shift // that a lower level may change
}

type shift struct{ key, was, now string }

func newMove(was, now Body, ends bool) move {
	m := move{was: was, now: now, ends: ends}
	for _, key := range Open() {
		m.elements = append(m.elements, shift{key, was.Element(key), now.Element(key)})
	}
	return m
}

// conflicts are what would no longer stand: a promise that is longer than the new
// one, a material dropped that is not asked for any more, an element whose value
// above moves, and everything of an item that ends.
func (m move) conflicts(f Fields) (out []Conflict) {
	if d := f.PromisedDays; d != nil && (m.ends || *d > m.now.PromisedDays) {
		out = append(out, Conflict{Field: "promised_days", Theirs: spellNumber(*d), Was: spellNumber(m.was.PromisedDays), Now: spellNumber(m.now.PromisedDays)})
	}
	for _, name := range f.DropMaterials {
		if m.ends || m.was.material(name) != nil && m.now.material(name) == nil {
			out = append(out, Conflict{Field: "materials", Theirs: name, Was: name})
		}
	}
	for _, e := range m.elements {
		if theirs, overridden := f.Values[e.key]; overridden && (m.ends || e.was != e.now) {
			out = append(out, Conflict{Field: e.key, Theirs: theirs, Was: e.was, Now: e.now})
		}
	}
	if m.ends {
		for i := range out {
			out[i].Now = ""
		}
	}
	return out
}

// PaperShift is a material as it was and as it will be; nil where there is none.
type PaperShift struct{ Was, Now *Material }

// FormShift is a form as it was and as it will be, "" where there is none: the
// electronic form by its key, a blank or a sample by its file.
type FormShift struct {
	What     string // FormElectronic, FormBlank or FormSample
	Of       string // the material; empty for the electronic form, which belongs to the item
	Was, Now string
}

// The kinds of forms.
const (
	FormElectronic = "eform"  // 申请表单
	FormBlank      = "blank"  // 空白表格
	FormSample     = "sample" // 示例样表
)

func (b Body) material(name string) *Material {
	if i := slices.IndexFunc(b.Materials, func(m Material) bool { return m.Name == name }); i >= 0 {
		return &b.Materials[i]
	}
	return nil
}

// paperShifts lists what becomes other: first what is there now, in order, then what is gone.
func paperShifts(was, now Body) (out []PaperShift) {
	for i := range now.Materials {
		n := &now.Materials[i]
		if w := was.material(n.Name); w == nil || *w != *n {
			out = append(out, PaperShift{w, n})
		}
	}
	for i := range was.Materials {
		if w := &was.Materials[i]; now.material(w.Name) == nil {
			out = append(out, PaperShift{Was: w})
		}
	}
	return out
}

// formShifts lists what becomes other of the forms.
func formShifts(was, now Body) (out []FormShift) {
	add := func(f FormShift) {
		if f.Was != f.Now {
			out = append(out, f)
		}
	}
	add(FormShift{What: FormElectronic, Was: was.EForm.Key(), Now: now.EForm.Key()})
	var none Material
	for _, p := range paperShifts(was, now) {
		w, n := p.Was, p.Now
		if w == nil {
			w = &none
		}
		if n == nil {
			n = &none
		}
		of := w.Name
		if of == "" {
			of = n.Name
		}
		add(FormShift{FormBlank, of, w.Blank, n.Blank})
		add(FormShift{FormSample, of, w.Sample, n.Sample})
	}
	return out
}
