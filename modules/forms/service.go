package forms

import (
	"context"
	"encoding/json"
	"maps"
	"strings"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Sealer keeps personal data at rest; tenancy/seal is one.
type Sealer interface {
	Seal(purpose, plaintext string) string
	Open(purpose, sealed string) (string, error)
	Blind(purpose, value string) string
}

// CodeList (代码表) is a list that options may be taken from.
type CodeList struct{ ID, Name string }

// Asks is what forms ask of the rest of the product.
type Asks struct {
	Sealer Sealer
	// Codes lists the code lists and their entries; nil: none.
	Codes interface {
		Lists() []CodeList
		Options(list string) []Option
	}
	// Facts returns what is known about whoever fills in a form, by the names of
	// Sources, bare or as Fact; nil: nothing.
	Facts func(ctx context.Context) (map[string]any, error)
	// Word names a source for people; nil: its own name.
	Word func(source string) string
}

func (a Asks) word(source string) string {
	if a.Word == nil {
		return source
	}
	return a.Word(source)
}

// Service is the whole public surface of forms.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	asks  Asks
	cache *cache
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, asks Asks) *Service {
	return &Service{db: d, authz: a, asks: asks, cache: &cache{kept: map[versionKey]*Version{}}}
}

func dayOf(t time.Time) string { return t.In(calendar.Zone()).Format(time.DateOnly) }

// Today is the day that rules are judged by, in China.
func (s *Service) Today() string { return dayOf(s.db.Now()) }

// CodeLists lists the code lists that options may be taken from.
func (s *Service) CodeLists() []CodeList {
	if s.asks.Codes == nil {
		return nil
	}
	return s.asks.Codes.Lists()
}

// Ready fills in the options of code lists: what a design is tried, checked and published with.
func (s *Service) Ready(in Schema) Schema {
	out := in.Clone()
	out.Walk(func(f *Field, _ []*Field) bool {
		if f.Codes != "" && s.asks.Codes != nil {
			f.Options = s.asks.Codes.Options(f.Codes)
		}
		return true
	})
	return out
}

// MayCreate reports whether the actor may start a form.
func (s *Service) MayCreate(ctx context.Context) bool {
	scope, err := tenancy.From(ctx)
	return err == nil && s.authz.Allow(ctx, policies.FormsEdit, policies.Resource{"tenant": scope.Tenant}) == nil
}

// Create starts a form of the actor's tenant as a draft. The same key twice is the same form.
func (s *Service) Create(ctx context.Context, start Schema, key string) (f Form, err error) {
	if key == "" {
		return f, fault.New(fault.Invalid, "idem_missing")
	}
	if f, err = s.create(ctx, start, key); fault.KindOf(err) == fault.Conflict { // the same form was faster
		return s.create(ctx, start, key)
	}
	return f, err
}

func (s *Service) create(ctx context.Context, start Schema, key string) (f Form, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		known, err := st.remembered(ctx, "form:"+key)
		if err != nil {
			return err
		}
		if known != "" {
			f, err = st.form(ctx, known)
			return err
		}
		if err := s.authz.Allow(ctx, policies.FormsEdit, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if start.Title = strings.TrimSpace(start.Title); start.Title == "" {
			return fault.InvalidField("title", "required")
		}
		start.Union = nil // whoever begins with a copy of a united form changes it as she likes
		data, err := encode(start)
		if err != nil {
			return err
		}
		f = Form{TenantID: tx.Scope.Tenant, ID: db.NewID(), Title: start.Title, State: Draft, CreatedAt: tx.Now, Version: 1}
		signed(tx, &f)
		record(tx, policies.FormsEdit, f, map[string]any{"created": true})
		if err := st.insertForm(ctx, f); err != nil {
			return err
		}
		if err := st.insertStep(ctx, f, Step{Schema: data, What: "created"}); err != nil {
			return err
		}
		return st.remember(ctx, "form:"+key, f.ID)
	})
	return f, err
}

