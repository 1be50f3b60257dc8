package forms

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect/pgdialect"

	"liandong/modules/forms/events"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Submission (提交) is a form handed in by another module in its own transaction.
type Submission struct {
	Version *Version
	ID      string // of the row; of a case, say: the same again is a Conflict
	Subject string // whose form it is; empty when nobody's
	Ref     string
	Values  Values
	Context Context // Today is filled in
}

// Submit evaluates a form once more and, when nothing is wrong, writes its row into
// the form's own table inside tx, with the tenant and under the row security of
// tx's scope. Otherwise nothing is written and the result says what is wrong.
func (s *Service) Submit(ctx context.Context, tx *db.Tx, in Submission) (Result, error) {
	in.Context.Today = dayOf(tx.Now)
	res := in.Version.Evaluate(in.Values, in.Context)
	if !res.OK() {
		return res, nil
	}
	if err := s.write(ctx, store{tx}, in, res.Values); err != nil {
		return res, fmt.Errorf("write form %s: %w", in.Version.FormID, err)
	}
	tx.Emit(events.Filed{FormID: in.Version.FormID, Number: in.Version.Number, RowID: in.ID, Ref: in.Ref})
	return res, nil
}

// Submitted is the answer to File.
type Submitted struct {
	RowID string
	At    time.Time
	Result
}

// File (提交填报) submits the actor's draft. in is what her browser sends, all of it;
// nil takes the draft as it was saved. When rules object, the result says so, what
// she typed is saved, and the draft stays open.
func (s *Service) File(ctx context.Context, id string, in Values, c Context) (out Submitted, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		f, v, err := s.filling(ctx, st, id, true)
		if err != nil {
			return err
		}
		if f.Filed {
			return fault.New(fault.Precondition, "forms.is_filed")
		}
		if _, elsewhere := f.Mounted(); elsewhere {
			return fault.New(fault.Precondition, "forms.draft_of_other")
		}
		if in == nil {
			in = f.Values
		}
		c.Stored = f.Given
		out = Submitted{RowID: f.ID, At: tx.Now}
		if out.Result, err = s.Submit(ctx, tx, Submission{Version: v, ID: f.ID, Subject: tx.Scope.Actor.ID, Ref: f.Ref, Values: in, Context: c}); err != nil {
			return err
		}
		if out.OK() {
			return st.fileFilling(ctx, f)
		}
		var saved Saved
		if !f.merge(v, f.Version, in, nil, Device{}, tx.Now, &saved) {
			return nil
		}
		row, err := s.seal(f)
		if err != nil {
			return err
		}
		return st.saveFilling(ctx, row)
	})
	return out, err
}

func (s *Service) write(ctx context.Context, st store, in Submission, values Values) error {
	m, tx := in.Version.Mapping, st.tx
	var subject any
	if in.Subject != "" {
		subject = in.Subject
	}
	names := []string{"tenant_id", "id", "subject", "form_version", "ref", "filed_at", "filed_by", "filed_name"}
	cells := []any{tx.Scope.Tenant, in.ID, subject, in.Version.Number, in.Ref, tx.Now, tx.Scope.Actor.ID, tx.Scope.Actor.Name}
	if err := s.insertRow(ctx, tx, tableName(in.Version.FormID, 0), names, cells, m.Columns, values); err != nil {
		return err
	}
	for _, p := range m.Tables {
		for i, row := range rows(values[p.Field]) {
			names := []string{"tenant_id", "id", "row_of", "row_no"}
			cells := []any{tx.Scope.Tenant, db.NewID(), in.ID, i + 1}
			if err := s.insertRow(ctx, tx, tableName(in.Version.FormID, p.Number), names, cells, p.Columns, row); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *Service) insertRow(ctx context.Context, tx *db.Tx, table string, names []string, cells []any, columns []Column, values map[string]any) error {
	for _, c := range columns {
		v, ok := values[c.Field]
		if !ok {
			continue
		}
		cell, err := s.cell(c, v)
		if err != nil {
			return err
		}
		names, cells = append(names, c.Name), append(cells, cell)
		if c.Sealed {
			names, cells = append(names, c.Name+blindSuffix), append(cells, s.asks.Sealer.Blind(blindData, blindText(v)))
		}
	}
	idents, marks := make([]any, len(names)), make([]string, len(names))
	for i, n := range names {
		idents[i], marks[i] = bun.Ident(n), "?"
	}
	holes := strings.Join(marks, ", ")
	_, err := tx.NewRaw(`insert into ?.? (`+holes+`) values (`+holes+`)`, append(append([]any{bun.Ident(dataSchema), bun.Ident(table)}, idents...), cells...)...).Exec(ctx)
	return err
}

// cell is a value as its column takes it.
func (s *Service) cell(c Column, v any) (any, error) {
	if c.Sealed {
		data, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		return s.asks.Sealer.Seal(SealData, string(data)), nil
	}
	switch x := v.(type) {
	case float64:
		return show(x), nil
	case []string:
		return pgdialect.Array(x), nil
	case map[string]string, []map[string]string:
		data, err := json.Marshal(x)
		return string(data), err
	}
	return v, nil
}

func blindText(v any) string {
	if t := text(v); t != "" {
		return t
	}
	return spell(v)
}

// Fact kinds of applicants, as rules see them.
const (
	PersonKind     = "person"
	EnterpriseKind = "enterprise"
)

// Filing is the context of somebody who files for a person or an enterprise today.
func (s *Service) Filing(applicantKind string) Context {
	return Context{Today: s.Today(), ApplicantKind: applicantKind}
}
