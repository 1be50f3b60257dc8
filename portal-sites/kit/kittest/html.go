// Package kittest helps to test web pages: a client that keeps cookies and
// tokens, selectors over HTML, and a real browser that runs axe.
package kittest

import (
	"strings"
	"testing"

	"golang.org/x/net/html"
)

// Doc is a parsed page.
type Doc struct {
	t    testing.TB
	root *html.Node
	body string
}

// Parse reads HTML; it fails the test when the page cannot be parsed.
func Parse(t testing.TB, body string) Doc {
	t.Helper()
	n, err := html.Parse(strings.NewReader(body))
	if err != nil {
		t.Fatalf("parse page: %v", err)
	}
	return Doc{t: t, root: n, body: body}
}

// Count is how many elements match. Selectors know tag, #id, .class, [attr],
// [attr=value] and the descendant space, as in `form.ld-form input[name=idem]`.
func (d Doc) Count(selector string) int { return len(d.find(selector)) }

// Has fails the test unless selector matches; wants, when given, must all be in
// the text of the first match.
func (d Doc) Has(selector string, wants ...string) Doc {
	d.t.Helper()
	found := d.find(selector)
	if len(found) == 0 {
		d.t.Fatalf("no %s in page:\n%s", selector, d.body)
	}
	got := textOf(found[0])
	for _, w := range wants {
		if !strings.Contains(got, w) {
			d.t.Errorf("%s says %q, want %q in it", selector, got, w)
		}
	}
	return d
}

// Lacks fails the test when selector matches.
func (d Doc) Lacks(selector string) Doc {
	d.t.Helper()
	if n := d.Count(selector); n > 0 {
		d.t.Errorf("%d × %s in page, want none:\n%s", n, selector, d.body)
	}
	return d
}

// Text is the text of the first match, "" when there is none.
func (d Doc) Text(selector string) string {
	if found := d.find(selector); len(found) > 0 {
		return textOf(found[0])
	}
	return ""
}

// Attr is an attribute of the first match, "" when there is none.
func (d Doc) Attr(selector, name string) string {
	if found := d.find(selector); len(found) > 0 {
		v, _ := attr(found[0], name)
		return v
	}
	return ""
}

// Attrs is an attribute of every match that has it.
func (d Doc) Attrs(selector, name string) (out []string) {
	for _, n := range d.find(selector) {
		if v, ok := attr(n, name); ok {
			out = append(out, v)
		}
	}
	return out
}

func textOf(n *html.Node) string {
	var b strings.Builder
	for c := range n.Descendants() {
		if c.Type == html.TextNode {
			b.WriteString(c.Data + " ")
		}
	}
	return strings.Join(strings.Fields(b.String()), " ")
}

func attr(n *html.Node, name string) (string, bool) {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val, true
		}
	}
	return "", false
}

func (d Doc) find(selector string) []*html.Node {
	found := []*html.Node{d.root}
	for _, part := range splitSelector(selector) {
		p := parsePart(d.t, part)
		seen := map[*html.Node]bool{}
		var next []*html.Node
		for _, n := range found {
			for c := range n.Descendants() {
				if !seen[c] && p.matches(c) {
					seen[c] = true
					next = append(next, c)
				}
			}
		}
		found = next
	}
	return found
}
