package citizen

import (
	"net/url"
	"strings"
	"time"

	"liandong/modules/catalog/codes"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/calendar"
)

// lists are the words of this site that stand for a code list of the catalogue.
func lists(list string) string {
	return map[string]string{
		"kind": codes.ItemType, "level": codes.Level, "audience": codes.Audience, "project": codes.ProjectType, "need": codes.MaterialNeed,
		"source": codes.MaterialSource, "form": codes.MaterialForm, "result": codes.ResultType,
		"topic_person": codes.TopicPerson, "topic_legal": codes.TopicLegal,
	}[list]
}

// word is what people call a code of a list; a code that the list lacks stays.
func word(list, code string) string { return wordIn(codes.National(), list, code) }

// wordIn is word with the local codes of a book.
func wordIn(k *codes.Book, list, code string) string {
	if system := lists(list); system != "" {
		return k.Name(system, code)
	}
	if key := "citizen." + list + "." + code; text.Has(key) {
		return text.T(key)
	}
	return code
}

func words(list string, values []string) string {
	out := make([]string, len(values))
	for i, c := range values {
		out[i] = word(list, c)
	}
	return strings.Join(out, text.T("citizen.comma"))
}

// options are the choices of a list in the given order.
func options(list string, values ...string) (out []kit.Option) {
	for _, c := range values {
		out = append(out, kit.Option{Value: c, Label: word(list, c)})
	}
	return out
}

// day is a date as people read it, in China.
func day(t time.Time) string { return t.In(calendar.Zone()).Format(time.DateOnly) }

func clock(t time.Time) string { return t.In(calendar.Zone()).Format("2006-01-02 15:04") }

// longDay is the date of an official paper.
func longDay(t time.Time) string {
	return t.In(calendar.Zone()).Format(text.T("citizen.long_day"))
}

// lastDay is the last day of a period that ends at due.
func lastDay(due *time.Time) string {
	if due == nil {
		return ""
	}
	return calendar.LastDay(*due).String()
}

// query adds parameters, pairs of name and value, to a path; empty values are left out.
func query(path string, pairs ...string) string {
	v := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			v.Set(pairs[i], pairs[i+1])
		}
	}
	if len(v) == 0 {
		return path
	}
	return path + "?" + v.Encode()
}

func orText(s, fallback string) string {
	if s == "" {
		return fallback
	}
	return s
}

// isID reports whether s has the shape of an id (UUID): anything else names nothing,
// and would only make the database complain.
func isID(s string) bool {
	for i, r := range s {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (r == '-') || !dash && !strings.ContainsRune("0123456789abcdef", r) {
			return false
		}
	}
	return len(s) == 36
}
