package forms

import (
	"slices"
	"strings"
)

// cluster is a field of the union that several parts ask for.
type cluster struct {
	id      string
	merged  Field
	members []member
}

type member struct {
	part *joining
	n    *node
}

func (c *cluster) element() string { return c.members[0].n.f.Element }

// simple reports whether no expression decides about the field in any part.
func (c *cluster) simple() bool {
	return !slices.ContainsFunc(c.members, func(m member) bool { return m.n.compute != nil || len(m.n.conditions()) > 0 })
}

// conditions are what decides whether a field is shown: of what is around it, then its own.
func (n *node) conditions() (out []*node) {
	for m := n; m != nil; m = m.parent {
		if m.f.Visible != "" {
			out = append(out, m)
		}
	}
	slices.Reverse(out)
	return out
}

// gather finds the fields that one answer can serve.
func (u *uniter) gather() {
	byKey := map[string][]*cluster{}
	var keys []string
	for _, p := range u.parts {
		for _, n := range u.candidates(p) {
			key := u.key(n.f)
			if byKey[key] == nil {
				keys = append(keys, key)
			}
			byKey[key] = u.admit(byKey[key], member{p, n})
		}
	}
	for _, key := range keys {
		u.keep(byKey[key])
	}
}

// candidates are the fields of a part that others may ask for too.
func (u *uniter) candidates(p *joining) (out []*node) {
	counts := map[string]int{}
	for _, n := range p.c.nodes {
		if shareable(n) {
			counts[u.key(n.f)]++
		}
	}
	for _, n := range p.c.nodes {
		if shareable(n) && counts[u.key(n.f)] == 1 && !slices.Contains(u.in.Apart, n.f.Element) {
			out = append(out, n)
		}
	}
	return out
}

func shareable(n *node) bool {
	return n.f.Element != "" && n.table == nil && n.f.Kind.Holds() && n.f.Kind != Table
}

// key is what fields have in common that mean the same: their data element, and where
// one form asks for it of several people, the label too.
func (u *uniter) key(f *Field) string {
	for _, p := range u.parts {
		n := 0
		for _, x := range p.c.nodes {
			if shareable(x) && x.f.Element == f.Element {
				n++
			}
		}
		if n > 1 {
			return f.Element + "\x00" + f.Label
		}
	}
	return f.Element
}

// admit puts m into the first cluster that it fits, or begins one.
func (u *uniter) admit(known []*cluster, m member) []*cluster {
	one := prepared(m)
	for _, c := range known {
		if merged, why := merge(c.merged, one); why == "" {
			c.merged, c.members = merged, append(c.members, m)
			return known
		}
	}
	return append(known, &cluster{merged: one, members: []member{m}})
}

// keep takes what several parts share, and tells why the others of the same data element stand alone.
func (u *uniter) keep(found []*cluster) {
	for i, c := range found {
		if len(c.members) > 1 {
			u.clusters = append(u.clusters, c)
			for _, m := range c.members {
				m.part.share[m.n.f.ID] = c
			}
			continue
		}
		if len(found) == 1 {
			continue
		}
		other := found[0]
		if i == 0 {
			other = found[1]
		}
		_, why := merge(other.merged, c.merged)
		u.leave(c.members[0], why)
	}
}

// prepared is a field as it stands among shared ones: its bounds spelled out, and with
// the rights of what was around it.
func prepared(m member) Field {
	f := *m.n.f
	f.Visible, f.RequiredWhen, f.Rules, f.Required = "", "", nil, false
	if f.Kind == Text || f.Kind == LongText {
		f.MaxLength = f.longest()
	}
	if f.Kind == File {
		f.MaxFiles = max(f.MaxFiles, 1)
	}
	f.freeze()
	f.Rights = nil
	for n := m.n; n != nil; n = n.parent {
		f.Rights = strictest(f.Rights, n.f.Rights)
	}
	return f
}

// freeze lets a field offer what its published version offered, whatever became of the code list.
func (f *Field) freeze() {
	if len(f.Options) > 0 {
		f.Codes = ""
	}
}

func strictest(a, b map[string]Right) map[string]Right {
	weight := map[Right]int{Write: 1, Read: 2, Hidden: 3}
	for step, r := range b {
		if weight[r] > weight[a[step]] {
			if a == nil {
				a = map[string]Right{}
			}
			a[step] = r
		}
	}
	return a
}

