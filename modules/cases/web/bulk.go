package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// bulk is one page of a batch: choosing the act, what it would do, or what it did.
type bulk struct {
	look
	form   kit.FormValues
	back   string
	rows   []cases.Row // that were chosen
	open   map[string]int
	people []kit.Option
	act    string

	phrases []string
	done    []cases.Done // tried, or done
	ran     bool
	failed  int
}

// bulk leads through a batch (批量办理): which act, what would happen, what did.
func (h handlers) bulk(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	b := bulk{look: h.look(), form: form, act: form.Get("act"), back: kit.LocalPath(form.Get("back"), h.d.Base+"/todo")}
	chosen := chosenIn(form)
	if len(chosen) == 0 {
		h.d.Shell.Flash.Set(w, kit.Yellow, "case_batch_none")
		return kit.SeeOther(w, r, b.back)
	}
	if b.rows, err = h.d.Service.Pick(r.Context(), chosen); err != nil {
		return err
	}
	batch := cases.Bulk{Act: b.act, Opinion: form.Get("opinion"), Colleague: form.Get("colleague"), Cases: chosen}
	switch {
	case b.act == cases.BulkWatch:
		done, err := h.d.Service.Perform(r.Context(), batch)
		if err != nil {
			return err
		}
		return h.d.Shell.Done(w, r, b.back, "cases.did_watch_all", len(done))
	case form.Get("step") == "confirm" && h.checks(&b):
		b.done, err = h.d.Service.Rehearse(r.Context(), batch)
		return h.bulkDone(w, r, b, err)
	case form.Get("step") == "run" && h.checks(&b):
		b.ran = true
		b.done, err = h.d.Service.Perform(r.Context(), batch)
		return h.bulkDone(w, r, b, err)
	}
	return h.bulkChoose(w, r, b)
}

// chosenIn reads which cases were chosen, each with the version that was seen.
func chosenIn(f kit.FormValues) (out []cases.Chosen) {
	for _, s := range f.All("case") {
		caseID, version, _ := strings.Cut(s, ".")
		n, err := strconv.Atoi(version)
		if _, bad := id36(caseID); bad != nil || err != nil || len(out) >= cases.MaxBulk {
			continue
		}
		out = append(out, cases.Chosen{ID: caseID, Version: n})
	}
	return out
}

// checks reports whether the form of a batch says all that its act needs.
func (handlers) checks(b *bulk) bool {
	switch b.act {
	case cases.BulkAccept, cases.BulkPass, cases.BulkGrant, cases.BulkRefer, cases.BulkUrge:
	default:
		b.form.Wrong("act", "required")
	}
	if len([]rune(b.form.Get("opinion"))) > maxAnswer {
		b.form.Wrong("opinion", "too_long")
	}
	if b.act == cases.BulkPass || b.act == cases.BulkGrant {
		b.form.Require("opinion")
	}
	if b.act == cases.BulkRefer {
		b.form.Require("colleague", "opinion")
	}
	return !b.form.Failed()
}

func (h handlers) bulkChoose(w http.ResponseWriter, r *http.Request, b bulk) error {
	scope, err := tenancy.From(r.Context())
	if err != nil {
		return err
	}
	if b.phrases, err = h.d.Service.Phrases(r.Context()); err != nil {
		return err
	}
	head := h.d.Service.MayRefer(r.Context()) == nil
	b.open = map[string]int{}
	for i := range b.rows {
		for _, act := range h.d.Service.BulkActsFor(scope, &b.rows[i], head) {
			b.open[act]++
		}
	}
	if b.open[cases.BulkRefer] > 0 {
		people, err := h.d.Service.Colleagues(r.Context())
		if err != nil {
			return err
		}
		for _, p := range people {
			b.people = append(b.people, kit.Option{Value: p.ID, Label: p.Name + "（" + postsText(p.Roles) + "）" + awayText(p.Away, p.StandIn)})
		}
	}
	status := http.StatusOK
	if b.form.Failed() {
		status = http.StatusUnprocessableEntity
	}
	return h.bulkPage(w, r, status, b, bulkChoosePage(b))
}

func (h handlers) bulkDone(w http.ResponseWriter, r *http.Request, b bulk, err error) error {
	if err != nil {
		return fmt.Errorf("batch: %w", err)
	}
	for _, d := range b.done {
		if d.Err != nil {
			b.failed++
		}
	}
	if b.ran {
		return h.bulkPage(w, r, http.StatusOK, b, bulkResultPage(b))
	}
	return h.bulkPage(w, r, http.StatusOK, b, bulkConfirmPage(b))
}

func (h handlers) bulkPage(w http.ResponseWriter, r *http.Request, status int, b bulk, content kit.Page) error {
	content.Active = "todo"
	return h.page(w, r, status, content, kit.Crumb{Label: titleTodo, Href: b.to("/todo")})
}

// whyNot says why nothing is done to a case.
func whyNot(err error) string {
	f, ok := fault.As(err)
	if !ok {
		return text.T("internal")
	}
	for field, key := range f.Fields {
		if field != "" && key != "" {
			return strings.TrimSpace(text.T(key) + suffix(f.Detail))
		}
	}
	if f.Kind == fault.Forbidden && f.Detail != "" {
		return f.Detail
	}
	return text.T(f.Text) + suffix(f.Detail)
}

func suffix(s string) string {
	if s == "" {
		return ""
	}
	return "：" + s
}
