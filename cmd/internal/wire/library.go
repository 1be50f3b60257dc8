package wire

import (
	"context"
	"maps"
	"slices"

	"liandong/modules/catalog"
	"liandong/modules/forms"
	"liandong/modules/laws"
	"liandong/tenancy/db"
)

// grounds answers the legal library out of the catalogue and the forms.
type grounds struct {
	items *catalog.Service
	forms *forms.Service // nil: no forms are kept
}

func (g grounds) StandingOn(ctx context.Context, tx *db.Tx, title string) ([]laws.Dependant, error) {
	found, err := g.items.StandingOn(ctx, tx, title)
	out := make([]laws.Dependant, len(found))
	for i, b := range found {
		out[i] = laws.Dependant{
			ItemID: b.ItemID, Name: b.Name, BasicCode: b.BasicCode, TenantID: b.TenantID, TenantName: b.TenantName, Articles: b.Articles(title),
			Entry: b.List == catalog.BasicList,
		}
	}
	return out, err
}

// FormsOn are the forms that the items have filled in, and those that name the law.
func (g grounds) FormsOn(ctx context.Context, tx *db.Tx, title string) (out []laws.Paper, err error) {
	if g.forms == nil {
		return nil, nil
	}
	items, err := g.items.StandingOn(ctx, tx, title)
	if err != nil {
		return nil, err
	}
	byID := map[string][]string{}
	for _, b := range items {
		if id := b.Body.EForm.ID; id != "" {
			byID[id] = append(byID[id], b.Name)
		}
	}
	found, err := g.forms.Concerned(ctx, tx, title, slices.Collect(maps.Keys(byID)))
	for _, f := range found {
		out = append(out, laws.Paper{FormID: f.ID, Title: f.Title, TenantName: f.OwnerName, Items: byID[f.ID], Names: f.Names})
	}
	return out, err
}

// Grounds is what the legal library asks, for whoever joins the services without an App.
func Grounds(items *catalog.Service) laws.Asks { return grounds{items: items} }
