package desk

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// topic is one page of the help.
type topic struct {
	key, title, note, icon string
	body                   templ.Component
}

func (h handlers) mountHelp(r chi.Router) {
	r.Get("/help", h.shell.Handle(h.helpIndex))
	r.Get("/help/who", h.shell.Handle(h.who))
	r.Get("/help/{topic}", h.shell.Handle(h.helpTopic))
}

func (h handlers) helpIndex(w http.ResponseWriter, r *http.Request) error {
	return h.shell.Page(w, r, http.StatusOK, kit.Page{Title: helpTitle(), Active: "help", Crumbs: h.crumbs(), Content: helpPage(h.Deps)})
}

func (h handlers) helpTopic(w http.ResponseWriter, r *http.Request) error {
	key := chi.URLParam(r, "topic")
	all := topics(h.Deps)
	i := slices.IndexFunc(all, func(t topic) bool { return t.key == key })
	if i < 0 {
		return fault.New(fault.NotFound, "page_not_found")
	}
	crumbs := append(h.crumbs(), kit.Crumb{Label: helpTitle(), Href: h.Base + "/help"})
	return h.shell.Page(w, r, http.StatusOK, kit.Page{Title: all[i].title, Active: "help", Crumbs: crumbs, Content: topicPage(h.Deps, all, i)})
}

// who shows the law as a table: what one role may do, or all of them side by side.
func (h handlers) who(w http.ResponseWriter, r *http.Request) error {
	scope, err := tenancy.From(r.Context())
	if err != nil {
		return err
	}
	roles, err := policies.Roles()
	if err != nil {
		return err
	}
	chosen := r.URL.Query().Get("role")
	if chosen == "" && len(scope.Actor.Roles) > 0 {
		chosen = scope.Actor.Roles[0]
	}
	m := rights{roles: roles, areas: policies.Matrix(), chosen: chosen, mine: scope.Actor.Roles}
	crumbs := append(h.crumbs(), kit.Crumb{Label: helpTitle(), Href: h.Base + "/help"})
	return h.shell.Page(w, r, http.StatusOK, kit.Page{Title: whoTitle(), Active: "help", Crumbs: crumbs, Content: whoPage(h.Deps, m)})
}

// rights is the matrix with one role picked out.
type rights struct {
	roles  []policies.Term
	areas  []policies.Area
	chosen string
	mine   []string
}

// column is where the chosen role stands in every area; -1 for all roles.
func (m rights) column() int {
	return slices.IndexFunc(m.roles, func(t policies.Term) bool { return t.Key == m.chosen })
}

func (h handlers) crumbs() []kit.Crumb {
	return []kit.Crumb{{Label: homeTitle(), Href: h.Base}}
}
