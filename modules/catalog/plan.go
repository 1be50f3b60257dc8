package catalog

import (
	"context"
	"fmt"
	"reflect"
	"slices"

	"liandong/modules/catalog/codes"
	"liandong/tenancy/db"
)

// What an import does with a row.
const (
	RowCreate  = "create"  // a new item, as a draft
	RowRevise  = "revise"  // a new draft upon the version in force
	RowChange  = "change"  // the open draft
	RowSame    = "same"    // the item says all that already
	RowRefused = "refused" // an error stands in it
)

// Planned is what an import does with one row.
type Planned struct {
	Row      int // in the file: 1 is the head
	Action   string
	Name     string
	Code     string // basic or local
	ItemID   string // of the item that is there already
	Errors   []CellError
	Findings []Finding // what the rules say of the draft

	body Body
	was  *Version // newest version of the item that is there already
}

// existing are the items of a tenant as an import looks for them.
type existing struct {
	byBasic, byLocal map[string]*kept
	book             *codes.Book
}

// kept is the newest version of an item, and whether it was taken from an entry.
type kept struct {
	Version
	Claimed bool
}

func localKey(l LocalCode) string { return l.System + ":" + l.Code }

func (s store) existing(ctx context.Context, list string) (e existing, err error) {
	var vs []*Version
	err = s.tx.NewSelect().Model(&vs).DistinctOn("item_id").Where("tenant_id = ?", s.tx.Scope.Tenant).
		Where("item_id IN (SELECT id FROM items WHERE tenant_id = ? AND list = ?)", s.tx.Scope.Tenant, list).Order("item_id", "number DESC").Scan(ctx)
	if err != nil {
		return e, fmt.Errorf("items before import: %w", err)
	}
	var claimed []string
	err = s.tx.NewSelect().Model((*Item)(nil)).Column("id").Where("tenant_id = ?", s.tx.Scope.Tenant).Where("basic_id IS NOT NULL").Scan(ctx, &claimed)
	if err != nil {
		return e, fmt.Errorf("claimed items before import: %w", err)
	}
	e = existing{map[string]*kept{}, map[string]*kept{}, codes.From(ctx)}
	for _, newest := range vs {
		v := &kept{*newest, slices.Contains(claimed, newest.ItemID)}
		if v.Body.BasicCode != "" {
			e.byBasic[v.Body.BasicCode] = v
		}
		for _, l := range v.Body.LocalCodes {
			e.byLocal[localKey(l)] = v
		}
	}
	return e, nil
}

// find returns the item that a row means by its codes; ok is false when they mean two.
func (e existing) find(b Body) (v *kept, ok bool) {
	if b.BasicCode != "" {
		v = e.byBasic[b.BasicCode]
	}
	for _, l := range b.LocalCodes {
		w := e.byLocal[localKey(l)]
		if w != nil && v != nil && w.ItemID != v.ItemID {
			return nil, false
		}
		if w != nil {
			v = w
		}
	}
	return v, true
}

// plan says what an import would do with every row that says anything.
func (s store) plan(ctx context.Context, im Import) (rows []Planned, err error) {
	there, err := s.existing(ctx, im.List)
	if err != nil {
		return nil, err
	}
	others, err := s.twins(ctx)
	if err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for i, line := range im.Lines {
		if !slices.ContainsFunc(line, func(c string) bool { return c != "" }) {
			continue
		}
		r := there.row(im, line)
		r.Row = i + 2
		for _, key := range r.body.keys() {
			if seen[key] {
				r.refuse("import_row_twice")
			}
			seen[key] = true
		}
		if r.Action != RowRefused && r.Action != RowSame {
			r.Findings = others.examine(r.ItemID, im.List, r.body)
		}
		rows = append(rows, r)
	}
	return rows, nil
}

// keys are the codes by which no two rows of a file may be the same item.
func (b Body) keys() (out []string) {
	if b.BasicCode != "" {
		out = append(out, "basic:"+b.BasicCode)
	}
	for _, l := range b.LocalCodes {
		out = append(out, localKey(l))
	}
	return out
}

func (r *Planned) refuse(key string) {
	r.Action = RowRefused
	r.Errors = append(r.Errors, CellError{-1, key, ""})
}

// row plans one line on its own.
func (e existing) row(im Import, line []string) (r Planned) {
	fresh, _ := decode(Body{book: e.book}, im.Columns, line, im.Scheme, im.List)
	was, ok := e.find(fresh)
	base := Body{book: e.book}
	if was != nil {
		base, r.ItemID, r.was = was.Body, was.ItemID, &was.Version
	}
	r.body, r.Errors = decode(base, im.Columns, line, im.Scheme, im.List)
	r.Name, r.Code = r.body.Name, r.body.BasicCode
	if r.Code == "" && len(r.body.LocalCodes) > 0 {
		r.Code = r.body.LocalCodes[len(r.body.LocalCodes)-1].Code
	}
	switch {
	case !ok:
		r.refuse("import_two_items")
	case len(r.Errors) > 0:
		r.Action = RowRefused
	case was == nil:
		r.Action = RowCreate
	case reflect.DeepEqual(normal(was.Body), normal(r.body)):
		r.Action = RowSame
	case was.Claimed && len(was.Body.departs(r.body)) > 0:
		r.refuse("item_basic_locked")
	case was.State == StateReviewing || was.State == StateScheduled:
		r.refuse("import_reviewing")
	case was.Body.BasicCode != "" && was.Body.BasicCode != r.body.BasicCode && (was.Number > 1 || was.State != StateDraft):
		r.refuse("item_basic_code_fixed")
	case was.State == StateDraft:
		r.Action = RowChange
	default:
		r.Action = RowRevise
	}
	return r
}

// normal is a body with empty lists as nil, so that what JSON cannot tell apart is equal.
func normal(b Body) Body {
	normalise(reflect.ValueOf(&b).Elem())
	return b
}

func normalise(v reflect.Value) {
	switch v.Kind() { //nolint:exhaustive // every other kind is a plain value
	case reflect.Struct:
		for _, f := range v.Fields() {
			normalise(f)
		}
	case reflect.Slice:
		if v.Len() == 0 {
			v.SetZero()
			return
		}
		own := reflect.MakeSlice(v.Type(), v.Len(), v.Len()) // the body that was given stays as it is
		reflect.Copy(own, v)
		v.Set(own)
		for i := range v.Len() {
			normalise(v.Index(i))
		}
	}
}

func summary(rows []Planned) (r Report) {
	for _, p := range rows {
		switch p.Action {
		case RowCreate:
			r.Created++
		case RowRevise:
			r.Revised++
		case RowChange:
			r.Changed++
		case RowSame:
			r.Same++
		default:
			r.Refused++
		}
	}
	return r
}

// draft is the version that a row becomes.
func (r Planned) draft(tx *db.Tx, im Import) Version {
	v := Version{
		TenantID: im.TenantID, ID: db.NewID(), ItemID: r.ItemID, Number: 1, State: StateDraft, Act: ActCreate, Body: r.body,
		AuthorID: im.ActorID, AuthorName: im.ActorName, UpdatedAt: tx.Now, Version: 1,
	}
	if r.was != nil {
		v.Number, v.Act, v.FlowID = r.was.Number+1, ActChange, r.was.FlowID
	}
	return v
}
