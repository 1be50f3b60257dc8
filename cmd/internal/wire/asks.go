package wire

import (
	"context"
	"fmt"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/org"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// places answers what a tenant is called.
type places struct{}

func (places) Place(ctx context.Context, tx *db.Tx, id tenancy.ID) (p cases.Place, err error) {
	err = tx.NewRaw(`select name, level, code from tenants where tenant_id = ?`, id).Scan(ctx, &p)
	return p, err
}

// colleagues answers cases out of the posts.
type colleagues struct{}

func (colleagues) Colleagues(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (out []cases.Colleague, err error) {
	hs, err := org.Holders(ctx, tx, tenant)
	for _, h := range hs {
		out = append(out, cases.Colleague(h))
	}
	return out, err
}

// offers answers cases out of the catalogue.
type offers struct{ *catalog.Service }

func (o offers) Offer(ctx context.Context, tx *db.Tx, itemID, versionID string, choices []string) (cases.Offer, error) {
	g, err := o.ResolveAt(ctx, tx, itemID, versionID)
	if err != nil {
		return cases.Offer{}, err
	}
	if g.Version.FlowID == nil {
		return cases.Offer{}, fmt.Errorf("item %s is in force without a flow", itemID)
	}
	mine := g.Body.For(choices)
	return cases.Offer{
		ItemTenant: g.Item.TenantID, ItemID: g.Item.ID, VersionID: g.Version.ID, Name: g.Body.Name, Department: g.Body.Department,
		FlowTenant: g.Item.TenantID, FlowID: *g.Version.FlowID, StatutoryDays: g.Body.StatutoryDays, PromisedDays: mine.PromisedDays,
		Form:    cases.FormRef{ID: g.Body.EForm.ID, Number: g.Body.EForm.Number},
		Origins: g.Body.Origins, Materials: named(mine.Materials), Required: mine.Required(), Chosen: chosen(g.Body, mine), Unanswered: mine.Unanswered, Tolerable: catalog.Body{Materials: mine.Materials}.Tolerable(),
		Kind: caseKind(g.Body), Mode: caseMode(g.Body), Way: caseWay(g.Body), Trips: g.Body.OnsiteTimes,
		Phone: g.Body.Phone, Address: g.Body.Address, Hours: g.Body.Hours, Parts: partsOf(mine.Parts),
	}, nil
}

func named(ms []catalog.Material) (names []string) {
	for _, m := range ms {
		names = append(names, m.Name)
	}
	return names
}

// partsOf spells what a theme brings about as cases does.
func partsOf(parts []catalog.ThemePart) (out []cases.PartOffer) {
	for _, p := range parts {
		out = append(out, cases.PartOffer{Key: p.Key, ItemID: p.Item, Name: p.Name, Department: p.Department, Stage: p.Stage, Choices: p.Choices, Reviews: p.Reviews})
	}
	return out
}

func chosen(b catalog.Body, m catalog.Mine) (out []cases.Choice) {
	for _, c := range b.Chosen(m) {
		out = append(out, cases.Choice(c))
	}
	return out
}

func caseKind(b catalog.Body) cases.Kind {
	if b.AtOnce() {
		return cases.KindInstant
	}
	return cases.KindPromise
}

func caseMode(b catalog.Body) cases.Mode {
	return map[string]cases.Mode{catalog.ModePrecheck: cases.Precheck, catalog.ModeVerify: cases.Verify, catalog.ModeWholly: cases.Wholly}[b.OnlineMode]
}

func caseWay(b catalog.Body) cases.Way {
	if b.HandlingWay == catalog.WayByPerson {
		return cases.ByPerson
	}
	return cases.ByStep
}
