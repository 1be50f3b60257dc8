package kit

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

const (
	defaultSize = 20
	maxSize     = 100
	maxPage     = 100_000
	maxQuery    = 100 // characters
)

// ListQuery is a validated request for one page of a list. Build it with
// ParseList; every part of it is then safe to hand to a service.
type ListQuery struct {
	Page    int               // from 1
	Size    int               // rows per page, 1..100
	Sort    string            // one of the allowed keys, or "" when there are none
	Desc    bool              //
	Q       string            // free search text, at most 100 characters
	Filters map[string]string // only keys that the defaults name
	Reset   string            // where the filters are forgotten; empty: the bare list

	path     string
	defaults *ListQuery
}

// ParseList reads page, size, sort (a leading "-" means descending), q and the
// filters that def.Filters names. What is not allowed falls back to def.
func ParseList(r *http.Request, sorts []string, def ListQuery) ListQuery {
	v := r.URL.Query()
	def.Page, def.Size = max(def.Page, 1), clamp(def.Size, maxSize, defaultSize)
	l := def
	l.path, l.defaults = r.URL.Path, &def
	l.Page = clamp(atoi(v.Get("page")), maxPage, def.Page)
	l.Size = clamp(atoi(v.Get("size")), maxSize, def.Size)
	if s := strings.TrimPrefix(v.Get("sort"), "-"); slices.Contains(sorts, s) {
		l.Sort, l.Desc = s, strings.HasPrefix(v.Get("sort"), "-")
	}
	l.Q = cleanQuery(v.Get("q"))
	l.Filters = maps.Clone(def.Filters)
	for k := range l.Filters {
		if v.Has(k) {
			l.Filters[k] = cleanQuery(v.Get(k))
		}
	}
	return l
}

func atoi(s string) int { n, _ := strconv.Atoi(s); return n }

func clamp(n, hi, fallback int) int {
	if n < 1 {
		return fallback
	}
	return min(n, hi)
}

func cleanQuery(s string) string {
	s = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
	if utf8.RuneCountInString(s) > maxQuery {
		s = string([]rune(s)[:maxQuery])
	}
	return s
}

// Offset is the number of rows before this page.
func (l ListQuery) Offset() int { return (max(l.Page, 1) - 1) * max(l.Size, 1) }

// Filter returns the value of one filter, "" when it is not set.
func (l ListQuery) Filter(key string) string { return l.Filters[key] }

// Pages is how many pages total rows make; at least 1.
func (l ListQuery) Pages(total int) int { return max(1, (total+max(l.Size, 1)-1)/max(l.Size, 1)) }

// PageURL leads to page n of the same list.
func (l ListQuery) PageURL(n int) string { l.Page = n; return l.URL() }

// SortURL sorts by key, or turns the direction round when it already does.
func (l ListQuery) SortURL(key string) string {
	l.Desc = l.Sort == key && !l.Desc
	l.Sort, l.Page = key, 1
	return l.URL()
}

// URL is the address of this very list; defaults are left out.
func (l ListQuery) URL() string {
	v := url.Values{}
	def := l.defaults
	if def == nil {
		def = &ListQuery{Page: 1, Size: defaultSize}
	}
	if l.Page > 1 {
		v.Set("page", strconv.Itoa(l.Page))
	}
	if l.Size != def.Size && l.Size > 0 {
		v.Set("size", strconv.Itoa(l.Size))
	}
	if l.Sort != def.Sort || l.Desc != def.Desc {
		v.Set("sort", l.sortParam())
	}
	if l.Q != "" {
		v.Set("q", l.Q)
	}
	for k, s := range l.Filters {
		if s != def.Filters[k] {
			v.Set(k, s)
		}
	}
	if len(v) == 0 {
		return l.path
	}
	return l.path + "?" + v.Encode()
}

// WithPath returns the query aimed at another path, such as an export.
func (l ListQuery) WithPath(path string) ListQuery { l.path = path; return l }

// Values makes the filters a FormValues, for FilterBar.
func (l ListQuery) Values() FormValues {
	v := url.Values{"q": {l.Q}}
	for k, s := range l.Filters {
		v.Set(k, s)
	}
	return FormValues{values: v}
}

func (l ListQuery) sortParam() string {
	if l.Desc {
		return "-" + l.Sort
	}
	return l.Sort
}

// pageWindow lists the page numbers to show; 0 stands for a gap.
func (l ListQuery) pageWindow(total int) []int {
	last := l.Pages(total)
	out, prev := []int{}, 0
	for _, n := range slices.Concat([]int{1}, span(max(2, l.Page-2), min(last-1, l.Page+2)), []int{last}) {
		if n == prev {
			continue
		}
		if n > prev+1 {
			out = append(out, 0)
		}
		out, prev = append(out, n), n
	}
	return out
}

func span(lo, hi int) (out []int) {
	for n := lo; n <= hi; n++ {
		out = append(out, n)
	}
	return out
}
