// Package web shows the catalogue at the desk: the list of items (事项), the
// editor of their drafts, review with a comparison field by field, history,
// withdrawal, and what a lower level changes of an inherited item (细化).
//
// Every page works without scripts: rows of the editor are added, moved and
// removed by submit buttons, and a refused form comes back as it was typed.
package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
)

// Line is a step of a flow (环节) as the editor lists it. It is an alias of its
// shape, so that whoever keeps flows needs no adapter.
type Line = struct {
	ID, Name, Kind, Level, Tenant, Post string

	Limit int // working days
}

// Finding is one reason why a flow cannot be read or published.
type Finding = struct {
	Rule   string // catalogue key
	Where  string // name of the element, or its id
	Detail string
	Row    int // in the XML, from 1; 0 when the whole flow is meant
}

// Sketch is a flow as it was read.
type Sketch = struct {
	Lines    []Line
	Straight bool   // one step after the other: a list of lines says it all
	SVG      []byte // nil when the flow cannot be read
	Problems []Finding
}

// Flows writes, reads and draws flows (流程) in BPMN 2.0 XML.
type Flows interface {
	Compose(name string, lines []Line) []byte
	// Drawn returns a flow with a drawing: its own, or one that is made where it has none.
	Drawn(src []byte) []byte
	// ComposeJoint is Compose for a theme (一件事): behind the acceptance the flow waits
	// for the parts, under the name given.
	ComposeJoint(name, wait string, lines []Line) []byte
	Inspect(xml []byte, promisedDays int) Sketch
}

// Deps is what the pages need.
type Deps struct {
	Service *catalog.Service
	Flows   Flows
	Stage   Stage        // what the flow designer asks
	Laws    Laws         // the legal library; nil leaves its help out
	Files   Files        // keeps blank forms and samples; nil leaves their fields out
	Forms   Forms        // keeps electronic forms; nil leaves their field out
	Filings Filings      // counts cases; nil leaves the figure out
	Papers  []kit.Option // the documents that a step may have to issue
	// Services are those that a flow may call.
	Services []kit.Option
	Shell    kit.Shell
	Base     string // where Mount is mounted: /desk
	// SiteURL is the address of a tenant's citizen site, for the preview of a
	// guide; nil or an empty answer leaves the link out.
	SiteURL func(tenant tenancy.ID) string
}