func encode(s Schema) (json.RawMessage, error) {
	data, err := json.Marshal(s)
	if err == nil && (len(data) > maxSchema || s.Count() > MaxFields) {
		return nil, fault.New(fault.Invalid, "forms.schema_too_large")
	}
	return data, err
}

// Show returns a form with its design and its versions.
func (s *Service) Show(ctx context.Context, id string) (sh Sheet, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if sh.Form, err = st.form(ctx, id); err != nil {
			return err
		}
		f := sh.Form
		if err := s.authz.Allow(ctx, policies.FormsView, policies.Resource{"tenant": f.TenantID, "published": f.State != Draft}); err != nil {
			return err
		}
		if sh.Versions, err = st.versions(ctx, f); err != nil {
			return err
		}
		sh.Own = tx.Scope.Actor.Kind == tenancy.Staff && tx.Scope.Over.Contains(f.TenantID)
		sh.May = map[policies.Action]string{}
		for _, a := range []policies.Action{policies.FormsEdit, policies.FormsPublish, policies.FormsData} {
			where := f.TenantID
			if a == policies.FormsData { // everybody looks at what was handed in at hers and below, whoever keeps the form
				where = tx.Scope.Tenant
			}
			err := s.authz.Allow(ctx, a, policies.Resource{"tenant": where, "author_id": f.AuthorID})
			if err != nil {
				sh.May[a] = why(err)
			}
		}
		err := s.showDesign(ctx, st, &sh)
		if sh.Schema.Union != nil { // see Edit
			sh.May[policies.FormsEdit] = "-"
		}
		return err
	})
	if err == nil && sh.Own {
		sh.Problems = Check(s.Ready(sh.Schema))
	}
	return sh, err
}

func why(err error) string {
	if f, ok := fault.As(err); ok && f.Detail != "" {
		return f.Detail
	}
	return "-"
}

func (s *Service) showDesign(ctx context.Context, st store, sh *Sheet) (err error) {
	var published Schema
	if sh.Form.Published > 0 {
		v, err := s.version(ctx, st, sh.Form.ID, sh.Form.Published)
		if err != nil {
			return err
		}
		published = v.Schema
	}
	if !sh.Own {
		sh.Schema = published
		return nil
	}
	step, last, err := st.step(ctx, sh.Form)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(step.Schema, &sh.Schema); err != nil {
		return err
	}
	sh.CanUndo, sh.CanRedo = sh.Form.Step > 0, sh.Form.Step < last
	sh.Changed = sh.Form.Published == 0 || len(Compare(published, s.Ready(sh.Schema))) > 0
	return nil
}

// ask is what an act needs of the form.
type ask uint8

const (
	toEdit ask = iota
	toPublish
	toTurn // withdraw and resume
)

func (a ask) action() policies.Action {
	if a == toEdit {
		return policies.FormsEdit
	}
	return policies.FormsPublish
}

func (a ask) facts(f Form) policies.Resource {
	if a == toTurn {
		f.AuthorID = ""
	}
	return policies.Resource{"tenant": f.TenantID, "author_id": f.AuthorID}
}

// road is the one way of every act on a form: fetch, lock, allow, compare, act, write.
func (s *Service) road(ctx context.Context, a ask, id string, seen int, do func(context.Context, store, *Form) error) (f Form, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if f, err = st.form(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, a.action(), a.facts(f)); err != nil {
			return err
		}
		if err := st.lock(ctx, &f); err != nil {
			return err
		}
		if f.Version != seen {
			return fault.New(fault.Conflict, "forms.changed").With(f.AuthorName)
		}
		if err := do(ctx, st, &f); err != nil {
			return err
		}
		return st.save(ctx, &f)
	})
	return f, err
}

func signed(tx *db.Tx, f *Form) {
	f.AuthorID, f.AuthorName, f.UpdatedAt = tx.Scope.Actor.ID, tx.Scope.Actor.Name, tx.Now
}

func record(tx *db.Tx, act policies.Action, f Form, more map[string]any) {
	detail := map[string]any{"title": f.Title, "state": f.State}
	maps.Copy(detail, more)
	tx.Record(db.Audit{Action: string(act), Kind: "form", Object: f.ID, Detail: detail})
}
