package forms

import (
	"context"
	"encoding/json"
	"slices"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// The purposes under which values are sealed.
const (
	SealDraft = "form_draft"
	SealData  = "form_data"
	blindData = "form_blind"
)

// maxFilling bounds what a draft holds, in bytes of JSON.
const maxFilling = 512 << 10

// Filling (填报草稿) is a form that somebody fills in. It stays on the version that
// it was begun with. Values are as typed: checked, but not refused, until submitted.
type Filling struct {
	TenantID tenancy.ID
	ID       string
	FormID   string
	Number   int    // of the version
	Ref      string // what it is for
	Values   Values
	Given    Values            // from prefill: what read-only fields hold
	From     map[string]string // where a field of Given comes from, in words
	Page     map[string]string // what was typed around the form, by field of the page
	Touched  map[string]Touch  // by field
	Version  int               // counts changes
	Filed    bool
	BegunAt  time.Time
	SavedAt  time.Time

	fresh bool
}

// Touch is the last change of one field.
type Touch struct {
	Version int       `json:"v"`
	At      time.Time `json:"at"`
	Device  string    `json:"d"` // random id of a browser
	Label   string    `json:"l"` // what people call it
}

// Device is the browser that saves.
type Device struct{ ID, Label string }

// Saved is the answer to Save.
type Saved struct {
	Version int
	At      time.Time
	Clashes []Clash  // not saved: changed elsewhere since
	Others  []string // other fields that were changed elsewhere since
}

// Clash is a field that another device changed after the version that was seen.
type Clash struct {
	Field  string
	Theirs any
	At     time.Time
	Label  string // of the device
}

type fillingRow struct {
	TenantID    tenancy.ID
	ID          string
	Subject     string
	FormTenant  tenancy.ID
	FormID      string
	FormVersion int
	Ref         string
	Sealed      string
	Touched     json.RawMessage
	Version     int
	State       string
	BegunAt     time.Time
	UpdatedAt   time.Time
}

type sealed struct {
	Values Values `json:"values"`
	Given  Values `json:"given,omitempty"`

	From map[string]string `json:"from,omitempty"`
	Page map[string]string `json:"page,omitempty"`
}

// Begin (开始填报) starts a draft on the newest version of a form, filled in with
// what is known, or returns the actor's open draft for the same ref, whatever its version.
func (s *Service) Begin(ctx context.Context, formID, ref string) (f Filling, err error) {
	if f, err = s.begin(ctx, formID, ref); fault.KindOf(err) == fault.Conflict { // begun twice at once
		return s.begin(ctx, formID, ref)
	}
	return f, err
}

func (s *Service) begin(ctx context.Context, formID, ref string) (f Filling, err error) {
	var facts map[string]any
	if s.asks.Facts != nil {
		if facts, err = s.asks.Facts(ctx); err != nil {
			return f, err
		}
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if err := s.mayFill(ctx, tx); err != nil {
			return err
		}
		row, err := st.openFilling(ctx, formID, ref)
		if err == nil && row.ID != "" {
			f, err = s.unseal(row)
		}
		if err != nil || row.ID != "" {
			return err
		}
		form, err := st.form(ctx, formID)
		if err != nil {
			return err
		}
		if form.State != Published {
			return fault.New(fault.Precondition, "forms.not_published")
		}
		v, err := s.version(ctx, st, formID, form.Published)
		if err != nil {
			return err
		}
		if v.asksLast() {
			if err := s.addLast(ctx, st, v, facts); err != nil {
				return err
			}
		}
		f = Filling{TenantID: tx.Scope.Tenant, ID: db.NewID(), FormID: formID, Number: v.Number, Ref: ref, Touched: map[string]Touch{}, Version: 1, BegunAt: tx.Now, SavedAt: tx.Now}
		f.Values = Values{}
		f.refill(v, facts)
		return s.insert(ctx, st, v, f)
	})
	return f, err
}

func (s *Service) insert(ctx context.Context, st store, v *Version, f Filling) error {
	row, err := s.seal(f)
	if err != nil {
		return err
	}
	row.FormTenant, row.Subject = v.TenantID, st.tx.Scope.Actor.ID
	return st.insertFilling(ctx, row)
}

// mayFill asks for somebody who has an id of her own: drafts are hers.
func (s *Service) mayFill(ctx context.Context, tx *db.Tx) error {
	if k := tx.Scope.Actor.Kind; k != tenancy.Person && k != tenancy.Staff || tx.Scope.Actor.ID == "" {
		return fault.New(fault.Forbidden, "sign_in")
	}
	return s.authz.Allow(ctx, policies.FormsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": true})
}

// Filling returns the actor's draft and its version; NotFound for everybody else.
func (s *Service) Filling(ctx context.Context, id string) (f Filling, v *Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		f, v, err = s.filling(ctx, store{tx}, id, false)
		return err
	})
	return f, v, err
}

