package web

import (
	"net/http"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// requestsView is the list of what was asked, by the actor's tenant or of it.
type requestsView struct {
	q        kit.ListQuery
	page     catalog.Page[catalog.Request]
	received bool
	waiting  int // received and open
}

func (h handlers) requests(w http.ResponseWriter, r *http.Request) error {
	q := kit.ParseList(r, nil, kit.ListQuery{Size: 20, Filters: map[string]string{"tab": "", "state": ""}}).WithPath(h.items("/requests"))
	v := requestsView{q: q, received: q.Filter("tab") == "received"}
	var err error
	if v.page, err = h.Service.Requests(r.Context(), catalog.RequestQuery{Page: q.Page, Size: q.Size, State: q.Filter("state"), Received: v.received, Text: q.Q}); err != nil {
		return err
	}
	if v.waiting, err = h.Service.CountRequests(r.Context()); err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, requestsPage(h, v))
}

// requestView is one request with what the actor may do about it.
type requestView struct {
	catalog.Request

	asked bool // it is the actor's to answer
	mine  bool // it is the actor's to take back
	seat  tenancy.ID
	form  kit.FormValues
	why   string
}

func (h handlers) requestView(r *http.Request) (v requestView, err error) {
	if v.Request, err = h.Service.Request(r.Context(), chi.URLParam(r, "id")); err != nil {
		return v, err
	}
	v.seat = own(r)
	open := v.State == catalog.RequestOpen
	v.asked = open && v.ToTenant == v.seat && h.Service.May(r.Context(), policies.ItemsAnswer)
	v.mine = open && v.TenantID == v.seat && h.Service.May(r.Context(), policies.ItemsRequest)
	return v, nil
}

func (h handlers) request(w http.ResponseWriter, r *http.Request) error {
	v, err := h.requestView(r)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, requestPage(h, v))
}

func (h handlers) answerRequest(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.requestView(r)
	if err != nil {
		return err
	}
	accept := f.Get("act") == "accept"
	done, err := h.Service.AnswerRequest(r.Context(), v.ID, catalog.Verdict{Accept: accept, Reason: f.Get("reason")})
	switch {
	case err == nil && done.LedTo == catalog.LedToDraft:
		return h.Shell.Done(w, r, h.items("/"+v.ItemID), "item_request_accepted")
	case err == nil && done.LedTo == catalog.LedToOverride:
		return h.Shell.Done(w, r, h.items("/"+v.ItemID+"/override"), "item_request_accepted")
	case err == nil && accept:
		return h.Shell.Done(w, r, h.items("/requests/"+v.ID), "item_request_accepted")
	case err == nil:
		return h.Shell.Done(w, r, h.items("/requests/"+v.ID), "item_request_declined")
	case f.Blame(err):
	case fault.KindOf(err) == fault.Conflict:
		e, _ := fault.As(err)
		v.why = e.Text
	default:
		return err
	}
	v.form = f
	return h.page(w, r, kit.StatusOf(fault.KindOf(err)), requestPage(h, v))
}

func (h handlers) withdrawRequest(w http.ResponseWriter, r *http.Request) error {
	id := chi.URLParam(r, "id")
	if err := h.Service.WithdrawRequest(r.Context(), id); err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/requests/"+id), "item_request_withdrawn")
}

// askView is the form of a new request.
type askView struct {
	st      catalog.Standing
	element string
	to      tenancy.ID
	holder  string
	form    kit.FormValues
}

func (h handlers) askView(r *http.Request, element string) (v askView, err error) {
	if v.st, err = h.Service.Standing(r.Context(), chi.URLParam(r, "id")); err != nil {
		return v, err
	}
	v.element = element
	to, ok := v.st.Holder(own(r), element)
	if !ok || catalog.ElementName(element) == element {
		return v, fault.New(fault.Precondition, "item_request_open")
	}
	v.to, v.holder = to, nameOf(v.st, to)
	if l, locked := v.st.Locks[element]; locked {
		v.holder = l.TenantName
	}
	if !h.Service.May(r.Context(), policies.ItemsRequest) {
		return v, fault.New(fault.Forbidden, "forbidden")
	}
	return v, nil
}

func (h handlers) ask(w http.ResponseWriter, r *http.Request) error {
	v, err := h.askView(r, r.URL.Query().Get("element"))
	if err != nil {
		return err
	}
	v.form = kit.NewForm(nil)
	return h.page(w, r, http.StatusOK, askPage(h, v))
}

func (h handlers) sendRequest(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v, err := h.askView(r, f.Get("element"))
	if err != nil {
		return err
	}
	req, err := h.Service.Ask(r.Context(), catalog.RequestWish{ItemID: v.st.Item.ID, Element: v.element, Wish: f.Get("wish"), Reason: f.Get("reason"), Key: f.Posted()})
	if f.Blame(err) {
		v.form = f
		return h.page(w, r, http.StatusUnprocessableEntity, askPage(h, v))
	}
	if err != nil {
		return err
	}
	return h.Shell.Done(w, r, h.items("/requests/"+req.ID), "item_request_sent")
}
