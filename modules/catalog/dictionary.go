package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/codes"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// dictionaryEntry is a local code (地方代码): one beside a national list, for its tenant and
// everybody below.
type dictionaryEntry struct {
	bun.BaseModel `bun:"table:dictionary_entries"`

	TenantID tenancy.ID `bun:",pk"`
	System   string     `bun:",pk"`
	Code     string     `bun:",pk"`
	Name     string
	State    string
	ByName   string
	At       time.Time
	Version  int
	Former   []codes.Former `bun:"type:jsonb"` // what it was called before, oldest first
}

// The states of a local code: it is never deleted.
const (
	CodeUsed    = "used"
	CodeStopped = "stopped"
)

// Bounds of what a tenant may add.
const (
	maxLocalCodes = 500 // of one tenant in one list
	maxCodeName   = 30  // characters
)

// Book is every code list as it counts at the tenant in scope (代码簿): national
// codes, those of the levels above and its own.
func (s *Service) Book(ctx context.Context) (b *codes.Book, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		b, err = store{tx}.book(ctx)
		return err
	})
	return b, err
}

// inTx is a transaction in which bodies are read and checked with the book of the
// scope. A context that carries that book already is not asked for it again.
func (s *Service) inTx(ctx context.Context, do func(context.Context, *db.Tx) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if at, ok := codes.From(ctx).At(); ok && at == tx.Scope.Tenant {
			return do(ctx, tx)
		}
		b, err := store{tx}.book(ctx)
		if err != nil {
			return err
		}
		return do(codes.With(ctx, b), tx)
	})
}

func (s store) book(ctx context.Context) (*codes.Book, error) {
	rows, err := s.dictionary(ctx)
	if err != nil {
		return nil, err
	}
	entries := make([]codes.Entry, len(rows))
	for i, r := range rows {
		entries[i] = r.entry()
	}
	return codes.Merge(s.tx.Scope.Tenant, s.tx.Scope.Ancestors, entries), nil
}

func (e dictionaryEntry) entry() codes.Entry {
	return codes.Entry{Owner: e.TenantID, System: e.System, Code: e.Code, Name: e.Name, Stopped: e.State == CodeStopped, Former: e.Former}
}

// dictionary is every entry that the scope may see: of its chain, and for staff of those below.
func (s store) dictionary(ctx context.Context) (rows []dictionaryEntry, err error) {
	if err := s.tx.NewSelect().Model(&rows).Order("tenant_id", "system", "code").Scan(ctx); err != nil {
		return nil, fmt.Errorf("read dictionaries: %w", err)
	}
	return rows, nil
}

// Word is one code of a list as the tenant in scope has it.
type Word struct {
	codes.Code

	OwnerName string // of a local code
	Own       bool   // of the tenant in scope: it may change it
	ByName    string
	At        time.Time
	Version   int
	InUse     int // items of the tenant in scope and below whose newest version says it
}

// Dictionary is one code list with what is used of it.
type Dictionary struct {
	codes.System

	Words []Word
	Below int // local codes of tenants below, which do not count here
}

// Dictionary reads one list; NotFound when there is none called system.
func (s *Service) Dictionary(ctx context.Context, system string) (d Dictionary, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		list, ok := codes.From(ctx).About(system)
		if !ok {
			return notFound()
		}
		st := store{tx}
		rows, err := st.dictionary(ctx)
		if err != nil {
			return err
		}
		used, err := st.codesInUse(ctx, system)
		if err != nil {
			return err
		}
		kept := map[[2]any]dictionaryEntry{}
		var owners []tenancy.ID
		d = Dictionary{System: list}
		for _, r := range rows {
			if r.System == system {
				kept[[2]any{r.TenantID, r.Code}] = r
				owners = append(owners, r.TenantID)
			}
		}
		names, err := tree.In(tx).Names(ctx, owners)
		if err != nil {
			return err
		}
		locals := 0
		for _, c := range list.Codes {
			w := Word{Code: c, InUse: used[c.Code]}
			if c.Local {
				r := kept[[2]any{c.Owner, c.Code}]
				w.OwnerName, w.Own, w.ByName, w.At, w.Version = names[c.Owner], c.Owner == tx.Scope.Tenant, r.ByName, r.At, r.Version
				locals++
			}
			d.Words = append(d.Words, w)
		}
		d.Below = len(owners) - locals
		return nil
	})
	return d, err
}

// codesInUse counts, code by code, the items that the scope may see whose newest
// version says it.
func (s store) codesInUse(ctx context.Context, system string) (map[string]int, error) {
	var rows []struct {
		Code string
		N    int
	}
	at := codePaths(system)
	if len(at) == 0 {
		return nil, nil
	}
	err := s.tx.NewRaw(`select code, count(distinct item_id) n from (
		select distinct on (item_id) item_id, body from item_versions where tenant_id between ? and ? order by item_id, number desc) v
		cross join lateral (select jsonb_path_query(v.body, p::jsonpath) #>> '{}' as code from unnest(array[?]) p) c
		group by code`, s.tx.Scope.Over.Lo, s.tx.Scope.Over.Hi, list(at)).Scan(ctx, &rows)
	if err != nil {
		return nil, fmt.Errorf("count codes of %s: %w", system, err)
	}
	out := map[string]int{}
	for _, r := range rows {
		out[r.Code] = r.N
	}
	return out, nil
}

// codePaths are the places of a body that hold codes of a list, as JSON paths.
func codePaths(system string) (out []string) {
	for _, c := range columns() {
		switch {
		case c.List != system:
		case c.Key == "result_type":
			out = append(out, "$.result.type")
		case c.Many:
			out = append(out, "$."+c.Key+"[*]")
		default:
			out = append(out, "$."+c.Key)
		}
	}
	if path, ok := map[string]string{
		codes.MaterialNeed: "$.materials[*].need", codes.MaterialSource: "$.materials[*].source", codes.MaterialForm: "$.materials[*].form",
		codes.MaterialType: "$.materials[*].type", codes.StandardMaterial: "$.materials[*].code", codes.SpecialProcedure: "$.special_procedures[*].kind", codes.Scheme: "$.local_codes[*].system",
	}[system]; ok {
		out = append(out, path)
	}
	return out
}