// Mount registers the pages relative to Base.
func Mount(r chi.Router, d Deps) {
	h := handlers{d}
	r = r.With(h.withBook)
	on := d.Shell.Handle
	r.Get("/items", on(h.list))
	r.Get("/items/export.xlsx", on(h.export))
	r.Get("/items/statistics", on(h.statistics))
	r.Get("/items/statistics.xlsx", on(h.exportStatistics))
	r.Get("/items/compare", on(h.comparison))
	r.Get("/items/compare.xlsx", on(h.exportComparison))
	r.Get("/items/check", on(h.check))
	r.Get("/items/check.xlsx", on(h.exportCheck))
	r.Get("/items/imports", on(h.imports))
	r.Post("/items/imports", on(h.upload))
	r.Get("/items/imports/template.xlsx", on(h.template))
	r.Get("/items/imports/{id}", on(h.tried))
	r.Post("/items/imports/{id}", on(h.mapped))
	r.Post("/items/imports/{id}/start", on(h.start))
	r.Get("/items/imports/{id}/report.xlsx", on(h.report))
	r.Get("/items/themes", on(h.themes))
	r.Post("/items/themes", on(h.newTheme))
	r.Get("/items/new", on(h.blank))
	r.Post("/items", on(h.create))
	r.Get("/items/basic", on(h.basic))
	r.Get("/items/basic.xlsx", on(h.exportBasic))
	r.Get("/items/claims", on(h.claims))
	r.Post("/items/claims", on(h.claim))
	r.Post("/items/autosave", on(h.autosave))
	r.Get("/items/reviews", on(h.reviews))
	r.Get("/items/reviews/{id}", on(h.review))
	r.Post("/items/reviews/{id}/publish", on(h.publish))
	r.Post("/items/reviews/{id}/return", on(h.sendBack))
	r.Get("/items/synonyms", on(h.synonyms))
	r.Post("/items/synonyms", on(h.addSynonym))
	r.Post("/items/synonyms/{id}/remove", on(h.removeSynonym))
	r.Get("/items/merge", on(h.askMerge))
	r.Post("/items/merge", on(h.merge))
	r.Get("/items/settings", on(h.chainSettings))
	r.Post("/items/settings/chain", on(h.saveChain))
	r.Get("/items/settings/notices", on(h.templateSettings))
	r.Get("/items/settings/notices/{key}", on(h.templateSettings))
	r.Post("/items/settings/notices/{key}", on(h.saveTemplate))
	r.Get("/items/settings/codes", on(h.dictionary))
	r.Get("/items/settings/codes/{system}", on(h.codeList))
	r.Post("/items/settings/codes/{system}", on(h.addCode))
	r.Get("/items/settings/codes/{system}/export.xlsx", on(h.exportCodes))
	r.Get("/items/settings/codes/{system}/{code}", on(h.codeList))
	r.Post("/items/settings/codes/{system}/{code}", on(h.changeCode))
	r.Get("/items/settings/locks", on(h.lockSettings))
	r.Post("/items/settings/locks", on(h.addLock))
	r.Post("/items/settings/locks/{id}/remove", on(h.removeLock))
	r.Get("/items/tasks", on(h.tasks))
	r.Get("/items/tasks/{id}", on(h.task))
	r.Post("/items/tasks/{id}", on(h.answerTask))
	r.Get("/items/requests", on(h.requests))
	r.Get("/items/requests/{id}", on(h.request))
	r.Post("/items/requests/{id}/answer", on(h.answerRequest))
	r.Post("/items/requests/{id}/withdraw", on(h.withdrawRequest))
	r.Get("/items/{id}", on(h.show))
	r.Get("/items/{id}/edit", on(h.edit))
	r.Post("/items/{id}/edit", on(h.save))
	r.Post("/items/{id}/revise", on(h.revise))
	r.Post("/items/{id}/take-over", on(h.takeOver))
	r.Post("/items/{id}/discard", on(h.discard))
	r.Post("/items/{id}/submit", on(h.submit))
	r.Get("/items/{id}/acts/{act}", on(h.askAct))
	r.Post("/items/{id}/acts/{act}", on(h.beginAct))
	r.Post("/items/{id}/parts", on(h.addPart))
	r.Post("/items/{id}/dates", on(h.setDates))
	r.Post("/items/{id}/take-back", on(h.takeBack))
	r.Get("/items/{id}/impact", on(h.impact))
	r.Get("/items/{id}/impact.xlsx", on(h.exportImpact))
	r.Get("/items/{id}/history", on(h.history))
	r.Get("/items/{id}/flow.bpmn", on(h.download))
	r.Get("/items/{id}/flow", on(h.flowPage))
	r.Post("/items/{id}/flow", h.told(h.saveFlow))
	r.Post("/items/{id}/flow/check", h.told(h.checkFlow))
	r.Post("/items/{id}/flow/play", h.told(h.playFlow))
	r.Get("/items/{id}/flow/places", h.told(h.flowPlaces))
	r.Get("/items/{id}/theme", on(h.theme))
	r.Post("/items/{id}/theme", on(h.changeTheme))
	r.Get("/items/{id}/override", on(h.override))
	r.Post("/items/{id}/override", on(h.saveOverride))
	r.Post("/items/{id}/override/reset", on(h.resetOverride))
	r.Get("/items/{id}/request", on(h.ask))
	r.Post("/items/{id}/request", on(h.sendRequest))
}

type handlers struct{ Deps }

// withBook lets a page read and offer codes as they count for whoever asks.
func (h handlers) withBook(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		b, err := h.Service.Book(r.Context())
		if err != nil { // no scope, no database: the page itself says so
			b = codes.National()
		}
		next.ServeHTTP(w, r.WithContext(codes.With(r.Context(), b)))
	})
}

func (h handlers) items(path string) string { return h.Base + "/items" + path }

// page answers with a page below the list of items.
func (h handlers) page(w http.ResponseWriter, r *http.Request, status int, p kit.Page) error {
	if p.Active == "" {
		p.Active = "items"
	}
	p.Crumbs = append([]kit.Crumb{homeCrumb(h.Base)}, p.Crumbs...)
	return h.Shell.Page(w, h.naming(r), status, p)
}

// guideURL is where citizens of the actor's tenant read about an item; "" when unknown.
func (h handlers) guideURL(r *http.Request, itemID string) string {
	sc, err := tenancy.From(r.Context())
	if err != nil || h.SiteURL == nil {
		return ""
	}
	site := h.SiteURL(sc.Tenant)
	if site == "" {
		return ""
	}
	return site + "/items/" + itemID
}

func own(r *http.Request) tenancy.ID {
	sc, err := tenancy.From(r.Context())
	if err != nil {
		return -1
	}
	return sc.Tenant
}
