package cases

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// DocumentTemplate (文书模板) is the text of a kind of document as a tenant words it,
// for one item or for all.
type DocumentTemplate struct {
	bun.BaseModel `bun:"table:document_templates"`

	TenantID   tenancy.ID `bun:",pk"`
	ID         string     `bun:",pk"`
	Kind       string
	ItemTenant *tenancy.ID
	ItemID     *string // nil: for all items
	ItemName   string
	Name       string // title; empty: that of the kind
	Body       string // what is being edited
	Numbering  string // empty: as above
	Published  int    // number of the version that counts; 0: none
	ChangedAt  time.Time
	ChangedBy  string
	Version    int
}

// DocumentVersion is a text that was published; it never changes.
type DocumentVersion struct {
	bun.BaseModel `bun:"table:document_versions"`

	TenantID      tenancy.ID `bun:",pk"`
	TemplateID    string     `bun:",pk"`
	Number        int        `bun:",pk"`
	Name          string
	Body          string
	Numbering     string
	PublishedAt   time.Time
	PublishedBy   string
	PublishedName string
}

// Bounds of a text, in characters.
const (
	maxDocument  = 8000
	maxNumbering = 60
	maxTitle     = 40
)

// ShownTemplate is one text as it counts at the tenant in scope.
type ShownTemplate struct {
	Kind      DocumentKind
	Own       *DocumentTemplate // of the tenant in scope
	ItemID    string
	ItemName  string
	Name      string
	Body      string
	Numbering string
	Owner     string // who wrote what counts; "" : it came with the system
	OwnCounts bool
	Number    int // version
}

// DocumentTemplates lists every kind as it counts at the tenant in scope, then what
// the tenant words differently for single items. word is its own 机关代字.
func (s *Service) DocumentTemplates(ctx context.Context) (out []ShownTemplate, organWord string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		out = nil
		place, err := s.settles(ctx, tx, policies.ItemsView)
		if err != nil {
			return err
		}
		if organWord, err = st.organWord(ctx, tx.Scope.Tenant, place.Name); err != nil {
			return err
		}
		var own []DocumentTemplate
		if err := tx.NewSelect().Model(&own).Where("tenant_id = ?", tx.Scope.Tenant).Order("kind", "item_name").Scan(ctx); err != nil {
			return err
		}
		for _, k := range builtin().Kinds {
			t, err := st.shown(ctx, k, nil, own)
			if err != nil {
				return err
			}
			out = append(out, t)
		}
		for i := range own {
			if k, ok := kindOf(own[i].Kind); ok && own[i].ItemID != nil {
				t, err := st.shown(ctx, k, own[i].ItemID, own)
				if err != nil {
					return err
				}
				out = append(out, t)
			}
		}
		return nil
	})
	return out, organWord, err
}

// DocumentTemplate is one of them, with every version that the tenant published.
func (s *Service) DocumentTemplate(ctx context.Context, kind, itemID string) (t ShownTemplate, vs []DocumentVersion, err error) {
	k, ok := kindOf(kind)
	if !ok {
		return t, nil, fault.New(fault.NotFound, "document_kind_unknown")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := s.settles(ctx, tx, policies.ItemsView); err != nil {
			return err
		}
		var own []DocumentTemplate
		if err := tx.NewSelect().Model(&own).Where("tenant_id = ?", tx.Scope.Tenant).Where("kind = ?", kind).Scan(ctx); err != nil {
			return err
		}
		var item *string
		if itemID != "" {
			item = &itemID
		}
		if t, err = (store{tx}).shown(ctx, k, item, own); err != nil {
			return err
		}
		if itemID != "" && t.ItemName == "" {
			o, err := s.asks.Items.Offer(ctx, tx, itemID, "", nil)
			if err != nil {
				return err
			}
			t.ItemName = o.Name
		}
		if t.Own == nil {
			return nil
		}
		return tx.NewSelect().Model(&vs).Where("tenant_id = ?", tx.Scope.Tenant).Where("template_id = ?", t.Own.ID).Order("number DESC").Scan(ctx)
	})
	return t, vs, err
}

// settles is the place of the tenant in scope, if the actor may do a.
func (s *Service) settles(ctx context.Context, tx *db.Tx, a policies.Action) (Place, error) {
	if err := s.authz.Allow(ctx, a, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
		return Place{}, err
	}
	return s.asks.Tree.Place(ctx, tx, tx.Scope.Tenant)
}

// shown is a kind, for an item or for all, as it counts at the tenant in scope.
func (s store) shown(ctx context.Context, k DocumentKind, item *string, own []DocumentTemplate) (t ShownTemplate, err error) {
	path, err := s.path(ctx, s.tx.Scope.Tenant, s.tx.Scope.Tenant)
	if err != nil {
		return t, err
	}
	cs, err := s.candidates(ctx, path, k.Key)
	if err != nil {
		return t, err
	}
	t.Kind = k
	if item != nil {
		t.ItemID = *item
	}
	what := choose(cs, path, k.Key, t.ItemID)
	t.Name, t.Body, t.Numbering, t.Number = what.Name, what.Body, what.Numbering, what.Number
	for _, c := range cs {
		if what.TemplateID != nil && c.TemplateID == *what.TemplateID {
			names, err := tree.In(s.tx).Names(ctx, []tenancy.ID{c.TenantID})
			if err != nil {
				return t, err
			}
			t.Owner, t.OwnCounts = names[c.TenantID], c.TenantID == s.tx.Scope.Tenant && (c.ItemID == nil) == (item == nil)
		}
	}
	for i := range own {
		if own[i].Kind == k.Key && (own[i].ItemID == nil && item == nil || own[i].ItemID != nil && item != nil && *own[i].ItemID == *item) {
			t.Own, t.ItemName = &own[i], own[i].ItemName
		}
	}
	return t, nil
}