func (s *Service) filling(ctx context.Context, st store, id string, lock bool) (f Filling, v *Version, err error) {
	row, err := st.filling(ctx, id, lock)
	if err != nil {
		return f, nil, err
	}
	if f, err = s.unseal(row); err != nil {
		return f, nil, err
	}
	v, err = s.version(ctx, st, row.FormID, row.FormVersion)
	return f, v, err
}

// Fillings lists the actor's open drafts at the tenant in scope that are handed in
// by themselves, newest first.
func (s *Service) Fillings(ctx context.Context) (out []Filling, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := (store{tx}).fillings(ctx)
		if err != nil {
			return err
		}
		for _, r := range rows {
			f, err := s.unseal(r)
			if err != nil {
				return err
			}
			if _, elsewhere := f.Mounted(); !elsewhere {
				out = append(out, f)
			}
		}
		return nil
	})
	return out, err
}

// Save (自动保存) writes changed fields of a draft; nil clears one. seen is the version
// that the device knows. Fields that another device changed since are not
// overwritten but told as clashes, except those that over names. Saving the same
// value again changes nothing, so a device may repeat what got lost on the way.
func (s *Service) Save(ctx context.Context, id string, seen int, changes Values, over []string, dev Device) (out Saved, err error) {
	return s.Keep(ctx, id, Typed{Seen: seen, Values: changes, Over: over, Device: dev})
}

// merge takes changes over field by field and reports whether anything changed.
func (f *Filling) merge(v *Version, seen int, changes Values, over []string, dev Device, now time.Time, out *Saved) (changed bool) {
	elsewhere := func(id string) bool {
		t, ok := f.Touched[id]
		return ok && t.Version > seen && (dev.ID == "" || t.Device != dev.ID)
	}
	for id, value := range changes {
		n := v.byID[id]
		if n == nil || n.table != nil || !n.f.Kind.Holds() || n.compute != nil || n.f.Readonly || same(f.Values[id], value) {
			continue
		}
		if elsewhere(id) && !slices.Contains(over, id) {
			out.Clashes = append(out.Clashes, Clash{id, f.Values[id], f.Touched[id].At, f.Touched[id].Label})
			continue
		}
		if value == nil {
			delete(f.Values, id)
		} else {
			f.Values[id] = value
		}
		f.Touched[id] = Touch{f.Version + 1, now, dev.ID, dev.Label}
		changed = true
	}
	for id := range f.Touched {
		if _, mine := changes[id]; !mine && elsewhere(id) {
			out.Others = append(out.Others, id)
		}
	}
	if changed {
		f.Version++
		f.SavedAt = now
	}
	return changed
}

func same(a, b any) bool {
	x, err1 := json.Marshal(a)
	y, err2 := json.Marshal(b)
	return err1 == nil && err2 == nil && string(x) == string(y)
}

// Drop forgets a draft; none is no error.
func (s *Service) Drop(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { return store{tx}.dropFilling(ctx, id) })
}

func (s *Service) seal(f Filling) (r fillingRow, err error) {
	data, err := json.Marshal(sealed{f.Values, f.Given, f.From, f.Page})
	if err != nil {
		return r, err
	}
	if len(data) > maxFilling {
		return r, fault.New(fault.Invalid, "forms.draft_too_large")
	}
	touched, err := json.Marshal(f.Touched)
	r = fillingRow{
		TenantID: f.TenantID, ID: f.ID, FormID: f.FormID, FormVersion: f.Number, Ref: f.Ref, Sealed: s.asks.Sealer.Seal(SealDraft, string(data)), Touched: touched,
		Version: f.Version, State: "open", BegunAt: f.BegunAt, UpdatedAt: f.SavedAt,
	}
	return r, err
}

func (s *Service) unseal(r fillingRow) (f Filling, err error) {
	f = Filling{TenantID: r.TenantID, ID: r.ID, FormID: r.FormID, Number: r.FormVersion, Ref: r.Ref, Version: r.Version, Filed: r.State == "filed", BegunAt: r.BegunAt, SavedAt: r.UpdatedAt}
	if err := json.Unmarshal(r.Touched, &f.Touched); err != nil {
		return f, err
	}
	if f.Filed {
		f.Values = Values{}
		return f, nil
	}
	plain, err := s.asks.Sealer.Open(SealDraft, r.Sealed)
	if err != nil {
		return f, err
	}
	var in sealed
	if err := json.Unmarshal([]byte(plain), &in); err != nil {
		return f, err
	}
	f.From, f.Page = in.From, in.Page
	if f.Values, f.Given = in.Values, in.Given; f.Values == nil {
		f.Values = Values{}
	}
	return f, nil
}
