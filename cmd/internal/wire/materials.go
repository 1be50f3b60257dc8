package wire

import (
	"context"
	"slices"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/modules/materials"
	"liandong/tenancy/db"
)

// Materials is what the library of materials asks, for whoever joins the services
// without an App.
func Materials(c *cases.Service, items *catalog.Service, f *files.Service, s cases.Sealer) materials.Asks {
	return materials.Asks{
		Dossier: holdings{c, items, f}.dossier, Copy: f.Copy,
		Blind: func(number string) string { return s.Blind(cases.SealApplicant, number) },
	}
}

// holdings answers the library out of cases, their files and the catalogue.
type holdings struct {
	cases *cases.Service
	items *catalog.Service
	files *files.Service
}

// ownForm is 材料类型 申请表格文书: what applicants write themselves.
const ownForm = "2"

func (h holdings) dossier(ctx context.Context, tx *db.Tx, id string) (d materials.Dossier, err error) {
	v, _, err := h.cases.Dossier(ctx, tx, id)
	if err != nil {
		return d, err
	}
	c := &v.Case
	d.Kind, d.Name, d.Blind, d.No, d.ItemName, d.Accepted = c.ApplicantKind, c.ApplicantName, c.ApplicantBlind, c.No, c.ItemName, c.AcceptedAt != nil
	if c.Subject != nil {
		d.Subject = *c.Subject
	}
	if !d.Accepted {
		return d, nil
	}
	version, _, err := h.items.Pinned(ctx, tx, c.ItemTenant, c.ItemVersionID, c.CreatedAt)
	if err != nil {
		return d, err
	}
	fs, err := h.files.InCase(ctx, tx, c.TenantID, c.ID)
	if err != nil {
		return d, err
	}
	for _, f := range fs {
		if p, ok := paperOf(&v, version.Body, f); ok {
			d.Papers = append(d.Papers, p)
		}
	}
	return d, nil
}

// paperOf is a file as the library looks at it; ok is false for papers of handling.
func paperOf(v *cases.View, b catalog.Body, f files.File) (p materials.Paper, ok bool) {
	p = materials.Paper{FileID: f.ID, Material: f.Material, Name: f.Name, MediaType: f.MediaType, Size: f.Size, At: f.UploadedAt}
	p.ByApplicant = v.Case.Subject != nil && f.UploaderID == *v.Case.Subject
	i := slices.IndexFunc(b.Materials, func(m catalog.Material) bool { return m.Name == f.Material })
	p.Own = i >= 0 && b.Materials[i].Type == ownForm
	if f.StepSeq <= 1 || p.ByApplicant || i >= 0 {
		return p, true
	}
	at := slices.IndexFunc(v.Steps, func(s cases.StepRecord) bool { return s.Seq == f.StepSeq })
	if at < 0 || v.Case.Outcome != cases.Granted || v.Steps[at].Kind != "decide" || f.Subject == nil {
		return p, false
	}
	p.Result, p.Material = true, b.Result.Name
	return p, true
}
