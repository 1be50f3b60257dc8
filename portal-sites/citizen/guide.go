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
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// guideView is one guide (办事指南) as the people of this tenant read it.
type guideView struct {
	look  Look
	id    string
	b     catalog.Body
	item  catalog.Item
	ver   catalog.Version
	given []catalog.GivenCode
	flow  *flows.Definition
	steps []flows.Step
	form  *preview            // of its electronic form; nil: there is none
	laws  map[string]laws.Law // that the item stands on, by title, as far as the library has them
	here  bool                // may be filed on this very site
	// elsewhere are the sites to file at when this one does not take it: the
	// nearest level above, or those right below on the way down.
	elsewhere []kit.Link
	down      string // the level to go down to, in words; empty when elsewhere lies above
	updated   string
	suspended string // why nobody may apply for a while
	short     bool   // 简版指南

	answers []string // to the questions of the item
	mine    catalog.Mine
	open    opening // of the place, at the time of the request; zero when nothing is sure
	edition string  // names this text; see editionOf

	related []catalog.Hint
	next    []catalog.Follow
}

// guide is the page that everybody reads: see still for how it is kept.
func (h handlers) guide(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	err := h.still(w, r, s, guideGround(), func(ctx context.Context) (leaf, error) {
		v, err := h.readGuide(r)
		if err != nil {
			return leaf{}, err
		}
		if err := h.live(ctx, &v); err != nil {
			return leaf{}, err
		}
		v.short = r.URL.Query().Get("view") == "short"
		return leaf{page: v.page(ctx, guidePage(v)), item: v.item, until: v.open.until}, nil
	})
	if err != nil && fault.KindOf(err) == fault.NotFound {
		return h.goneItem(w, r, s, err)
	}
	return err
}

// live adds what may change without the item being published anew.
func (h handlers) live(ctx context.Context, v *guideView) (err error) {
	v.open = h.opening(ctx, v.office().Hours)
	v.related, v.next, err = h.Items.Beside(ctx, v.id, relatedItems, nextItems)
	return err
}

func (v guideView) page(ctx context.Context, content templ.Component) kit.Page {
	return kit.Page{
		Title: v.b.Name, Active: v.active(),
		Crumbs:  home(ctx, kit.Crumb{Label: text.T("citizen.nav." + v.active()), Href: query(visit.URL(ctx, "/items"), "audience", strings.TrimPrefix(v.active(), "items"))}),
		Content: content,
	}
}

// guidePrint is the same guide on A4, for the choices in the address when there are some.
func (h handlers) guidePrint(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	title := text.T("citizen.guide_title", v.b.Name)
	if len(v.mine.Chosen) > 0 {
		title = text.T("citizen.mine_title", v.b.Name)
	}
	brief(w, r)
	s.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PrintLayout(kit.PrintView{Title: title, Number: v.b.BasicCode, Organ: v.look.Centre, Date: longDay(h.Now())}, p)
	}
	return s.Page(w, r, http.StatusOK, kit.Page{Title: v.b.Name, Crumbs: []kit.Crumb{{Label: v.b.Name, Href: kit.WithAnswers(v.back(r.Context()), v.answers)}}, Content: guidePaper(v)})
}

// back is the page that a paper of v belongs to.
func (v guideView) back(ctx context.Context) string {
	if len(v.answers) > 0 {
		return itemURL(ctx, v.id) + "/mine"
	}
	return itemURL(ctx, v.id)
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
	v.look, v.b, v.item, v.ver, v.suspended = h.look(r), g.Body, g.Item, g.Version, g.Suspended
	v.answers = kit.Answers(r.URL.Query())
	v.mine = v.b.For(v.answers)
	v.laws = h.grounds(ctx, v.b)
	if v.given, err = h.Items.Codes(ctx, v.id); err != nil {
		return v, err
	}
	if g.Version.PublishedAt != nil {
		v.updated = day(*g.Version.PublishedAt)
	}
	if g.Version.FlowID != nil {
		if v.flow, err = h.Flows.Flow(ctx, g.Item.TenantID, *g.Version.FlowID); err != nil {
			return v, err
		}
		v.steps = v.flow.Steps()
	}
	if v.form, err = h.preview(ctx, &v); err != nil {
		return v, err
	}
	if err := h.whereTo(ctx, &v); err != nil {
		return v, err
	}
	v.edition, err = editionOf(v)
	return v, err
}

// whereTo finds out whether the item may be filed here, and if not, where.
func (h handlers) whereTo(ctx context.Context, v *guideView) error {
	site := visit.SiteOf(ctx)
	if v.here = slices.Contains(v.b.Origins, site.Level); v.here {
		return nil
	}
	for _, p := range slices.Backward(site.Chain) {
		if p.Tenant != site.Tenant && slices.Contains(v.b.Origins, p.Level) {
			v.elsewhere = h.guides([]tree.Node{{Code: p.Code, Name: p.Name}}, v.id)
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

// opening says whether the place of an item is open now, when the site can tell.
func (h handlers) opening(ctx context.Context, hours string) opening {
	if h.Calendars == nil {
		return opening{}
	}
	cal, err := h.Calendars.Calendar(ctx, visit.SiteOf(ctx).Tenant)
	if err != nil {
		h.Log.WarnContext(ctx, "calendar not read for a guide", slog.Any("err", err))
		return opening{}
	}
	return openAt(hours, cal, h.Now())
}

// interview are the questions of the item, for a page at action.
func (v guideView) interview(action string, keep ...[2]string) kit.Interview {
	return kit.Interview{ID: "mine", Action: action, Keep: keep, Asks: asksOf(v.b, v.answers), Answers: v.answers}
}

// asksOf are the questions that answers lead to.
func asksOf(b catalog.Body, answers []string) (out []kit.Ask) {
	for _, q := range b.Interview(answers) {
		a := kit.Ask{Question: orText(q.Question, text.T("citizen.which_handling")), Many: q.Many}
		for _, o := range q.Options {
			a.Options = append(a.Options, kit.Option{Value: o.ID, Label: o.Label})
		}
		out = append(out, a)
	}
	return out
}

// drawing is the flow as a picture; with choices that decide the way, the steps that
// it leads through are marked.
func (v guideView) drawing() string {
	if v.flow == nil {
		return ""
	}
	var marks map[string]flows.Mark
	if path, _ := v.path(); v.marked() {
		marks = map[string]flows.Mark{}
		for _, s := range path {
			marks[s.ID] = flows.Mark{State: flows.Done, Text: text.T("citizen.on_my_way")}
		}
	}
	return string(flows.Draw(v.flow, marks))
}

// marked reports whether choices decide where the flow leads.
func (v guideView) marked() bool {
	return v.flow != nil && len(v.mine.Chosen) > 0 && v.flow.Branches()
}

// path are the steps that a case after these choices goes through, and whether that
// is certain before it is decided.
func (v guideView) path() ([]flows.Step, bool) {
	if v.flow == nil {
		return nil, true
	}
	return v.flow.Path(v.facts())
}

// facts are what is known of a case after these choices.
func (v guideView) facts() map[string]any {
	return map[string]any{"choices": v.mine.Chosen, "days": v.mine.PromisedDays, "outcome": "granted"}
}
