package forms

import (
	"fmt"
	"slices"
	"strconv"
)

// Joined (参与方) is one form that goes into a united one: of an item, of a department.
type Joined struct {
	Key    string // short and unique among those that are united; never changes for the same item
	Title  string // heads its section
	Choice bool   // asked for only when the applicant needs it: see Union.Chosen
	FormID string
	Number int // of the published version that Schema is
	Schema Schema
}

// UnionWords are the texts that a united form needs besides those of its parts.
type UnionWords struct {
	Title  string
	Intro  string
	Shared string // heads what several parts ask for
	Chosen string // labels the list of the parts that were chosen

	// Bound spells what a part demands of the answer to a shared field while it is chosen: the
	// title of the part, which bound (longest, shortest, shape, least, most, places, among,
	// since, until or files), and its value. Without it the title has to do.
	Bound func(part, bound, value string) string
}

// Uniting (合表) is what a united form is made of.
type Uniting struct {
	Words  UnionWords
	Parts  []Joined
	Apart  []string // data elements that are asked for by each part on its own
	Before *Union   // what was united before: its fields keep their ids
}

// Union (一表制) says how a form is the union of others: what is asked for once, and
// what each part takes of it. It is pinned with the version of the form, as JSON.
type Union struct {
	Parts  []UnionPart `json:"parts"`
	Apart  []Apart     `json:"apart,omitempty"`
	Chosen string      `json:"chosen,omitempty"` // the field that lists the parts chosen; empty: every part is always asked for
}

// UnionPart is what one part takes of a united form.
type UnionPart struct {
	Key    string              `json:"key"`
	Title  string              `json:"title"`
	Choice bool                `json:"choice,omitempty"`
	FormID string              `json:"form"`
	Number int                 `json:"number"`
	Fields map[string]string   `json:"fields"`           // the part's id to the union's, cells of rows included
	Tables map[string][]string `json:"tables,omitempty"` // cells by table, ids of the part
}

// Apart is a field whose data element other parts ask for too, but not in a way that
// one answer could serve.
type Apart struct {
	Part  string `json:"part"` // key
	Field string `json:"field"`
	Label string `json:"label"`
	Why   string `json:"why"` // a catalogue key's last part: kind, unit, options …
}

// ChosenElement is the data element of the list of chosen parts: the fact
// ElementFact(ChosenElement), keys as []string, fills it in, and nobody types it.
const ChosenElement = "joint_parts"

// Unite makes one form of several (一表制). Fields that are bound to the same data
// element, and that one answer can serve, become one field of a first section; the
// others stand in a section of their part. Whatever holds in the united form holds in
// every part's own: a field that one part wants is wanted while that part shows it,
// every rule holds while its part asks, bounds and choices are those of every part
// that asks: where some ask only sometimes, theirs are rules that hold only then. Expressions see each field as their part would see it.
//
// Options are those of the versions united: a code list that grew since is united
// again with the newer versions. The problems are those of Check, and what of the
// parts cannot be united.
func Unite(in Uniting) (Schema, []Problem) {
	u, problems := newUniter(in)
	if len(problems) > 0 {
		return Schema{}, problems
	}
	u.gather()
	out := u.settle()
	if len(u.problems) == 0 && len(Check(out)) > 0 { // conditions of several parts wait for each other, or grew too long: only what has none is shared
		u.dissolve(func(c *cluster) bool { return !c.simple() }, "condition")
		out = u.settle()
	}
	if len(u.problems) > 0 {
		return out, u.problems
	}
	return out, Check(out)
}

type uniter struct {
	in       Uniting
	parts    []*joining
	clusters []*cluster
	taken    map[string]bool
	apart    []Apart
	problems []Problem
	chosen   string
	shut     map[*cluster]string // clusters that turned out not to work, and why
}

// joining is a part on its way into the union.
type joining struct {
	Joined

	c     *Compiled
	scope *scopes
	ids   map[string]string   // the part's id to the union's
	share map[string]*cluster // by the part's id
	seen  map[string]string   // conditions of shared fields, rewritten
	busy  map[string]bool
}

func newUniter(in Uniting) (*uniter, []Problem) {
	u := &uniter{in: in, shut: map[*cluster]string{}}
	var problems []Problem
	keys := map[string]bool{}
	for _, p := range in.Parts {
		if p.Key == "" || keys[p.Key] {
			problems = append(problems, Problem{Key: "forms.union_key", Detail: p.Title})
		}
		keys[p.Key] = true
		ps := Check(p.Schema)
		for i := range ps {
			ps[i].Detail = fmt.Sprintf("%s: %s", p.Title, ps[i].Detail)
		}
		problems = append(problems, ps...)
		c, _ := Compile(p.Schema)
		scope, err := newScopes(c)
		if err != nil {
			problems = append(problems, Problem{Key: "forms.env", Detail: err.Error()})
		}
		u.parts = append(u.parts, &joining{Joined: p, c: c, scope: scope, share: map[string]*cluster{}})
	}
	if len(in.Parts) == 0 {
		problems = append(problems, Problem{Key: "forms.union_empty"})
	}
	return u, problems
}

