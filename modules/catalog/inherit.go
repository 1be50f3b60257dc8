package catalog

import (
	"maps"
	"slices"
	"strconv"
	"strings"

	"liandong/tenancy"
)

// The elements that a lower level may change beside those of Open.
const (
	ElementPromise   = "promised_days" // only shorter
	ElementMaterials = "materials"     // only fewer
)

// Changeable lists every element that a lower level may change unless somebody
// above it has locked it.
func Changeable() []string { return append([]string{ElementPromise, ElementMaterials}, Open()...) }

// Elements lists what f changes, in a fixed order.
func (f Fields) Elements() (keys []string) {
	if f.PromisedDays != nil {
		keys = append(keys, ElementPromise)
	}
	if len(f.DropMaterials) > 0 {
		keys = append(keys, ElementMaterials)
	}
	return append(keys, slices.Sorted(maps.Keys(f.Values))...)
}

// Spell is what f says of one element: days, the dropped materials one a line, or
// the text; empty when it leaves the element alone.
func (f Fields) Spell(key string) string {
	switch key {
	case ElementPromise:
		if f.PromisedDays == nil {
			return ""
		}
		return strconv.Itoa(*f.PromisedDays)
	case ElementMaterials:
		return strings.Join(f.DropMaterials, "\n")
	}
	return f.Values[key]
}

// without is f with one element as it is above.
func (f Fields) without(key string) Fields {
	switch key {
	case ElementPromise:
		f.PromisedDays = nil
	case ElementMaterials:
		f.DropMaterials = nil
	default:
		f.Values = maps.Clone(f.Values)
		delete(f.Values, key)
	}
	return f
}

// taking is f with one element as in says.
func (f Fields) taking(key string, in Fields) Fields {
	switch key {
	case ElementPromise:
		f.PromisedDays = in.PromisedDays
	case ElementMaterials:
		f.DropMaterials = in.DropMaterials
	default:
		f.Values = maps.Clone(f.Values)
		if f.Values == nil {
			f.Values = map[string]string{}
		}
		f.Values[key] = in.Values[key]
	}
	return f
}

// baseOf spells what f's change of an element stands upon: what is said above, and
// of the materials those that are dropped, with how needed each is.
func baseOf(above Body, f Fields, key string) string {
	if key != ElementMaterials {
		return above.Element(key)
	}
	var lines []string
	for _, m := range above.Materials {
		if slices.Contains(f.DropMaterials, m.Name) {
			lines = append(lines, m.Name+"|"+m.Need)
		}
	}
	return strings.Join(lines, "\n")
}

// collides reports whether what is said above has moved away under a change: a
// promise that is now longer than allowed, a dropped material that is gone or
// needed otherwise, a text that is another and not what is said here anyway.
func collides(above Body, o Override, key string) bool {
	base, known := o.Base[key]
	now := baseOf(above, o.Fields, key)
	switch key {
	case ElementPromise:
		return *o.Fields.PromisedDays > above.PromisedDays
	case ElementMaterials:
		return known && base != now
	}
	return known && base != now && o.Fields.Values[key] != now
}

// rebase is the base of f when it replaces o above the given body: an element that
// stays as it was keeps the base that it was made upon, so saving a form answers
// no open question by accident.
func (o Override) rebase(f Fields, above Body) map[string]string {
	base := map[string]string{}
	for _, key := range f.Elements() {
		old, known := o.Base[key]
		if known && f.Spell(key) == o.Fields.Spell(key) {
			base[key] = old
		} else {
			base[key] = baseOf(above, f, key)
		}
	}
	return base
}

// layer is an override with the block of labels that it reaches.
type layer struct {
	Override `bun:",extend"`

	Hi tenancy.ID
}

func (l layer) reaches(t tenancy.ID) bool { return l.TenantID <= t && t <= l.Hi }

// ground is everything that the levels say of one item: its version in force, the
// changes and the locks, each from the top down.
type ground struct {
	item   string
	owner  tenancy.ID
	body   Body
	layers []layer
	locks  []Lock
}

// above is the item as tenant t would offer it without a change of its own.
func (g ground) above(t tenancy.ID) (Body, Source) {
	var chain []Override
	for _, l := range g.layers {
		if l.TenantID != t && l.reaches(t) {
			chain = append(chain, l.Override)
		}
	}
	return fold(g.body, g.owner, chain)
}

// lock is the highest lock of an element that binds tenant t.
func (g ground) lock(t tenancy.ID, key string) (Lock, bool) {
	i := slices.IndexFunc(g.locks, func(l Lock) bool { return l.binds(t, g.item, key) })
	if i < 0 {
		return Lock{}, false
	}
	return g.locks[i], true
}

// locksOn are the locks that bind t, by element.
func (g ground) locksOn(t tenancy.ID) map[string]Lock {
	out := map[string]Lock{}
	for _, key := range Changeable() {
		if l, ok := g.lock(t, key); ok {
			out[key] = l
		}
	}
	return out
}

// want is a question that a change must be asked about as things stand.
type want struct {
	kind, element string
	change        Difference
	lock          *Lock
}

// wants lists what must be asked of the tenant of a change: one question for each
// element. It depends on nothing but what the levels say now, so asking again
// opens nothing twice, and what has settled itself is asked no more.
func (g ground) wants(o Override) (out []want) {
	above, _ := g.above(o.TenantID)
	for _, key := range o.Fields.Elements() {
		d := Difference{Element: key, Was: o.Base[key], Now: baseOf(above, o.Fields, key), Own: o.Fields.Spell(key)}
		if l, locked := g.lock(o.TenantID, key); locked {
			out = append(out, want{TaskLocked, key, d, &l})
		} else if collides(above, o, key) {
			out = append(out, want{TaskCollides, key, d, nil})
		}
	}
	return out
}