// merge is a field whose answers serve both a and b; why says why there is none.
func merge(a, b Field) (out Field, why string) {
	switch {
	case !alike(&a, &b):
		return a, "kind"
	case a.Unit != b.Unit && (a.Kind == Number || a.Unit != "" && b.Unit != ""):
		return a, "unit"
	case a.Readonly != b.Readonly:
		return a, "readonly"
	case (a.Compute == "") != (b.Compute == ""):
		return a, "compute"
	case a.Compute != "" && a.Decimals != b.Decimals:
		return a, "range"
	case a.Prefill != b.Prefill && a.Prefill != "" && b.Prefill != "":
		return a, "prefill"
	case a.Readonly && (a.Prefill != b.Prefill || a.Element != b.Element):
		return a, "prefill"
	}
	out = a
	out.Rights = strictest(strictest(nil, a.Rights), b.Rights)
	out.PII = a.PII || b.PII
	out.Prefill = either(a.Prefill, b.Prefill)
	out.Unit = either(a.Unit, b.Unit)
	out.Placeholder = either(a.Placeholder, b.Placeholder)
	out.Help = helps(a.Help, b.Help)
	if a.Label != b.Label {
		out.Label = elementName(a.Element, a.Label)
	}
	if b.Kind == LongText {
		out.Kind = LongText
	}
	for _, narrow := range []func(out, a, b *Field) string{narrowOptions, narrowTexts, narrowNumbers, narrowDays, narrowFiles} {
		if why = narrow(&out, &a, &b); why != "" {
			return a, why
		}
	}
	return out, ""
}

func either(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

func helps(a, b string) string {
	if a == "" || b == "" || strings.Contains(a, b) {
		return either(a, b)
	}
	return a + "\n" + b
}

func elementName(id, label string) string {
	for _, e := range Elements() {
		if e.ID == id {
			return e.Name
		}
	}
	return label
}

// alike reports whether two fields hold the same kind of value.
func alike(a, b *Field) bool {
	class := func(f *Field) Kind {
		switch {
		case f.Kind == LongText:
			return Text
		case f.Kind == Radio:
			return Select
		case f.Multiple():
			return Table // any kind that is not a tick
		}
		return f.Kind
	}
	return class(a) == class(b)
}

func narrowOptions(out, a, b *Field) string {
	if !a.Kind.Chooses() || a.Kind == Checkbox && !a.Multiple() {
		return ""
	}
	if len(a.Options) == 0 || len(b.Options) == 0 { // a code list that nobody filled in
		if a.Codes == b.Codes && len(a.Options) == len(b.Options) {
			return ""
		}
		return "options"
	}
	out.Options = nil
	for _, o := range a.Options {
		if offers(b, o.Value) {
			out.Options = append(out.Options, o)
		}
	}
	if len(out.Options) == 0 {
		return "options"
	}
	return ""
}

func narrowTexts(out, a, b *Field) string {
	out.MinLength = max(a.MinLength, b.MinLength)
	if a.MaxLength > 0 && b.MaxLength > 0 {
		out.MaxLength = min(a.MaxLength, b.MaxLength)
	}
	if out.MaxLength > 0 && out.MinLength > out.MaxLength {
		return "range"
	}
	if a.Pattern != "" && b.Pattern != "" && a.Pattern != b.Pattern {
		return "pattern"
	}
	out.Pattern = either(a.Pattern, b.Pattern)
	return ""
}

func narrowNumbers(out, a, b *Field) string {
	out.Decimals = min(a.Decimals, b.Decimals)
	if out.Min == nil || b.Min != nil && *b.Min > *out.Min {
		out.Min = b.Min
	}
	if out.Max == nil || b.Max != nil && *b.Max < *out.Max {
		out.Max = b.Max
	}
	if out.Min != nil && out.Max != nil && *out.Min > *out.Max {
		return "range"
	}
	return ""
}

// narrowDays takes the later beginning and the earlier end. Today cannot be compared
// with a day before it has come.
func narrowDays(out, a, b *Field) string {
	mixed := func(x, y string) bool { return x != y && (x == "today" || y == "today") && x != "" && y != "" }
	if mixed(a.After, b.After) || mixed(a.Before, b.Before) {
		return "range"
	}
	out.After = max(a.After, b.After)
	if out.Before = either(a.Before, b.Before); a.Before != "" && b.Before != "" {
		out.Before = min(a.Before, b.Before)
	}
	if out.After != "" && out.Before != "" && out.After != "today" && out.Before != "today" && out.After > out.Before {
		return "range"
	}
	return ""
}

func narrowFiles(out, a, b *Field) string {
	if a.Kind != File {
		return ""
	}
	out.MaxFiles = min(a.MaxFiles, b.MaxFiles)
	if a.Accept == "" || b.Accept == "" || a.Accept == b.Accept {
		out.Accept = either(a.Accept, b.Accept)
		return ""
	}
	var both []string
	for x := range strings.SplitSeq(a.Accept, ",") {
		for y := range strings.SplitSeq(b.Accept, ",") {
			if strings.TrimSpace(x) == strings.TrimSpace(y) {
				both = append(both, strings.TrimSpace(x))
			}
		}
	}
	if out.Accept = strings.Join(both, ","); out.Accept == "" {
		return "accept"
	}
	return ""
}
