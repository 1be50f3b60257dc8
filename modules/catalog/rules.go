package catalog

import (
	"net/url"
	"slices"
)

// power reports whether items of a kind are administrative power (行政权力), so that
// whoever is refused may ask for reconsideration: 行政复议法 art. 11; GB/T 39046—2020
// A.1, 01 to 10. Public services and what offices do among themselves are not.
func power(kind string) bool { return kind >= "01" && kind <= "10" && len(kind) == len("01") }

func specialsWithoutBasis(b Body) (names []string) {
	for _, p := range b.Specials {
		if blank(p.Basis) {
			names = append(names, p.Name)
		}
	}
	return names
}

// wrongURLs are the addresses that nobody could follow.
func wrongURLs(b Body) (bad []string) {
	for _, s := range []string{b.OnlineURL, b.MobileURL, b.ReviewURL, b.CourtURL} {
		if s == "" {
			continue
		}
		if u, err := url.Parse(s); err != nil || u.Scheme != "https" && u.Scheme != "http" || u.Host == "" {
			bad = append(bad, s)
		}
	}
	return bad
}

// unreachable are the questions that nobody is ever asked, for none of the choices
// that they wait for can be made.
func unreachable(b Body) (questions []string) {
	var can []string
	for _, h := range b.Handlings {
		can = append(can, h.ID)
	}
	for _, q := range b.Situations {
		if len(q.When) > 0 && !slices.ContainsFunc(q.When, func(id string) bool { return slices.Contains(can, id) }) {
			questions = append(questions, q.Question)
			continue
		}
		for _, o := range q.Options {
			can = append(can, o.ID)
		}
	}
	return questions
}

// idleOptions are the questions whose answers change nothing, and lead to no other.
func idleOptions(b Body) (questions []string) {
	for _, q := range b.Situations {
		idle := !slices.ContainsFunc(q.Options, func(o Option) bool {
			leads := slices.ContainsFunc(b.Situations, func(next Situation) bool { return slices.Contains(next.When, o.ID) })
			return leads || len(o.Materials)+len(o.Fees)+o.Days > 0
		})
		if idle {
			questions = append(questions, q.Question)
		}
	}
	return questions
}
