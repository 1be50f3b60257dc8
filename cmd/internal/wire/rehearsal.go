package wire

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"liandong/modules/cases"
	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/flows"
	"liandong/modules/org"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// stage answers the flow designer out of the tree and the posts, as far as the actor sees.
type stage struct {
	db   *db.DB
	org  *org.Service
	tree *tree.Service
	flow *flows.Service
}

func (s stage) Examine(ctx context.Context, at tenancy.ID, src []byte, promisedDays int) (out []catalogweb.Fault, readable bool, err error) {
	_, bad := flows.Parse(src)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out = s.flow.Review(ctx, tx, at, src, promisedDays)
		return nil
	})
	return out, bad == nil, err
}

func (s stage) Rehearse(ctx context.Context, at tenancy.ID, src []byte, t catalogweb.Turn) (out catalogweb.Scene, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		out, err = s.flow.Rehearse(ctx, tx, at, src, t)
		return err
	})
	return out, err
}

func (s stage) Departments(ctx context.Context) (out []kit.Option, err error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return nil, err
	}
	ds, err := s.org.Departments(ctx, sc.Tenant)
	for _, d := range ds {
		if d.State == "open" {
			out = append(out, kit.Option{Value: cmp.Or(d.Code, d.Name), Label: d.Name})
		}
	}
	return out, err
}

// mostSpots is how many tenants a search offers.
const mostSpots = 12

func (s stage) Villages(ctx context.Context, text string) (out []catalogweb.Spot, err error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return nil, err
	}
	found, err := s.places(ctx, sc.Tenant, text)
	if err != nil {
		return nil, err
	}
	for _, n := range found {
		way, err := s.tree.Ancestors(ctx, n.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, catalogweb.Spot{ID: n.ID, Name: n.Name, Way: wayOf(way, n.ID)})
	}
	return out, nil
}

// places looks among the villages first, since that is where most cases are born.
func (s stage) places(ctx context.Context, under tenancy.ID, text string) (out []tree.Node, err error) {
	for _, level := range []string{"village", ""} {
		found, _, err := s.tree.Search(ctx, tree.Query{Under: under, Q: strings.TrimSpace(text), Level: level, Page: 1, Size: mostSpots})
		if err != nil {
			return nil, err
		}
		for _, n := range found {
			if n.ID != tenancy.Platform && !slices.ContainsFunc(out, func(o tree.Node) bool { return o.ID == n.ID }) {
				out = append(out, n)
			}
		}
	}
	return out[:min(len(out), mostSpots)], nil
}

func wayOf(chain []tree.Node, id tenancy.ID) string {
	var names []string
	for _, n := range chain {
		if n.ID != tenancy.Platform && n.ID != id {
			names = append(names, n.Name)
		}
	}
	return strings.Join(names, " › ")
}

func (s stage) Land(ctx context.Context, origin tenancy.ID, t catalogweb.Task) (out catalogweb.Landing, err error) {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return out, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		at, name, err := s.flow.Place(ctx, tx, flows.Step{Level: flows.Level(t.Level), TenantRef: t.Tenant}, origin)
		if err != nil {
			return err
		}
		out.At = name
		if !sc.Over.Contains(at) {
			out.Hidden = true
			return nil
		}
		hs, err := org.Holders(ctx, tx, at)
		out.People, out.Deputy = holding(hs, t.Post, t.Role, t.Person), holding(hs, t.Substitute, "", t.Substitute)
		return err
	})
	return out, err
}

// holding names those who hold a post and a role, or are the person that is meant.
func holding(hs []org.Holder, post, role, person string) (out []string) {
	for _, h := range hs {
		named := person != "" && h.ID == person
		fits := (post != "" || role != "") && (post == "" || slices.Contains(h.Roles, post)) && (role == "" || slices.Contains(h.Roles, role))
		if named || fits && (person == "" || person == post) {
			out = append(out, h.Name)
		}
	}
	return out
}

// stepPapers are the documents that a step may have to issue.
func stepPapers() (out []kit.Option) {
	for _, k := range cases.DocumentKinds() {
		out = append(out, kit.Option{Value: k.Key, Label: k.Title})
	}
	return out
}

// flowServices are the services that a flow may call.
func flowServices() (out []kit.Option) {
	for _, key := range cases.Services() {
		out = append(out, kit.Option{Value: key, Label: text.T("cases.service_" + key)})
	}
	return out
}
