package catalog

import (
	"context"
	"strconv"
	"strings"

	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// EForm (申请表单) is the version of an electronic form that applicants fill in. A
// version of an item names it with its number: whoever has begun finishes on that one.
type EForm struct {
	ID     string `json:"id"`
	Number int    `json:"number"` // from 1
	Title  string `json:"title"`  // as that version has it
}

// None reports whether applicants fill in no form.
func (f EForm) None() bool { return f.ID == "" }

// Key spells a form for a field of a page: id@number; empty for none.
func (f EForm) Key() string {
	if f.None() {
		return ""
	}
	return f.ID + "@" + strconv.Itoa(f.Number)
}

// EFormOf reads what Key spelled, without the title; what is not a key names no form.
func EFormOf(key string) EForm {
	id, number, _ := strings.Cut(key, "@")
	n, err := strconv.Atoi(number)
	if err != nil || n < 1 || !db.IsID(id) {
		return EForm{}
	}
	return EForm{ID: id, Number: n}
}

// Forms keeps electronic forms.
type Forms interface {
	// Titled returns the title of a published version that the tenant in scope may
	// use; NotFound for any other.
	Titled(ctx context.Context, tx *db.Tx, id string, number int) (string, error)
}

// formKnown holds a body to a form that is there, and takes its title over.
func (s *Service) formKnown(ctx context.Context, tx *db.Tx, b *Body) error {
	if b.EForm.None() || s.asks.Forms == nil {
		return nil
	}
	title, err := s.asks.Forms.Titled(ctx, tx, b.EForm.ID, b.EForm.Number)
	if fault.KindOf(err) == fault.NotFound {
		return fault.InvalidField("eform", "item_form_unknown")
	}
	b.EForm.Title = title
	return err
}
