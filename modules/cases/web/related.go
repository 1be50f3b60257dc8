package web

import (
	"context"
	"maps"
	"slices"

	"liandong/modules/cases"
)

// related is an earlier case that a case refers to.
type related struct {
	no    string
	seen  *cases.Case // nil: not hers to see
	form  bool        // its form was filled in out of it
	paper bool        // a material of it was used again
}

// relate adds to a view the earlier cases that the case refers to.
func (h handlers) relate(ctx context.Context, v *view) error {
	at := map[string]related{}
	for _, no := range v.Case.Refers {
		at[no] = related{no: no, form: true}
	}
	for _, u := range v.reused {
		for _, no := range cases.NumbersIn(u.Origin) {
			r := at[no]
			r.no, r.paper = no, true
			at[no] = r
		}
	}
	delete(at, v.Case.No)
	nos := slices.Sorted(maps.Keys(at))
	found, err := h.d.Service.Numbered(ctx, nos)
	for _, no := range nos {
		r := at[no]
		if c, ok := found[no]; ok {
			r.seen = &c
		}
		v.related = append(v.related, r)
	}
	return err
}
