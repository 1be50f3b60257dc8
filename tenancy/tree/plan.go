package tree

import (
	"cmp"
	"slices"

	"liandong/tenancy"
)

// planned is one line with where it will stand.
type planned struct {
	line     line
	node     Node
	known    bool     // stands in the tree already, exactly so
	above    *planned // parent in the file; nil when the parent stood before
	children []*planned
}

// plan is a file made into a forest. Trees hang on tenants that stood before.
type plan struct {
	all   []*planned
	roots []*planned // in the order of the file; their node.Parent is set
	errs  LineErrors
}

// newPlan resolves parents. old are the open tenants that any line names, by code.
func newPlan(lines []line, old map[string]Node) *plan {
	p := &plan{all: make([]*planned, 0, len(lines))}
	byCode := make(map[string]*planned, len(lines))
	for _, l := range lines {
		e := &planned{line: l}
		if p.check(l) {
			p.all = append(p.all, e)
		}
		if l.code == "" {
			continue
		}
		if byCode[l.code] != nil {
			p.errs.add(l.no, "code12", "tree_code_twice")
			continue
		}
		byCode[l.code] = e
	}
	for i, e := range p.all {
		p.hang(e, i == 0, byCode, old)
	}
	p.settle(old)
	return p
}

// check looks at what one line says by itself.
func (p *plan) check(l line) bool {
	before := len(p.errs)
	if l.code != "" && !isCode(l.code) {
		p.errs.add(l.no, "code12", "tree_code_malformed")
	}
	if l.parent != "" && !isCode(l.parent) {
		p.errs.add(l.no, "parent12", "tree_code_malformed")
	}
	if sizeOf(l.level, platformSize) == 0 {
		p.errs.add(l.no, "level", "tree_level_unknown")
	}
	if _, problem := cleanName(l.name); problem != "" {
		p.errs.add(l.no, "name", problem)
	}
	return len(p.errs) == before
}

// hang finds the parent of e: in the file, in the tree, or, for the first line
// only, the platform when nobody knows it.
func (p *plan) hang(e *planned, first bool, byCode map[string]*planned, old map[string]Node) {
	if above := byCode[e.line.parent]; above != nil && above != e {
		e.above = above
		above.children = append(above.children, e)
		return
	}
	n, ok := old[e.line.parent]
	if e.line.parent != "" && !ok && !first {
		p.errs.add(e.line.no, "parent12", "tree_parent_unknown")
		return
	}
	e.node.Parent = n.ID // the platform when parent is empty or unknown
	p.roots = append(p.roots, e)
}

// settle walks from the roots down: widths, and what stands in the tree already.
func (p *plan) settle(old map[string]Node) {
	byID := make(map[tenancy.ID]Node, len(old))
	for _, n := range old {
		byID[n.ID] = n
	}
	reached := 0
	queue := slices.Clone(p.roots)
	for len(queue) > 0 {
		e := queue[0]
		queue = queue[1:]
		reached++
		parent := Node{Hi: whole().Hi} // the platform
		if e.above != nil {
			parent = e.above.node
		} else if n, ok := byID[e.node.Parent]; ok {
			parent = n
		}
		p.fix(e, parent, old)
		queue = append(queue, e.children...)
	}
	if reached < len(p.all) && len(p.errs) == 0 {
		p.errs.add(p.all[0].line.no, "parent12", "tree_parent_circle")
	}
	p.roots = slices.Collect(p.hanging)
}

// fix sets what e will be below parent; its block is a width only, for now.
func (p *plan) fix(e *planned, parent Node, old map[string]Node) {
	l := e.line
	if n, ok := old[l.code]; ok && l.code != "" {
		e.node, e.known = n, true
		if n.Name != l.name || n.Level != l.level || n.Parent != parent.ID || e.above != nil && !e.above.known {
			p.errs.add(l.no, "code12", "tree_code_taken")
		}
		return
	}
	size := sizeOf(l.level, parent.size())
	if problem := fitsLevel(l.code, size, parent.size()); problem != "" {
		p.errs.add(l.no, "level", problem)
		size = unitSize
	}
	e.node = Node{Hi: tenancy.ID(size - 1), Parent: parent.ID, Level: l.level, Code: l.code, Name: l.name, State: Open, Version: 1}
}

// hanging yields what is new and hangs on something that stood before: codes that
// name a place first.
func (p *plan) hanging(yield func(*planned) bool) {
	var out []*planned
	for _, e := range p.all {
		if !e.known && (e.above == nil || e.above.known) {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, officialFirst)
	for _, e := range out {
		if !yield(e) {
			return
		}
	}
}

func officialFirst(a, b *planned) int {
	rank := func(e *planned) int {
		switch {
		case e.line.code == "":
			return 2
		case int64(labelOf(e.line.code))%e.node.size() != 0:
			return 1 // a made code, brought from elsewhere: any place will do
		}
		return 0
	}
	return cmp.Compare(rank(a), rank(b))
}

// spread gives everything below e a block, now that e has one. The block is new,
// so that nothing in it was ever given out.
func (p *plan) spread(e *planned) {
	slices.SortStableFunc(e.children, officialFirst)
	var full []tenancy.Interval // blocks of the children so far, in order
	for _, c := range e.children {
		block, ok := vacant(full, c.line.code, c.node.size(), e.node.Interval())
		if !ok {
			p.errs.add(c.line.no, "parent12", "tree_no_room")
			continue
		}
		full = insertBlock(full, block)
		c.settleAt(block, e.node.ID)
		p.spread(c)
	}
}

func (e *planned) settleAt(b tenancy.Interval, parent tenancy.ID) {
	e.node.ID, e.node.Hi, e.node.Parent = b.Lo, b.Hi, parent
	if e.node.Code == "" {
		e.node.Code = madeCode(b.Lo)
	}
}

// vacant is place for a parent that only exists in memory.
func vacant(full []tenancy.Interval, code string, size int64, parent tenancy.Interval) (tenancy.Interval, bool) {
	if isCode(code) {
		if b := blockAt(labelOf(code), size); fits(b, parent) && !overlaps(full, b) {
			return b, true
		}
	}
	step := tenancy.ID(size)
	for _, r := range ranges(size, parent) {
		for lo := r[1]; lo >= r[0]; lo -= step {
			if b := blockAt(lo, size); !overlaps(full, b) {
				return b, true
			}
		}
	}
	return tenancy.Interval{}, false
}

// behind returns where in full the first block stands that ends at or behind lo.
func behind(full []tenancy.Interval, lo tenancy.ID) int {
	i, _ := slices.BinarySearchFunc(full, lo, func(f tenancy.Interval, lo tenancy.ID) int { return cmp.Compare(f.Hi, lo) })
	return i
}

func overlaps(full []tenancy.Interval, b tenancy.Interval) bool {
	i := behind(full, b.Lo)
	return i < len(full) && full[i].Lo <= b.Hi
}

func insertBlock(full []tenancy.Interval, b tenancy.Interval) []tenancy.Interval {
	return slices.Insert(full, behind(full, b.Lo), b)
}
