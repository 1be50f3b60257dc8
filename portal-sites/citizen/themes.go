package citizen

import (
	"net/http"
	"slices"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

// themesBy asks the directory for themes (一件事), those most used first.
func themesBy(page, size int) catalog.Browse {
	return catalog.Browse{Page: page, Size: size, Sort: "hot", Chosen: map[string]string{catalog.FacetTheme: "1"}}
}

type themesView struct {
	q     kit.ListQuery
	rows  []catalog.Card
	total int
}

// themes lists what is offered as one thing (一件事).
func (h handlers) themes(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20}).WithPath(visit.URL(ctx, "/themes"))
	ask := themesBy(q.Page, q.Size)
	ask.Text = q.Q
	d, err := h.Items.Browse(ctx, ask)
	if err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.themes"), Active: "items", Crumbs: home(ctx), Content: themesPage(themesView{q, d.Rows, d.Total})})
}

// stage is what begins together.
type stage struct {
	n     int
	parts []catalog.ThemePart
}

func stages(parts []catalog.ThemePart) (out []stage) {
	for _, p := range parts {
		i := slices.IndexFunc(out, func(s stage) bool { return s.n == p.Stage })
		if i < 0 {
			out, i = append(out, stage{n: p.Stage}), len(out)
		}
		out[i].parts = append(out[i].parts, p)
	}
	slices.SortStableFunc(out, func(a, b stage) int { return a.n - b.n })
	return out
}

// choiceLabels are the answers after which a part is wanted.
func choiceLabels(b catalog.Body, ids []string) (out []string) {
	for _, c := range b.Chosen(catalog.Mine{Chosen: ids, Asked: b.Situations}) {
		out = append(out, c.Label)
	}
	for _, x := range b.Handlings {
		if slices.Contains(ids, x.ID) && !slices.Contains(out, x.Name) {
			out = append(out, x.Name)
		}
	}
	return out
}
