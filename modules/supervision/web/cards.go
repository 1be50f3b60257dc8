package web

import (
	"iter"
	"net/http"

	"liandong/modules/supervision"
	"liandong/portal-sites/kit"
)

// sheetSize bounds an export.
const sheetSize = 20_000

func (h handlers) cardQuery(r *http.Request) (kit.ListQuery, supervision.CardQuery) {
	l := kit.ParseList(r, []string{"no", "item", "unit", "due", "colour", "state", "raised"}, kit.ListQuery{
		Size: 20, Sort: "raised", Desc: true,
		Filters: map[string]string{"colour": "", "state": "", "scope": "", "unit": "", "item": "", "from": "", "to": ""},
	})
	q := supervision.CardQuery{
		Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Colour: supervision.Colour(l.Filter("colour")),
		Scope: supervision.Scope(l.Filter("scope")), Unit: unit(l.Filter("unit")), Item: l.Filter("item"),
	}
	q.From, q.To = span(l.Filter("from"), l.Filter("to"))
	if s := l.Filter("state"); s == "live" {
		q.Live = true
	} else {
		q.State = supervision.State(s)
	}
	return l, q
}

func (h handlers) cards(w http.ResponseWriter, r *http.Request) error {
	l, q := h.cardQuery(r)
	p, err := h.d.Service.Cards(r.Context(), q)
	if err != nil {
		return err
	}
	us, err := h.d.Service.Units(r.Context(), q.Unit)
	if err != nil {
		return err
	}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleCards, Active: "cards", Content: cardsPage(h.look(), l, p, us)}, h.boardCrumb())
}

func (h handlers) boardCrumb() kit.Crumb {
	return kit.Crumb{Label: titleBoard, Href: h.d.Base + "/supervision"}
}

func (h handlers) cardsXLSX(w http.ResponseWriter, r *http.Request) error {
	_, q := h.cardQuery(r)
	rows := every(func(page, size int) ([]supervision.CardRow, error) {
		q.Page, q.Size = page, size
		p, err := h.d.Service.Cards(r.Context(), q)
		return p.Rows, err
	}, cardCells)
	return kit.XLSX(w, titleCards, titleCards, cardHead(), rows)
}

// every walks all pages of a list and turns rows into cells.
func every[T any](page func(page, size int) ([]T, error), cells func(T) []any) iter.Seq2[[]any, error] {
	const size = 200
	return func(yield func([]any, error) bool) {
		for n := 1; n <= sheetSize/size; n++ {
			rows, err := page(n, size)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, r := range rows {
				if !yield(cells(r), nil) {
					return
				}
			}
			if len(rows) < size {
				return
			}
		}
	}
}
