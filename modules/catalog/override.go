package catalog

import (
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
)

// Fields are what a lower level may change of an inherited item; nil means inherited.
type Fields struct {
	PromisedDays  *int     `json:"promised_days,omitempty"`
	Address       *string  `json:"address,omitempty"`
	Hours         *string  `json:"hours,omitempty"`
	Phone         *string  `json:"phone,omitempty"`
	Complaint     *string  `json:"complaint_phone,omitempty"`
	Remedy        *string  `json:"remedy,omitempty"`
	DropMaterials []string `json:"drop_materials,omitempty"`
}

// texts are the fields that replace a text, by name.
func (f Fields) texts() map[string]*string {
	return map[string]*string{"address": f.Address, "hours": f.Hours, "phone": f.Phone, "complaint_phone": f.Complaint, "remedy": f.Remedy}
}

// Empty reports whether nothing is changed.
func (f Fields) Empty() bool {
	for _, t := range f.texts() {
		if t != nil {
			return false
		}
	}
	return f.PromisedDays == nil && len(f.DropMaterials) == 0
}

// Override (差异化) is one tenant's changes to an inherited item.
type Override struct {
	bun.BaseModel `bun:"table:item_overrides"`

	TenantID   tenancy.ID `bun:",pk"`
	ItemID     string     `bun:",pk"`
	ItemTenant tenancy.ID
	Fields     Fields `bun:"type:jsonb"`
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
	b.Materials = slices.Clone(b.Materials)
	texts := map[string]*string{"address": &b.Address, "hours": &b.Hours, "phone": &b.Phone, "complaint_phone": &b.Complaint, "remedy": &b.Remedy}
	for field := range texts {
		src[field] = owner
	}
	for _, o := range overrides {
		f := o.Fields
		if f.PromisedDays != nil && *f.PromisedDays < b.PromisedDays {
			b.PromisedDays, src["promised_days"] = *f.PromisedDays, o.TenantID
		}
		for field, from := range f.texts() {
			if from != nil {
				*texts[field], src[field] = *from, o.TenantID
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
