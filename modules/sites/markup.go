package sites

import (
	"regexp"
	"strings"
)

// Block is one paragraph, heading or list of an article's body.
type Block struct {
	Kind  string   // paragraph, heading, list, numbered
	Lines [][]Span // of a paragraph its lines, of a list its points; one for a heading
}

// Span is a stretch of text within a line.
type Span struct {
	Text string
	Bold bool
	Href string // https, http, tel, mailto or a path of this host; else it stays text
}

var (
	pointPattern    = regexp.MustCompile(`^[-*•] +`)
	numberedPattern = regexp.MustCompile(`^[0-9]{1,3}[.、] *`)
	headingPattern  = regexp.MustCompile(`^#{1,4} +`)
	spanPattern     = regexp.MustCompile(`\*\*([^*]+)\*\*|\[([^\[\]]+)\]\(([^()\s]+)\)`)
	hrefPattern     = regexp.MustCompile(`^(?:https?://[^\s"'<>\\]+|tel:[0-9+\-]+|mailto:[^\s"'<>\\?]+|/(?:[^/\s"'<>\\][^\s"'<>\\]*)?)$`)
)

// Parse reads the little markdown that bodies may use: # headings, - and 1. lists,
// **bold** and [links](https://…). Everything else, HTML included, is text.
func Parse(body string) (blocks []Block) {
	fresh := true
	for line := range strings.SplitSeq(body, "\n") {
		if line = strings.TrimSpace(line); line == "" {
			fresh = true
			continue
		}
		kind, text := classify(line)
		if last := len(blocks) - 1; !fresh && last >= 0 && blocks[last].Kind == kind && kind != "heading" {
			blocks[last].Lines = append(blocks[last].Lines, spans(text))
		} else {
			blocks = append(blocks, Block{Kind: kind, Lines: [][]Span{spans(text)}})
		}
		fresh = false
	}
	return blocks
}

func classify(line string) (kind, text string) {
	for _, c := range []struct {
		kind    string
		pattern *regexp.Regexp
	}{{"heading", headingPattern}, {"list", pointPattern}, {"numbered", numberedPattern}} {
		if m := c.pattern.FindString(line); m != "" && len(m) < len(line) {
			return c.kind, line[len(m):]
		}
	}
	return "paragraph", line
}

func spans(line string) (out []Span) {
	text := func(s string) {
		if s != "" {
			out = append(out, Span{Text: s})
		}
	}
	for line != "" {
		m := spanPattern.FindStringSubmatchIndex(line)
		if m == nil {
			break
		}
		text(line[:m[0]])
		switch {
		case m[2] >= 0:
			out = append(out, Span{Text: line[m[2]:m[3]], Bold: true})
		case hrefPattern.MatchString(line[m[6]:m[7]]):
			out = append(out, Span{Text: line[m[4]:m[5]], Href: line[m[6]:m[7]]})
		default:
			text(line[m[0]:m[1]])
		}
		line = line[m[1]:]
	}
	text(line)
	return out
}
