package forms

import (
	"slices"
	"strconv"
	"strings"
)

// The bounds of a shared field that a part may demand.
const (
	boundLongest  = "longest"
	boundShortest = "shortest"
	boundShape    = "shape"
	boundLeast    = "least"
	boundMost     = "most"
	boundPlaces   = "places"
	boundAmong    = "among"
	boundSince    = "since"
	boundUntil    = "until"
	boundFiles    = "files"
)

// bind gives the shared field f, which is asked for under whens[i] by member i, the bounds of its
// members. Those of members that ask whenever it is shown bind the field itself. Those of a
// member that asks only sometimes become rules that hold only then: what nobody chose demands nothing.
func (u *uniter) bind(f *Field, c *cluster, whens []string) {
	var always, sometimes []int
	for i := range c.members {
		if whens[i] == f.Visible {
			always = append(always, i)
		} else {
			sometimes = append(sometimes, i)
		}
	}
	if len(sometimes) == 0 {
		return
	}
	accept := f.Accept // what a file is made of, no rule can tell
	if len(always) > 0 {
		bounds := prepared(c.members[always[0]])
		for _, i := range always[1:] {
			bounds, _ = merge(bounds, prepared(c.members[i]))
		}
		f.takeBounds(bounds)
	} else {
		bounds := prepared(c.members[0])
		for _, m := range c.members[1:] {
			bounds.widen(prepared(m))
		}
		f.takeBounds(bounds)
	}
	f.Accept = accept
	for _, i := range sometimes {
		m := c.members[i]
		for _, r := range f.tighter(prepared(m)) {
			r.Message = u.demand(m.part, r.Message)
			r.CEL = unless(whens[i], r.CEL)
			if !slices.Contains(f.Rules, r) {
				f.Rules = append(f.Rules, r)
			}
		}
	}
}

// demand spells what a part demands: kind and value, as tighter puts them.
func (u *uniter) demand(p *joining, what string) string {
	kind, value, _ := strings.Cut(what, " ")
	if u.in.Words.Bound == nil {
		return p.Title
	}
	return u.in.Words.Bound(p.Title, kind, value)
}

func (f *Field) takeBounds(b Field) {
	f.MinLength, f.MaxLength, f.Pattern, f.Min, f.Max, f.Decimals = b.MinLength, b.MaxLength, b.Pattern, b.Min, b.Max, b.Decimals
	f.Options, f.After, f.Before, f.MaxFiles = b.Options, b.After, b.Before, b.MaxFiles
}

// widen lets f take what b takes, too.
func (f *Field) widen(b Field) {
	f.MinLength, f.MaxLength = min(f.MinLength, b.MinLength), max(f.MaxLength, b.MaxLength)
	f.Decimals, f.MaxFiles = max(f.Decimals, b.Decimals), max(f.MaxFiles, b.MaxFiles)
	if f.Pattern != b.Pattern {
		f.Pattern = ""
	}
	if f.Min == nil || b.Min == nil || *b.Min < *f.Min {
		f.Min = b.Min
	}
	if f.Max == nil || b.Max == nil || *b.Max > *f.Max {
		f.Max = b.Max
	}
	if f.After == "" || b.After == "" || b.After < f.After {
		f.After = b.After
	}
	if f.Before == "" || b.Before == "" || b.Before > f.Before {
		f.Before = b.Before
	}
	f.Options = slices.Clone(f.Options)
	for _, o := range b.Options {
		if !offers(f, o.Value) {
			f.Options = append(f.Options, o)
		}
	}
}

// tighter are the bounds of b that f does not have, as rules about the answer; their messages
// are the kind and the value of the bound.
func (f *Field) tighter(b Field) (rules []Rule) {
	add := func(wanted bool, cel, kind, value string) {
		if wanted {
			rules = append(rules, Rule{CEL: cel, Message: kind + " " + value})
		}
	}
	length := "length(" + f.ID + ")"
	switch f.Kind { //nolint:exhaustive // the rest has none of these
	case Text, LongText:
		add(b.MaxLength < f.MaxLength, length+" <= "+strconv.Itoa(b.MaxLength), boundLongest, strconv.Itoa(b.MaxLength))
		add(b.MinLength > f.MinLength, length+" >= "+strconv.Itoa(b.MinLength), boundShortest, strconv.Itoa(b.MinLength))
		add(b.Pattern != "" && b.Pattern != f.Pattern, f.ID+".matches("+strconv.Quote("^(?:"+b.Pattern+")$")+")", boundShape, b.Pattern)
	case Number, Money:
		add(b.Min != nil && (f.Min == nil || *b.Min > *f.Min), f.ID+" >= "+spellBound(b.Min), boundLeast, showBound(b.Min))
		add(b.Max != nil && (f.Max == nil || *b.Max < *f.Max), f.ID+" <= "+spellBound(b.Max), boundMost, showBound(b.Max))
		add(f.Kind == Number && b.Decimals < f.Decimals, "round("+f.ID+", "+strconv.Itoa(b.Decimals)+") == "+f.ID, boundPlaces, strconv.Itoa(b.Decimals))
	case Date:
		add(b.After != "" && b.After != f.After, f.ID+" >= "+spellDay(b.After), boundSince, b.After)
		add(b.Before != "" && b.Before != f.Before, f.ID+" <= "+spellDay(b.Before), boundUntil, b.Before)
	case File:
		add(b.MaxFiles < f.MaxFiles, "size("+f.ID+") <= "+strconv.Itoa(b.MaxFiles), boundFiles, strconv.Itoa(b.MaxFiles))
	case Select, Radio, Checkbox:
		cel, names := f.among(&b)
		add(cel != "", cel, boundAmong, names)
	}
	return rules
}

// among is that nothing is chosen of f that b does not offer; empty when it offers all.
func (f *Field) among(b *Field) (cel, names string) {
	var not, labels []string
	for _, o := range f.Options {
		switch {
		case offers(b, o.Value):
			labels = append(labels, o.Label)
		case f.Multiple():
			not = append(not, "!("+strconv.Quote(o.Value)+" in "+f.ID+")")
		default:
			not = append(not, f.ID+" != "+strconv.Quote(o.Value))
		}
	}
	return all(not...), strings.Join(labels, " / ")
}

// spellBound is a bound as expressions write it; numbers there have a point.
func spellBound(n *float64) string {
	s := showBound(n)
	if s != "" && !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

func showBound(n *float64) string {
	if n == nil {
		return ""
	}
	return show(*n)
}

func spellDay(day string) string {
	if day == "today" {
		return day
	}
	return strconv.Quote(day)
}
