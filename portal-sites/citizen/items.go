package citizen

import (
	"context"
	"net/http"
	"slices"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

type itemsView struct {
	q     kit.ListQuery
	rows  []catalog.Hit
	total int
	depts []kit.Option
	level string // of this site
	hot   []catalog.Hint
}

const (
	hotItems     = 8
	relatedItems = 6
	nextItems    = 5
	hints        = 8
)

func (h handlers) items(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	q := kit.ParseList(r, []string{"name", "days", "kind"}, kit.ListQuery{
		Size: 10, Sort: "name",
		Filters: map[string]string{"audience": "", "kind": "", "department": "", "level": "", "topic": ""},
	})
	q = q.WithPath(visit.URL(ctx, "/items"))
	p, err := h.Items.Find(ctx, catalog.Query{
		Page: q.Page, Size: q.Size, Sort: q.Sort, Desc: q.Desc, Text: q.Q, Kind: q.Filter("kind"),
		Department: q.Filter("department"), Level: q.Filter("level"), Audience: q.Filter("audience"), Topic: q.Filter("topic"),
	})
	if err != nil {
		return err
	}
	depts, err := h.departments(ctx)
	if err != nil {
		return err
	}
	brief(w, r)
	v := itemsView{q: q, rows: p.Rows, total: p.Total, depts: depts, level: visit.SiteOf(ctx).Level}
	if len(v.rows) == 0 || q.Q == "" {
		if v.hot, err = h.Items.Hot(ctx, "", hotItems); err != nil {
			return err
		}
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: v.title(), Active: v.active(), Crumbs: home(ctx), Content: itemsPage(v)})
}

// departments are those that offer something here.
func (h handlers) departments(ctx context.Context) (out []kit.Option, err error) {
	p, err := h.Items.Offered(ctx, catalog.Query{Size: scanned, Sort: "name"})
	if err != nil {
		return nil, err
	}
	names := make([]string, 0, len(p.Rows))
	for _, row := range p.Rows {
		names = append(names, row.Body.Department)
	}
	for _, n := range uniq(names) {
		out = append(out, kit.Option{Value: n, Label: n})
	}
	return out, nil
}

func (v itemsView) active() string {
	if a := v.q.Filter("audience"); a == "person" || a == "legal" {
		return a
	}
	return "items"
}

func (v itemsView) title() string { return text.T("citizen.nav." + v.active()) }

// topic is what the chosen topic is called.
func (v itemsView) topic() string {
	t := v.q.Filter("topic")
	if t == "" {
		return ""
	}
	if v.q.Filter("audience") == "legal" {
		return word("topic_legal", t)
	}
	return word("topic_person", t)
}

func (v itemsView) fields() []kit.F {
	all := func(f kit.F) kit.F { f.Type, f.Placeholder = kit.Select, text.T("citizen.all"); return f }
	label := func(key string) string { return text.T("citizen.filter." + key) }
	return []kit.F{
		{Name: "q", Label: label("q"), Type: kit.Search, Placeholder: text.T("citizen.filter.q_hint"), MaxLength: 100, ID: "items-q"},
		all(kit.F{Name: "audience", Label: label("audience"), Options: options("applicant", "person", "legal")}),
		all(kit.F{Name: "kind", Label: label("kind"), Options: options("kind", kinds()...)}),
		all(kit.F{Name: "department", Label: label("department"), Options: v.depts}),
		all(kit.F{Name: "level", Label: label("level"), Options: options("level", levels()...)}),
		{Name: "topic", Type: kit.Hidden},
	}
}

// sorts are the orders that the list offers.
func (v itemsView) sorts() (out []kit.Tab) {
	for _, key := range []string{"name", "days", "kind"} {
		out = append(out, kit.Tab{Key: key, Label: text.T("citizen.sort." + key), Href: v.q.SortURL(key)})
	}
	return out
}

// online reports whether the item can be filed on this very site.
func (v itemsView) online(row catalog.Hit) bool { return slices.Contains(row.Body.Origins, v.level) }

// suggest answers what is being typed with what it may mean; without scripts
// nobody asks, and the search itself is a page.
func (h handlers) suggest(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	ctx := r.Context()
	found, err := h.Items.Suggest(ctx, r.URL.Query().Get("q"), "", hints)
	if err != nil {
		return err
	}
	out := make([]kit.Hint, len(found))
	for i, f := range found {
		out[i] = kit.Hint{Parts: marked(f.Parts), Href: itemURL(ctx, f.ID)}
		if !hit(f.Parts) {
			out[i].Note = f.By
		}
	}
	brief(w, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return kit.Hints(out).Render(ctx, w)
}

func marked(parts []catalog.Part) []kit.Part {
	out := make([]kit.Part, len(parts))
	for i, p := range parts {
		out[i] = kit.Part(p)
	}
	return out
}

// hit reports whether a name itself says why it was found.
func hit(parts []catalog.Part) bool {
	return slices.ContainsFunc(parts, func(p catalog.Part) bool { return p.Marked })
}
