package demo

import (
	"fmt"
	"slices"
	"strings"

	"liandong/modules/catalog"
	"liandong/tenancy"
)

// shownCounty begins the codes of the county whose people visitors may sign in as.
const shownCounty = "152502"

// citizenCases is how many of the first cases the citizens file themselves.
const citizenCases = 40

// plots invents the cases of the story, the same ones for the same number.
func (st *Stage) plots() []plot {
	a := newAlmanac(st.Now)
	out := make([]plot, 0, st.Options.Cases)
	for n := range st.Options.Cases {
		f := fateOf(n)
		var who *Account
		if n < citizenCases {
			who = st.citizens[n%len(st.citizens)]
		}
		it, origin := st.choose(f, who, n)
		choices := st.answer(it, n)
		it.PromisedDays = it.For(choices).PromisedDays
		p := plot{key: fmt.Sprintf("demo-%05d", n), item: it, origin: origin, who: who, choices: choices}
		st.apply(&p)
		p.deeds = st.dates(a, it, f, st.script(it, f, who != nil))
		out = append(out, p)
	}
	return out
}

// choose finds an item that may be filed at a place of the story and lives long
// enough for its fate.
func (st *Stage) choose(f fate, who *Account, n int) (offered, *place) {
	for try := 0; ; try++ {
		it := st.offered[(n*29+try*7+st.rng.IntN(3))%len(st.offered)]
		open := f == handling || f == soon || f == late || f == supplement
		if it.Drawn != "" || open && it.PromisedDays < leastDays { // what has branches and waits is played by scenes
			continue
		}
		if who != nil && !slices.Contains(it.Audience, "1") {
			continue
		}
		if p := st.where(it, who); p != nil {
			return it, p
		}
	}
}

// answer answers what an item asks of its applicants, the n-th of them; nothing
// that leaves less time than cases of the story need.
func (st *Stage) answer(it offered, n int) (choices []string) {
	for {
		m := it.For(choices)
		if m.Unanswered == 0 {
			return m.Chosen
		}
		for _, q := range it.Interview(choices) {
			if slices.ContainsFunc(q.Options, func(o catalog.Option) bool { return slices.Contains(m.Chosen, o.ID) }) {
				continue
			}
			if fit := slices.DeleteFunc(slices.Clone(q.Options), func(o catalog.Option) bool { return o.Days > 0 && o.Days < leastDays }); !q.Many && len(fit) > 0 {
				choices = append(choices, fit[n%len(fit)].ID)
				break
			}
		}
	}
}

// leastDays is how long an item must give cases that are left open.
const leastDays = 4

// where is a place of the story that takes applications for the item: for a
// citizen her village or what lies above it.
func (st *Stage) where(it offered, who *Account) *place {
	if who != nil {
		for p := st.byCode[who.Citizen.Division]; p != nil; p = st.byCode[p.Parent] {
			if slices.Contains(it.Origins, p.Level) && st.offers(it, p) {
				return p
			}
		}
		return nil
	}
	level := it.Origins[0]
	if st.rng.IntN(4) == 0 {
		level = it.Origins[len(it.Origins)-1]
	}
	var fit []*place
	for _, p := range st.stage {
		if p.Level == level && st.offers(it, p) {
			fit = append(fit, p)
		}
	}
	if len(fit) == 0 {
		return nil
	}
	if st.rng.IntN(3) == 0 { // where visitors sign in there should be something to see
		if shown := slices.DeleteFunc(slices.Clone(fit), func(p *place) bool { return !strings.HasPrefix(p.Code, shownCounty) }); len(shown) > 0 {
			fit = shown
		}
	}
	return fit[st.rng.IntN(len(fit))]
}

// offers reports whether an item is in force at a place: its owner lies above it.
func (st *Stage) offers(it offered, p *place) bool {
	for q := p; q != nil; q = st.byCode[q.Parent] {
		if q.ID == it.owner {
			return true
		}
	}
	return it.owner == tenancy.Platform
}

// apply fills in who applies.
func (st *Stage) apply(p *plot) {
	if p.who != nil {
		c := p.who.Citizen
		p.kind, p.name, p.number, p.phone = "person", c.Name, c.IDNumber, c.Phone
		return
	}
	area := p.origin.Code[:6]
	if p.origin.Level == "league" {
		area = "152502"
	}
	name := st.name()
	p.phone = fmt.Sprintf("199000%05d", 20_000+st.rng.IntN(70_000))
	if slices.Contains(p.item.Audience, "1") {
		p.kind, p.name, p.number = "person", "演示·"+name, idNumber(st.rng, area)
		return
	}
	p.kind, p.name, p.number = "legal", "演示·"+name+"有限公司", creditCode(st.rng, area)
}