// settle builds the form, again and again until every field that is shared really can be.
func (u *uniter) settle() Schema {
	for {
		u.shut = map[*cluster]string{}
		u.problems = nil
		u.name()
		out := u.build()
		if len(u.shut) == 0 {
			return out
		}
		u.dissolve(func(c *cluster) bool { return u.shut[c] != "" }, "")
	}
}

// dissolve lets the members of clusters stand in their own sections; why empty: as shut says.
func (u *uniter) dissolve(which func(*cluster) bool, why string) {
	u.clusters = slices.DeleteFunc(u.clusters, func(c *cluster) bool {
		if !which(c) {
			return false
		}
		reason := why
		if reason == "" {
			reason = u.shut[c]
		}
		for _, m := range c.members {
			delete(m.part.share, m.n.f.ID)
			u.leave(m, reason)
		}
		return true
	})
}

func (u *uniter) leave(m member, why string) {
	u.apart = append(u.apart, Apart{m.part.Key, m.n.f.ID, named(m.n.f), why})
}

// name gives every field its id in the union: the one it had before, else its own
// where nobody else has it.
func (u *uniter) name() {
	u.taken = u.bound()
	before := u.before()
	for _, id := range before {
		u.taken[id] = true
	}
	used := map[string]bool{}
	claim := func(earlier []string, stems ...string) string {
		for _, id := range earlier {
			if id != "" && !used[id] {
				used[id] = true
				return id
			}
		}
		id := u.fresh(stems...)
		used[id] = true
		return id
	}
	for _, c := range u.clusters {
		var earlier []string
		for _, m := range c.members {
			earlier = append(earlier, before[[2]string{m.part.Key, m.n.f.ID}])
		}
		c.id = claim(earlier, c.element(), c.members[0].n.f.ID)
	}
	for _, p := range u.parts {
		p.ids, p.seen, p.busy = map[string]string{}, map[string]string{}, map[string]bool{}
		p.c.Schema.Walk(func(f *Field, _ []*Field) bool {
			if c := p.share[f.ID]; c != nil {
				p.ids[f.ID] = c.id
			} else {
				p.ids[f.ID] = claim([]string{before[[2]string{p.Key, f.ID}]}, f.ID, f.ID+"_"+p.Key)
			}
			return true
		})
	}
	u.chosen = ""
	if slices.ContainsFunc(u.parts, func(p *joining) bool { return p.Choice }) {
		var earlier []string
		if u.in.Before != nil {
			earlier = append(earlier, u.in.Before.Chosen)
		}
		u.chosen = claim(earlier, ChosenElement)
	}
}

// before are the ids that fields have had, by part and id.
func (u *uniter) before() map[[2]string]string {
	out := map[[2]string]string{}
	if u.in.Before == nil {
		return out
	}
	for _, p := range u.in.Before.Parts {
		for own, id := range p.Fields {
			out[[2]string{p.Key, own}] = id
		}
	}
	if c := u.in.Before.Chosen; c != "" {
		out[[2]string{"", ""}] = c
	}
	return out
}

// bound are the names that expressions bind themselves: rows.all(r, …). No field of
// the union takes one, or the expression would see that instead.
func (u *uniter) bound() map[string]bool {
	out := map[string]bool{}
	for _, p := range u.parts {
		for name := range p.scope.bound {
			out[name] = true
		}
	}
	return out
}

// fresh returns the first of stems that is free, else the last with a number.
func (u *uniter) fresh(stems ...string) string {
	try := func(id string) bool {
		if !validID(id) || u.taken[id] {
			return false
		}
		u.taken[id] = true
		return true
	}
	for _, s := range stems {
		if try(s) {
			return s
		}
	}
	stem := stems[0]
	if !idPattern.MatchString(stem) {
		stem = "f"
	}
	for i := 2; ; i++ {
		end := "_" + strconv.Itoa(i)
		if id := stem[:min(len(stem), 40-len(end))] + end; try(id) {
			return id
		}
	}
}

// union says how out came about.
func (u *uniter) union() *Union {
	out := &Union{Chosen: u.chosen, Apart: u.apart}
	for _, p := range u.parts {
		up := UnionPart{Key: p.Key, Title: p.Title, Choice: p.Choice, FormID: p.FormID, Number: p.Number, Fields: p.ids}
		for _, n := range p.c.nodes {
			if n.f.Kind != Table {
				continue
			}
			if up.Tables == nil {
				up.Tables = map[string][]string{}
			}
			for i := range n.f.Fields {
				up.Tables[n.f.ID] = append(up.Tables[n.f.ID], n.f.Fields[i].ID)
			}
		}
		out.Parts = append(out.Parts, up)
	}
	return out
}
