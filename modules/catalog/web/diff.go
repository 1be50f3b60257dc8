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
	label string
	lines []string
}

func one(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}
