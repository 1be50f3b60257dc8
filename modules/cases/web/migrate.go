package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
)

// Parts names the nodes of a flow. The wire answers it with flows.Definition.Parts.
type Parts interface {
	Parts(ctx context.Context, ref cases.FlowRef) ([]kit.Option, error)
}

// MigrateDeps is what the pages about moving running cases need.
type MigrateDeps struct {
	Service *cases.Service
	Shell   kit.Shell
	Base    string
	Home    kit.Crumb
	Parts   Parts
}

// MountMigrations registers them relative to d.Base.
func MountMigrations(r chi.Router, d MigrateDeps) {
	h := movers{d}
	r.Get("/items/{id}/migrate", d.Shell.Handle(h.show))
	r.Post("/items/{id}/migrate", d.Shell.Handle(h.ask))
	r.Get("/items/{id}/migrations/{migration}", d.Shell.Handle(h.report))
	r.Post("/items/{id}/migrations/{migration}/undo", d.Shell.Handle(h.undo))
}

type movers struct{ d MigrateDeps }

// moving is what the page shows.
type moving struct {
	base, item string
	at         []cases.Standing
	parts      []kit.Option
	chosen     map[string]string
	plan       []cases.MigrationRow
	tried      bool
	before     []cases.Migration
}

func (h movers) read(r *http.Request) (m moving, err error) {
	m = moving{base: h.d.Base, chosen: map[string]string{}}
	if m.item, err = id(r, "id"); err != nil {
		return m, err
	}
	var into cases.FlowRef
	if m.at, into, err = h.d.Service.Standings(r.Context(), m.item); err != nil {
		return m, err
	}
	if m.parts, err = h.d.Parts.Parts(r.Context(), into); err != nil {
		return m, err
	}
	for _, s := range m.at {
		for _, p := range m.parts {
			if p.Value == s.StepID {
				m.chosen[s.StepID] = p.Value
			}
		}
	}
	m.before, err = h.d.Service.Migrations(r.Context(), m.item)
	return m, err
}

func (h movers) show(w http.ResponseWriter, r *http.Request) error {
	m, err := h.read(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, m)
}

func (h movers) page(w http.ResponseWriter, r *http.Request, status int, m moving) error {
	return h.d.Shell.Page(w, r, status, kit.Page{Title: titleMigrate, Active: "items", Content: migratePage(m), Crumbs: []kit.Crumb{h.d.Home, {Label: titleItem, Href: h.d.Base + "/items/" + m.item}}})
}

// ask tries a migration, or has it done.
func (h movers) ask(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	m, err := h.read(r)
	if err != nil {
		return err
	}
	mapping := map[string]string{}
	for _, s := range m.at {
		if to := form.Get("to:" + s.StepID); to != "" {
			m.chosen[s.StepID] = to
			if to != s.StepID {
				mapping[s.StepID] = to
			}
		}
	}
	if form.Get("do") == "migrate" {
		if _, err := h.d.Service.AskMigration(r.Context(), m.item, mapping); err != nil {
			return err
		}
		return h.d.Shell.Done(w, r, h.d.Base+"/items/"+m.item+"/migrate", "cases.migration_asked")
	}
	m.tried = true
	if m.plan, err = h.d.Service.PlanMigration(r.Context(), m.item, mapping); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, m)
}

func (h movers) report(w http.ResponseWriter, r *http.Request) error {
	item, err := id(r, "id")
	if err != nil {
		return err
	}
	migration, err := id(r, "migration")
	if err != nil {
		return err
	}
	rows, err := h.d.Service.MigrationReport(r.Context(), migration)
	if err != nil {
		return err
	}
	return h.d.Shell.Page(w, r, http.StatusOK, kit.Page{Title: titleReport, Active: "items", Content: migrationReport(h.d.Base, rows), Crumbs: []kit.Crumb{
		h.d.Home, {Label: titleItem, Href: h.d.Base + "/items/" + item}, {Label: titleMigrate, Href: h.d.Base + "/items/" + item + "/migrate"},
	}})
}

func (h movers) undo(w http.ResponseWriter, r *http.Request) error {
	item, err := id(r, "id")
	if err != nil {
		return err
	}
	migration, err := id(r, "migration")
	if err != nil {
		return err
	}
	if ok, err := h.d.Shell.Confirmed(w, r, undoConfirm(h.d.Base, item, migration)); !ok {
		return err
	}
	if err := h.d.Service.UndoMigration(r.Context(), migration); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/items/"+item+"/migrate", "cases.migration_undoing")
}

// why puts the reasons of a row into words.
func why(reason string) string {
	var out []string
	for one := range strings.SplitSeq(reason, "；") {
		key, where, _ := strings.Cut(one, " ")
		if key == "" {
			continue
		}
		out = append(out, where+"："+text.T(key))
	}
	return strings.Join(out, "；")
}
