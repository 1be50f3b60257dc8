// Package gallery shows every layout and component of the kit with invented
// data, for engineers to look at and for the tests to check.
package gallery

import (
	"log/slog"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// Handler serves the gallery with the whole middleware chain; secret signs its cookies.
func Handler(log *slog.Logger, secret []byte, now func() time.Time) http.Handler {
	mux := http.NewServeMux()
	mux.Handle(kit.AssetsPath, kit.Assets())
	mux.HandleFunc("POST "+kit.ElderPath, kit.ToggleElder)
	g := gallery{log: log, flash: kit.Flasher{Secret: secret}}
	g.citizen(mux)
	g.desk(mux)
	g.others(mux)
	mux.HandleFunc("/", g.shell(site).NotFound)
	var h http.Handler = mux
	for _, m := range []func(http.Handler) http.Handler{
		kit.CSRF(kit.CSRFOptions{Secret: secret}), kit.MaxBody(1 << 20),
		kit.SecurityHeaders(false), kit.Recover(log), kit.Log(log, now), kit.RequestID,
	} {
		h = m(h)
	}
	return h
}

// Paths lists the pages that the tests look at.
func Paths() []string {
	return []string{
		"/", "/guide", "/apply", "/apply?wrong", "/desk/todo", "/desk/todo?empty", "/desk/dash", "/desk/form?wrong", "/desk/case",
		"/village", "/village/form", "/login", "/login?wrong", "/print",
		"/error/403", "/error/404", "/error/409", "/error/422", "/error/500", "/desk/error/403",
	}
}

type gallery struct {
	log   *slog.Logger
	flash kit.Flasher
}

func (g gallery) shell(layout func(kit.Page) templ.Component) kit.Shell {
	return kit.Shell{Log: g.log, Flash: g.flash, Layout: func(_ *http.Request, p kit.Page) templ.Component { return layout(p) }}
}

// show adds a page that is always the same.
func (g gallery) show(mux *http.ServeMux, path string, layout func(kit.Page) templ.Component, page func(*http.Request) kit.Page) {
	s := g.shell(layout)
	mux.HandleFunc("GET "+path, s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		return s.Page(w, r, http.StatusOK, page(r))
	}))
}

func (g gallery) citizen(mux *http.ServeMux) {
	g.show(mux, "/{$}", site, func(*http.Request) kit.Page {
		return kit.Page{Title: "首页", Active: "home", Home: true, Content: citizenHome()}
	})
	g.show(mux, "/guide", site, func(*http.Request) kit.Page {
		return kit.Page{Title: "食品经营许可", Active: "legal", Crumbs: home("法人办事", "/legal"), Content: guidePage()}
	})
	g.show(mux, "/apply", site, func(r *http.Request) kit.Page {
		return kit.Page{Title: "在线申请", Active: "legal", Crumbs: home("食品经营许可", "/guide"), Content: applyPage(form(r))}
	})
	for path, err := range map[string]*fault.Error{
		"403": fault.New(fault.Forbidden, "forbidden").With("授权已于 2026 年 11 月 20 日到期，到期后不能再受理本事项。"),
		"404": fault.New(fault.NotFound, "not_found"),
		"409": fault.New(fault.Precondition, "conflict").With("办件已经办结，不能再次作出决定。"),
		"422": {Kind: fault.Invalid, Text: "invalid", Fields: map[string]string{"phone": "not_a_phone"}},
		"500": fault.New(fault.Internal, "x"),
	} {
		fail := func(http.ResponseWriter, *http.Request) error { return err }
		mux.HandleFunc("GET /error/"+path, g.shell(site).Handle(fail))
		mux.HandleFunc("GET /desk/error/"+path, g.shell(desk).Handle(fail))
	}
}

func (g gallery) desk(mux *http.ServeMux) {
	g.show(mux, "/desk/todo", desk, func(r *http.Request) kit.Page {
		q := kit.ParseList(r, []string{"name", "accepted"}, kit.ListQuery{
			Sort: "accepted", Desc: true, Filters: map[string]string{"department": "", "limit": ""},
		})
		rows := todos()
		if strings.Contains(r.URL.RawQuery, "empty") {
			rows = nil
		}
		return kit.Page{Title: "待办事项", Active: "todo", Crumbs: bench(), Content: todoPage(q, rows)}
	})
	g.show(mux, "/desk/dash", desk, func(*http.Request) kit.Page {
		return kit.Page{Title: "监督看板", Active: "dash", Crumbs: bench(), Content: dashPage()}
	})
	g.show(mux, "/desk/form", desk, func(r *http.Request) kit.Page {
		return kit.Page{Title: "表单填报", Active: "form", Crumbs: bench(), Content: deskForm(form(r))}
	})
	g.show(mux, "/desk/case", desk, func(*http.Request) kit.Page {
		return kit.Page{Title: "办理进程", Active: "case", Crumbs: bench(), Content: casePage()}
	})
	s := g.shell(desk)
	mux.HandleFunc("POST /desk/case", s.Handle(func(w http.ResponseWriter, r *http.Request) error {
		if ok, err := s.Confirmed(w, r, revoke()); !ok {
			return err
		}
		return s.Done(w, r, "/desk/todo", "saved")
	}))
}

func (g gallery) others(mux *http.ServeMux) {
	g.show(mux, "/village", village(-1), func(*http.Request) kit.Page {
		return kit.Page{Title: "首页", Home: true, Content: villageHome()}
	})
	g.show(mux, "/village/form", village(1), func(r *http.Request) kit.Page {
		return kit.Page{Title: "帮办：草畜平衡补贴", Content: villageForm(form(r))}
	})
	g.show(mux, "/login", plain, func(r *http.Request) kit.Page {
		return kit.Page{Title: "登录", Content: loginPage(form(r))}
	})
	g.show(mux, "/print", paper, func(*http.Request) kit.Page {
		return kit.Page{Title: "受理通知书", Crumbs: []kit.Crumb{{Label: "办理进程", Href: "/desk/case"}}, Content: noticePage()}
	})
}

// form is an empty form, or with ?wrong one that was refused.
func form(r *http.Request) kit.FormValues {
	v := kit.NewForm(map[string]string{"name": "青山县好味道餐馆", "phone": "1380000"})
	if strings.Contains(r.URL.RawQuery, "wrong") {
		v.Wrong("phone", "not_a_phone")
		v.Wrong("id", "required")
		v.Wrong("online", "required")
		v.Wrong("password", "required")
	}
	return v
}
