package forms

import (
	"context"
	"maps"
	"slices"
	"strings"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Fact is something that is known, with where it comes from in words (来源). Among
// the facts that fill in a form it may stand in place of a bare value.
type Fact struct {
	Value any
	From  string
}

// ElementFact is the name of a fact about a data element (数据元): it fills every
// field of that element that nothing else fills.
func ElementFact(element string) string { return "element." + element }

// mounted begins what a draft is for when a page of another module holds it: it is
// handed in there, not by itself.
const mounted = "for:"

// Entry (填报入口) is a form on a page of another module: an item's application.
type Entry struct {
	FormID string
	Number int            // of the version: the page says which, not what is newest
	For    string         // what it is filled in for: one open draft each
	Facts  map[string]any // what is known, besides what is known of the actor: by the names of Sources, or ElementFact
}

// Enter returns the actor's open draft of an entry, or begins one. What she has not
// touched is filled in with what is known now. A draft that was begun on another
// version is carried over: what fits its fields stays.
func (s *Service) Enter(ctx context.Context, e Entry) (f Filling, v *Version, err error) {
	if f, v, err = s.enter(ctx, e); fault.KindOf(err) == fault.Conflict { // begun twice at once
		return s.enter(ctx, e)
	}
	return f, v, err
}

func (s *Service) enter(ctx context.Context, e Entry) (f Filling, v *Version, err error) {
	facts := map[string]any{}
	if s.asks.Facts != nil {
		known, err := s.asks.Facts(ctx)
		if err != nil {
			return f, nil, err
		}
		maps.Copy(facts, known)
	}
	maps.Copy(facts, e.Facts)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if err := s.mayFill(ctx, tx); err != nil {
			return err
		}
		if v, err = s.version(ctx, st, e.FormID, e.Number); err != nil {
			return err
		}
		row, err := st.openFilling(ctx, e.FormID, mounted+e.For)
		if err != nil {
			return err
		}
		if v.asksLast() {
			if err := s.addLast(ctx, st, v, facts); err != nil {
				return err
			}
		}
		if row.ID == "" {
			f = Filling{TenantID: tx.Scope.Tenant, ID: db.NewID(), FormID: e.FormID, Number: v.Number, Ref: mounted + e.For, Touched: map[string]Touch{}, Version: 1, BegunAt: tx.Now, SavedAt: tx.Now}
			f.Values, f.fresh = Values{}, true
			f.refill(v, facts)
			return s.insert(ctx, st, v, f)
		}
		return s.renew(ctx, st, row, v, facts, &f)
	})
	return f, v, err
}

// renew brings a draft up to its version and to what is known now.
func (s *Service) renew(ctx context.Context, st store, row fillingRow, v *Version, facts map[string]any, f *Filling) (err error) {
	if *f, err = s.unseal(row); err != nil {
		return err
	}
	moved := f.Number != v.Number
	if moved {
		f.Number = v.Number
		maps.DeleteFunc(f.Values, func(id string, _ any) bool { n := v.byID[id]; return n == nil || n.table != nil })
		maps.DeleteFunc(f.Touched, func(id string, _ Touch) bool { return v.byID[id] == nil })
	}
	if !f.refill(v, facts) && !moved {
		return nil
	}
	row, err = s.seal(*f)
	if err != nil {
		return err
	}
	return st.moveFilling(ctx, row)
}

// refill fills in what nobody has touched with what is known, and reports whether
// anything changed.
func (f *Filling) refill(v *Version, facts map[string]any) (changed bool) {
	given, from := v.fill(facts)
	for id, value := range given {
		now, was := f.Values[id], f.Given[id]
		if _, touched := f.Touched[id]; touched && !same(now, was) || same(now, value) {
			continue
		}
		f.Values[id], changed = value, true
	}
	if !same(f.Given, given) || !maps.Equal(f.From, from) {
		f.Given, f.From, changed = given, from, true
	}
	return changed
}

// Prefilled are the fields that still hold what they were filled in with, and where
// that comes from.
func (f *Filling) Prefilled() map[string]string {
	out := map[string]string{}
	for id, from := range f.From {
		if f.Given[id] != nil && same(f.Values[id], f.Given[id]) {
			out[id] = from
		}
	}
	return out
}

// FilledFrom says where the fields come from that still hold what a draft of the actor's
// was filled in with; nothing without a draft.
func (s *Service) FilledFrom(ctx context.Context, tx *db.Tx, draft string) (from []string, err error) {
	if draft == "" {
		return nil, nil
	}
	f, _, err := s.filling(ctx, store{tx}, draft, false)
	return slices.Sorted(maps.Values(f.Prefilled())), err
}

// Fresh reports whether Enter has just begun the draft.
func (f *Filling) Fresh() bool { return f.fresh }

// Mounted reports whether the draft is handed in by a page of another module, and
// what for.
func (f *Filling) Mounted() (ref string, ok bool) { return strings.CutPrefix(f.Ref, mounted) }

