package wire

import (
	"context"

	"liandong/modules/catalog"
	"liandong/modules/laws"
	"liandong/tenancy/db"
)

// grounds answers the legal library out of the catalogue.
type grounds struct{ items *catalog.Service }

func (g grounds) StandingOn(ctx context.Context, tx *db.Tx, title string) ([]laws.Dependant, error) {
	found, err := g.items.StandingOn(ctx, tx, title)
	out := make([]laws.Dependant, len(found))
	for i, b := range found {
		out[i] = laws.Dependant{ItemID: b.ItemID, Name: b.Name, BasicCode: b.BasicCode, TenantID: b.TenantID, TenantName: b.TenantName, Articles: b.Articles(title)}
	}
	return out, err
}

// Grounds is what the legal library asks, for whoever joins the services without an App.
func Grounds(items *catalog.Service) laws.Asks { return grounds{items} }
