package web

import (
	"net/http"

	"github.com/a-h/templ"
	"github.com/go-chi/chi/v5"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

func (h handlers) orderQuery(r *http.Request) (kit.ListQuery, supervision.OrderQuery) {
	l := kit.ParseList(r, []string{"no", "unit", "by", "state", "issued"}, kit.ListQuery{
		Size: 20, Sort: "issued", Desc: true,
		Filters: map[string]string{"state": "", "unit": "", "mine": "", "from": "", "to": ""},
	})
	q := supervision.OrderQuery{Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Unit: unit(l.Filter("unit")), Mine: l.Filter("mine") == "1"}
	q.From, q.To = span(l.Filter("from"), l.Filter("to"))
	if s := l.Filter("state"); s == "late" {
		q.Late = true
	} else {
		q.State = supervision.OrderState(s)
	}
	return l, q
}

func (h handlers) orders(w http.ResponseWriter, r *http.Request) error {
	l, q := h.orderQuery(r)
	p, err := h.d.Service.Orders(r.Context(), q)
	if err != nil {
		return err
	}
	us, err := h.d.Service.Units(r.Context(), q.Unit)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleOrders, Active: "orders", Content: ordersPage(h.look(), l, p, us)}, h.boardCrumb())
}

func (h handlers) ordersXLSX(w http.ResponseWriter, r *http.Request) error {
	_, q := h.orderQuery(r)
	rows := every(func(page, size int) ([]supervision.OrderRow, error) {
		q.Page, q.Size = page, size
		p, err := h.d.Service.Orders(r.Context(), q)
		return p.Rows, err
	}, orderCells)
	return kit.XLSX(w, titleOrders, titleOrders, orderHead(), rows)
}

// orderView is the page of one order with the forms that its state leaves open.
type orderView struct {
	look
	supervision.OrderView
	act     string // the form that was posted
	form    kit.FormValues
	trouble trouble
}

// values are what was typed into the form of act, if that is the one posted.
func (v orderView) values(act string) kit.FormValues {
	if v.act == act {
		return v.form
	}
	return kit.FormValues{}
}

func (h handlers) order(w http.ResponseWriter, r *http.Request) error {
	return h.showOrder(w, r, http.StatusOK, orderView{})
}

func (h handlers) showOrder(w http.ResponseWriter, r *http.Request, status int, v orderView) (err error) {
	v.look = h.look()
	if v.OrderView, err = h.d.Service.Order(r.Context(), chi.URLParam(r, "id")); err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleOrders + " " + v.Order.No, Active: "orders", Content: orderPage(v)}, h.boardCrumb(), kit.Crumb{Label: titleOrders, Href: h.d.Base + "/supervision/orders"})
}

func (h handlers) orderAct(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	id, act := chi.URLParam(r, "id"), chi.URLParam(r, "act")
	seen := v.Int("version")
	key := ""
	switch act {
	case "answer":
		key = "supervision.order_answered"
		_, err = h.d.Service.Answer(r.Context(), id, seen, v.Get("answer"))
	case "return":
		key = "supervision.order_returned"
		_, err = h.d.Service.Return(r.Context(), id, seen, v.Get("reason"))
	case "close":
		key = "supervision.order_closed"
		_, err = h.d.Service.Close(r.Context(), id, seen, v.Get("verdict"))
	default:
		return fault.New(fault.NotFound, "page_not_found")
	}
	if v.Blame(err) {
		return h.showOrder(w, r, http.StatusUnprocessableEntity, orderView{act: act, form: v})
	}
	if t, ok := caught(err); ok {
		return h.showOrder(w, r, t.status, orderView{act: act, form: v, trouble: t})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.d.Base+"/supervision/orders/"+id, key)
}

// paper prints the order (督办单) on A4.
func (h handlers) paper(w http.ResponseWriter, r *http.Request) error {
	v, err := h.d.Service.Order(r.Context(), chi.URLParam(r, "id"))
	if err != nil {
		return err
	}
	sheet := h.d.Shell
	sheet.Layout = func(_ *http.Request, p kit.Page) templ.Component {
		return kit.PrintLayout(kit.PrintView{Title: paperTitle, Number: paperNo(v.Order), Organ: v.IssuerUnit, Date: hanDay(v.Order.IssuedAt), Copies: paperCopies}, p)
	}
	return sheet.Page(w, r, http.StatusOK, kit.Page{Title: paperTitle, Content: orderPaper(v), Crumbs: []kit.Crumb{{Label: titleOrders, Href: h.d.Base + "/supervision/orders/" + v.Order.ID}}})
}
