package citizen

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

type itemsView struct {
	q      kit.ListQuery
	rows   []catalog.Card
	total  int
	counts map[string][]catalog.FacetCount
	level  string // of this site
	hot    []catalog.Hint
	book   *codes.Book
}

const (
	hotItems     = 8
	relatedItems = 6
	nextItems    = 5
	hints        = 8
)

// facetKeys are the facets of the directory in the order in which they are offered.
func facetKeys() []string {
	return []string{
		catalog.FacetAudience, catalog.FacetTopicPerson, catalog.FacetTopicLegal, catalog.FacetLife, catalog.FacetGroup, catalog.FacetDepartment,
		catalog.FacetVisits, catalog.FacetHall, catalog.FacetDepth, catalog.FacetKind, catalog.FacetLevel,
	}
}

func (h handlers) items(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	none := map[string]string{"topic": ""}
	for _, k := range facetKeys() {
		none[k] = ""
	}
	q := kit.ParseList(r, []string{"name", "days", "kind", "hot"}, kit.ListQuery{Size: 10, Sort: "name", Filters: none}).WithPath(visit.URL(ctx, "/items"))
	if t := q.Filters["topic"]; t != "" { // addresses of before: one topic of either list
		key := catalog.FacetTopicPerson
		if q.Filter("audience") == "legal" {
			key = catalog.FacetTopicLegal
		}
		q.Filters[key], q.Filters["topic"] = t, ""
	}
	return h.still(w, r, s, listGround(q), func(ctx context.Context) (leaf, error) {
		v, err := h.readItems(ctx, q)
		return leaf{page: kit.Page{Title: v.title(), Active: v.active(), Crumbs: home(ctx), Content: itemsPage(v)}}, err
	})
}

// listGround is that of the directory. What somebody typed is drawn for her alone:
// few others type the same.
func listGround(q kit.ListQuery) ground {
	return ground{params: append([]string{"q", "page", "size", "sort", "topic"}, facetKeys()...), shelved: q.Q == "" && q.Page == 1}
}

func (h handlers) readItems(ctx context.Context, q kit.ListQuery) (itemsView, error) {
	v := itemsView{q: q, level: visit.SiteOf(ctx).Level}
	d, err := h.Items.Browse(ctx, catalog.Browse{Page: q.Page, Size: q.Size, Sort: q.Sort, Desc: q.Desc, Text: q.Q, Chosen: q.Filters})
	if err != nil {
		return v, err
	}
	v.rows, v.total, v.counts, v.book = d.Rows, d.Total, d.Counts, d.Book
	if len(v.rows) == 0 || v.landing() {
		v.hot = d.Hot(v.level, hotItems)
	}
	return v, nil
}

func (v itemsView) active() string {
	if a := v.q.Filter("audience"); a == "person" || a == "legal" {
		return a
	}
	return "items"
}

func (v itemsView) title() string { return text.T("citizen.nav." + v.active()) }

// landing reports that nothing but the audience is chosen: the page then begins with
// its topics.
func (v itemsView) landing() bool {
	if v.q.Q != "" || v.q.Page > 1 {
		return false
	}
	for k, value := range v.q.Filters {
		if k != catalog.FacetAudience && value != "" {
			return false
		}
	}
	return true
}

// word is what a value of a facet is called.
func (v itemsView) word(key, value string) string {
	lists := map[string]string{
		catalog.FacetTopicPerson: codes.TopicPerson, catalog.FacetTopicLegal: codes.TopicLegal, catalog.FacetLife: codes.LifeEvent,
		catalog.FacetGroup: codes.Group, catalog.FacetKind: codes.ItemType, catalog.FacetLevel: codes.Level, catalog.FacetDepth: codes.OnlineDepth,
	}
	if l := lists[key]; l != "" {
		return v.book.Name(l, value)
	}
	if k := "citizen.facet." + key + "." + value; text.Has(k) {
		return text.T(k)
	}
	return value
}

// with is the address of the same list with another value of a facet, "" for none.
func (v itemsView) with(key, value string) string {
	q := v.q
	q.Filters = maps.Clone(q.Filters)
	q.Filters[key], q.Page = value, 1
	if key == catalog.FacetAudience { // topics belong to an audience
		q.Filters[catalog.FacetTopicPerson], q.Filters[catalog.FacetTopicLegal] = "", ""
	}
	return q.URL()
}

// unsought is the same list without the text.
func (v itemsView) unsought() string {
	q := v.q
	q.Q, q.Page = "", 1
	return q.URL()
}

// chosen are the active filters, each with the address without it.
func (v itemsView) chosen() (out []kit.Link) {
	if v.q.Q != "" {
		out = append(out, kit.Link{Label: text.T("citizen.sought", v.q.Q), Href: v.unsought()})
	}
	for _, k := range facetKeys() {
		if value := v.q.Filter(k); value != "" {
			out = append(out, kit.Link{Label: v.word(k, value), Href: v.with(k, "")})
		}
	}
	return out
}

