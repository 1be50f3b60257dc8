package forms

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Amendment (修改填报) is a change of what was handed in, by somebody who may write
// some of its fields.
type Amendment struct {
	FormID  string
	RowID   string
	Values  Values  // as typed; fields that are not named stay
	Context Context // Rights says what the actor may write; Stored is filled in
	Step    string  // name of the step (环节) for the history
	For     string  // what the actor's draft of the change was begun for: it is closed; empty: there is none
}

// Edit (修改记录) is one change of what was handed in.
type Edit struct {
	At      time.Time
	ByName  string
	Step    string
	Changes []Edited
}

// Edited is one field before and after; personal data is masked.
type Edited struct {
	Field  string `json:"field"`
	Label  string `json:"label"`
	Before any    `json:"before,omitempty"`
	After  any    `json:"after,omitempty"`
}

// Amended is the answer to Amend.
type Amended struct {
	Result

	Version *Version
	Changes []Edited // none: everything stayed
}

// Amend changes a form that was handed in, in tx and under its row security:
// everything is evaluated again, what the actor may not write stays as it was, and
// what changed is kept with her name. When rules object nothing is written.
func (s *Service) Amend(ctx context.Context, tx *db.Tx, in Amendment) (out Amended, err error) {
	st := store{tx}
	row, err := s.row(ctx, st, in.FormID, in.RowID)
	if err != nil {
		return out, err
	}
	if out.Version, err = s.version(ctx, st, in.FormID, row.Number); err != nil {
		return out, err
	}
	v := out.Version
	typed := maps.Clone(row.Values)
	maps.Copy(typed, v.Unmask(in.Values, row.Values))
	in.Context.Today, in.Context.Stored = dayOf(tx.Now), row.Values
	if out.Result = v.Evaluate(typed, in.Context); !out.OK() {
		return out, nil
	}
	v.keepUnseen(row.Values, &out.Result, in.Context)
	if out.Changes = v.edited(row.Values, out.Values); len(out.Changes) == 0 {
		return out, nil
	}
	if err := s.rewrite(ctx, st, v, row, out.Values); err != nil {
		return out, fmt.Errorf("amend form %s: %w", in.FormID, err)
	}
	if err := st.insertEdit(ctx, row, in, out.Changes); err != nil || in.For == "" {
		return out, err
	}
	return out, st.fileRevision(ctx, in.FormID, mounted+in.For)
}

// keepUnseen keeps what does not show to the actor whatever she changes: the part of
// the office while an applicant corrects hers.
func (v *Version) keepUnseen(stored Values, res *Result, ctx Context) {
	before := v.Evaluate(stored, ctx)
	for id, x := range stored {
		if !before.Shown[id] && !res.Shown[id] {
			res.Values[id] = x
		}
	}
}

// edited lists the fields that differ, in document order.
func (v *Version) edited(was, now Values) (out []Edited) {
	before, after := v.Masked(was), v.Masked(now)
	for _, n := range v.nodes {
		if id := n.f.ID; n.f.Kind.Holds() && !same(was[id], now[id]) {
			out = append(out, Edited{id, named(n.f), before[id], after[id]})
		}
	}
	return out
}

