package web

import (
	"context"
	"slices"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Forms keeps electronic forms (电子表单).
type Forms interface {
	// Offered are the forms that the tenant in scope may let applicants fill in, each
	// at its newest version.
	Offered(ctx context.Context) ([]catalog.EForm, error)
	// Fields are the fields of a version that hold a value, by id and label; NotFound
	// when it is not the tenant's to use.
	Fields(ctx context.Context, f catalog.EForm) ([]kit.Option, error)
	// Unite makes one form (一表制) of those of the parts of a theme, and puts it in force.
	Unite(ctx context.Context, u Uniting) (catalog.EForm, error)
	// United tells how the one form stands, and how it would be made anew.
	United(ctx context.Context, u Uniting) (United, error)
}

// Uniting is what the one form of a theme is made of.
type Uniting struct {
	Title string
	Form  catalog.EForm // that the theme has applicants fill in now
	Parts []UnitingPart
}

// UnitingPart is a part that asks for a form.
type UnitingPart struct {
	Key, Title string
	Choice     bool // only some applicants bring it about
	Form       catalog.EForm
}

// United is the one form, as it would be made now.
type United struct {
	Sections []UnitedSection
	Apart    []UnitedField // asked for more than once, and why
	Problems []string      // what keeps it from being made
	Asked    int           // fields in all
	Separate int           // fields that the parts would ask for on their own
	Made     bool          // the theme has its applicants fill in such a form
	Stale    []string      // titles of the parts that have changed since it was made
}

// UnitedSection is one part of the form.
type UnitedSection struct {
	Title  string
	Fields []UnitedField
}

// UnitedField is a field, with the parts that get it.
type UnitedField struct {
	Label    string
	Required bool
	For      []string // titles of parts
	Why      string   // of one that stands apart: a catalogue key
}

// offerForms fills in what the editor offers: what is chosen stays among it, though
// there may be a newer version.
func (h handlers) offerForms(ctx context.Context, f *form) error {
	if h.Forms == nil {
		return nil
	}
	all, err := h.Forms.Offered(ctx)
	if err != nil {
		return err
	}
	f.eforms = []kit.Option{}
	now := f.base.EForm
	if key := f.Get("eform"); key != now.Key() {
		now = catalog.EFormOf(key)
	}
	if !now.None() && !slices.ContainsFunc(all, func(x catalog.EForm) bool { return x.Key() == now.Key() }) {
		if now.Title == "" {
			now.Title = now.ID
		}
		f.eforms = append(f.eforms, kit.Option{Value: now.Key(), Label: formName(now)})
	}
	for _, x := range all {
		label := formName(x)
		if x.ID == now.ID && x.Number > now.Number {
			label = newerForm(x)
		}
		f.eforms = append(f.eforms, kit.Option{Value: x.Key(), Label: label})
	}
	return nil
}

// readForm takes over the form that was chosen. A request that does not name the
// field, of a page that did not offer it, changes nothing.
func (f *form) readForm(b *catalog.Body) {
	if len(f.All("eform")) == 0 {
		return
	}
	if chosen := catalog.EFormOf(f.Get("eform")); chosen.Key() != b.EForm.Key() {
		b.EForm = chosen
	}
}

// formFields are what a flow may say of the fields of a form.
func (h handlers) formFields(ctx context.Context, f catalog.EForm) ([]pick, error) {
	if f.None() || h.Forms == nil {
		return []pick{}, nil
	}
	fields, err := h.Forms.Fields(ctx, f)
	if fault.KindOf(err) == fault.NotFound {
		return []pick{}, nil
	}
	return picks(fields), err
}
