package forms

import (
	"context"
	"maps"
	"slices"

	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Revision (改填) is a form that was handed in, as somebody who may write some of its
// fields changes it. What she types is kept, and nothing of it counts until the form
// is amended.
type Revision struct {
	FormID string
	Number int
	For    string // what it belongs to: one open draft each
	Stored Values // what was handed in
	Writes func(field string) bool
}

// Revised (改填草稿) is the draft of a Revision.
type Revised struct {
	Filling

	Version *Version
	Moved   []string // fields that she changed, and that say something else by now than when she did
}

// Revise returns the actor's draft of a change, or begins one. What she has not
// changed follows what was handed in.
func (s *Service) Revise(ctx context.Context, in Revision) (out Revised, err error) {
	if out, err = s.revise(ctx, in); fault.KindOf(err) == fault.Conflict { // begun twice at once
		return s.revise(ctx, in)
	}
	return out, err
}

func (s *Service) revise(ctx context.Context, in Revision) (out Revised, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		out = Revised{}
		if err := s.mayFill(ctx, tx); err != nil {
			return err
		}
		if out.Version, err = s.version(ctx, st, in.FormID, in.Number); err != nil {
			return err
		}
		row, err := st.openFilling(ctx, in.FormID, mounted+in.For)
		if err != nil {
			return err
		}
		now := in.open()
		if row.ID == "" {
			out.Filling = Filling{TenantID: tx.Scope.Tenant, ID: db.NewID(), FormID: in.FormID, Number: in.Number, Ref: mounted + in.For, Values: maps.Clone(now), Given: now, Touched: map[string]Touch{}, Version: 1, BegunAt: tx.Now, SavedAt: tx.Now, fresh: true}
			return s.insert(ctx, st, out.Version, out.Filling)
		}
		if out.Filling, err = s.unseal(row); err != nil {
			return err
		}
		changed, moved := out.follow(out.Version, in.Writes, now)
		if out.Moved = moved; !changed {
			return nil
		}
		if row, err = s.seal(out.Filling); err != nil {
			return err
		}
		return st.moveFilling(ctx, row)
	})
	return out, err
}

// open is what was handed in of the fields that she may write.
func (in Revision) open() Values {
	out := Values{}
	for id, x := range in.Stored {
		if in.Writes(id) {
			out[id] = x
		}
	}
	return out
}

// follow brings what she has not changed up to what was handed in, and tells which of
// the others somebody else has changed since.
func (f *Filling) follow(v *Version, writes func(string) bool, now Values) (changed bool, moved []string) {
	if f.Given == nil {
		f.Given = Values{}
	}
	for _, n := range v.nodes {
		id := n.f.ID
		if n.table != nil || !writes(id) || same(f.Given[id], now[id]) {
			continue
		}
		if f.altered(v, id) && !v.Alike(id, f.Values[id], now[id]) {
			moved = append(moved, id)
			continue
		}
		f.Values.put(id, now[id])
		f.Given.put(id, now[id])
		changed = true
	}
	return changed, moved
}

func (v Values) put(id string, x any) {
	if x == nil {
		delete(v, id)
		return
	}
	v[id] = x
}

// altered reports whether she has typed something else into a field than it said.
func (f *Filling) altered(v *Version, id string) bool {
	_, touched := f.Touched[id]
	return touched && !v.Alike(id, f.Values[id], f.Given[id])
}

// Altered (已改未存) are the fields of a draft of a change that differ from what was handed in.
func (f *Filling) Altered(v *Version) (ids []string) {
	for id := range f.Touched {
		if f.altered(v, id) {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	return ids
}

// Alike reports whether two values of a field say the same, however they are spelled.
func (c *Compiled) Alike(id string, a, b any) bool {
	if same(a, b) {
		return true
	}
	n := c.byID[id]
	if n == nil {
		return false
	}
	if n.f.Kind == Table {
		return same(c.spelled(n.f, a), c.spelled(n.f, b))
	}
	x, bad := normal(n.f, a, "")
	y, worse := normal(n.f, b, "")
	return bad == nil && worse == nil && same(x, y)
}

// spelled are rows with every cell spelled as it is stored, and without empty ones.
func (c *Compiled) spelled(table *Field, raw any) (out []map[string]any) {
	for _, r := range rows(raw) {
		cells := map[string]any{}
		for i := range table.Fields {
			f := &table.Fields[i]
			x, bad := normal(f, r[f.ID], "")
			if bad != nil {
				x = r[f.ID]
			}
			if x != nil {
				cells[f.ID] = x
			}
		}
		out = append(out, cells)
	}
	return out
}

// Revising is the actor's open draft of a change, without beginning one; ok is false
// when she has none.
func (s *Service) Revising(ctx context.Context, formID, belongsTo string) (f Filling, ok bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if ok = false; !mayStore(tx.Scope.Actor) || !db.IsID(tx.Scope.Actor.ID) {
			return nil
		}
		row, err := store{tx}.openFilling(ctx, formID, mounted+belongsTo)
		if err != nil || row.ID == "" {
			return err
		}
		f, err = s.unseal(row)
		ok = err == nil
		return err
	})
	return f, ok, err
}
