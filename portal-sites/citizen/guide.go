package citizen

import (
	"context"
	"log/slog"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/laws"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy/tree"
)

// guideView is one guide (办事指南) as the people of this tenant read it.
type guideView struct {
	look  Look
	id    string
	b     catalog.Body
	steps []flows.Step
	svg   string
	laws  map[string]laws.Law // that the item stands on, by title, as far as the library has them
	here  bool                // may be filed on this very site
	// elsewhere are the sites to file at when this one does not take it: the
	// nearest level above, or those right below on the way down.
	elsewhere []kit.Link
	down      string // the level to go down to, in words; empty when elsewhere lies above
	updated   string
	item      catalog.Item
	related   []catalog.Hint
}

func (h handlers) guide(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	brief(w, r)
	ctx := r.Context()
	if v.related, err = h.Items.Related(ctx, v.id, relatedItems); err != nil {
		return err
	}
	if err := h.Items.Opened(ctx, v.item); err != nil {
		h.Log.WarnContext(ctx, "use of an item not counted", slog.Any("err", err))
	}
	return s.Page(w, r, http.StatusOK, kit.Page{
		Title: v.b.Name, Active: v.active(),
		Crumbs: home(ctx, kit.Crumb{Label: text.T("citizen.nav." + v.active()), Href: query(visit.URL(ctx, "/items"), "audience", strings.TrimPrefix(v.active(), "items"))}), Content: guidePage(v),
	})
}

// guidePrint is the same guide on A4.
func (h handlers) guidePrint(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	s.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PrintLayout(kit.PrintView{Title: text.T("citizen.guide_title", v.b.Name), Number: v.b.BasicCode, Organ: v.look.Centre, Date: longDay(h.Now())}, p)
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: v.b.Name, Crumbs: []kit.Crumb{{Label: v.b.Name, Href: itemURL(r.Context(), v.id)}}, Content: guidePaper(v)})
}

// itemID is the item that the path names; an id of another shape names nothing.
func itemID(r *http.Request) (string, error) {
	id := chi.URLParam(r, "id")
	if !isID(id) {
		return "", gone()
	}
	return id, nil
}

func (h handlers) readGuide(r *http.Request) (v guideView, err error) {
	ctx := r.Context()
	if v.id, err = itemID(r); err != nil {
		return v, err
	}
	g, err := h.Items.Guide(ctx, v.id)
	if err != nil {
		return v, err
	}
	v.look, v.b, v.item = h.look(r), g.Body, g.Item
	v.laws = h.grounds(ctx, v.b)
	if g.Version.PublishedAt != nil {
		v.updated = day(*g.Version.PublishedAt)
	}
	if g.Version.FlowID != nil {
		d, err := h.Flows.Flow(ctx, g.Item.TenantID, *g.Version.FlowID)
		if err != nil {
			return v, err
		}
		v.steps, v.svg = d.Steps(), string(flows.Draw(d, nil))
	}
	return v, h.whereTo(ctx, &v)
}

// whereTo finds out whether the item may be filed here, and if not, where.
func (h handlers) whereTo(ctx context.Context, v *guideView) error {
	site := visit.SiteOf(ctx)
	if v.here = slices.Contains(v.b.Origins, site.Level); v.here {
		return nil
	}
	up, err := h.Tree.Ancestors(ctx, site.Tenant)
	if err != nil {
		return err
	}
	slices.Reverse(up)
	for _, n := range up {
		if n.ID != site.Tenant && slices.Contains(v.b.Origins, n.Level) {
			v.elsewhere = h.guides([]tree.Node{n}, v.id)
			return nil
		}
	}
	below, err := h.Tree.Children(ctx, site.Tenant)
	if err != nil {
		return err
	}
	v.elsewhere, v.down = h.guides(below, v.id), words("place", v.b.Origins)
	return nil
}

// guides links to the same item on the sites of other tenants.
func (h handlers) guides(nodes []tree.Node, item string) (out []kit.Link) {
	for _, l := range h.sites(nodes) {
		l.Href = strings.TrimSuffix(l.Href, "/") + "/items/" + item
		out = append(out, l)
	}
	return out
}

func (v guideView) active() string {
	switch person := slices.Contains(v.b.Audience, "1"); {
	case person && len(v.b.Audience) == 1:
		return "person"
	case !person && len(v.b.Audience) > 0:
		return "legal"
	}
	return "items"
}

// sections are the anchors of the guide, in order.
func (v guideView) sections() (out []kit.Link) {
	for _, s := range []struct {
		id   string
		show bool
	}{
		{"basic", true},
		{"where", true},
		{"conditions", len(v.b.Conditions) > 0},
		{"materials", len(v.b.Materials) > 0},
		{"flow", len(v.steps) > 0},
		{"fees", true},
		{"basis", len(v.b.LegalBasis) > 0},
		{"relief", true},
		{"faq", len(v.b.Questions) > 0},
	} {
		if s.show {
			out = append(out, kit.Link{Label: text.T("citizen.section." + s.id), Href: "#" + s.id})
		}
	}
	return out
}

func (v guideView) terms() []kit.Term {
	t := func(key, value string) kit.Term { return kit.Term{Label: text.T("citizen.term." + key), Value: value} }
	return []kit.Term{
		t("kind", word("kind", v.b.Kind)), t("project", word("project", v.b.ProjectType)),
		t("department", v.b.Department), t("level", word("level", v.b.Level)),
		t("statutory", text.T("citizen.days", v.b.StatutoryDays)), t("promised", limit(v.b.PromisedDays, v.b.ProjectType)),
		t("audience", words("audience", v.b.Audience)), t("onsite", text.T("citizen.times", v.b.OnsiteTimes)),
		t("result", v.result()), t("origins", words("place", v.b.Origins)),
		t("code", v.b.BasicCode), t("updated", v.updated),
	}
}

func (v guideView) result() string {
	if v.b.Result.Name == "" {
		return ""
	}
	return text.T("citizen.result_line", v.b.Result.Name, word("result", v.b.Result.Type))
}

// office is what the item itself says about where to go, else what the site says.
func (v guideView) office() Look {
	l := v.look
	for _, f := range []struct {
		at  *string
		own string
	}{{&l.Address, v.b.Address}, {&l.Hours, v.b.Hours}, {&l.Phone, v.b.Phone}} {
		if f.own != "" {
			*f.at = f.own
		}
	}
	return l
}

func (v guideView) level(s flows.Step) string { return word("at", string(s.Level)) }

// numeral is the number of the i-th heading of a paper, from 0.
func numeral(i int) string {
	n := []rune(text.T("citizen.han_numbers"))
	return string(n[min(i, len(n)-1)])
}