// facetView is one facet as the page offers it.
type facetView struct {
	key, label string
	values     []catalog.FacetCount
	open       bool
}

// facets leaves out those that would not narrow anything.
func (v itemsView) facets() (out []facetView) {
	for i, k := range facetKeys() {
		values := v.counts[k]
		other := k == catalog.FacetTopicPerson && v.active() == "legal" || k == catalog.FacetTopicLegal && v.active() != "legal"
		if len(values) == 0 || other || len(values) == 1 && v.q.Filter(k) == "" && values[0].N == v.total {
			continue
		}
		out = append(out, facetView{k, text.T("citizen.filter." + k), values, i < facetsOpen || v.q.Filter(k) != ""})
	}
	return out
}

const (
	facetsOpen = 4 // facets that stand open
	facetsTop  = 8 // values before the rest folds away
)

// keep are the hidden fields of the search on this page: what is chosen stays.
func (v itemsView) keep() (out [][2]string) {
	for _, k := range facetKeys() {
		if value := v.q.Filter(k); value != "" {
			out = append(out, [2]string{k, value})
		}
	}
	return out
}

// topicTiles are the topics or the events of life as pictures.
func (v itemsView) topicTiles(key string) (out []kit.TileProps) {
	tones := []string{"blue", "green", "orange"}
	for i, c := range v.counts[key] {
		out = append(out, kit.TileProps{Href: v.with(key, c.Value), Icon: topicIcon(key, c.Value), Tone: tones[i%len(tones)], Title: v.word(key, c.Value), Note: text.T("citizen.n_items", c.N)})
	}
	return out
}

// topicKey is the list of topics of the audience that is chosen.
func (v itemsView) topicKey() string {
	if v.active() == "legal" {
		return catalog.FacetTopicLegal
	}
	return catalog.FacetTopicPerson
}

func topicIcon(key, code string) string {
	icons := map[string]map[string]string{
		catalog.FacetLife: {
			"birth": "baby-carriage", "school": "school", "work": "briefcase", "marry": "heart", "home": "home", "travel": "bus", "health": "stethoscope", "help": "lifebuoy",
			"retire": "old", "farewell": "plant-2", "open": "building-store", "license": "license", "build": "building-community", "operate": "trending-up", "close": "file-export",
		},
		catalog.FacetTopicPerson: {
			"005": "baby-carriage", "010": "id", "015": "users-group", "020": "school", "025": "shield", "030": "briefcase", "035": "switch-horizontal", "040": "license", "045": "coin", "050": "certificate",
			"055": "receipt", "060": "heart", "065": "medal", "070": "building-community", "075": "home", "085": "shield-check", "090": "id-badge-2", "095": "car", "100": "map", "105": "plane", "110": "headset",
			"115": "alarm", "120": "gavel", "125": "award", "130": "plant-2", "135": "trophy", "140": "route", "145": "stethoscope", "150": "old", "155": "plant-2",
		},
		catalog.FacetTopicLegal: {
			"005": "building-store", "010": "license", "015": "certificate", "020": "calendar-event", "025": "receipt", "030": "users", "035": "shield-check", "040": "chart-line", "045": "coin", "050": "credit-card",
			"055": "building-store", "060": "gavel", "065": "plane", "070": "world", "075": "tractor", "085": "map-2", "090": "road", "095": "plant-2", "100": "world", "105": "map", "110": "building-hospital",
			"115": "robot", "120": "trophy", "125": "award", "130": "users-group", "135": "ruler", "140": "zoom-in", "145": "shield", "150": "shield-check", "155": "gavel", "160": "route", "165": "file-export", "170": "archive",
		},
	}
	if i := icons[key][code]; i != "" {
		return i
	}
	return "file-text"
}

// sorts are the orders that the list offers.
func (v itemsView) sorts() (out []kit.Tab) {
	for _, key := range []string{"name", "days", "hot"} {
		out = append(out, kit.Tab{Key: key, Label: text.T("citizen.sort." + key), Href: v.q.SortURL(key)})
	}
	return out
}

// online reports whether the item can be filed on this very site.
func (v itemsView) online(row catalog.Card) bool {
	return slices.Contains(row.Brief.Origins, v.level)
}

// suggest answers what is being typed with what it may mean; without scripts
// nobody asks, and the search itself is a page.
func (h handlers) suggest(w http.ResponseWriter, r *http.Request, _ kit.Shell) error {
	ctx := r.Context()
	found, err := h.Items.Suggest(ctx, r.URL.Query().Get("q"), "", hints)
	if err != nil {
		return err
	}
	brief(w, r)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	return kit.Hints(hintsOf(ctx, found)).Render(ctx, w)
}

func hintsOf(ctx context.Context, found []catalog.Hint) []kit.Hint {
	out := make([]kit.Hint, len(found))
	for i, f := range found {
		out[i] = kit.Hint{Parts: marked(f.Parts), Href: itemURL(ctx, f.ID)}
		if !hit(f.Parts) {
			out[i].Note = f.By
		}
	}
	return out
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