// rewrite puts values in place of those of a row; repeating rows are written anew.
func (s *Service) rewrite(ctx context.Context, st store, v *Version, row Row, values Values) error {
	m, tx := v.Mapping, st.tx
	for _, p := range m.Tables {
		if _, err := tx.NewRaw(`delete from ?.? where tenant_id = ? and row_of = ?`, bun.Ident(dataSchema), bun.Ident(tableName(v.FormID, p.Number)), row.TenantID, row.ID).Exec(ctx); err != nil {
			return err
		}
		for i, cells := range rows(values[p.Field]) {
			if err := s.insertRow(ctx, tx, tableName(v.FormID, p.Number), []string{"tenant_id", "id", "row_of", "row_no"}, []any{row.TenantID, db.NewID(), row.ID, i + 1}, p.Columns, cells); err != nil {
				return err
			}
		}
	}
	set, args := "", []any{bun.Ident(dataSchema), bun.Ident(tableName(v.FormID, 0))}
	put := func(name string, x any) {
		if set != "" {
			set += ", "
		}
		set, args = set+"? = ?", append(args, bun.Ident(name), x)
	}
	for _, c := range m.Columns {
		var cell, blind any
		if x := values[c.Field]; x != nil {
			var err error
			if cell, err = s.cell(c, x); err != nil {
				return err
			}
			blind = s.asks.Sealer.Blind(blindData, blindText(x))
		}
		put(c.Name, cell)
		if c.Sealed {
			put(c.Name+blindSuffix, blind)
		}
	}
	if set == "" {
		return nil
	}
	res, err := tx.NewRaw(`update ?.? set `+set+` where tenant_id = ? and id = ?`, append(args, row.TenantID, row.ID)...).Exec(ctx)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return fault.New(fault.Forbidden, "forbidden").Because(err)
	}
	return nil
}

func (s store) insertEdit(ctx context.Context, row Row, in Amendment, changes []Edited) error {
	data, err := json.Marshal(changes)
	if err != nil {
		return err
	}
	a := s.tx.Scope.Actor
	_, err = s.tx.NewRaw(`insert into form_edits (tenant_id, id, form_id, row_id, subject, at, by_id, by_name, step, changes) values (?, ?, ?, ?, nullif(?, '')::uuid, ?, ?, ?, ?, ?::jsonb)`,
		row.TenantID, db.NewID(), in.FormID, row.ID, row.Subject, s.tx.Now, a.ID, a.Name, in.Step, string(data)).Exec(ctx)
	return err
}

// HandedIn returns a form that was handed in and who changed it since, oldest first,
// in a transaction of whoever may see what it belongs to; NotFound when there is none.
func (s *Service) HandedIn(ctx context.Context, tx *db.Tx, formID, rowID string) (r Row, v *Version, edits []Edit, err error) {
	if !db.IsID(formID) || !db.IsID(rowID) {
		return r, nil, nil, fault.New(fault.NotFound, "not_found")
	}
	st := store{tx}
	if r, err = s.row(ctx, st, formID, rowID); err != nil {
		return r, nil, nil, err
	}
	if v, err = s.version(ctx, st, formID, r.Number); err != nil {
		return r, nil, nil, err
	}
	var found []struct {
		Edit `bun:",extend"`
		Raw  string
	}
	err = tx.NewRaw(`select at, by_name, step, changes::text as raw from form_edits where row_id = ? order by at, id`, rowID).Scan(ctx, &found)
	for _, x := range found {
		if err := json.Unmarshal([]byte(x.Raw), &x.Changes); err != nil {
			return r, v, nil, err
		}
		edits = append(edits, x.Edit)
	}
	return r, v, edits, err
}

// Earlier (历史办件) is what somebody handed in before, by data element: the newest
// value counts. ids are rows of forms, the newest first, each with what it is called.
func (s *Service) Earlier(ctx context.Context, tx *db.Tx, ids []EarlierRow) (map[string]any, error) {
	out := map[string]any{}
	for _, in := range ids {
		r, v, _, err := s.HandedIn(ctx, tx, in.FormID, in.RowID)
		if errors.Is(err, sql.ErrNoRows) || fault.KindOf(err) == fault.NotFound { // a form of another branch of the tree
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, n := range v.nodes {
			name := ElementFact(n.f.Element)
			if _, known := out[name]; known || n.f.Element == "" || n.table != nil || r.Values[n.f.ID] == nil {
				continue
			}
			out[name] = Fact{r.Values[n.f.ID], in.From}
		}
	}
	return out, nil
}

// EarlierRow names a form that was handed in.
type EarlierRow struct {
	FormID, RowID string
	From          string // what it is called: the number of a case
}