// Handing (随件提交) is a draft, or values without one, handed in with something
// else: a case.
type Handing struct {
	FormID  string
	Number  int
	Draft   string // of the actor's; empty: Values are handed in
	For     string // what the draft was begun for
	Values  Values
	RowID   string // of the case
	Ref     string
	Subject string
	Context Context
}

// Hand evaluates a form once more, whatever a browser said, and stores it in tx
// with what it belongs to. When rules object nothing is written. A draft is closed.
func (s *Service) Hand(ctx context.Context, tx *db.Tx, in Handing) (res Result, v *Version, err error) {
	st := store{tx}
	if v, err = s.version(ctx, st, in.FormID, in.Number); err != nil {
		return res, nil, err
	}
	var f Filling
	if in.Draft != "" {
		if f, _, err = s.filling(ctx, st, in.Draft, true); err != nil {
			return res, nil, err
		}
		if f.Filed {
			return res, nil, fault.New(fault.Precondition, "forms.is_filed")
		}
		if f.FormID != in.FormID || f.Number != in.Number || f.Ref != mounted+in.For {
			return res, nil, fault.New(fault.Conflict, "forms.draft_of_other")
		}
		in.Values, in.Context.Stored = f.Values, f.Given
	}
	res, err = s.Submit(ctx, tx, Submission{Version: v, ID: in.RowID, Subject: in.Subject, Ref: in.Ref, Values: in.Values, Context: in.Context})
	if err != nil || !res.OK() || in.Draft == "" {
		return res, v, err
	}
	return res, v, st.fileFilling(ctx, f)
}

// Open (可公开) are the values without personal data: what may stand outside of the
// form's own table.
func (v *Version) Open(values Values) map[string]any {
	out := map[string]any{}
	for id, x := range values {
		n := v.byID[id]
		if n == nil || n.f.PII || n.f.Kind == File || n.f.Kind == Signature {
			continue
		}
		if n.f.Kind == Table {
			x = openRows(v.Compiled, rows(x))
		}
		out[id] = x
	}
	return out
}

func openRows(c *Compiled, in []map[string]any) (out []map[string]any) {
	for _, row := range in {
		cells := map[string]any{}
		for id, x := range row {
			if n := c.byID[id]; n != nil && !n.f.PII {
				cells[id] = x
			}
		}
		out = append(out, cells)
	}
	return out
}

// FilesOf are the ids of the uploads that values name, signatures among them.
func (c *Compiled) FilesOf(values Values) (ids []string) {
	for _, n := range c.nodes {
		switch n.f.Kind { //nolint:exhaustive // the rest names no files
		case File:
			list, _ := normalFiles(n.f, values[n.f.ID])
			files, _ := list.([]map[string]string)
			for _, f := range files {
				ids = append(ids, f["id"])
			}
		case Signature:
			if id := strs(values[n.f.ID])[Image]; id != "" {
				ids = append(ids, id)
			}
		}
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// mayStore reports whether somebody fills in for herself here.
func mayStore(a tenancy.Actor) bool { return a.Kind == tenancy.Person || a.Kind == tenancy.Staff }

// Typed is what a browser saves of a draft.
type Typed struct {
	Seen   int
	Values Values
	Over   []string
	Device Device
	Page   map[string]string // what was typed around the form, by field of the page
}

// Bounds of what a page may keep beside a form.
const (
	maxPageFields = 100
	maxPageText   = 4000
)

// Keep (自动保存) is Save with what was typed around the form.
func (s *Service) Keep(ctx context.Context, id string, in Typed) (out Saved, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if !mayStore(tx.Scope.Actor) { // her session has ended: her browser keeps it until she is back
			return fault.New(fault.Forbidden, "sign_in")
		}
		st := store{tx}
		f, v, err := s.filling(ctx, st, id, true)
		if err != nil {
			return err
		}
		if f.Filed {
			return fault.New(fault.Conflict, "forms.is_filed")
		}
		out = Saved{Version: f.Version, At: f.SavedAt}
		in.Values = v.Unmask(in.Values, f.Values)
		changed := f.merge(v, in.Seen, in.Values, in.Over, in.Device, tx.Now, &out)
		if f.turnPage(in.Page) {
			f.SavedAt, changed = tx.Now, true
		}
		if !changed {
			return nil
		}
		row, err := s.seal(f)
		if err != nil {
			return err
		}
		out.Version, out.At = f.Version, f.SavedAt
		return st.saveFilling(ctx, row)
	})
	return out, err
}

func (f *Filling) turnPage(in map[string]string) (changed bool) {
	for name, value := range in {
		if f.Page[name] == value || len(f.Page) >= maxPageFields && f.Page[name] == "" || len(value) > maxPageText {
			continue
		}
		if f.Page == nil {
			f.Page = map[string]string{}
		}
		f.Page[name], changed = value, true
	}
	return changed
}
