package catalog

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/tenancy"
)

// place is one node of a random tree as the plain model keeps it: what it says of
// the item, element by element.
type place struct {
	id, hi tenancy.ID
	up     *place
	depth  int
	text   map[string]*said // of open elements
	days   *said
	drops  []string
	based  []string // drops as they stood above when they were made
	locks  map[string]bool
}

// said is one thing that a place says, and what was said above at that time.
type said struct{ value, base string }

// model is the plain reading of the rules: everything is asked up the tree anew.
type model struct {
	days      int
	text      map[string]string
	materials []Material
	places    []*place
	owner     *place
}

const testTexts = 3

func testKeys() []string { return Open()[:testTexts] }

func (m *model) textAt(p *place, key string) (string, tenancy.ID) {
	if p == m.owner {
		return m.text[key], p.id
	}
	if s := p.text[key]; s != nil {
		return s.value, p.id
	}
	return m.textAt(p.up, key)
}

func (m *model) daysAt(p *place) (int, tenancy.ID) {
	if p == m.owner {
		return m.days, p.id
	}
	above, from := m.daysAt(p.up)
	if p.days != nil {
		if n, _ := strconv.Atoi(p.days.value); n < above {
			return n, p.id
		}
	}
	return above, from
}

func (m *model) materialsAt(p *place) (left []Material) {
	if p == m.owner {
		return m.materials
	}
	for _, x := range m.materialsAt(p.up) {
		if !slices.Contains(p.drops, x.Name) {
			left = append(left, x)
		}
	}
	return left
}

func (m *model) droppedAbove(p *place) (out []string) {
	for _, x := range m.materialsAt(p.up) {
		if slices.Contains(p.drops, x.Name) {
			out = append(out, x.Name+"|"+x.Need)
		}
	}
	return out
}

// lockedBy is the highest place above p that locks key.
func (m *model) lockedBy(p *place, key string) (by tenancy.ID, ok bool) {
	for q := p.up; q != nil; q = q.up {
		if q.locks[key] {
			by, ok = q.id, true
		}
	}
	return by, ok
}

// asked lists what must be asked of p: kind and element.
func (m *model) asked(p *place) (out []string) {
	ask := func(key string, says, moved bool) {
		_, locked := m.lockedBy(p, key)
		switch {
		case says && locked:
			out = append(out, TaskLocked+" "+key)
		case says && moved:
			out = append(out, TaskCollides+" "+key)
		}
	}
	above, _ := m.daysAt(p.up)
	n := 0
	if p.days != nil {
		n, _ = strconv.Atoi(p.days.value)
	}
	ask(ElementPromise, p.days != nil, n > above)
	ask(ElementMaterials, len(p.drops) > 0, !slices.Equal(p.based, m.droppedAbove(p)))
	for _, key := range testKeys() {
		s, now := p.text[key], ""
		now, _ = m.textAt(p.up, key)
		ask(key, s != nil, s != nil && now != s.base && now != s.value)
	}
	slices.Sort(out)
	return out
}

// under lists the places that may change the item: those below its owner.
func (m *model) under() (out []*place) {
	for _, p := range m.places {
		for q := p.up; q != nil; q = q.up {
			if q == m.owner {
				out = append(out, p)
			}
		}
	}
	return out
}

func randomTree(t *rapid.T) []*place {
	const width = 8 // children a node has room for; seven levels are 8⁶ wide
	root := &place{id: 0, hi: 1<<18 - 1, depth: 1}
	all := []*place{root}
	for i := range rapid.IntRange(1, 24).Draw(t, "places") {
		up := all[rapid.IntRange(0, len(all)-1).Draw(t, fmt.Sprint("up", i))]
		room := (up.hi - up.id + 1) / width
		taken := 0
		for _, p := range all {
			if p.up == up {
				taken++
			}
		}
		if up.depth == 7 || room < 1 || taken >= width-1 {
			continue
		}
		id := up.id + tenancy.ID(taken+1)*room
		all = append(all, &place{id: id, hi: id + room - 1, up: up, depth: up.depth + 1})
	}
	for _, p := range all {
		p.text, p.locks = map[string]*said{}, map[string]bool{}
	}
	return all
}

// world drives the code under test and the model through the same story.
type world struct {
	*rapid.T

	m *model
	g ground
}

func (w *world) override(p *place) Override {
	for _, l := range w.g.layers {
		if l.TenantID == p.id {
			return l.Override
		}
	}
	return Override{TenantID: p.id}
}

