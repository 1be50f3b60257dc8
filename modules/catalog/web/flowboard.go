package web

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Fault is one reason why a flow cannot be read or published, as the designer marks it.
type Fault = struct {
	Rule    string // catalogue key
	Element string // local name of the XML element
	ID      string // its id; empty when it has none
	Name    string // as drawn
	Detail  string
	Row     int      // in the XML, from 1; 0 when the whole flow is meant
	Path    []string // the way that offends, from the start: ids of nodes and arrows
	Stuck   []string // where it is then held up
}

// Stage (试运行舞台) proves and plays flows, and knows the places and people around them. A flow
// calls others of the tenant at.
type Stage interface {
	// Examine lists what keeps a flow from being published for an item that promises so many
	// working days; when it is not readable, it cannot even be kept.
	Examine(ctx context.Context, at tenancy.ID, xml []byte, promisedDays int) (faults []Fault, readable bool, err error)
	// Rehearse plays one turn of a flow; nothing is kept.
	Rehearse(ctx context.Context, at tenancy.ID, xml []byte, t Turn) (Scene, error)
	// Departments are those of the actor's tenant, by what a flow calls them.
	Departments(ctx context.Context) ([]kit.Option, error)
	// Villages finds tenants of the actor's subtree, the lowest first.
	Villages(ctx context.Context, text string) ([]Spot, error)
	// Land tells where a step falls for a case born in origin, and who would do it there today.
	Land(ctx context.Context, origin tenancy.ID, t Task) (Landing, error)
}

// Spot is a tenant as a list shows it.
type Spot = struct {
	ID   tenancy.ID
	Name string
	Way  string // the names above it
}

// Landing is where a step falls.
type Landing = struct {
	At     string   // name of the tenant
	People []string // who may do it there today
	Deputy []string // who does it instead (AB角)
	Hidden bool     // the tenant is not the actor's to look into
}

// flowPage shows the designer of an open draft, or the picture of another version.
func (h handlers) flowPage(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if v := r.URL.Query().Get("v"); err == nil && v != "" {
		sh, err = h.Service.ShowVersion(r.Context(), v)
	}
	if err != nil {
		return err
	}
	d, err := h.design(r, sh)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{
		Title: designTitle(d.Editable), Crumbs: []kit.Crumb{listCrumb(h), itemCrumb(h, sh.Item)}, Wide: true, Headed: true,
		Content: designerPage(h, sh, d),
	})
}

// design is what the island is given; its names are those of the script.
type design struct {
	XML      string            `json:"xml"`
	Name     string            `json:"name"`
	Number   int               `json:"number"`
	Version  int               `json:"version"`
	Promised int               `json:"promised"`
	Editable bool              `json:"editable"`
	Token    string            `json:"token"`
	URLs     map[string]string `json:"urls"`
	Lists    map[string][]pick `json:"lists"`
	Faults   []faultLine       `json:"faults"`
}

// pick is a choice of a list.
type pick struct {
	Value string `json:"value"`
	Label string `json:"label"`
	Group string `json:"group,omitempty"`
}

func (h handlers) design(r *http.Request, sh catalog.Sheet) (d design, err error) {
	b := sh.Version.Body
	d = design{
		Name: b.Name, Number: sh.Version.Number, Version: sh.Version.Version, Promised: b.PromisedDays,
		Editable: sh.Version.State == catalog.StateDraft && refused(sh, "items:edit") == nil,
		Token:    kit.CSRFToken(r.Context()), XML: string(sh.Flow),
	}
	if sh.Flow == nil && d.Editable {
		d.XML = string(h.Flows.Compose(b.Name, usualSteps()))
	}
	if d.XML != "" {
		d.XML = string(h.Flows.Drawn([]byte(d.XML)))
		faults, _, err := h.Stage.Examine(r.Context(), sh.Version.TenantID, []byte(d.XML), b.PromisedDays)
		if err != nil {
			return d, err
		}
		d.Faults = faultLines(faults)
	}
	base := h.items("/" + sh.Item.ID + "/flow")
	d.URLs = map[string]string{"save": base, "check": base + "/check", "play": base + "/play", "places": base + "/places", "edit": h.items("/" + sh.Item.ID + "/edit")}
	d.Lists = designLists(b)
	d.Lists["documents"], d.Lists["services"] = picks(h.Papers), picks(h.Services)
	if d.Lists["fields"], err = h.formFields(r.Context(), b.EForm); err != nil {
		return d, err
	}
	departments, err := h.Stage.Departments(r.Context())
	d.Lists["departments"] = picks(departments)
	return d, err
}

func designLists(b catalog.Body) map[string][]pick {
	out := map[string][]pick{
		"kinds": picks(stepKinds()), "levels": picks(stepLevels()), "posts": picks(stepPosts()), "acts": picks(stepActs()),
		"applicants": picks(applicantKinds()), "departments": {},
	}
	for _, m := range b.Materials {
		out["attachments"] = append(out["attachments"], pick{Value: code(m.Name), Label: m.Name})
	}
	for _, s := range b.Situations {
		for _, o := range s.Options {
			out["choices"] = append(out["choices"], pick{Value: o.ID, Label: o.Label, Group: s.Question})
		}
	}
	return out
}

