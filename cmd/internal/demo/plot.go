package demo

import (
	"slices"
	"time"

	"liandong/modules/flows"
)

// fate is how a case of the story ends, or where it stands.
type fate string

const (
	granted    fate = "granted"
	denied     fate = "denied"
	refused    fate = "refused"
	withdrawn  fate = "withdrawn"
	submitted  fate = "submitted"
	supplement fate = "supplement"
	handling   fate = "handling"
	soon       fate = "soon" // handling, due within days
	late       fate = "late" // handling, past its due time
)

// fates are dealt out of a hundred.
//

var fates = []struct {
	fate fate
	of   int
}{{granted, 38}, {denied, 5}, {refused, 4}, {withdrawn, 4}, {submitted, 8}, {supplement, 6}, {handling, 22}, {soon, 6}, {late, 7}}

func fateOf(n int) fate {
	n = n * 37 % 100 // spread: neighbours differ
	for _, f := range fates {
		if n < f.of {
			return f.fate
		}
		n -= f.of
	}
	return granted
}

// deed is what somebody does to a case, and when.
type deed struct {
	what string
	at   time.Time
}

// plot is one case of the story: who applies for what, where, and what happens.
type plot struct {
	key    string
	item   offered
	origin *place
	who    *Account // a citizen who files herself; nil when a clerk helps
	kind   string
	name   string
	number string
	phone  string

	choices []string // of the situations (情形)
	deeds   []deed   // the filing first
}

// script lists what happens to a case of the item that ends by fate; steps is
// how many reviews it passes where fate leaves it in the middle.
func (st *Stage) script(it offered, f fate, online bool) []string {
	reviews := 0
	for _, s := range it.Flow {
		if s.Kind == flows.Review {
			reviews++
		}
	}
	pass := slices.Repeat([]string{"pass"}, reviews)
	chance := func(of int) bool { return st.rng.IntN(of) == 0 }
	switch f {
	case submitted:
		return []string{"file"}
	case refused:
		if chance(2) {
			return []string{"file", "ask", "answer", "refuse"}
		}
		return []string{"file", "refuse"}
	case withdrawn:
		if chance(2) {
			return []string{"file", "ask", "withdraw"}
		}
		return []string{"file", "withdraw"}
	case supplement:
		if reviews == 0 || chance(2) {
			return []string{"file", "ask"}
		}
		return slices.Concat([]string{"file", "accept"}, pass[:st.rng.IntN(reviews)], []string{"ask"})
	case handling:
		return slices.Concat([]string{"file", "accept"}, pass[:st.rng.IntN(reviews+1)])
	case soon, late: // most of the promise is used: somebody has worked on it
		return slices.Concat([]string{"file", "accept"}, pass[:min(reviews, 1+st.rng.IntN(reviews+1))])
	case granted, denied:
	}
	decide := "grant"
	if f == denied {
		decide = "deny"
	}
	s := []string{"file", "accept"}
	switch {
	case chance(6) && online:
		s = append(s, "ask", "answer")
	case chance(6):
		s = []string{"file", "ask", "answer", "accept"}
	}
	return slices.Concat(s, pass, []string{decide, "deliver"})
}

// dates gives the deeds their time. Ages are working days before the end of the
// story: age of the filing, of the acceptance, and of the last deed.
func (st *Stage) dates(a almanac, it offered, f fate, script []string) []deed {
	p, r := it.PromisedDays, st.rng
	accepted, last := 0, 0
	switch f {
	case submitted:
		accepted = r.IntN(max(1, it.limit(0)))
		if r.IntN(5) == 0 {
			accepted += 2 // nobody has looked at it yet
		}
		last = accepted
	case supplement:
		last = 1 + r.IntN(8)
		accepted = last + min(2, p-1)
	case handling:
		accepted = max(0, min(a.lastBefore(p)-4, r.IntN(max(1, p))))
		last = min(accepted, r.IntN(max(1, it.limit(len(script)-1))))
		if len(script) == 2 {
			accepted = last
		}
	case soon:
		accepted = a.lastBefore(p)
		last = min(accepted, r.IntN(max(1, it.limit(len(script)-1))))
	case late:
		accepted = a.lastBefore(p) + 1 + r.IntN(7)
		last = max(0, accepted-p/2-1)
	case refused, withdrawn:
		accepted = 3 + r.IntN(45)
		last = accepted - r.IntN(3)
	case granted, denied:
		accepted = 6 + r.IntN(50)
		last = max(1, accepted-1-r.IntN(max(1, p-1)))
	}
	return st.spread(a, script, accepted, last)
}

// limit is how many working days the n-th step of the item's flow may take.
func (o offered) limit(n int) int {
	if n < len(o.Flow) {
		return o.Flow[n].Limit
	}
	return 0
}

// spread lays the deeds between acceptance and the last one, in order and on
// working days; the filing is on the day of the acceptance or the one before.
func (st *Stage) spread(a almanac, script []string, accepted, last int) []deed {
	out := make([]deed, len(script))
	for i, what := range script {
		age := accepted
		switch {
		case i == 0 && len(script) > 1:
			age += st.rng.IntN(2)
		case len(script) > 2 && i >= 2:
			age -= (accepted - last) * (i - 1) / (len(script) - 2)
		case len(script) == 2 && what != "accept":
			age = last
		}
		out[i] = deed{what, a.ago(age, st.rng.Float64())}
	}
	slices.SortFunc(out, func(x, y deed) int { return x.at.Compare(y.at) })
	for i := range out { // times sorted, deeds back in their order
		out[i].what = script[i]
		if i > 0 && !out[i].at.After(out[i-1].at) {
			out[i].at = out[i-1].at.Add(time.Second)
		}
	}
	return out
}
