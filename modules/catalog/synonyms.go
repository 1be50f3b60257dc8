package catalog

import (
	"context"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Synonym (同义词) says that people who type Word mean Means: for its tenant and
// everybody below.
type Synonym struct {
	bun.BaseModel `bun:"table:synonyms"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	Word      string
	Means     string
	CreatedBy string
	CreatedAt time.Time

	Owner string `bun:"-"` // what the tenant is called; empty for those that come with the system
	Own   bool   `bun:"-"` // of the tenant in scope: it may remove it
}

// Bounds of a list of synonyms.
const (
	maxSynonyms    = 2_000 // of one tenant
	maxSynonymText = 20    // characters
)

// Synonyms lists what counts at the tenant in scope and contains text: its own,
// then those of the levels above, then those that come with the system.
func (s *Service) Synonyms(ctx context.Context, text string) (out []Synonym, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := store{tx}.synonyms(ctx, tx.Scope.Ancestors)
		if err != nil {
			return err
		}
		owners := make([]tenancy.ID, len(rows))
		for i, r := range rows {
			owners[i] = r.TenantID
		}
		names, err := tree.In(tx).Names(ctx, owners)
		if err != nil {
			return err
		}
		out = nil
		for _, r := range rows {
			r.Owner, r.Own = names[r.TenantID], r.TenantID == tx.Scope.Tenant
			out = append(out, r)
		}
		for _, g := range general() {
			out = append(out, Synonym{Word: g.Word, Means: g.Means})
		}
		return nil
	})
	return containing(out, strings.TrimSpace(text)), err
}

func containing(all []Synonym, text string) (out []Synonym) {
	for _, s := range all {
		if strings.Contains(s.Word, text) || strings.Contains(s.Means, text) {
			out = append(out, s)
		}
	}
	return out
}

// MayEditSynonyms reports whether the actor may change the list of her tenant.
func (s *Service) MayEditSynonyms(ctx context.Context) bool {
	sc, err := tenancy.From(ctx)
	return err == nil && s.authz.Allow(ctx, policies.ItemsSynonyms, policies.Resource{"tenant": sc.Tenant}) == nil
}

// AddSynonym adds to the list of the actor's tenant: from the commit on, searches
// there and below understand it. A pair that is there already stays as it is.
func (s *Service) AddSynonym(ctx context.Context, word, means string) error {
	word, means = strings.TrimSpace(word), strings.TrimSpace(means)
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsSynonyms, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if err := checkSynonym(word, means); err != nil {
			return err
		}
		st := store{tx}
		if err := st.addSynonym(ctx, &Synonym{TenantID: tx.Scope.Tenant, ID: db.NewID(), Word: word, Means: means, CreatedBy: tx.Scope.Actor.Name, CreatedAt: tx.Now}); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsSynonyms), Kind: "synonym", Object: word, Detail: map[string]any{"means": means, "added": true}})
		return st.mark(ctx, tx.Scope.Tenant)
	})
}

func checkSynonym(word, means string) error {
	bad := map[string]string{}
	for field, v := range map[string]string{"word": word, "means": means} {
		switch n := utf8.RuneCountInString(v); {
		case normalText(v) == "":
			bad[field] = "required"
		case n > maxSynonymText:
			bad[field] = "item_synonym_too_long"
		}
	}
	if len(bad) == 0 && word == means {
		bad["means"] = "item_synonym_same"
	}
	return fault.InvalidFields(bad)
}

// RemoveSynonym removes from the list of the actor's tenant; NotFound when it is
// not there (any more).
func (s *Service) RemoveSynonym(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsSynonyms, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		if !isID(id) {
			return notFound()
		}
		st := store{tx}
		var old Synonym
		err := tx.NewRaw(`delete from synonyms where tenant_id = ? and id = ? returning *`, tx.Scope.Tenant, id).Scan(ctx, &old)
		if err != nil {
			return fmt.Errorf("remove synonym %s: %w", id, err)
		}
		tx.Record(db.Audit{Action: string(policies.ItemsSynonyms), Kind: "synonym", Object: old.Word, Detail: map[string]any{"means": old.Means, "added": false}})
		return st.mark(ctx, tx.Scope.Tenant)
	})
}

// synonyms are those of the tenants named, nearest first.
func (s store) synonyms(ctx context.Context, of []tenancy.ID) (out []Synonym, err error) {
	if len(of) == 0 {
		return nil, nil
	}
	err = s.tx.NewSelect().Model(&out).Where("tenant_id IN (?)", list(of)).Order("tenant_id DESC", "word", "means").Scan(ctx)
	if err != nil {
		return nil, fmt.Errorf("list synonyms: %w", err)
	}
	return out, nil
}

func (s store) addSynonym(ctx context.Context, y *Synonym) error {
	n, err := s.tx.NewSelect().Model((*Synonym)(nil)).Where("tenant_id = ?", y.TenantID).Count(ctx)
	if err != nil {
		return fmt.Errorf("count synonyms: %w", err)
	}
	if n >= maxSynonyms {
		return fault.New(fault.Precondition, "item_synonyms_full")
	}
	_, err = s.tx.NewInsert().Model(y).On("CONFLICT (tenant_id, word, means) DO NOTHING").Exec(ctx)
	return err
}
