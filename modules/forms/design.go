package forms

import (
	"context"
	"encoding/json"
	"strings"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// maxSteps is how far undo reaches.
const maxSteps = 200

// Edit changes the design of a form: change gets it and leaves it as it is to be.
// seen is the version shown. Every change is kept, so that it can be undone.
func (s *Service) Edit(ctx context.Context, id string, seen int, what string, change func(*Schema) error) (Form, error) {
	return s.road(ctx, toEdit, id, seen, func(ctx context.Context, st store, f *Form) error {
		now, _, err := st.step(ctx, *f)
		if err != nil {
			return err
		}
		var schema Schema
		if err := json.Unmarshal(now.Schema, &schema); err != nil {
			return err
		}
		if schema.Union != nil { // what its parts get of it would no longer be what it asks for
			return fault.New(fault.Precondition, "forms.is_union")
		}
		if err := change(&schema); err != nil {
			return err
		}
		schema.Union = nil
		if schema.Title = strings.TrimSpace(schema.Title); schema.Title == "" {
			return fault.InvalidField("title", "required")
		}
		if err := s.keepsColumns(ctx, st, *f, schema); err != nil {
			return err
		}
		data, err := encode(schema)
		if err != nil {
			return err
		}
		f.Title = schema.Title
		f.Step++
		signed(st.tx, f)
		record(st.tx, policies.FormsEdit, *f, map[string]any{"what": what})
		return st.insertStep(ctx, *f, Step{Schema: data, What: what})
	})
}

// keepsColumns refuses a field that takes the name of a published field but holds
// something that cannot lie in the same column under the same meaning.
func (s *Service) keepsColumns(ctx context.Context, st store, f Form, schema Schema) error {
	if f.Published == 0 {
		return nil
	}
	old, err := s.version(ctx, st, f.ID, f.Published)
	if err != nil {
		return err
	}
	var wrong string
	schema.Walk(func(x *Field, around []*Field) bool {
		if was := old.byID[x.ID]; was != nil && inTable(around) != (was.table != nil) && x.Kind.Holds() {
			wrong = x.ID
		}
		return wrong == ""
	})
	if wrong != "" {
		return fault.New(fault.Precondition, "forms.moved_across_tables").With(wrong)
	}
	return nil
}

func inTable(around []*Field) bool {
	for _, a := range around {
		if a.Kind == Table {
			return true
		}
	}
	return false
}

// Undo (撤销) goes back to the design before the last change; Redo (重做) forward again.
func (s *Service) Undo(ctx context.Context, id string, seen int) (Form, error) {
	return s.wander(ctx, id, seen, -1)
}

// Redo takes an Undo back.
func (s *Service) Redo(ctx context.Context, id string, seen int) (Form, error) {
	return s.wander(ctx, id, seen, 1)
}

func (s *Service) wander(ctx context.Context, id string, seen, by int) (Form, error) {
	return s.road(ctx, toEdit, id, seen, func(ctx context.Context, st store, f *Form) error {
		f.Step += by
		step, _, err := st.step(ctx, *f)
		if fault.KindOf(err) == fault.NotFound && err != nil {
			return fault.New(fault.Precondition, "forms.no_step")
		}
		if err != nil {
			return err
		}
		var schema Schema
		if err := json.Unmarshal(step.Schema, &schema); err != nil {
			return err
		}
		f.Title = schema.Title
		signed(st.tx, f)
		return nil
	})
}

// Withdraw (停用) keeps anybody from beginning the form; begun drafts may be finished.
// Resume takes it back.
func (s *Service) Withdraw(ctx context.Context, id string, seen int) (Form, error) {
	return s.turn(ctx, id, seen, Published, Withdrawn)
}

// Resume (恢复使用) lets people begin a withdrawn form again.
func (s *Service) Resume(ctx context.Context, id string, seen int) (Form, error) {
	return s.turn(ctx, id, seen, Withdrawn, Published)
}

func (s *Service) turn(ctx context.Context, id string, seen int, from, to State) (Form, error) {
	return s.road(ctx, toTurn, id, seen, func(_ context.Context, st store, f *Form) error {
		if f.State != from {
			return fault.New(fault.Precondition, "forms.not_"+string(from))
		}
		f.State, f.UpdatedAt = to, st.tx.Now
		record(st.tx, policies.FormsPublish, *f, nil)
		return nil
	})
}

// Delete throws away a form that was never published.
func (s *Service) Delete(ctx context.Context, id string, seen int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		f, err := st.form(ctx, id)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.FormsEdit, policies.Resource{"tenant": f.TenantID}); err != nil {
			return err
		}
		if err := st.lock(ctx, &f); err != nil {
			return err
		}
		switch {
		case f.Version != seen:
			return fault.New(fault.Conflict, "forms.changed")
		case f.State != Draft:
			return fault.New(fault.Precondition, "forms.is_published")
		}
		record(tx, policies.FormsEdit, f, map[string]any{"deleted": true})
		return st.delete(ctx, f)
	})
}
