package flows

import (
	"context"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Fault is a [Problem] as a designer shows it: at its element, with the way that leads there. It
// is an alias of its shape, so that whoever asks can spell the same type without importing this
// package.
type Fault = struct {
	Rule    string // catalogue key
	Element string // local name in XML
	ID      string // of the element; empty when the whole flow is meant
	Name    string
	Detail  string
	Row     int      // in the XML, from 1; 0 when the whole flow is meant
	Path    []string // ids of nodes and arrows from the start, in their order
	Stuck   []string // ids where it is then held up
}

// Review lists what keeps src from being published for an item that promises so many working
// days, with the calls to other flows of the tenant followed. An empty list means that it may.
func (s *Service) Review(ctx context.Context, tx *db.Tx, tenant tenancy.ID, src []byte, promisedDays int) []Fault {
	d, err := Parse(src)
	if err == nil {
		d, err = s.open(ctx, tx, tenant, d)
	}
	if err != nil {
		return faults(problemsOf(err))
	}
	problems, err := s.problems(ctx, tx, tenant, d, promisedDays)
	if err != nil {
		return faults(problemsOf(err))
	}
	return faults(problems)
}

func faults(ps []Problem) []Fault {
	out := make([]Fault, len(ps))
	for i, p := range ps {
		out[i] = Fault{
			Rule: p.Rule, Element: p.Element, ID: p.ID, Name: p.Name, Detail: p.Detail, Row: p.Line,
			Path: p.Path.All(), Stuck: p.Stuck.All(),
		}
	}
	return out
}

// Part (流程元素) is a node of a flow, as a list or a mapping between two versions names it.
type Part struct {
	ID   string
	Kind string // the element of BPMN: userTask, parallelGateway, …
	Name string
	In   string // id of the sub-process or call around it; empty in the flow itself
}

// Parts lists the nodes that the start leads to, in the order of the flow, the inside of a
// sub-process behind it.
func (d *Definition) Parts() []Part {
	in := map[*node]string{}
	d.everyScope(func(s *Definition) {
		for _, n := range s.nodes {
			if s.owner != nil {
				in[n] = s.owner.step.ID
			}
		}
	})
	var out []Part
	for _, n := range d.everyNode() {
		out = append(out, Part{n.step.ID, n.element(), n.step.Name, in[n]})
	}
	return out
}
