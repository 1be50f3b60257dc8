package catalog

import (
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
)

// Fields are what a lower level may change of an inherited item; what is not there
// is inherited.
type Fields struct {
	PromisedDays  *int     `json:"promised_days,omitempty"`
	DropMaterials []string `json:"drop_materials,omitempty"`
	// Values are the elements of Open by their keys, as Body.Element spells them.
	Values map[string]string `json:"values,omitempty"`
}

// Empty reports whether nothing is changed.
func (f Fields) Empty() bool {
	return f.PromisedDays == nil && len(f.DropMaterials) == 0 && len(f.Values) == 0
}

// Override (差异化) is one tenant's changes to an inherited item.
type Override struct {
	bun.BaseModel `bun:"table:item_overrides"`

	TenantID   tenancy.ID `bun:",pk"`
	ItemID     string     `bun:",pk"`
	ItemTenant tenancy.ID
	Fields     Fields            `bun:"type:jsonb"`
	Base       map[string]string `bun:"type:jsonb"` // what each element was above when it was changed here, as baseOf spells it
	UpdatedAt  time.Time
	UpdatedBy  string
	Version    int
}

// Source says which tenant a field's value comes from.
type Source map[string]tenancy.ID

// fold applies overrides from the owner downwards. A promise that a level above
// has meanwhile cut below an override keeps the shorter one: nobody lengthens.
func fold(b Body, owner tenancy.ID, overrides []Override) (Body, Source) {
	src := Source{"promised_days": owner, "materials": owner}
	for _, key := range Open() {
		src[key] = owner
	}
	b.Materials = slices.Clone(b.Materials)
	for _, o := range overrides {
		f := o.Fields
		if f.PromisedDays != nil && *f.PromisedDays < b.PromisedDays {
			b.PromisedDays, src["promised_days"] = *f.PromisedDays, o.TenantID
		}
		for key, value := range f.Values {
			if _, open := src[key]; open && b.SetElement(key, value) == nil {
				src[key] = o.TenantID
			}
		}
		if n := len(b.Materials); len(f.DropMaterials) > 0 {
			b.Materials = slices.DeleteFunc(b.Materials, func(m Material) bool { return slices.Contains(f.DropMaterials, m.Name) })
			if len(b.Materials) < n {
				src["materials"] = o.TenantID
			}
		}
	}
	return b, src
}
