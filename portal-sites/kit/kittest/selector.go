package kittest

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// part is one compound selector: every condition must hold.
type part struct {
	tag     string
	id      string
	classes []string
	attrs   []attrTest
}

type attrTest struct {
	name, value string
	any         bool
}

func (p part) matches(n *html.Node) bool {
	if n.Type != html.ElementNode || (p.tag != "" && p.tag != n.Data) {
		return false
	}
	if id, _ := attr(n, "id"); p.id != "" && p.id != id {
		return false
	}
	class, _ := attr(n, "class")
	have := strings.Fields(class)
	for _, c := range p.classes {
		if !slices.Contains(have, c) {
			return false
		}
	}
	for _, a := range p.attrs {
		if v, ok := attr(n, a.name); !ok || (!a.any && v != a.value) {
			return false
		}
	}
	return true
}

// splitSelector cuts at spaces outside brackets.
func splitSelector(s string) []string {
	depth := 0
	return strings.FieldsFunc(s, func(r rune) bool {
		switch r {
		case '[':
			depth++
		case ']':
			depth--
		}
		return r == ' ' && depth == 0
	})
}

func parsePart(t testing.TB, s string) part {
	t.Helper()
	token := regexp.MustCompile(`^(?:([a-z][a-z0-9]*|\*)|#([\w-]+)|\.([\w-]+)|\[([\w:-]+)(?:=["']?([^\]"']*)["']?)?\])`)
	var p part
	for rest := s; rest != ""; {
		m := token.FindStringSubmatch(rest)
		if m == nil {
			t.Fatalf("kittest: cannot read selector %q at %q", s, rest)
		}
		switch {
		case m[1] != "" && m[1] != "*":
			p.tag = m[1]
		case m[2] != "":
			p.id = m[2]
		case m[3] != "":
			p.classes = append(p.classes, m[3])
		case m[4] != "":
			p.attrs = append(p.attrs, attrTest{name: m[4], value: m[5], any: !strings.Contains(m[0], "=")})
		}
		rest = rest[len(m[0]):]
	}
	return p
}
