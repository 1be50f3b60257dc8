package web

import (
	"net/http"
	"slices"
	"strings"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// supplyField holds what the answer to a notice uses again: "which|what it is for".
const supplyField = "reuse"

// missing is what the notice that waits wants handed in; the fields of the form that it
// asks for stand behind that on its list.
func (v *view) missing() (out []Material) {
	for _, n := range v.Notices {
		if n.AnsweredAt != nil || v.Case.Status != cases.Supplement {
			continue
		}
		for _, name := range n.Wanted[:max(len(n.Wanted)-len(n.Fields), 0)] {
			m := Material{Name: name}
			if i := slices.IndexFunc(v.guide.Materials, func(g Material) bool { return g.Name == name }); i >= 0 {
				m.Code = v.guide.Materials[i].Code
			}
			out = append(out, m)
		}
	}
	return out
}

// offerSupply offers with the answer to a notice what the applicant handed in before.
func (h handlers) offerSupply(r *http.Request, v *view) error {
	wanted := v.missing()
	if v.act.key != "answer" || h.d.Library == nil || len(wanted) == 0 {
		return nil
	}
	found, err := h.d.Library.Find(r.Context(), v.Case.ApplicantKind, v.Number, wanted)
	if fault.KindOf(err) == fault.Forbidden {
		return nil // her post does not reach into the library
	}
	for _, m := range wanted {
		for _, x := range found[m.Name] {
			v.supply = append(v.supply, supplied{m.Name, x})
		}
	}
	return err
}

// supplied is one thing that may be used again, and what for.
type supplied struct {
	For string
	Found
}

// takeSupply makes files of what an answer uses again, to stand with its uploads. Only
// what belongs to the applicant of the case can be used.
func (h handlers) takeSupply(r *http.Request, caseID string, form kit.FormValues) (out []File, err error) {
	chosen := form.All(supplyField)
	if len(chosen) == 0 || h.d.Library == nil {
		return nil, nil
	}
	v, err := h.d.Service.Show(r.Context(), caseID)
	if err != nil {
		return nil, err
	}
	for _, x := range chosen {
		which, wanted, _ := strings.Cut(x, "|")
		f, err := h.d.Library.Use(r.Context(), v.Case.ApplicantKind, v.Number, which, wanted)
		if fault.KindOf(err) == fault.NotFound { // expired, rejected or removed meanwhile
			return out, fault.InvalidField(supplyField, "material_gone")
		}
		if err != nil {
			return out, err
		}
		out = append(out, f)
	}
	return out, nil
}
