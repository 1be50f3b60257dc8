package flows

import (
	"context"
	"errors"
	"slices"
	"strings"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Line (环节行) is a step as a form lists it. It is an alias of its shape, so that whoever
// asks can spell the same type without importing this package.
type Line = struct {
	ID, Name, Kind, Level, Tenant, Post string

	Limit int // working days
}

// Finding is a Problem as a page lists it; an alias for the same reason.
type Finding = struct {
	Rule   string // catalogue key
	Where  string // the name of the element, or its id
	Detail string
	Row    int // in the XML, from 1; 0 when the whole flow is meant
}

// Sketch is a flow as an editor needs it; an alias for the same reason.
type Sketch = struct {
	Lines    []Line
	Straight bool   // one step after the other: a list of lines says it all
	SVG      []byte // nil when the flow cannot be read
	Problems []Finding
}

// Compose writes the flow that goes through lines in their order, as BPMN 2.0 XML.
func (s *Service) Compose(name string, lines []Line) []byte {
	steps := make([]Step, len(lines))
	for i, l := range lines {
		steps[i] = Step{ID: l.ID, Name: l.Name, Kind: Kind(l.Kind), Level: Level(l.Level), TenantRef: l.Tenant, Post: l.Post, LimitDays: l.Limit}
	}
	return Linear(name, steps)
}

// Inspect reads src, draws it and lists what keeps it from being published for an item that
// promises so many working days. Calls to other flows cannot be followed here: see InspectIn.
func (s *Service) Inspect(src []byte, promisedDays int) Sketch {
	d, err := Parse(src)
	if err != nil {
		return Sketch{Problems: refusals(err)}
	}
	return s.sketch(d, promisedDays)
}

// InspectIn is Inspect with the calls to other flows of the tenant followed.
func (s *Service) InspectIn(ctx context.Context, tx *db.Tx, tenant tenancy.ID, src []byte, promisedDays int) Sketch {
	d, err := Parse(src)
	if err != nil {
		return Sketch{Problems: refusals(err)}
	}
	open, err := s.open(ctx, tx, tenant, d)
	if err != nil {
		out := s.sketch(d, promisedDays)
		out.Problems = refusals(err)
		return out
	}
	return s.sketch(open, promisedDays)
}

func refusals(err error) []Finding { return findings(problemsOf(err)) }

// problemsOf are the problems that err is; another error is told of the whole flow.
func problemsOf(err error) Problems {
	var bad Problems
	if !errors.As(err, &bad) {
		bad = Problems{{Rule: RuleCalled, Detail: err.Error()}}
	}
	return bad
}

func (s *Service) sketch(d *Definition, promisedDays int) Sketch {
	problems := d.Check(s.check(promisedDays))
	out := Sketch{SVG: Draw(d, nil), Straight: d.straight(), Problems: findings(problems)}
	for _, p := range problems {
		if p.Path != "" || p.Stuck != "" { // the first that can be shown in the picture
			out.SVG = DrawProblem(d, p)
			break
		}
	}
	for _, st := range d.Steps() {
		out.Lines = append(out.Lines, Line{ID: st.ID, Name: st.Name, Kind: string(st.Kind), Level: string(st.Level), Tenant: st.TenantRef, Post: st.Post, Limit: st.LimitDays})
	}
	return out
}

// straight reports whether every node has one way on, so that Linear loses nothing.
func (d *Definition) straight() bool {
	return len(d.ofKind(start)) == 1 && len(d.ofKind(end)) == 1 &&
		!slices.ContainsFunc(d.nodes, func(n *node) bool {
			return !oneOf(n.kind, start, end, task) || n.abstract || n.many != nil || n.step != n.step.basic() ||
				len(n.kept)+len(n.extra) > 0 || len(n.out) > 1 || len(n.in) > 1 || n.kind != end && len(n.out) == 0
		})
}

// basic is what of the step a Line holds.
func (s Step) basic() Step {
	return Step{ID: s.ID, Name: s.Name, Kind: s.Kind, Level: s.Level, TenantRef: s.TenantRef, Post: s.Post, LimitDays: s.LimitDays}
}

func findings(ps []Problem) []Finding {
	out := make([]Finding, 0, len(ps))
	for _, p := range ps {
		where := p.Name
		if strings.TrimSpace(where) == "" {
			where = p.ID
		}
		out = append(out, Finding{Rule: p.Rule, Where: where, Detail: p.Detail, Row: p.Line})
	}
	return out
}
