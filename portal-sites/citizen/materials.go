package citizen

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/modules/materials"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// library registers the pages of her library (我的材料).
func (h handlers) library(r chi.Router) {
	if h.Library == nil {
		return
	}
	r.Get("/materials", h.member(h.materials))
	r.Post("/materials/{id}/remove", h.member(h.removeMaterial))
	r.Post("/items/{id}/apply/reuse", h.member(h.reuse))
}

func (h handlers) materials(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ms, err := h.Library.Library(r.Context())
	if err != nil {
		return err
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.materials"), Crumbs: home(r.Context()), Content: materialsPage(h, ms)})
}

// removeMaterial asks once more before a material is out of her library.
func (h handlers) removeMaterial(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx, to := r.Context(), visit.URL(r.Context(), "/materials")
	id := chi.URLParam(r, "id")
	ms, err := h.Library.Library(ctx)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if m.ID != id {
			continue
		}
		if ok, err := s.Confirmed(w, r, removeConfirm(ctx, m)); !ok {
			return err
		}
		if err := h.Library.Remove(ctx, id); err != nil {
			return err
		}
		return s.Done(w, r, to, "citizen.material_removed")
	}
	return gone()
}

func removeConfirm(ctx context.Context, m materials.Material) kit.Confirm {
	to := visit.URL(ctx, "/materials")
	return kit.Confirm{
		Action: to + "/" + m.ID + "/remove", Label: text.T("citizen.material.remove"), Title: text.T("citizen.material.remove_title"), Body: m.Name + text.T("citizen.material.remove_note"),
		Icon: "trash", ID: "remove-" + m.ID, Cancel: to,
	}
}

// offered are materials that she may use again for those of an item; nothing when
// there is no library.
func (h handlers) offered(ctx context.Context, kind, number string, wanted []materials.Wanted) (map[string][]materials.Offer, error) {
	if h.Library == nil {
		return nil, nil
	}
	return h.Library.Mine(ctx, kind, number, wanted)
}

// offer fills in what the step of materials offers.
func (h handlers) offer(ctx context.Context, f *form) (err error) {
	if f.step != stepMaterials {
		return nil
	}
	in := f.filing()
	f.offers, err = h.offered(ctx, in.Kind, in.Number, wantedOf(f.b.Materials))
	return err
}

func wantedOf(ms []catalog.Material) (out []materials.Wanted) {
	for _, m := range ms {
		out = append(out, materials.Wanted{Name: m.Name, Code: m.Code})
	}
	return out
}

// wantedBy is what a notice wants handed in: a material of the item, or something whose
// name the list of standard materials knows.
func (h handlers) wantedBy(ctx context.Context, v *caseView, n cases.Notice) (out []materials.Wanted) {
	var ms []catalog.Material
	if g, err := h.Items.Guide(ctx, v.Case.ItemID); err == nil { // it may be offered no more
		ms = g.Body.Materials
	}
	for _, name := range papersWanted(n) {
		w := materials.Wanted{Name: name}
		if i := slices.IndexFunc(ms, func(m catalog.Material) bool { return m.Name == name }); i >= 0 {
			w.Code = ms[i].Code
		}
		if w.Code == "" {
			w.Code, _ = codes.From(ctx).Find(codes.StandardMaterial, name)
		}
		out = append(out, w)
	}
	return out
}

// reuse puts a material of her library into a draft, as if it had been uploaded.
func (h handlers) reuse(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	f, err := h.open(r)
	if err != nil {
		return err
	}
	name := v.Get("material")
	if !material(f.b, name) {
		return fault.New(fault.Conflict, "citizen.material_unknown")
	}
	in := f.filing()
	p, err := h.use(r.Context(), in.Kind, in.Number, v.Get("use"), name)
	if err != nil {
		return err
	}
	if _, err := h.change(r, f.id, func(a *application) error {
		if len(a.Papers) >= maxPapers {
			return fault.InvalidField("file", "citizen.too_many_files")
		}
		a.Papers = append(a.Papers, p)
		return nil
	}); err != nil {
		return err
	}
	return s.Done(w, r, stepURL(r, f.id, stepMaterials), "citizen.material_used")
}

// choices are what an answer may use again, in the order of what is wanted.
func (v *caseView) choices() (out []materials.Offer) {
	if n := v.open(); n != nil {
		for _, wanted := range papersWanted(*n) {
			out = append(out, v.offers[wanted]...)
		}
	}
	return out
}

// use takes what a form names as "tenant.id" out of her library, for a material.
func (h handlers) use(ctx context.Context, kind, number, which, name string) (p paper, err error) {
	at, id, _ := strings.Cut(which, ".")
	tenant, err := strconv.ParseInt(at, 10, 64)
	if err != nil || h.Library == nil {
		return p, fault.New(fault.NotFound, "material_gone")
	}
	file, err := h.Library.Use(ctx, kind, number, tenancy.ID(tenant), id, name)
	if err != nil {
		return p, err
	}
	f, err := h.Files.Get(ctx, file)
	return paper{f.ID, f.Material, f.Name, f.Size}, err
}

// supply takes what the answer to a notice uses again; each stands with the uploads.
func (h handlers) supply(r *http.Request, v *caseView) error {
	n := v.open()
	if n == nil {
		return nil
	}
	for _, x := range v.v.All("reuse") {
		which, wanted, _ := strings.Cut(x, "|")
		p, err := h.use(r.Context(), v.Case.ApplicantKind, v.Number, which, wanted)
		if err != nil {
			return err
		}
		v.kept = append(v.kept, p)
	}
	return nil
}

// which names a material in a form.
func which(m materials.Material) string { return m.TenantID.String() + "." + m.ID }
