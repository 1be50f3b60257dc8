package codes

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"strings"
	"time"

	"liandong/tenancy"
)

// Entry (地方代码) is a code that a tenant has added to a list, for itself and all below.
type Entry struct {
	Owner              tenancy.ID
	System, Code, Name string
	Stopped            bool
	Former             []Former
}

// Book (代码簿) is every list as it counts at one tenant. The nil book is the national
// one. A book is never written to.
type Book struct {
	at    tenancy.ID
	lists map[string][]Code    // those that have local codes, whole
	below map[[2]string]string // what tenants below call a code, "" when they do not agree
	on    time.Time            // names are those of this moment; zero: of now
}

// National is the book without local codes.
func National() *Book { return nil }

// Merge makes the book of the tenant at. chain is from the platform down to the
// tenant itself: of two entries with one code the one further up counts, and a
// national code before all. Entries of other tenants are kept only as words, so
// that whoever looks down the tree can read what is written there.
func Merge(at tenancy.ID, chain []tenancy.ID, entries []Entry) *Book {
	b := &Book{at: at, lists: map[string][]Code{}, below: map[[2]string]string{}}
	entries = slices.Clone(entries)
	slices.SortFunc(entries, func(x, y Entry) int { return strings.Compare(x.Code, y.Code) })
	for _, owner := range chain {
		for _, e := range entries {
			if e.Owner == owner {
				b.add(e)
			}
		}
	}
	for _, e := range entries {
		key := [2]string{e.System, e.Code}
		if said, ok := b.below[key]; ok && said != e.Name {
			e.Name = ""
		}
		b.below[key] = e.Name
	}
	return b
}

// add puts an entry behind what its list has already, unless the code is taken.
func (b *Book) add(e Entry) {
	s, ok := b.About(e.System)
	if _, taken := b.Get(e.System, e.Code); !ok || taken || !s.Extend.Allows(e.Code) {
		return
	}
	b.lists[e.System] = append(slices.Clone(s.Codes), Code{Code: e.Code, Name: e.Name, Use: "apply", Local: true, Owner: e.Owner, Stopped: e.Stopped, Former: e.Former})
}

// Allows reports whether a tenant may add such a code.
func (x Extension) Allows(code string) bool {
	if x.Shape == "" {
		return false
	}
	fits, err := regexp.MatchString(x.Shape, code)
	return err == nil && fits
}

// Open reports whether a tenant may add codes at all.
func (x Extension) Open() bool { return x.Shape != "" }

// At is the tenant whose book it is; ok is false of the national one.
func (b *Book) At() (id tenancy.ID, ok bool) {
	if b == nil {
		return 0, false
	}
	return b.at, true
}

// Systems returns every list.
func (b *Book) Systems() []System {
	out := slices.Clone(systems())
	if b != nil {
		for i := range out {
			out[i] = b.whole(out[i])
		}
	}
	return out
}

// About returns the list called system; ok is false when there is none.
func (b *Book) About(system string) (s System, ok bool) {
	for _, s := range systems() {
		if s.ID == system {
			return b.whole(s), true
		}
	}
	return System{}, false
}

func (b *Book) whole(s System) System {
	if b != nil && b.lists[s.ID] != nil {
		s.Codes = b.lists[s.ID]
	}
	return s
}

// List returns the codes of system in their order, stopped ones among them; nil
// when there is no such list.
func (b *Book) List(system string) []Code {
	s, _ := b.About(system)
	return s.Codes
}

// Applied is List without what people do not file themselves.
func (b *Book) Applied(system string) (out []Code) {
	for _, c := range b.List(system) {
		if c.Use == "apply" {
			out = append(out, c)
		}
	}
	return out
}

// Usable is a list without what is stopped, but for the codes that are kept.
func Usable(list []Code, keep ...string) (out []Code) {
	for _, c := range list {
		if !c.Stopped || slices.Contains(keep, c.Code) {
			out = append(out, c)
		}
	}
	return out
}

// Get returns one entry; ok is false when the list or the code is not there.
func (b *Book) Get(system, code string) (c Code, ok bool) {
	for _, c := range b.List(system) {
		if c.Code == code {
			return c, true
		}
	}
	return Code{}, false
}

// On is the book in which codes are called what they were called at a moment.
func (b *Book) On(at time.Time) *Book {
	if b == nil {
		return nil
	}
	then := *b
	then.on = at
	return &then
}

// Name is what a code is called, here or else below; a code that nobody has stands for itself.
func (b *Book) Name(system, code string) string {
	if c, ok := b.Get(system, code); ok {
		if b != nil && !b.on.IsZero() {
			return c.On(b.on)
		}
		return c.Name
	}
	if b != nil && b.below[[2]string{system, code}] != "" {
		return b.below[[2]string{system, code}]
	}
	return code
}

// Find returns the code that people mean by s: the code itself, with or without
// leading zeros, its name, what other lists call it, or what it was called before;
// ok is false when nothing fits. What is stopped is found too.
func (b *Book) Find(system, s string) (code string, ok bool) {
	s = strings.TrimSpace(s)
	list := b.List(system)
	for _, fits := range []func(Code) bool{
		func(c Code) bool { return c.Code == s },
		func(c Code) bool { return c.Name == s || slices.Contains(c.Aliases, s) },
		func(c Code) bool { return slices.ContainsFunc(c.Former, func(f Former) bool { return f.Name == s }) },
		func(c Code) bool { return s != "" && strings.TrimLeft(c.Code, "0") == strings.TrimLeft(s, "0") },
	} {
		if i := slices.IndexFunc(list, fits); s != "" && i >= 0 {
			return list[i].Code, true
		}
	}
	return "", false
}

// Local lists the systems to which the book adds, sorted.
func (b *Book) Local() []string {
	if b == nil {
		return nil
	}
	return slices.Sorted(maps.Keys(b.lists))
}

type bookKey struct{}

// With carries a book to whatever reads or writes words for one request.
func With(ctx context.Context, b *Book) context.Context {
	return context.WithValue(ctx, bookKey{}, b)
}

// From is the book that With carries, else the national one.
func From(ctx context.Context) *Book {
	b, _ := ctx.Value(bookKey{}).(*Book)
	return b
}
