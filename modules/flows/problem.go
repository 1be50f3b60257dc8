package flows

import (
	"fmt"
	"strings"

	"liandong/tenancy/fault"
)

// Problem is one reason why a flow cannot be read or published, and where it stands.
type Problem struct {
	Element string // local name of the XML element, such as parallelGateway
	ID      string // its id; empty when it has none
	Name    string // its name, as drawn
	Line    int    // in the XML, from 1; 0 when the whole flow is meant
	Rule    string // catalogue key, one of the Rule… constants
	Detail  string // what was found: a value, an expression's error, the other element

	Path  List // the way that offends, from the start: ids of nodes and arrows
	Stuck List // ids of the nodes and arrows where it is then held up, or too much at once
}

// String is the problem in one line for a log.
func (p Problem) String() string {
	s := p.Rule
	if p.Element != "" {
		s += fmt.Sprintf(" at %s %q %q (line %d)", p.Element, p.ID, p.Name, p.Line)
	}
	if p.Detail != "" {
		s += ": " + p.Detail
	}
	return s
}

// Problems is everything wrong with one flow. As an error it is a fault of kind Invalid that
// blames the form field bpmn.
type Problems []Problem

func (p Problems) Error() string {
	lines := make([]string, len(p))
	for i, one := range p {
		lines[i] = one.String()
	}
	return "flow: " + strings.Join(lines, "; ")
}

// Unwrap makes fault.KindOf see Invalid.
func (p Problems) Unwrap() error { return fault.InvalidField("bpmn", "flow_invalid") }

// Has reports whether some problem breaks rule.
func (p Problems) Has(rule string) bool {
	for _, one := range p {
		if one.Rule == rule {
			return true
		}
	}
	return false
}
