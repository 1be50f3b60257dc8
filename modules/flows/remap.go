package flows

import "slices"

// Reason (不能迁移的原因) says why a token cannot go on in another flow.
type Reason struct {
	Ticket int    // of the visit; 0 for a token at a join
	Node   string // where it stands
	Rule   string // catalogue key
}

// Remap moves a running case from one flow to another, such as a later version: to says for
// nodes and arrows of the old flow which they are in the new one; those not named keep their
// id. What is open stays open with its ticket. Timers and waits that only the new flow has on
// an open activity are Entered, those that only the old one had are Cancelled.
//
// If something cannot be moved, the reasons are returned and nothing has changed: a node that is
// not there, or is of another kind, or stands in another sub-process, a step that is shared in
// one flow only, a token at an arrow that leads to no join, or an end that would not be come to.
func Remap(from, into *Definition, m Marking, to map[string]string) (Change, []Reason) {
	r, old := into.run(m, nil), from.run(m, nil)
	x := remapper{r: r, old: old, to: to, whole: map[int]string{}}
	for i := range r.m.Active {
		x.active(&r.m.Active[i])
	}
	for i := range r.m.Tokens {
		x.token(&r.m.Tokens[i])
	}
	if len(x.reasons) == 0 {
		x.guards()
		x.prove()
	}
	if len(x.reasons) > 0 {
		return Change{}, x.reasons
	}
	r.change.Marking, r.change.Ended = r.m, r.m.Ended()
	return r.change, nil
}

type remapper struct {
	r, old  *run
	to      map[string]string
	whole   map[int]string // the new node of each visit
	reasons []Reason
}

func (x *remapper) named(id string) string {
	if to, ok := x.to[id]; ok {
		return to
	}
	return id
}

func (x *remapper) refuse(ticket int, node, rule string) {
	x.reasons = append(x.reasons, Reason{ticket, node, rule})
}

func (x *remapper) active(a *Active) {
	was, is := x.old.nodes[a.Node].n, x.r.nodes[x.named(a.Node)].n
	switch {
	case was == nil || is == nil:
		if was != nil && was.kind == boundary {
			return // it goes with the old flow; see guards
		}
		x.refuse(a.Ticket, a.Node, "flow_remap_gone")
	case was.kind != is.kind || (was.many != nil) != (is.many != nil):
		x.refuse(a.Ticket, a.Node, "flow_remap_kind")
	case !x.around(a, is):
		x.refuse(a.Ticket, a.Node, "flow_remap_scope")
	default:
		a.Node = is.step.ID
		x.whole[a.Ticket] = a.Node
	}
}

// around reports whether the visit around a is that of the sub-process around the new node.
func (x *remapper) around(a *Active, is *node) bool {
	in := x.r.m.find(a.In)
	owner := x.r.nodes[is.step.ID].in.owner
	switch {
	case in == nil:
		return owner == nil
	case in.Who != nil: // a part of a shared step
		return x.whole[in.Ticket] == is.step.ID
	default:
		return owner != nil && x.whole[in.Ticket] == owner.step.ID
	}
}

func (x *remapper) token(t *Token) {
	is := x.r.arrows[x.named(t.Arrow)]
	was := x.old.arrows[t.Arrow]
	switch {
	case was == nil || is == nil:
		x.refuse(0, t.Arrow, "flow_remap_gone")
	case was.to.kind != is.to.kind || len(is.to.in) < 2:
		x.refuse(0, t.Arrow, "flow_remap_kind")
	case x.ownerOf(is.to) != x.whole[t.In]:
		x.refuse(0, t.Arrow, "flow_remap_scope")
	default:
		t.Arrow = is.id
	}
}

func (x *remapper) ownerOf(n *node) string {
	if o := x.r.nodes[n.step.ID].in.owner; o != nil {
		return o.step.ID
	}
	return ""
}

// guards arms what the new flow has on open activities and disarms what it has no more.
func (x *remapper) guards() {
	for _, a := range slices.Clone(x.r.m.Active) {
		n := x.r.nodes[a.Node].n
		switch {
		case n == nil || n.kind == boundary && x.misplaced(a, n):
			if w, ok := x.old.work(*x.old.m.find(a.Ticket)); ok {
				x.r.change.Cancelled = append(x.r.change.Cancelled, w)
			}
			x.r.drop(a.Ticket)
		case a.Value == "":
			x.arm(a, n)
		}
	}
}

func (x *remapper) misplaced(a Active, n *node) bool {
	host := x.r.m.find(a.On)
	return host == nil || n.host == nil || host.Node != n.host.step.ID
}

func (x *remapper) arm(a Active, n *node) {
	was := x.old.nodes[x.old.m.find(a.Ticket).Node].n
	for _, g := range n.guards {
		armed := slices.ContainsFunc(x.r.m.Active, func(b Active) bool { return b.On == a.Ticket && b.Node == g.step.ID })
		before := slices.ContainsFunc(was.guards, func(b *node) bool { return x.named(b.step.ID) == g.step.ID })
		if !armed && !before { // one that was there before has fired
			x.r.visit(Active{Node: g.step.ID, In: a.In, On: a.Ticket})
		}
	}
}

// prove asks of every open scope whether it still comes to its end.
func (x *remapper) prove() {
	scopes := []int{0}
	for _, a := range x.r.m.Active {
		if x.r.nodes[a.Node].n.inner != nil {
			scopes = append(scopes, a.Ticket)
		}
	}
	for _, in := range scopes {
		d, node := x.r.d, x.r.d.ID
		if in != 0 {
			node = x.r.m.find(in).Node
			d = x.r.nodes[node].n.inner
		}
		if x.r.provable(d, in, nil) != nil {
			x.refuse(in, node, "flow_remap_unsound")
		}
	}
}
