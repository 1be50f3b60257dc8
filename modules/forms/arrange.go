package forms

import (
	"fmt"
	"slices"

	"liandong/tenancy/fault"
)

// Fresh returns an id that no field has: of the stem, with a number when it is taken.
func (s *Schema) Fresh(stem string) string {
	if s.Find(stem) == nil && validID(stem) {
		return stem
	}
	for n := 1; ; n++ {
		if id := fmt.Sprintf("%s_%d", stem, n); s.Find(id) == nil {
			return id
		}
	}
}

// list is the list that a container holds; "" is the form itself.
func (s *Schema) list(into string) (*[]Field, error) {
	if into == "" {
		return &s.Fields, nil
	}
	if f := s.Find(into); f != nil && f.Kind.Contains() {
		return &f.Fields, nil
	}
	return nil, fault.New(fault.Invalid, "forms.not_a_container")
}

// Insert puts a field into a container, at a place; a place past the end is the end.
// Ids that are taken are made fresh.
func (s *Schema) Insert(f Field, into string, at int) (id string, err error) {
	if f.ID == "" {
		f.ID = s.Fresh(string(f.Kind))
	}
	f.ID = s.Fresh(f.ID)
	for i := range f.Fields {
		f.Fields[i].ID = s.Fresh(f.Fields[i].ID)
	}
	list, err := s.list(into)
	if err != nil {
		return "", err
	}
	*list = slices.Insert(*list, spot(at, len(*list)), f)
	return f.ID, nil
}

func spot(at, n int) int {
	if at < 0 || at > n {
		return n
	}
	return at
}

// Where says in which container a field stands, and at which place.
func (s *Schema) Where(id string) (into string, at int, ok bool) {
	var look func(fields []Field, name string) bool
	look = func(fields []Field, name string) bool {
		for i := range fields {
			if fields[i].ID == id {
				into, at = name, i
				return true
			}
			if look(fields[i].Fields, fields[i].ID) {
				return true
			}
		}
		return false
	}
	return into, at, look(s.Fields, "") || ok
}

// Remove takes a field out, with what it contains.
func (s *Schema) Remove(id string) (f Field, err error) {
	into, at, ok := s.Where(id)
	if !ok {
		return f, fault.New(fault.NotFound, "not_found")
	}
	list, err := s.list(into)
	if err != nil {
		return f, err
	}
	f = (*list)[at]
	*list = slices.Delete(*list, at, at+1)
	return f, nil
}

// Move puts a field somewhere else; into itself is refused.
func (s *Schema) Move(id, into string, at int) error {
	f := s.Find(id)
	if f == nil {
		return fault.New(fault.NotFound, "not_found")
	}
	if id == into || (&Schema{Fields: f.Fields}).Find(into) != nil && into != "" {
		return fault.New(fault.Invalid, "forms.not_a_container")
	}
	if _, err := s.list(into); err != nil {
		return err
	}
	moved, err := s.Remove(id)
	if err != nil {
		return err
	}
	list, err := s.list(into)
	if err != nil {
		return err
	}
	*list = slices.Insert(*list, spot(at, len(*list)), moved)
	return nil
}

// Shift moves a field one place up (-1) or down (1) among its neighbours.
func (s *Schema) Shift(id string, by int) error {
	into, at, ok := s.Where(id)
	if !ok {
		return fault.New(fault.NotFound, "not_found")
	}
	list, err := s.list(into)
	if err != nil {
		return err
	}
	if to := at + by; to >= 0 && to < len(*list) {
		(*list)[at], (*list)[to] = (*list)[to], (*list)[at]
	}
	return nil
}
