package web

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// dictionaryView is every code list that has what is looked for.
type dictionaryView struct {
	q       kit.ListQuery
	systems []codes.System
	edit    bool
}

func (h handlers) dictionary(w http.ResponseWriter, r *http.Request) error {
	if id := r.URL.Query().Get("system"); id != "" { // addresses of before
		return kit.SeeOther(w, r, h.items("/settings/codes/"+id))
	}
	q := kit.ParseList(r, nil, kit.ListQuery{Filters: map[string]string{"extend": ""}}).WithPath(h.items("/settings/codes"))
	v := dictionaryView{q: q, edit: h.Service.May(r.Context(), policies.ItemsCodes)}
	for _, s := range codes.From(r.Context()).Systems() {
		fits := q.Q == "" || strings.Contains(s.Name, q.Q) || s.ID == q.Q || len(having(wordsOf(s), q.Q)) > 0
		switch q.Filter("extend") {
		case "open":
			fits = fits && s.Extend.Open()
		case "local":
			fits = fits && locals(s) > 0
		}
		if fits {
			v.systems = append(v.systems, s)
		}
	}
	return h.page(w, r, http.StatusOK, settingsPage(h, "codes", dictionaryTitle(), dictionaryContent(h, v)))
}

func wordsOf(s codes.System) (out []catalog.Word) {
	for _, c := range s.Codes {
		out = append(out, catalog.Word{Code: c})
	}
	return out
}

// having are the codes that have what people may look for.
func having(words []catalog.Word, q string) (out []catalog.Word) {
	for _, w := range words {
		if q == "" || w.Code.Code == q || strings.Contains(strings.Join(called(w), "\n"), q) {
			out = append(out, w)
		}
	}
	return out
}

// called are all names of a code, the one in use first.
func called(w catalog.Word) []string {
	out := append([]string{w.Name}, w.Aliases...)
	for _, f := range w.Former {
		out = append(out, f.Name)
	}
	return out
}

// locals counts the local codes of a list.
func locals(s codes.System) (n int) {
	for _, c := range s.Codes {
		if c.Local {
			n++
		}
	}
	return n
}

// codeListView is one list with the form that adds to it, or renames one of its codes.
type codeListView struct {
	catalog.Dictionary

	q     kit.ListQuery
	shown []catalog.Word
	open  *catalog.Word // the one that is renamed
	why   string        // why the list cannot be changed by whoever looks; empty: it can
	form  kit.FormValues
}

func (h handlers) codeList(w http.ResponseWriter, r *http.Request) error {
	return h.showCodes(w, r, http.StatusOK, nil)
}

func (h handlers) showCodes(w http.ResponseWriter, r *http.Request, status int, typed *kit.FormValues) error {
	system := chi.URLParam(r, "system")
	d, err := h.Service.Dictionary(r.Context(), system)
	if err != nil {
		return err
	}
	q := kit.ParseList(r, nil, kit.ListQuery{}).WithPath(h.items("/settings/codes/" + system))
	v := codeListView{Dictionary: d, q: q, shown: having(d.Words, q.Q), why: h.whyNoCodes(r, d.System)}
	if code := chi.URLParam(r, "code"); code != "" {
		for _, w := range d.Words {
			if w.Code.Code == code && w.Own {
				v.open = &w
			}
		}
		if v.open == nil {
			return fault.New(fault.NotFound, "not_found")
		}
		v.form = kit.NewForm(map[string]string{"name": v.open.Name, "version": strconv.Itoa(v.open.Version)})
	}
	if typed != nil {
		v.form = *typed
	}
	return h.page(w, r, status, settingsPage(h, "codes", d.Name, codeListContent(h, v)))
}

// whyNoCodes says why whoever looks cannot change a list.
func (h handlers) whyNoCodes(r *http.Request, s codes.System) string {
	switch {
	case !s.Extend.Open():
		return closedList()
	case !h.Service.May(r.Context(), policies.ItemsCodes):
		return notCodeEditor()
	}
	return ""
}

func (h handlers) addCode(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	system := chi.URLParam(r, "system")
	err = h.Service.AddCode(r.Context(), system, f.Get("code"), f.Get("name"))
	return h.configured(w, r, err, &f, h.items("/settings/codes/"+system), "item_code_added", h.showCodes)
}

func (h handlers) changeCode(w http.ResponseWriter, r *http.Request) error {
	f, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	system, code, seen, done := chi.URLParam(r, "system"), chi.URLParam(r, "code"), f.Int("version"), ""
	switch f.Get("do") {
	case "stop":
		err, done = h.Service.StopCode(r.Context(), system, code, seen), "item_code_is_stopped"
	case "resume":
		err, done = h.Service.ResumeCode(r.Context(), system, code, seen), "item_code_resumed"
	default:
		err, done = h.Service.RenameCode(r.Context(), system, code, f.Get("name"), seen), "item_code_renamed"
	}
	return h.configured(w, r, err, &f, h.items("/settings/codes/"+system), done, h.showCodes)
}

func (h handlers) exportCodes(w http.ResponseWriter, r *http.Request) error {
	d, err := h.Service.Dictionary(r.Context(), chi.URLParam(r, "system"))
	if err != nil {
		return err
	}
	rows := having(d.Words, strings.TrimSpace(r.URL.Query().Get("q")))
	return kit.XLSX(w, d.Name, dictionaryTitle(), codesHead(), func(yield func([]any, error) bool) {
		for _, w := range rows {
			if !yield(codesRow(d.System, w), nil) {
				return
			}
		}
	})
}
