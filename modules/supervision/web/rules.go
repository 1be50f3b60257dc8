package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
)

// ruleView is the page of the rules; scope is the form that was posted, if any.
type ruleView struct {
	look
	supervision.Rulings
	scope   supervision.Scope
	form    kit.FormValues
	trouble trouble
}

func (h handlers) rules(w http.ResponseWriter, r *http.Request) error {
	return h.showRules(w, r, http.StatusOK, ruleView{})
}

func (h handlers) showRules(w http.ResponseWriter, r *http.Request, status int, v ruleView) (err error) {
	v.look = h.look()
	if v.Rulings, err = h.d.Service.Rulings(r.Context()); err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleRules, Active: "rules", Content: rulesPage(v)}, h.boardCrumb())
}

func (h handlers) setRule(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	scope := supervision.Scope(chi.URLParam(r, "scope"))
	v.Require("warn_days", "yellow_percent", "answer_days")
	m := supervision.Measures{WarnDays: v.Int("warn_days"), YellowPercent: v.Int("yellow_percent"), AnswerDays: v.Int("answer_days")}
	seen := v.Int("version")
	if err = v.Err(); err == nil {
		_, err = h.d.Service.SetRule(r.Context(), scope, m, seen)
	}
	if v.Blame(err) {
		return h.showRules(w, r, http.StatusUnprocessableEntity, ruleView{scope: scope, form: v})
	}
	if t, ok := caught(err); ok {
		return h.showRules(w, r, t.status, ruleView{scope: scope, form: v, trouble: t})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/supervision/rules", "supervision.rule_saved")
}

func (h handlers) clearRule(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	scope, seen := supervision.Scope(chi.URLParam(r, "scope")), v.Int("version")
	if ok, err := h.d.Shell.Confirmed(w, r, clearConfirm(h.look(), scope, seen)); !ok {
		return err
	}
	if err := h.d.Service.ClearRule(r.Context(), scope, seen); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/supervision/rules", "supervision.rule_cleared")
}

// formOf is what stands in the form of one rule: what was typed, else the own
// rule, else what is inherited.
func (v ruleView) formOf(r supervision.Ruling) kit.FormValues {
	if v.scope == r.Scope {
		return v.form
	}
	m := r.Effective.Measures
	if r.Own != nil {
		m = supervision.Measures{WarnDays: r.Own.WarnDays, YellowPercent: r.Own.YellowPercent, AnswerDays: r.Own.AnswerDays}
	}
	return kit.NewForm(map[string]string{"warn_days": number(m.WarnDays), "yellow_percent": number(m.YellowPercent), "answer_days": number(m.AnswerDays)})
}

func seen(r supervision.Ruling) int {
	if r.Own == nil {
		return 0
	}
	return r.Own.Version
}
