package cases

import (
	"regexp"
	"slices"
	"strings"
)

// Block is one piece of a document.
type Block struct {
	Kind string     `json:"kind"` // heading, text, list (numbered), points or table
	Rows [][]string `json:"rows"` // of a table its rows, else one cell a line
	Head bool       `json:"head,omitempty"`

	line int // in the text, from 1
}

// The kinds of block.
const (
	Heading = "heading"
	Text    = "text"
	List    = "list"
	Points  = "points"
	Table   = "table"
)

var (
	fieldPattern    = regexp.MustCompile(`\{\{\s*([^{}]*?)\s*\}\}`)
	alonePattern    = regexp.MustCompile(`^\{\{\s*([^{}]*?)\s*\}\}$`)
	numberedPattern = regexp.MustCompile(`^[0-9]{1,3}[.\x{3001}] *`)
	pointPattern    = regexp.MustCompile(`^[-*\x{2022}] +`)
	headingPattern  = regexp.MustCompile(`^#{1,4} +`)
	rulePattern     = regexp.MustCompile(`^\|(?: *:?-{3,}:? *\|)+$`)
)

// parseDocument reads the markup of a text: # headings, paragraphs, 1. and - lists,
// | tables | and {{fields}}. Nothing else means anything; there is no code.
func parseDocument(body string) (blocks []Block) {
	fresh := true
	n := 0
	for line := range strings.SplitSeq(strings.ReplaceAll(body, "\r", ""), "\n") {
		n++
		line = strings.Trim(line, " \t")
		if line == "" {
			fresh = true
			continue
		}
		kind, cells := classify(line)
		last := len(blocks) - 1
		switch {
		case rulePattern.MatchString(line):
			if last >= 0 && !fresh && blocks[last].Kind == Table && len(blocks[last].Rows) == 1 {
				blocks[last].Head = true
			}
		case !fresh && last >= 0 && blocks[last].Kind == kind && kind != Heading && kind != Text:
			blocks[last].Rows = append(blocks[last].Rows, cells)
		default:
			blocks = append(blocks, Block{Kind: kind, Rows: [][]string{cells}, line: n})
		}
		fresh = false
	}
	return blocks
}

func classify(line string) (kind string, cells []string) {
	if strings.HasPrefix(line, "|") {
		for c := range strings.SplitSeq(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.Trim(c, " "))
		}
		return Table, cells
	}
	for _, p := range []struct {
		kind    string
		pattern *regexp.Regexp
	}{{Heading, headingPattern}, {Points, pointPattern}, {List, numberedPattern}} {
		if m := p.pattern.FindString(line); m != "" && len(m) < len(line) {
			return p.kind, []string{line[len(m):]}
		}
	}
	return Text, []string{line}
}

// merge fills in the fields of a text. What is filled in is never read as markup.
// A line whose fields are all empty is left out: it would tell nothing.
func merge(body string, value func(key string) string) (out []Block) {
	for _, b := range parseDocument(body) {
		if b.Kind == Text {
			if m := alonePattern.FindStringSubmatch(b.Rows[0][0]); m != nil {
				if f, ok := fieldOf(m[1]); ok {
					out = append(out, alone(f, value(f.Key))...)
					continue
				}
			}
		}
		rows := b.Rows[:0:0]
		for _, row := range b.Rows {
			if r, said := fill(row, value); said {
				rows = append(rows, r)
			}
		}
		if len(rows) > 0 {
			b.Rows = rows
			out = append(out, b)
		}
	}
	return out
}

// alone is a field that takes a line of its own.
func alone(f DocumentField, v string) (out []Block) {
	lines := slices.DeleteFunc(strings.Split(v, "\n"), func(l string) bool { return strings.TrimSpace(l) == "" })
	if len(lines) == 0 {
		return nil
	}
	switch f.Block {
	case "list":
		b := Block{Kind: List}
		for _, l := range lines {
			b.Rows = append(b.Rows, []string{l})
		}
		return []Block{b}
	case "table":
		b := Block{Kind: Table, Head: true, Rows: [][]string{{word("materials_no"), word("materials_name"), word("materials_file")}}}
		for _, l := range lines {
			b.Rows = append(b.Rows, strings.SplitN(l, "|", 3))
		}
		return []Block{b}
	}
	for _, l := range lines {
		out = append(out, Block{Kind: Text, Rows: [][]string{{strings.TrimSpace(l)}}})
	}
	return out
}

// fill fills in one row; said is false when it had fields and all of them were empty.
func fill(row []string, value func(string) string) (out []string, said bool) {
	fields := 0
	for _, cell := range row {
		out = append(out, fieldPattern.ReplaceAllStringFunc(cell, func(m string) string {
			fields++
			f, _ := fieldOf(fieldPattern.FindStringSubmatch(m)[1])
			v := strings.TrimSpace(strings.ReplaceAll(value(f.Key), "\n", word("newline")))
			said = said || v != ""
			return v
		}))
	}
	return out, said || fields == 0
}
