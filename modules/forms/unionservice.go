package forms

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"liandong/modules/forms/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Merging (生成一张表) asks for a united form.
type Merging struct {
	Form  string // the united form that is brought up to date; empty: a new one
	Words UnionWords
	Parts []Joined // FormID and Number (0: the newest) say which; schemas are read here
	Apart []string // data elements that are not shared
}

// Merged is a united form as it was put in force.
type Merged struct {
	FormID  string
	Number  int
	Title   string
	Union   *Union
	Changed bool // a version came of it
}

// Preview (预览) is Merge without anything written: the form as it would be, and what
// keeps it from being one.
func (s *Service) Preview(ctx context.Context, in Merging) (schema Schema, problems []Problem, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		schema, problems, _, err = s.unite(ctx, store{tx}, in)
		return err
	})
	return schema, problems, err
}

// Merge (生成一张表) unites published forms and puts the result in force as a version of
// a form of the actor's tenant; the same parts twice make no second version. Whoever
// edits items may: every field was published before, and what the form is used for is
// reviewed with its item. Precondition (forms.has_problems) with the first problem,
// and for a form that is no union.
func (s *Service) Merge(ctx context.Context, in Merging) (out Merged, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.MergeIn(ctx, tx, in)
		return err
	})
	return out, err
}

// MergeIn is Merge inside a transaction of the caller's.
func (s *Service) MergeIn(ctx context.Context, tx *db.Tx, in Merging) (out Merged, err error) {
	st := store{tx}
	schema, problems, f, err := s.unite(ctx, st, in)
	if err != nil {
		return out, err
	}
	if err := s.authz.Allow(ctx, policies.FormsEdit, policies.Resource{"tenant": f.TenantID}); err != nil {
		return out, err
	}
	if len(problems) > 0 {
		return out, fault.New(fault.Precondition, "forms.has_problems").With(strings.TrimSpace(problems[0].Label + " " + problems[0].Detail))
	}
	var old *Version
	if f.Published > 0 {
		if err := st.lock(ctx, &f); err != nil {
			return out, err
		}
		if old, err = s.version(ctx, st, f.ID, f.Published); err != nil {
			return out, err
		}
		if f.State == Published && old.Schema.Union.same(schema.Union) && len(Compare(old.Schema, schema)) == 0 {
			return Merged{f.ID, f.Published, f.Title, old.Schema.Union, false}, nil
		}
	}
	err = s.putUnion(ctx, st, &f, schema, old)
	return Merged{f.ID, f.Published, f.Title, schema.Union, true}, err
}

// unite reads the parts and makes one form of them, and the row that keeps it.
func (s *Service) unite(ctx context.Context, st store, in Merging) (schema Schema, problems []Problem, f Form, err error) {
	tx := st.tx
	f = Form{TenantID: tx.Scope.Tenant, ID: db.NewID(), CreatedAt: tx.Now, Version: 1, State: Published}
	what := Uniting{Words: in.Words, Apart: in.Apart}
	if in.Form != "" {
		if f, err = st.form(ctx, in.Form); err != nil {
			return schema, nil, f, err
		}
		v, err := s.version(ctx, st, f.ID, f.Published)
		if err != nil {
			return schema, nil, f, err
		}
		if v.Schema.Union == nil {
			return schema, nil, f, fault.New(fault.Precondition, "forms.no_union")
		}
		what.Before = v.Schema.Union
	}
	for _, p := range in.Parts {
		of, err := st.form(ctx, p.FormID)
		if err != nil {
			return schema, nil, f, err
		}
		if p.Number == 0 {
			p.Number = of.Published
		}
		v, err := s.version(ctx, st, p.FormID, p.Number)
		if err != nil {
			return schema, nil, f, err
		}
		p.Schema = v.Schema
		what.Parts = append(what.Parts, p)
	}
	schema, problems = Unite(what)
	return schema, problems, f, nil
}

// putUnion keeps a united form as the next step and the next version of its form.
func (s *Service) putUnion(ctx context.Context, st store, f *Form, schema Schema, old *Version) error {
	data, err := encode(schema)
	if err != nil {
		return err
	}
	fresh := f.Published == 0
	f.Title, f.State = schema.Title, Published
	signed(st.tx, f)
	var m Mapping
	if fresh {
		if err := st.insertForm(ctx, *f); err != nil {
			return err
		}
	} else {
		m = old.Mapping
		f.Step++
	}
	if err := st.insertStep(ctx, *f, Step{Schema: data, What: "united"}); err != nil {
		return err
	}
	if m, err = st.evolve(ctx, *f, &schema, m); err != nil {
		return err
	}
	f.Published++
	record(st.tx, policies.FormsEdit, *f, map[string]any{"version": f.Published, "united": len(schema.Union.Parts)})
	st.tx.Emit(events.Published{FormID: f.ID, Number: f.Published})
	if err := st.insertVersion(ctx, *f, schema, m, ""); err != nil {
		return err
	}
	return st.save(ctx, f)
}

// UnionIn returns how a version of a form is the union of others, nil when it is none, in
// a transaction of the caller's.
func (s *Service) UnionIn(ctx context.Context, tx *db.Tx, formID string, number int) (*Union, error) {
	v, err := s.version(ctx, store{tx}, formID, number)
	if err != nil {
		return nil, err
	}
	return v.Schema.Union, nil
}

// Portion (分表) is what one part gets of a united form that was handed in: which form
// and version of it is the part's, and the answers, personal data open, by its ids.
// rowID is the row of the united form: the case's. NotFound when the form is no union,
// or the part has no form in it, or was not chosen.
func (s *Service) Portion(ctx context.Context, tx *db.Tx, formID string, number int, rowID, part string) (of string, ofNumber int, answers map[string]any, err error) {
	u, err := s.UnionIn(ctx, tx, formID, number)
	if err != nil {
		return "", 0, nil, err
	}
	if u == nil || u.Part(part) == nil || !db.IsID(rowID) {
		return "", 0, nil, fault.New(fault.NotFound, "not_found")
	}
	row, err := s.row(ctx, store{tx}, formID, rowID)
	if err != nil {
		return "", 0, nil, fmt.Errorf("portion %s of form %s: %w", part, formID, err)
	}
	p := u.Part(part)
	if p.Choice && !slices.Contains(u.Picked(row.Values), part) {
		return "", 0, nil, fault.New(fault.NotFound, "not_found")
	}
	return p.FormID, p.Number, u.Sheet(part, row.Values), nil
}

// summary is a union as Compare tells it.
func (u *Union) summary() string {
	if u == nil {
		return ""
	}
	var out []string
	for _, p := range u.Parts {
		out = append(out, fmt.Sprintf("%s (%d)", p.Title, p.Number))
	}
	return strings.Join(out, ", ")
}

// same reports whether two unions give their parts the same.
func (u *Union) same(v *Union) bool {
	a, err1 := json.Marshal(u)
	b, err2 := json.Marshal(v)
	return err1 == nil && err2 == nil && bytes.Equal(a, b)
}
