package web

import (
	"net/http"
	"strings"

	"liandong/modules/laws"
	"liandong/portal-sites/kit"
)

func (h handlers) query(r *http.Request) (kit.ListQuery, laws.Query) {
	l := kit.ParseList(r, []string{"title", "kind", "issuer", "passed", "effective", "updated"},
		kit.ListQuery{Size: 20, Filters: map[string]string{"kind": "", "validity": "", "issuer": "", "state": "", "own": ""}})
	return l, laws.Query{
		Page: l.Page, Size: l.Size, Sort: l.Sort, Desc: l.Desc, Text: l.Q, Kind: laws.Kind(l.Filter("kind")), Validity: laws.Validity(l.Filter("validity")),
		State: laws.State(l.Filter("state")), Issuer: l.Filter("issuer"), Own: l.Filter("own") == "1",
	}
}

// listView is the list with what it is shown for.
type listView struct {
	base  string
	q     kit.ListQuery
	page  laws.Page
	today string
	may   bool // start a law
}

func (h handlers) list(w http.ResponseWriter, r *http.Request) error {
	l, q := h.query(r)
	p, err := h.d.Service.List(r.Context(), q)
	if err != nil {
		return err
	}
	v := listView{h.d.Base, l, p, h.d.Service.Today(), h.d.Service.MayCreate(r.Context())}
	return h.page(w, r, http.StatusOK, kit.Page{Title: titleList, Content: listPage(v)})
}

// sheetPages bounds an export, in pages of a hundred.
const sheetPages = 100

func (h handlers) xlsx(w http.ResponseWriter, r *http.Request) error {
	_, q := h.query(r)
	today := h.d.Service.Today()
	rows := func(yield func([]any, error) bool) {
		for q.Page, q.Size = 1, 100; q.Page <= sheetPages; q.Page++ {
			p, err := h.d.Service.List(r.Context(), q)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, l := range p.Rows {
				if !yield(cells(l, today), nil) {
					return
				}
			}
			if len(p.Rows) < q.Size {
				return
			}
		}
	}
	return kit.XLSX(w, titleList, titleList, head(), rows)
}

// around is how many characters of an article stand on either side of what was found.
const around = 30

// excerpt is the part of an article that has the words, cut into what stands
// before them, they themselves, and what follows.
func excerpt(body, words string) (before, found, after string) {
	words = strings.TrimSpace(words)
	i := strings.Index(body, words)
	if words == "" || i < 0 {
		return "", "", ""
	}
	pre, post := []rune(body[:i]), []rune(body[i+len(words):])
	before, after = string(pre[max(len(pre)-around, 0):]), string(post[:min(len(post), around)])
	if len(pre) > around {
		before = "…" + before
	}
	if len(post) > around {
		after += "…"
	}
	return before, words, after
}
