package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
)

// cardView is the page of one card: its facts, its clock, and the forms.
type cardView struct {
	look
	supervision.CardView
	order, withdraw kit.FormValues
	trouble         trouble
}

func (h handlers) card(w http.ResponseWriter, r *http.Request) error {
	return h.showCard(w, r, http.StatusOK, cardView{})
}

func (h handlers) showCard(w http.ResponseWriter, r *http.Request, status int, v cardView) (err error) {
	v.look = h.look()
	if v.CardView, err = h.d.Service.Card(r.Context(), chi.URLParam(r, "id")); err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleCard, Active: "cards", Content: cardPage(v)}, h.boardCrumb(), kit.Crumb{Label: titleCards, Href: h.d.Base + "/supervision/cards"})
}

func (h handlers) issue(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	in := supervision.Demand{CardID: chi.URLParam(r, "id"), Text: v.Get("demand"), AnswerDays: v.Int("answer_days"), Key: v.Posted()}
	var o supervision.Order
	if err = v.Err(); err == nil {
		o, err = h.d.Service.Issue(r.Context(), in)
	}
	if v.Blame(err) {
		return h.showCard(w, r, http.StatusUnprocessableEntity, cardView{order: v})
	}
	if t, ok := caught(err); ok {
		return h.showCard(w, r, t.status, cardView{order: v, trouble: t})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/supervision/orders/"+o.ID, "supervision.order_issued")
}

func (h handlers) withdraw(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id := chi.URLParam(r, "id")
	seen := v.Int("version")
	if err = v.Err(); err == nil {
		_, err = h.d.Service.WithdrawCard(r.Context(), id, seen, v.Get("reason"))
	}
	if v.Blame(err) {
		return h.showCard(w, r, http.StatusUnprocessableEntity, cardView{withdraw: v})
	}
	if t, ok := caught(err); ok {
		return h.showCard(w, r, t.status, cardView{withdraw: v, trouble: t})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/supervision/cards/"+id, "supervision.card_withdrawn")
}
