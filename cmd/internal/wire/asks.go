package wire

import (
	"context"
	"fmt"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/org"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
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
		ItemTenant: g.Item.TenantID, ItemID: g.Item.ID, VersionID: g.Version.ID, Name: g.Body.Name,
		FlowTenant: g.Item.TenantID, FlowID: *g.Version.FlowID, StatutoryDays: g.Body.StatutoryDays, PromisedDays: mine.PromisedDays,
		Form:    cases.FormRef{ID: g.Body.EForm.ID, Number: g.Body.EForm.Number},
		Origins: g.Body.Origins, Required: mine.Required(), Chosen: chosen(g.Body, mine), Unanswered: mine.Unanswered, Tolerable: catalog.Body{Materials: mine.Materials}.Tolerable(),
		Phone: g.Body.Phone, Address: g.Body.Address, Hours: g.Body.Hours,
	}, nil
}

// steps answers cases out of the flows, with every step placed in the tree.
type steps struct{ *flows.Service }

func (s steps) First(ctx context.Context, tx *db.Tx, ref cases.FlowRef, origin tenancy.ID) (cases.Step, error) {
	d, err := s.Load(ctx, tx, ref.Tenant, ref.ID)
	if err != nil {
		return cases.Step{}, err
	}
	return placed(ctx, tx, d.First(), origin)
}

func (s steps) Next(ctx context.Context, tx *db.Tx, ref cases.FlowRef, stepID string, origin tenancy.ID, facts map[string]any) (cases.Step, bool, error) {
	d, err := s.Load(ctx, tx, ref.Tenant, ref.ID)
	if err != nil {
		return cases.Step{}, false, err
	}
	next, ended, err := d.Next(stepID, facts)
	if err != nil || ended {
		return cases.Step{}, ended, err
	}
	to, err := placed(ctx, tx, next, origin)
	return to, false, err
}

// Owed implements cases.Owing.
func (s steps) Owed(ctx context.Context, tx *db.Tx, ref cases.FlowRef, stepID string) ([]string, error) {
	d, err := s.Load(ctx, tx, ref.Tenant, ref.ID)
	if err != nil {
		return nil, err
	}
	step, _ := d.Step(stepID)
	return step.Documents.All(), nil
}

// placed finds the tenant that a step falls to for a case born in origin.
func placed(ctx context.Context, tx *db.Tx, s flows.Step, origin tenancy.ID) (cases.Step, error) {
	chain, err := tree.In(tx).Ancestors(ctx, origin)
	if err != nil {
		return cases.Step{}, err
	}
	nodes := make([]flows.Node, len(chain))
	for i, n := range chain {
		nodes[i] = flows.Node{ID: n.ID, Level: n.Level}
	}
	at, err := s.Tenant(nodes[len(nodes)-1], nodes[:len(nodes)-1])
	if err != nil {
		return cases.Step{}, err
	}
	p, err := places{}.Place(ctx, tx, at)
	return cases.Step{ID: s.ID, Name: s.Name, Kind: string(s.Kind), Post: s.Post, LimitDays: s.LimitDays, At: at, AtName: p.Name}, err
}

func chosen(b catalog.Body, m catalog.Mine) (out []cases.Choice) {
	for _, c := range b.Chosen(m) {
		out = append(out, cases.Choice(c))
	}
	return out
}