// put keeps an override as saveOverride does.
func (w *world) put(p *place, was Override, f Fields) {
	above, _ := w.g.above(p.id)
	o := Override{TenantID: p.id, Fields: f, Base: was.rebase(f, above)}
	w.g.layers = slices.DeleteFunc(w.g.layers, func(l layer) bool { return l.TenantID == p.id })
	w.g.layers = append(w.g.layers, layer{o, p.hi})
	slices.SortFunc(w.g.layers, func(a, b layer) int { return int(a.TenantID - b.TenantID) })
}

func (w *world) publish() {
	w.m.days = rapid.IntRange(1, 30).Draw(w.T, "days")
	w.m.materials = nil
	for _, name := range []string{"a", "b", "c"} {
		if need := rapid.SampledFrom([]string{"", "1", "2"}).Draw(w.T, name); need != "" {
			w.m.materials = append(w.m.materials, Material{Name: name, Need: need})
		}
	}
	b := Body{Name: "n", StatutoryDays: 30, PromisedDays: w.m.days, Materials: w.m.materials}
	for _, key := range testKeys() {
		w.m.text[key] = rapid.SampledFrom([]string{"x", "y"}).Draw(w.T, key)
		if err := b.SetElement(key, w.m.text[key]); err != nil {
			w.Fatal(err)
		}
	}
	w.g.body = b
}

// change lets somebody change one element that policy would let through.
func (w *world) change(p *place) {
	key := rapid.SampledFrom(append([]string{ElementPromise, ElementMaterials}, testKeys()...)).Draw(w.T, "element")
	if _, locked := w.m.lockedBy(p, key); locked {
		return
	}
	w.say(p, key, w.override(p))
}

func (w *world) say(p *place, key string, was Override) bool {
	in := Fields{Values: map[string]string{}}
	switch key {
	case ElementPromise:
		above, _ := w.m.daysAt(p.up)
		n := rapid.IntRange(1, above).Draw(w.T, "n")
		in.PromisedDays, p.days = &n, &said{strconv.Itoa(n), ""}
	case ElementMaterials:
		var names []string
		for _, x := range w.m.materialsAt(p.up) {
			if rapid.Bool().Draw(w.T, "drop "+x.Name) {
				names = append(names, x.Name)
			}
		}
		if len(names) == 0 || slices.Equal(names, p.drops) {
			return false
		}
		in.DropMaterials, p.drops = names, names
		p.based = w.m.droppedAbove(p)
	default:
		v := rapid.SampledFrom([]string{"x", "y", "z"}).Draw(w.T, "text")
		if s := p.text[key]; s != nil && s.value == v && was.Base[key] != "" {
			return false
		}
		now, _ := w.m.textAt(p.up, key)
		in.Values[key], p.text[key] = v, &said{v, now}
	}
	w.put(p, was, was.Fields.taking(key, in))
	return true
}

// answer settles one question in each of the ways that are lawful.
func (w *world) answer(p *place, key string) {
	was := w.override(p)
	was.Base = maps.Clone(was.Base)
	delete(was.Base, key)
	_, locked := w.m.lockedBy(p, key)
	act := rapid.SampledFrom([]string{AnswerAdopt, AnswerKeep, AnswerChange}).Draw(w.T, "act")
	if locked || act == AnswerKeep && key == ElementPromise || act == AnswerChange && key == ElementMaterials {
		act = AnswerAdopt
	}
	if act == AnswerChange {
		w.say(p, key, was)
		return
	}
	above, _ := w.g.above(p.id)
	st := Standing{Guide: Guide{Own: was.Fields}, Inherited: above}
	f, err := st.replied(Task{Element: key}, Reply{Act: act})
	if err != nil {
		w.Fatal(err)
	}
	w.put(p, was, f)
	w.answered(p, key, act)
}

// answered is the answer in the model.
func (w *world) answered(p *place, key, act string) {
	switch {
	case key == ElementPromise:
		p.days = nil
	case key == ElementMaterials && act == AnswerAdopt:
		p.drops, p.based = nil, nil
	case key == ElementMaterials:
		var left []string
		for _, name := range p.drops {
			if slices.ContainsFunc(w.m.materialsAt(p.up), func(x Material) bool { return x.Name == name }) {
				left = append(left, name)
			}
		}
		p.drops, p.based = left, w.m.droppedAbove(p)
	case act == AnswerAdopt:
		delete(p.text, key)
	default:
		now, _ := w.m.textAt(p.up, key)
		p.text[key].base = now
	}
}

