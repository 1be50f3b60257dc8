package citizen

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/laws"
	lawsweb "liandong/modules/laws/web"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/calendar"
)

// Laws is what the site asks of the legal library; *laws.Service answers it.
type Laws interface {
	List(ctx context.Context, q laws.Query) (laws.Page, error)
	// Stamp is another whenever the library says something else.
	Stamp(ctx context.Context) (string, error)
	Show(ctx context.Context, id, day string) (laws.Sheet, error)
	// Find resolves titles to the laws that the library has.
	Find(ctx context.Context, titles ...string) (map[string]laws.Law, error)
	// StandOn lists what stands on a law, as far as the visitor sees.
	StandOn(ctx context.Context, lawID string) ([]laws.Dependant, error)
}

type lawsView struct {
	q     kit.ListQuery
	rows  []laws.Row
	total int
	today string
}

func (v lawsView) fields() []kit.F {
	kinds, validities := make([]kit.Option, 0, 8), make([]kit.Option, 0, 4)
	for _, k := range laws.Kinds() {
		kinds = append(kinds, kit.Option{Value: string(k), Label: lawsweb.KindText(k)})
	}
	for _, x := range laws.Validities() {
		validities = append(validities, kit.Option{Value: string(x), Label: lawsweb.ValidityText(x)})
	}
	label := func(key string) string { return text.T("citizen.filter." + key) }
	return []kit.F{
		{Name: "q", Label: label("q"), Type: kit.Search, Placeholder: text.T("citizen.filter.law_hint"), MaxLength: 100, ID: "laws-q"},
		{Name: "kind", Label: label("law_kind"), Type: kit.Select, Placeholder: text.T("citizen.all"), Options: kinds},
		{Name: "validity", Label: label("validity"), Type: kit.Select, Placeholder: text.T("citizen.all"), Options: validities},
	}
}

// short is the beginning of an article.
func short(body string) string {
	if rs := []rune(body); len(rs) > 90 {
		return string(rs[:90]) + "\u2026"
	}
	return body
}

// lawList is the legal library, by rank, with search in titles and articles.
func (h handlers) lawList(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	if h.Laws == nil {
		return gone()
	}
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"kind": "", "validity": ""}}).WithPath(visit.URL(ctx, "/laws"))
	p, err := h.Laws.List(ctx, laws.Query{Page: q.Page, Size: q.Size, Text: q.Q, Kind: laws.Kind(q.Filter("kind")), Validity: laws.Validity(q.Filter("validity"))})
	if err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: text.T("citizen.nav.laws"), Active: "items", Crumbs: home(ctx), Content: lawsPage(lawsView{q, p.Rows, p.Total, calendar.DateOf(h.Now()).String()})})
}

// law shows a law as it reads today.
func (h handlers) law(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	if h.Laws == nil {
		return gone()
	}
	sh, err := h.Laws.Show(ctx, chi.URLParam(r, "id"), "")
	if err != nil {
		return err
	}
	items, err := h.Laws.StandOn(ctx, sh.Law.ID)
	if err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: sh.Law.Title, Crumbs: home(ctx, kit.Crumb{Label: text.T("citizen.nav.laws"), Href: visit.URL(ctx, "/laws")}), Content: lawPage(sh, offered(items))})
}

// offered are those that somebody can apply for: no entries of the basic list,
// which only organs work with.
func offered(all []laws.Dependant) []laws.Dependant {
	return slices.DeleteFunc(all, func(d laws.Dependant) bool { return d.Entry })
}

// grounds finds the pages of the laws that an item stands on, by title. A guide
// is not refused for want of them.
func (h handlers) grounds(ctx context.Context, b catalog.Body) map[string]laws.Law {
	if h.Laws == nil || len(b.LegalBasis) == 0 {
		return nil
	}
	titles := make([]string, len(b.LegalBasis))
	for i, l := range b.LegalBasis {
		titles[i] = l.Law
	}
	found, err := h.Laws.Find(ctx, titles...)
	if err != nil {
		h.Log.WarnContext(ctx, "laws not found for a guide", slog.Any("err", err))
	}
	return found
}

// lawURL is where a provision is read; "" when the library has not the law.
func (v guideView) lawURL(ctx context.Context, l catalog.LegalBasis) string {
	law, ok := v.laws[l.Law]
	if !ok {
		return ""
	}
	to := visit.URL(ctx, "/laws/"+law.ID)
	if n := laws.Number(l.Article); n > 0 {
		to += "#" + articleAnchor(n)
	}
	return to
}

func articleAnchor(sort int64) string { return "a" + strconv.FormatInt(sort, 10) }

func lines(body string) []string { return strings.Split(body, "\n") }
