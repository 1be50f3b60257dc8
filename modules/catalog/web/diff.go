package web

import (
	"slices"

	"liandong/modules/catalog"
)

// difference is one field of two versions beside each other.
type difference struct {
	label    string
	was, now []string // lines
}

func (d difference) changed() bool { return !slices.Equal(d.was, d.now) }

// gone are the lines of was that now lacks; fresh is the other way round.
func (d difference) gone(line string) bool  { return !slices.Contains(d.now, line) }
func (d difference) fresh(line string) bool { return !slices.Contains(d.was, line) }

// compare puts two bodies beside each other, field by field.
func compare(was, now catalog.Body) []difference {
	a, b := facts(was), facts(now)
	out := make([]difference, len(a))
	for i := range a {
		out[i] = difference{a[i].label, a[i].lines, b[i].lines}
	}
	return out
}

// withSteps adds the steps of the flows to a comparison.
func withSteps(ds []difference, was, now Sketch) []difference {
	return append(ds, difference{stepsLabel(), stepFacts(was.Lines), stepFacts(now.Lines)})
}

func changes(ds []difference) (n int) {
	for _, d := range ds {
		if d.changed() {
			n++
		}
	}
	return n
}

// fact is one labelled field of a body, in lines that people read.
type fact struct {
	key, label, group string
	lines             []string
}

// Bounds of how a fact is laid out, in bytes of UTF-8.
const (
	shortLine = 24
	longFact  = 90
)

// short reports whether the lines are words that fit behind each other.
func (f fact) short() bool {
	return !slices.ContainsFunc(f.lines, func(l string) bool { return len(l) > shortLine })
}

// long reports whether the fact wants a row of its own.
func (f fact) long() bool {
	n := 0
	for _, l := range f.lines {
		n += len(l)
	}
	return n > longFact || len(f.lines) > 1 && !f.short()
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
