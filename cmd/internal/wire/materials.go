package wire

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/modules/files"
	"liandong/modules/materials"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
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
	if p.Own = i >= 0 && b.Materials[i].Type == ownForm; i >= 0 {
		p.Code = b.Materials[i].Code
	}
	if p.Code == "" {
		p.Code = standardOf(b.Book(), p.Material)
	}
	if f.StepSeq <= 1 || p.ByApplicant || i >= 0 {
		return p, true
	}
	at := slices.IndexFunc(v.Steps, func(s cases.StepRecord) bool { return s.Seq == f.StepSeq })
	if at < 0 || v.Case.Outcome != cases.Granted || v.Steps[at].Kind != "decide" || f.Subject == nil {
		return p, false
	}
	p.Result, p.Material, p.Code = true, b.Result.Name, standardOf(b.Book(), b.Result.Name)
	return p, true
}

// standardOf is the standard material (标准材料) that a name is in the list of; empty: none.
func standardOf(k *codes.Book, name string) string {
	code, _ := k.Find(codes.StandardMaterial, name)
	return code
}

// sharing answers pages of cases out of the library.
type sharing struct {
	lib   *materials.Service
	files *files.Service
}

func (s sharing) InCase(ctx context.Context, fileIDs []string) (map[string]casesweb.Reuse, error) {
	uses, err := s.lib.InCase(ctx, fileIDs)
	out := make(map[string]casesweb.Reuse, len(uses))
	for id, u := range uses {
		out[id] = casesweb.Reuse{Grade: u.Grade, Basis: u.Basis, Origin: u.Origin, Verdict: u.Verdict, NewGrade: u.VerdictGrade, Reason: u.Reason, By: u.JudgedName}
	}
	return out, err
}

func (s sharing) Judge(ctx context.Context, c *cases.Case, fileID string, j casesweb.Judgement) error {
	return s.lib.Judge(ctx, c.TenantID, c.AtTenant, c.StepPost, fileID, materials.Judgement{Verdict: j.Verdict, Grade: j.Grade, ValidUntil: j.ValidUntil, Reason: j.Reason})
}

func (s sharing) Find(ctx context.Context, kind, number string, wanted []casesweb.Material) (map[string][]casesweb.Found, error) {
	all := make([]materials.Wanted, len(wanted))
	for i, m := range wanted {
		if all[i] = (materials.Wanted{Name: m.Name, Code: m.Code}); m.Code == "" {
			all[i].Code = standardOf(codes.From(ctx), m.Name)
		}
	}
	os, err := s.lib.Theirs(ctx, kind, number, all)
	out := make(map[string][]casesweb.Found, len(os))
	for name, found := range os {
		for _, o := range found {
			f := casesweb.Found{Which: o.TenantID.String() + "." + o.ID, Name: o.FileName, Grade: o.Grade, Origin: o.Origin + " " + o.ItemName, HandedOn: o.HandedAt.In(calendar.Zone()).Format(time.DateOnly), Weak: o.Weak}
			if o.ValidUntil != nil {
				f.To = o.ValidUntil.Format(time.DateOnly)
			}
			out[name] = append(out[name], f)
		}
	}
	return out, err
}

// Use takes "tenant.id", as Find spells it.
func (s sharing) Use(ctx context.Context, kind, number, which, material string) (casesweb.File, error) {
	at, id, _ := strings.Cut(which, ".")
	tenant, err := strconv.ParseInt(at, 10, 64)
	if err != nil {
		return casesweb.File{}, fault.New(fault.NotFound, "material_gone")
	}
	fileID, err := s.lib.Use(ctx, kind, number, tenancy.ID(tenant), id, material)
	if err != nil {
		return casesweb.File{}, err
	}
	f, err := s.files.Get(ctx, fileID)
	return paper(f), err
}
