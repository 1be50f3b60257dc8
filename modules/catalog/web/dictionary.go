package web

import (
	"net/http"
	"strings"

	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// dictionaryView is every code list, or one of them with its codes.
type dictionaryView struct {
	q       kit.ListQuery
	systems []codes.System
	open    *codes.System
}

func (h handlers) dictionary(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Filters: map[string]string{"system": ""}}).WithPath(h.items("/settings/codes"))
	v := dictionaryView{q: q}
	if id := q.Filter("system"); id != "" {
		s, ok := codes.About(id)
		if !ok {
			return fault.New(fault.NotFound, "not_found")
		}
		v.open = &s
	}
	for _, s := range codes.Systems() {
		if q.Q == "" || strings.Contains(s.Name, q.Q) || hasCode(s, q.Q) {
			v.systems = append(v.systems, s)
		}
	}
	return h.page(w, r, http.StatusOK, settingsPage(h, "codes", dictionaryTitle(), dictionaryContent(h, v)))
}

// hasCode reports whether a list has what people may look for.
func hasCode(s codes.System, q string) bool {
	for _, c := range s.Codes {
		if c.Code == q || strings.Contains(c.Name, q) {
			return true
		}
	}
	return false
}
