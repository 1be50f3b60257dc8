package web

import (
	"net/http"
	"strconv"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// yearView is the page of the working calendar (工作日历).
type yearView struct {
	look
	supervision.Year
	form      kit.FormValues // a new exception
	trouble   trouble
	ask       kit.FormValues // the calculator
	explained *supervision.Explained
}

func (h handlers) calendar(w http.ResponseWriter, r *http.Request) error {
	return h.showYear(w, r, http.StatusOK, yearView{})
}

func (h handlers) showYear(w http.ResponseWriter, r *http.Request, status int, v yearView) (err error) {
	v.look = h.look()
	wanted, err := strconv.Atoi(r.URL.Query().Get("year"))
	if err != nil {
		wanted = calendar.DateOf(v.now).Year()
	}
	if v.Year, err = h.d.Service.Year(r.Context(), wanted); err != nil {
		return err
	}
	if err := h.reckon(r, &v); err != nil {
		return err
	}
	return h.page(w, r, status, kit.Page{Title: titleCalendar, Active: "calendar", Content: yearPage(v)})
}

// reckon answers the calculator when its form was sent (GET, so that an answer
// can be passed on as an address).
func (h handlers) reckon(r *http.Request, v *yearView) error {
	q := r.URL.Query()
	v.ask = kit.NewForm(map[string]string{"from": v.Today.String(), "limit": "20"})
	if !q.Has("from") {
		return nil
	}
	v.ask = kit.NewForm(map[string]string{"from": q.Get("from"), "limit": q.Get("limit")})
	from, err := calendar.ParseDate(v.ask.Get("from"))
	if err != nil {
		v.ask.Wrong("from", "not_a_date")
		return nil //nolint:nilerr // told beside the field
	}
	limit := v.ask.Int("limit")
	if v.ask.Failed() {
		return nil
	}
	v.explained, err = h.d.Service.Reckon(r.Context(), from, limit)
	if v.ask.Blame(err) {
		return nil
	}
	return err
}

func (h handlers) setDay(w http.ResponseWriter, r *http.Request) error {
	v, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	v.Require("day", "working", "name")
	day, err := calendar.ParseDate(v.Get("day"))
	if err != nil {
		v.Wrong("day", "not_a_date")
	}
	if err = v.Err(); err == nil {
		err = h.d.Service.SetDay(r.Context(), day, v.Get("working") == "1", v.Get("name"), v.Get("source"))
	}
	if v.Blame(err) {
		return h.showYear(w, r, http.StatusUnprocessableEntity, yearView{form: v})
	}
	if t, ok := caught(err); ok {
		return h.showYear(w, r, t.status, yearView{form: v, trouble: t})
	}
	if err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.yearURL(day), "calendar.day_saved")
}

func (h handlers) yearURL(d calendar.Date) string {
	return h.d.Base + "/calendar?year=" + strconv.Itoa(d.Year())
}

func (h handlers) clearDay(w http.ResponseWriter, r *http.Request) error {
	day, err := calendar.ParseDate(chi.URLParam(r, "day"))
	if err != nil {
		return fault.New(fault.NotFound, "not_found").Because(err)
	}
	if ok, err := h.d.Shell.Confirmed(w, r, dayConfirm(h.look(), day)); !ok {
		return err
	}
	if err := h.d.Service.ClearDay(r.Context(), day); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.yearURL(day), "calendar.day_cleared")
}

// month is one sheet of the year: its weeks, Monday first, with nil before the
// first day and after the last.
type month struct {
	month time.Month
	weeks [][]*supervision.Cell
}

func (v yearView) months() (out []month) {
	for i := range v.Cells {
		c := &v.Cells[i]
		day := c.Date.Start().In(calendar.Zone())
		if day.Day() == 1 {
			out = append(out, month{month: day.Month()})
		}
		m := &out[len(out)-1]
		column := (int(day.Weekday()) + 6) % 7
		if len(m.weeks) == 0 || column == 0 {
			m.weeks = append(m.weeks, make([]*supervision.Cell, 7))
		}
		m.weeks[len(m.weeks)-1][column] = c
	}
	return out
}