func picks(options []kit.Option) []pick {
	out := make([]pick, 0, len(options))
	for _, o := range options {
		out = append(out, pick{Value: o.Value, Label: o.Label})
	}
	return out
}

// data is d as an attribute holds it.
func (d design) data() string {
	out, err := json.Marshal(d)
	if err != nil {
		return "{}" // strings and numbers alone: cannot fail
	}
	return string(out)
}

// faultLine is a Fault with its text.
type faultLine struct {
	Rule  string   `json:"rule"`
	Text  string   `json:"text"`
	ID    string   `json:"id"`
	Where string   `json:"where"`
	More  string   `json:"detail"`
	Line  int      `json:"line"`
	Path  []string `json:"path"`
	Stuck []string `json:"stuck"`
}

func faultLines(faults []Fault) []faultLine {
	out := make([]faultLine, 0, len(faults))
	for _, f := range faults {
		where := f.Name
		if where == "" {
			where = elementWord(f.Element)
		}
		out = append(out, faultLine{Rule: f.Rule, Text: text.T(f.Rule), ID: f.ID, Where: where, More: f.Detail, Line: f.Row, Path: f.Path, Stuck: f.Stuck})
	}
	return out
}

// posted is what the designer sends.
type posted struct {
	XML     string          `json:"xml"`
	Version int             `json:"version"`
	Origin  string          `json:"origin"`
	Do      string          `json:"do"`
	Ticket  int             `json:"ticket"`
	Marking json.RawMessage `json:"marking"`
	Facts   map[string]any  `json:"facts"`
}

func readPosted(r *http.Request) (p posted, err error) {
	if err = json.NewDecoder(r.Body).Decode(&p); err != nil {
		if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
			return p, err
		}
		return p, fault.New(fault.Invalid, "flow_invalid").Because(err)
	}
	return p, nil
}

func answer(w http.ResponseWriter, status int, v any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	return json.NewEncoder(w).Encode(v)
}

// told answers a script: what fails is said in words, never as a page.
func (h handlers) told(fn kit.Handler) http.HandlerFunc {
	return h.Shell.Handle(func(w http.ResponseWriter, r *http.Request) error {
		err := fn(w, r)
		f, ok := fault.As(err)
		if err == nil || !ok || fault.KindOf(err) == fault.Internal {
			return err
		}
		said := []string{text.T(f.Text)}
		for _, key := range slices.Sorted(maps.Keys(f.Fields)) {
			said = append(said, text.T(f.Fields[key]))
		}
		return answer(w, kit.StatusOf(fault.KindOf(err)), map[string]string{"text": strings.Join(said, ""), "detail": f.Detail, "rule": f.Text})
	})
}

// checkFlow proves a drawing without keeping it.
func (h handlers) checkFlow(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.Service.Show(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	p, err := readPosted(r)
	if err != nil {
		return err
	}
	faults, readable, err := h.Stage.Examine(r.Context(), sh.Version.TenantID, []byte(p.XML), sh.Version.Body.PromisedDays)
	if err != nil {
		return err
	}
	return answer(w, http.StatusOK, map[string]any{"readable": readable, "faults": faultLines(faults)})
}

// saveFlow keeps the drawing in the open draft. What is not sound is kept too, and told;
// what cannot be read is not.
func (h handlers) saveFlow(w http.ResponseWriter, r *http.Request) error {
	sh, err := h.draft(r)
	if err != nil {
		return err
	}
	p, err := readPosted(r)
	if err != nil {
		return err
	}
	faults, readable, err := h.Stage.Examine(r.Context(), sh.Version.TenantID, []byte(p.XML), sh.Version.Body.PromisedDays)
	if err != nil {
		return err
	}
	out := map[string]any{"readable": readable, "faults": faultLines(faults)}
	if !readable {
		return answer(w, http.StatusUnprocessableEntity, out)
	}
	v, err := h.Service.Edit(r.Context(), sh.Version.ID, p.Version, catalog.Draft{Body: sh.Version.Body, Flow: []byte(p.XML)})
	if fault.KindOf(err) == fault.Conflict {
		out["version"], out["conflict"] = sh.Version.Version, true // the next save is made knowing this
		return answer(w, http.StatusConflict, out)
	}
	if err != nil {
		return err
	}
	out["version"], out["saved"] = v.Version, v.UpdatedAt.Format(time.RFC3339)
	return answer(w, http.StatusOK, out)
}

// flowPlaces finds where a play may begin.
func (h handlers) flowPlaces(w http.ResponseWriter, r *http.Request) error {
	if _, err := h.Service.Show(r.Context(), chi.URLParam(r, "id")); err != nil {
		return err
	}
	spots, err := h.Stage.Villages(r.Context(), r.URL.Query().Get("q"))
	if err != nil {
		return err
	}
	out := make([]pick, 0, len(spots))
	for _, s := range spots {
		out = append(out, pick{Value: strconv.FormatInt(int64(s.ID), 10), Label: s.Name, Group: s.Way})
	}
	return answer(w, http.StatusOK, out)
}
