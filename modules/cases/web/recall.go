package web

import (
	"net/http"
	"net/url"
	"strconv"

	"liandong/portal-sites/kit"
)

// recall shows a list as its reader left it: it goes there when she comes without saying how, keeps
// what she chooses, and forgets it when she asks. gone tells that the answer is given. What she
// typed to search is not kept: it may be somebody's name.
func (h handlers) recall(w http.ResponseWriter, r *http.Request, b bench) (gone bool, err error) {
	if b.large { // no filters there
		return false, nil
	}
	habit, asked := "list."+b.key, r.URL.Query()
	switch {
	case asked.Has("clear"):
		if err := h.d.Service.KeepHabit(r.Context(), habit, ""); err != nil {
			return false, err
		}
		return true, kit.SeeOther(w, r, r.URL.Path)
	case r.URL.RawQuery == "":
		var was string
		if _, err := h.d.Service.Habit(r.Context(), habit, &was); err != nil || was == "" {
			return false, err
		}
		return true, kit.SeeOther(w, r, r.URL.Path+"?"+was)
	case asked.Get("set") != "" && b.q.Page == 1:
		return false, h.d.Service.KeepHabit(r.Context(), habit, habitOf(b.q, b.key))
	}
	return false, nil
}

// habitOf spells what is kept of a list; "" when it is as everybody sees it first.
func habitOf(q kit.ListQuery, key string) string {
	def, v := benchDefaults(key), url.Values{}
	for name, value := range q.Filters {
		if name != "tab" && name != "due" && name != "set" && value != "" {
			v.Set(name, value)
		}
	}
	if q.Sort != def.Sort || q.Desc != def.Desc {
		v.Set("sort", map[bool]string{true: "-"}[q.Desc]+q.Sort)
	}
	if q.Size != def.Size {
		v.Set("size", strconv.Itoa(q.Size))
	}
	if len(v) == 0 {
		return ""
	}
	v.Set("set", "1")
	return v.Encode()
}
