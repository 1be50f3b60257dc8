package web

import (
	"net/http"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
)

func checkQuery(r *http.Request) kit.ListQuery {
	return kit.ParseList(r, nil, kit.ListQuery{Size: 50, Filters: map[string]string{"rule": ""}})
}

// check shows what the rules find in all items of the actor's tenant.
func (h handlers) check(w http.ResponseWriter, r *http.Request) error {
	q := checkQuery(r)
	c, err := h.Service.Checkup(r.Context(), q.Filter("rule"))
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, checkPage(h, q, c))
}

func (h handlers) exportCheck(w http.ResponseWriter, r *http.Request) error {
	c, err := h.Service.Checkup(r.Context(), checkQuery(r).Filter("rule"))
	if err != nil {
		return err
	}
	return kit.XLSX(w, checkName(), checkSheet(), checkHead(), func(yield func([]any, error) bool) {
		for _, f := range c.Findings {
			if !yield(checkRow(f), nil) {
				return
			}
		}
	})
}

// pageOf is the part of all rows that a list shows.
func pageOf[T any](q kit.ListQuery, all []T) []T {
	from := min(q.Offset(), len(all))
	return all[from:min(from+q.Size, len(all))]
}

// total counts the findings of a severity.
func total(c catalog.Checkup, s catalog.Severity) (n int) {
	for _, r := range c.Counts {
		if r.Rule.Severity == s {
			n += r.Found
		}
	}
	return n
}
