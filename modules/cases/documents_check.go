package cases

import (
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"liandong/tenancy/fault"
)

var tokenPattern = regexp.MustCompile(`\{([^{}:]+)(?::([2-8]))?\}`)

// Mistake is one thing that is wrong with a text.
type Mistake struct {
	Line int    // from 1; 0: with the text as a whole
	Text string // catalogue key
	What string // the field that it is about
}

// CheckDocument lists everything that is wrong with a text of a kind: fields that
// nobody knows, fields out of place, and what the law wants it to say and it does not.
func CheckDocument(kind, body string) (out []Mistake) {
	k, ok := kindOf(kind)
	if !ok {
		return []Mistake{{Text: "document_kind_unknown", What: kind}}
	}
	if strings.TrimSpace(body) == "" {
		return []Mistake{{Text: "document_empty"}}
	}
	if utf8.RuneCountInString(body) > maxDocument {
		out = append(out, Mistake{Text: "document_too_long"})
	}
	used := map[string]bool{}
	for i, line := range strings.Split(body, "\n") {
		out = append(out, checkLine(i+1, strings.TrimSpace(line), used)...)
	}
	for _, need := range k.Needs {
		if !used[need] {
			out = append(out, Mistake{Text: "document_field_missing", What: need})
		}
	}
	return append(out, checkTables(body)...)
}

func checkLine(n int, line string, used map[string]bool) (out []Mistake) {
	stands := alonePattern.MatchString(line)
	for _, m := range fieldPattern.FindAllStringSubmatch(line, -1) {
		f, ok := fieldOf(m[1])
		used[m[1]] = true
		switch {
		case !ok:
			out = append(out, Mistake{n, "document_field_unknown", m[1]})
		case f.Block != "" && !stands:
			out = append(out, Mistake{n, "document_field_alone", m[1]})
		}
	}
	if strings.ContainsAny(fieldPattern.ReplaceAllString(line, ""), "{}") {
		out = append(out, Mistake{n, "document_braces", line})
	}
	return out
}

// checkTables wants every row of a table to be as wide as its first.
func checkTables(body string) (out []Mistake) {
	for _, b := range parseDocument(body) {
		for i, row := range b.Rows {
			if b.Kind == Table && len(row) != len(b.Rows[0]) {
				out = append(out, Mistake{b.line + i, "document_table_ragged", strings.Join(row, " ")})
			}
		}
	}
	return out
}

// CheckNumbering returns Invalid on field numbering for a rule that would give a
// number twice. An empty one is that of the levels above.
func CheckNumbering(rule string) error {
	if rule == "" {
		return nil
	}
	if utf8.RuneCountInString(rule) > maxNumbering {
		return fault.InvalidField("numbering", "too_long")
	}
	p := builtin()
	count := map[string]int{}
	for _, m := range tokenPattern.FindAllStringSubmatch(rule, -1) {
		count[m[1]]++
	}
	known := 0
	for _, name := range p.Tokens {
		known += count[name]
	}
	all := 0
	for _, n := range count {
		all += n
	}
	if known != all || strings.ContainsAny(tokenPattern.ReplaceAllString(rule, ""), "{}/\\%?#") {
		return fault.InvalidField("numbering", "document_numbering_token")
	}
	for _, need := range []string{"mark", "year", "serial"} {
		if count[p.Tokens[need]] != 1 {
			return fault.InvalidField("numbering", "document_numbering_needs")
		}
	}
	return nil
}

// PreviewDocument is a text of a kind with the examples in its fields.
func PreviewDocument(kind, name, body, numbering, organ string, now time.Time) Content {
	k, _ := kindOf(kind)
	if name == "" {
		name = k.Title
	}
	samples := map[string]string{"title": name}
	for _, f := range builtin().Fields {
		if _, own := samples[f.Key]; !own {
			samples[f.Key] = f.Sample
		}
	}
	no := numbered(numbering, shortName(organ), k.Mark, chinaDay(now).Year(), 18)
	samples["organ"], samples["doc_no"], samples["doc_on"] = organ, no, hanDay(&now)
	return Content{Title: name, No: no, Organ: organ, Date: now, Law: k.Law, Blocks: merge(body, func(key string) string { return samples[key] })}
}