func (w *world) toggle(p *place) {
	key := rapid.SampledFrom(append([]string{ElementPromise, ElementMaterials}, testKeys()...)).Draw(w.T, "lock")
	p.locks[key] = !p.locks[key]
	w.g.locks = nil
	for _, q := range w.m.places {
		for _, k := range slices.Sorted(maps.Keys(q.locks)) {
			if q.locks[k] {
				w.g.locks = append(w.g.locks, Lock{TenantID: q.id, Hi: q.hi, Element: k})
			}
		}
	}
	slices.SortStableFunc(w.g.locks, func(a, b Lock) int { return int(a.TenantID - b.TenantID) })
}

func (w *world) check() {
	for _, p := range w.m.under() {
		above, _ := w.g.above(p.id)
		var chain []Override
		for _, l := range w.g.layers {
			if l.reaches(p.id) {
				chain = append(chain, l.Override)
			}
		}
		got, src := fold(w.g.body, w.g.owner, chain)
		days, from := w.m.daysAt(p)
		if got.PromisedDays != days || src[ElementPromise] != from {
			w.Fatalf("at %d: %d days from %d, want %d from %d", p.id, got.PromisedDays, src[ElementPromise], days, from)
		}
		if got.PromisedDays > above.PromisedDays || got.PromisedDays > w.m.days {
			w.Fatalf("at %d the promise got longer", p.id)
		}
		if want := w.m.materialsAt(p); !slices.Equal(got.Materials, want) {
			w.Fatalf("at %d: materials %v, want %v", p.id, got.Materials, want)
		}
		for _, key := range testKeys() {
			if value, from := w.m.textAt(p, key); got.Element(key) != value || src[key] != from {
				w.Fatalf("at %d: %s is %q from %d, want %q from %d", p.id, key, got.Element(key), src[key], value, from)
			}
		}
		for _, key := range append([]string{ElementPromise, ElementMaterials}, testKeys()...) {
			by, locked := w.m.lockedBy(p, key)
			if l, ok := w.g.lock(p.id, key); ok != locked || l.TenantID != by {
				w.Fatalf("at %d: %s locked %v by %d, want %v by %d", p.id, key, ok, l.TenantID, locked, by)
			}
		}
		if got, want := w.asks(p), w.m.asked(p); !slices.Equal(got, want) {
			w.Fatalf("at %d: asks %v, want %v", p.id, got, want)
		}
	}
}

func (w *world) asks(p *place) (out []string) {
	for _, x := range w.g.wants(w.override(p)) {
		out = append(out, x.kind+" "+x.element)
	}
	slices.Sort(out)
	return out
}

// Random trees of up to seven levels, versions, changes, locks and answers: what is
// offered, where it comes from, who holds it and what is asked are what the plain
// model says; and once every question is answered from the top down, none is left.
func TestInheritanceIsWhatThePlainModelSays(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		places := randomTree(rt)
		m := &model{text: map[string]string{}, places: places}
		m.owner = places[rapid.IntRange(0, min(len(places)-1, 2)).Draw(rt, "owner")]
		w := &world{rt, m, ground{item: "i", owner: m.owner.id}}
		w.publish()
		under := m.under()
		for range rapid.IntRange(1, 40).Draw(rt, "steps") {
			switch n := rapid.IntRange(0, 9).Draw(rt, "step"); {
			case n == 0 || len(under) == 0:
				w.publish()
			case n <= 5:
				w.change(rapid.SampledFrom(under).Draw(rt, "who"))
			case n <= 7:
				w.toggle(rapid.SampledFrom(places).Draw(rt, "who"))
			default:
				p := rapid.SampledFrom(under).Draw(rt, "who")
				if asked := m.asked(p); len(asked) > 0 {
					w.answer(p, element(asked[0]))
				}
			}
			w.check()
		}
		w.answerAll(under)
	})
}

func element(asked string) string {
	_, key, _ := strings.Cut(asked, " ")
	return key
}

func (w *world) answerAll(under []*place) {
	slices.SortFunc(under, func(a, b *place) int { return int(a.id - b.id) })
	for _, p := range under {
		for _, a := range w.m.asked(p) {
			w.answer(p, element(a))
		}
	}
	w.check()
	for _, p := range under {
		if left := w.asks(p); len(left) > 0 {
			w.Fatalf("everything is answered, yet %d is asked %v", p.id, left)
		}
	}
}
