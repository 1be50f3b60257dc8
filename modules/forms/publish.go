package forms

import (
	"context"
	"encoding/json"
	"strings"
	"sync"

	"liandong/modules/forms/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Publish (发布) makes the design the next version: checked as a whole, its table
// brought up to it in the same transaction. Drafts that were begun stay on theirs.
// Precondition with the first problem when there is any, or when nothing changed.
func (s *Service) Publish(ctx context.Context, id string, seen int, note string) (v *Version, err error) {
	var number int
	_, err = s.road(ctx, toPublish, id, seen, func(ctx context.Context, st store, f *Form) error {
		schema, err := s.publishable(ctx, st, *f)
		if err != nil {
			return err
		}
		var old Mapping
		if f.Published > 0 {
			before, err := s.version(ctx, st, f.ID, f.Published)
			if err != nil {
				return err
			}
			if len(Compare(before.Schema, schema)) == 0 {
				return fault.New(fault.Precondition, "forms.nothing_changed")
			}
			old = before.Mapping
		}
		m, err := st.evolve(ctx, *f, &schema, old)
		if err != nil {
			return err
		}
		f.Published++
		f.UpdatedAt = st.tx.Now
		if f.State == Draft {
			f.State = Published
		}
		number = f.Published
		record(st.tx, policies.FormsPublish, *f, map[string]any{"version": number, "note": note})
		st.tx.Emit(events.Published{FormID: f.ID, Number: number})
		return st.insertVersion(ctx, *f, schema, m, strings.TrimSpace(note))
	})
	if err != nil {
		return nil, err
	}
	return s.Version(ctx, id, number)
}

func (s *Service) publishable(ctx context.Context, st store, f Form) (schema Schema, err error) {
	step, _, err := st.step(ctx, f)
	if err != nil {
		return schema, err
	}
	if err := json.Unmarshal(step.Schema, &schema); err != nil {
		return schema, err
	}
	schema = s.Ready(schema)
	if ps := Check(schema); len(ps) > 0 {
		return schema, fault.New(fault.Precondition, "forms.has_problems").With(strings.TrimSpace(ps[0].Label + " " + ps[0].Detail))
	}
	return schema, nil
}

// Published returns the newest version of a form for whoever may begin it; NotFound when there is none.
func (s *Service) Published(ctx context.Context, id string) (v *Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		f, err := st.form(ctx, id)
		if err != nil {
			return err
		}
		if f.Published == 0 {
			return fault.New(fault.NotFound, "not_found")
		}
		v, err = s.version(ctx, st, f.ID, f.Published)
		return err
	})
	return v, err
}

// Version returns one published version of a form.
func (s *Service) Version(ctx context.Context, id string, number int) (v *Version, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err = s.version(ctx, store{tx}, id, number)
		return err
	})
	return v, err
}

// version reads a version, compiled once per process: row security is asked every
// time, the schema only the first.
func (s *Service) version(ctx context.Context, st store, id string, number int) (*Version, error) {
	row, err := st.version(ctx, id, number)
	if err != nil {
		return nil, err
	}
	key := versionKey{id, number}
	if v := s.cache.get(key); v != nil {
		copied := *v
		copied.State = row.State
		return &copied, nil
	}
	v, err := st.fullVersion(ctx, row)
	if err != nil {
		return nil, err
	}
	s.cache.put(key, v)
	return v, nil
}

type versionKey struct {
	form   string
	number int
}

// maxCache bounds how many compiled versions one process keeps.
const maxCache = 200

type cache struct {
	mu   sync.RWMutex
	kept map[versionKey]*Version
}

func (c *cache) get(k versionKey) *Version {
	c.mu.RLock()
	defer c.mu.RUnlock()
	return c.kept[k]
}

func (c *cache) put(k versionKey, v *Version) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.kept) >= maxCache {
		for old := range c.kept { // any one: a version is compiled again in milliseconds
			delete(c.kept, old)
			break
		}
	}
	c.kept[k] = v
}
