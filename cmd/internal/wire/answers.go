package wire

import (
	"context"
	"io"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/modules/files"
	"liandong/modules/flows"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// drawings answers pages out of the flows, in the scope of the request.
type drawings struct {
	db    *db.DB
	flows *flows.Service
}

// Flow is a stored flow, if the scope may see it.
func (d drawings) Flow(ctx context.Context, tenant tenancy.ID, id string) (def *flows.Definition, err error) {
	err = d.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		def, err = d.flows.Load(ctx, tx, tenant, id)
		return err
	})
	return def, err
}

// Parts are the steps of a stored flow.
func (d drawings) Parts(ctx context.Context, ref cases.FlowRef) (out []kit.Option, err error) {
	def, err := d.Flow(ctx, ref.Tenant, ref.ID)
	if err != nil {
		return nil, err
	}
	for _, p := range def.Parts() {
		if p.Kind == "userTask" || p.Kind == "intermediateCatchEvent" {
			out = append(out, kit.Option{Value: p.ID, Label: p.Name})
		}
	}
	return out, nil
}

// Draw is the flow of a case as one SVG element.
func (d drawings) Draw(ctx context.Context, ref cases.FlowRef, marks map[string]casesweb.Mark) ([]byte, error) {
	def, err := d.Flow(ctx, ref.Tenant, ref.ID)
	if err != nil {
		return nil, err
	}
	states := make(map[string]flows.Mark, len(marks))
	for id, m := range marks {
		states[id] = flows.Mark{State: flows.State(m.State), Text: m.Text}
	}
	return flows.Draw(def, states), nil
}

// papers answers the pages of cases out of the files.
type papers struct{ files *files.Service }

func (p papers) Upload(ctx context.Context, name, material string, r io.Reader) (casesweb.File, error) {
	f, err := p.files.Upload(ctx, name, material, r)
	return paper(f), err
}

func (p papers) OfCase(ctx context.Context, caseID string) ([]casesweb.File, error) {
	fs, err := p.files.OfCase(ctx, caseID)
	out := make([]casesweb.File, len(fs))
	for i, f := range fs {
		out[i] = paper(f)
	}
	return out, err
}

func paper(f files.File) casesweb.File {
	return casesweb.File{ID: f.ID, Name: f.Name, Material: f.Material, StepSeq: f.StepSeq, MediaType: f.MediaType, Size: f.Size, UploadedAt: f.UploadedAt}
}

// shelf answers assisted filing out of the catalogue.
type shelf struct {
	items *catalog.Service
	tree  *tree.Service
}

// Search finds what may be filed at the level of the tenant in scope: to offer
// more would be to let a clerk type a form in vain.
func (s shelf) Search(ctx context.Context, words string, page, size int) ([]casesweb.Item, int, error) {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return nil, 0, err
	}
	here, err := s.tree.Get(ctx, scope.Tenant)
	if err != nil {
		return nil, 0, err
	}
	p, err := s.items.Find(ctx, catalog.Query{Text: words, Page: page, Size: size, Origin: here.Level})
	out := make([]casesweb.Item, len(p.Rows))
	for i, r := range p.Rows {
		out[i] = onShelf(r.ID, r.Body)
		if r.State == catalog.StateSuspended {
			g, err := s.items.Guide(ctx, r.ID)
			if err != nil {
				return nil, 0, err
			}
			out[i].Suspended = g.Suspended
		}
	}
	return out, p.Total, err
}

func (s shelf) Guide(ctx context.Context, itemID string, answers []string) (casesweb.Guide, error) {
	g, err := s.items.Guide(ctx, itemID)
	if err != nil {
		return casesweb.Guide{}, err
	}
	b := g.Body
	out := casesweb.Guide{
		Item: onShelf(g.Item.ID, b), StatutoryDays: b.StatutoryDays, Audience: b.Audience, Conditions: b.Conditions,
		Phone: b.Phone, Address: b.Address, Hours: b.Hours, Form: cases.FormRef{ID: b.EForm.ID, Number: b.EForm.Number},
		AtOnce: b.AtOnce(), Mode: caseMode(b), Trips: b.OnsiteTimes,
	}
	out.Suspended = g.Suspended
	mine := b.For(answers)
	out.PromisedDays, out.Chosen, out.Answers, out.Asks = mine.PromisedDays, mine.Chosen, answers, asks(b, answers)
	for _, p := range mine.Parts {
		out.Parts = append(out.Parts, p.Key)
	}
	for _, m := range mine.Materials {
		out.Materials = append(out.Materials, casesweb.Material{Name: m.Name, Required: m.Need == "1", Note: m.Note, Code: m.Code})
	}
	return out, nil
}

// asks are the questions of an item that answers lead to.
func asks(b catalog.Body, answers []string) (out []kit.Ask) {
	for _, q := range b.Interview(answers) {
		a := kit.Ask{Question: q.Question, Many: q.Many}
		if q.Question == "" {
			a.Question = text.T("citizen.which_handling")
		}
		for _, o := range q.Options {
			a.Options = append(a.Options, kit.Option{Value: o.ID, Label: o.Label})
		}
		out = append(out, a)
	}
	return out
}

func onShelf(id string, b catalog.Body) casesweb.Item {
	return casesweb.Item{ID: id, Name: b.Name, Department: b.Department, PromisedDays: b.PromisedDays, Kind: b.Book().Name(codes.ItemType, b.Kind), Area: b.HandleArea}
}

// nearby answers who takes in for whom out of the tree.
type nearby struct{ tree *tree.Service }

func (n nearby) Path(ctx context.Context, id tenancy.ID) ([]casesweb.Place, error) {
	nodes, err := n.tree.Ancestors(ctx, id)
	return placesOf(nodes), err
}

func (n nearby) Below(ctx context.Context, id tenancy.ID) ([]casesweb.Place, error) {
	nodes, err := n.tree.Children(ctx, id)
	return placesOf(nodes), err
}

func (n nearby) At(ctx context.Context, id tenancy.ID) (context.Context, error) {
	scope, err := n.tree.ScopeFor(ctx, id, tenancy.Actor{Kind: tenancy.Public})
	return tenancy.With(ctx, scope), err
}

func placesOf(nodes []tree.Node) (out []casesweb.Place) {
	for _, x := range nodes {
		if x.State == tree.Open {
			out = append(out, casesweb.Place{ID: x.ID, Name: x.Name, Level: x.Level})
		}
	}
	return out
}
