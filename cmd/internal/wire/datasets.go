package wire

import (
	"context"
	"slices"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/datasets"
	datasetsweb "liandong/modules/datasets/web"
	"liandong/modules/files"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// dossiers answers data sets out of cases, their files and the catalogue.
type dossiers struct {
	cases *cases.Service
	items *catalog.Service
	files *files.Service
}

// Dossiers is what data sets ask, for whoever joins the services without an App.
func Dossiers(c *cases.Service, items *catalog.Service, f *files.Service) datasets.Source {
	return dossiers{c, items, f}
}

func (s dossiers) Dossier(ctx context.Context, tx *db.Tx, id string) (d datasets.Dossier, err error) {
	v, promised, err := s.cases.Dossier(ctx, tx, id)
	if err != nil {
		return d, err
	}
	c := &v.Case
	version, codes, err := s.items.Pinned(ctx, tx, c.ItemTenant, c.ItemVersionID, c.CreatedAt)
	if err != nil {
		return d, err
	}
	papers, err := s.files.InCase(ctx, tx, c.TenantID, c.ID)
	if err != nil {
		return d, err
	}
	if c.JointID != nil { // handed in once for all parts
		shared, err := s.files.InCase(ctx, tx, c.TenantID, *c.JointID)
		if err != nil {
			return d, err
		}
		part, err := s.cases.PartOf(ctx, tx, c)
		if err != nil {
			return d, err
		}
		shared = slices.DeleteFunc(shared, func(f files.File) bool { return !part.Asks(f.ID, f.Material) })
		papers = append(shared, papers...)
	}
	area, err := areaOf(ctx, tx, c.TenantID)
	if err != nil {
		return d, err
	}
	d = datasets.Dossier{
		No: c.No, Kind: c.ApplicantKind, Name: c.ApplicantName, Number: v.Number, Phone: v.Phone, Address: v.Address, Channel: c.Channel, Area: area,
		Status: string(c.Status), Outcome: c.Outcome, FiledAt: c.CreatedAt, Accepted: c.AcceptedAt, Ended: c.EndedAt,
		AcceptDoc: docNo(v.Documents, "accept"), ResultDoc: docNo(v.Documents, "grant"), Item: itemOf(c, version, codes),
	}
	if c.Subject != nil {
		d.Subject = *c.Subject
	}
	d.Agent, _ = c.Form["agent"].(string)
	d.Mailed = c.Form["delivery"] == "mail"
	for _, p := range papers {
		d.Papers = append(d.Papers, datasets.Paper{ID: p.ID, Material: p.Material, Name: p.Name, Seq: p.StepSeq, UploaderID: p.UploaderID, At: p.UploadedAt})
	}
	if promised != nil { // it is the first moment after
		last := promised.Add(-time.Second)
		d.Promised = &last
	}
	turns(&d, &v)
	return d, nil
}

// turns copies what was done.
func turns(d *datasets.Dossier, v *cases.View) {
	for _, s := range v.Steps {
		if s.Act == "cancelled" || s.Work == "timer" || s.Work == "service" {
			continue // nobody did it
		}
		d.Steps = append(d.Steps, datasets.Step{
			ID: s.ID, Name: s.Name, Kind: s.Kind, Seq: s.Seq, At: s.AtName, Entered: s.EnteredAt, Ended: s.EndedAt, Act: s.Act, Opinion: s.Opinion, ActorID: s.ActorID, Actor: s.ActorName,
		})
	}
	for _, n := range v.Notices {
		d.Notices = append(d.Notices, datasets.Notice{ID: n.ID, By: n.AskedBy, Wanted: n.Wanted, Note: n.Note, Asked: n.AskedAt, Answered: n.AnsweredAt, Answer: n.Answer})
	}
	for _, p := range v.Procedures {
		d.Procedures = append(d.Procedures, datasets.Procedure{
			ID: p.ID, Kind: p.Kind, Name: p.Name, Reason: p.Reason, Basis: p.Basis, State: p.State, Step: p.StepName,
			Begun: p.BegunAt, BegunBy: p.BegunName, Answer: p.Answer, Ended: p.EndedAt, EndedBy: p.EndedName,
		})
	}
}

// itemOf is what the pinned version says, and the codes of what the applicant chose.
func itemOf(c *cases.Case, v catalog.Version, codes []catalog.GivenCode) datasets.Item {
	b := v.Body
	i := datasets.Item{
		Name: c.ItemName, Version: v.Number, BasicCode: b.BasicCode, ProjectType: b.ProjectType, Organ: b.Department, OrganCode: b.OrganCode,
		ResultName: b.Result.Name, ResultLicence: b.Result.Type == "10", Charged: len(b.Fees) > 0,
	}
	for _, m := range b.Materials {
		i.Materials = append(i.Materials, m.Name)
	}
	if len(b.LocalCodes) > 0 {
		i.LocalTask = b.LocalCodes[0].Code
	}
	handling := ""
	for _, x := range c.Choices {
		if x.Question == "" {
			handling = x.Label
		}
	}
	for _, g := range codes {
		switch {
		case g.Kind == catalog.CodeImplementing:
			i.TaskCode = g.Code
		case g.Kind == catalog.CodeHandling && g.Name == handling:
			i.HandlingCode = g.Code
		}
	}
	return i
}

// docNo is the number of the newest document of a kind.
func docNo(ds []cases.Document, kind string) string {
	for _, d := range slices.Backward(ds) {
		if d.Kind == kind {
			return d.No
		}
	}
	return ""
}

// areaOf is the division of a tenant, down to the township: the nearest official code
// above a node without one.
func areaOf(ctx context.Context, tx *db.Tx, id tenancy.ID) (string, error) {
	chain, err := tree.In(tx).Ancestors(ctx, id)
	if err != nil {
		return "", err
	}
	for _, n := range slices.Backward(chain) {
		if n.Official() && n.ID != tenancy.Platform {
			return n.Code[:townDigits], nil
		}
	}
	return "", nil
}

// townDigits is how much of a division code names the township.
const townDigits = 9

// gathered is the service of data sets put together.
func (a *App) gathered() *datasets.Service {
	return datasets.New(a.DB, a.Policy, dossiers{a.Cases, a.Items, a.Files}, a.sealer)
}

// branches are what stands right below a tenant, for pages of data sets.
func (a *App) branches(ctx context.Context) (out []datasetsweb.Branch, err error) {
	bs, err := a.Cases.Branches(ctx)
	for _, b := range bs {
		out = append(out, datasetsweb.Branch(b))
	}
	return out, err
}
