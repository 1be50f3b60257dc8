package catalog

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"liandong/modules/catalog/codes"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// AddCode adds a code to a list for the actor's tenant and all below. It returns
// Invalid on field "code" or "name" when the list cannot be extended so, or when
// the code or the name is taken by the national list, a level above or one below.
func (s *Service) AddCode(ctx context.Context, system, code, name string) error {
	code, name = strings.TrimSpace(code), strings.TrimSpace(name)
	return s.writeCode(ctx, system, func(ctx context.Context, tx *db.Tx, list codes.System) (*dictionaryEntry, error) {
		e := &dictionaryEntry{TenantID: tx.Scope.Tenant, System: system, Code: code, Name: name, State: CodeUsed, Former: []codes.Former{}}
		rows, err := store{tx}.dictionary(ctx)
		if err != nil {
			return nil, err
		}
		bad := map[string]string{}
		switch _, taken := codes.From(ctx).Find(system, code); {
		case code == "":
			bad["code"] = "required"
		case !list.Extend.Allows(code):
			bad["code"] = "item_code_shape"
		case taken:
			bad["code"] = "item_code_taken"
		}
		own := 0
		for _, r := range rows {
			if r.System != system {
				continue
			}
			if r.Code == code && bad["code"] == "" {
				bad["code"] = "item_code_below"
			}
			if r.TenantID == tx.Scope.Tenant {
				own++
			}
		}
		if own >= maxLocalCodes {
			return nil, fault.New(fault.Precondition, "item_codes_full")
		}
		if why := nameTaken(codes.From(ctx), system, "", name); why != "" {
			bad["name"] = why
		}
		if err := fault.InvalidFields(bad); err != nil {
			return nil, err
		}
		_, err = tx.NewInsert().Model(e.by(tx)).Exec(ctx)
		if db.IsDuplicate(err, "") {
			return nil, fault.InvalidField("code", "item_code_taken")
		}
		return e, err
	})
}

// nameTaken says why a code may not be called name; empty: it may.
func nameTaken(k *codes.Book, system, code, name string) string {
	switch other, found := k.Find(system, name); {
	case normalText(name) == "":
		return "required"
	case utf8.RuneCountInString(name) > maxCodeName:
		return "item_code_name_long"
	case strings.ContainsAny(name, "；;|｜\n\r\\"): // these divide a cell
		return "item_code_name_signs"
	case found && other != code:
		return "item_code_name_taken"
	}
	return ""
}

// RenameCode changes what a code of the actor's tenant is called; what items say
// is the code, so all of them are called by the new name. The old one is
// remembered: files that say it are read, and versions of its time are told in it.
// Conflict when somebody has changed it since seen.
func (s *Service) RenameCode(ctx context.Context, system, code, name string, seen int) error {
	name = strings.TrimSpace(name)
	return s.changeCode(ctx, system, code, seen, func(k *codes.Book, e *dictionaryEntry) error {
		if why := nameTaken(k, system, code, name); why != "" {
			return fault.InvalidField("name", why)
		}
		e.Name = name
		return nil
	})
}

// StopCode takes a code of the actor's tenant out of use: what says it keeps it,
// nothing new may. ResumeCode undoes that.
func (s *Service) StopCode(ctx context.Context, system, code string, seen int) error {
	return s.changeCode(ctx, system, code, seen, func(_ *codes.Book, e *dictionaryEntry) error {
		e.State = CodeStopped
		return nil
	})
}

// ResumeCode lets a stopped code be used again.
func (s *Service) ResumeCode(ctx context.Context, system, code string, seen int) error {
	return s.changeCode(ctx, system, code, seen, func(_ *codes.Book, e *dictionaryEntry) error {
		e.State = CodeUsed
		return nil
	})
}

func (s *Service) changeCode(ctx context.Context, system, code string, seen int, change func(*codes.Book, *dictionaryEntry) error) error {
	return s.writeCode(ctx, system, func(ctx context.Context, tx *db.Tx, _ codes.System) (*dictionaryEntry, error) {
		var e dictionaryEntry
		err := tx.NewSelect().Model(&e).Where("tenant_id = ?", tx.Scope.Tenant).Where("system = ?", system).Where("code = ?", code).Scan(ctx)
		if err != nil {
			return nil, fmt.Errorf("local code %s of %s: %w", code, system, err)
		}
		was := e.Name
		if err := change(codes.From(ctx), &e); err != nil {
			return nil, err
		}
		if e.Name != was {
			e.Former = append(e.Former, codes.Former{Name: was, Until: tx.Now})
		}
		res, err := tx.NewUpdate().Model(e.by(tx)).Column("name", "state", "by_name", "at", "former").Set("version = version + 1").WherePK().Where("version = ?", seen).Exec(ctx)
		if err != nil {
			return nil, err
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return nil, changedMeanwhile()
		}
		return &e, nil
	})
}

// by notes who writes an entry, and when.
func (e *dictionaryEntry) by(tx *db.Tx) *dictionaryEntry {
	e.ByName, e.At, e.Version = tx.Scope.Actor.Name, tx.Now, max(e.Version, 1)
	return e
}

func (s *Service) writeCode(ctx context.Context, system string, write func(context.Context, *db.Tx, codes.System) (*dictionaryEntry, error)) error {
	return s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsCodes, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		list, ok := codes.From(ctx).About(system)
		if !ok {
			return notFound()
		}
		if !list.Extend.Open() {
			return fault.New(fault.Precondition, "item_codes_closed")
		}
		e, err := write(ctx, tx, list)
		if err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsCodes), Kind: "dictionary", Object: system + ":" + e.Code, Detail: map[string]any{"name": e.Name, "state": e.State}})
		return store{tx}.mark(ctx, tx.Scope.Tenant)
	})
}
