package laws

import (
	"slices"
	"strings"

	"liandong/tenancy/fault"
)

// Reading is a plain text taken apart into articles.
type Reading struct {
	Articles []Article // label, sort, chapter and body
	Problems []Problem // what must be corrected before it can be taken
	Left     []Line    // what stands before the first article and belongs to none: title, note of passage, contents
}

// Problem is one thing wrong with a text, by line from 1.
type Problem struct {
	Line
	Key string // of the catalogue
}

// Line is one line of a text.
type Line struct {
	No   int
	Text string
}

// Fine reports whether the text can be taken as it is.
func (r Reading) Fine() bool { return len(r.Problems) == 0 && len(r.Articles) > 0 }

const (
	longestText    = 600_000 // bytes; the civil code has some 320,000
	longestArticle = 8_000   // characters
	mostProblems   = 50
)

// Read takes a law apart: lines that begin with 第X条 begin an article, 第X章 and
// the like are headings, everything else continues the article above it.
func Read(text string) Reading {
	p := reader{words: words(), heads: make([]string, len(words().Ranks))}
	if len(text) > longestText {
		p.blame(Line{No: 1}, "too_long")
		return p.Reading
	}
	no := 0
	for line := range strings.Lines(strings.TrimPrefix(text, "\ufeff")) {
		no++
		if l := strings.TrimSpace(line); l != "" {
			p.line(Line{no, l})
		}
	}
	p.end()
	if len(p.Articles) == 0 && len(p.Problems) == 0 {
		p.blame(Line{No: max(no, 1)}, "laws.no_articles")
	}
	return p.Reading
}

// reader goes through a text line by line.
type reader struct {
	Reading
	words *numbering
	heads []string // the headings in force, by rank
	open  *Article
	at    Line // where open begins
}

func (p *reader) blame(l Line, key string) {
	if len(p.Problems) < mostProblems {
		p.Problems = append(p.Problems, Problem{l, key})
	}
}

func (p *reader) line(l Line) {
	if m := p.words.heading.FindStringSubmatch(l.Text); m != nil {
		p.end()
		p.head(slices.Index(p.words.Ranks, m[2]), l.Text)
		return
	}
	if m := p.words.article.FindStringSubmatch(l.Text); m != nil {
		if n := p.words.sort(m[2], m[3]); m[4] != "" || m[5] == "" || p.follows(n) {
			p.end()
			p.begin(l, m[1], n, m[5])
			return
		}
	}
	if p.open == nil {
		if !p.words.contents.MatchString(l.Text) && len(p.Articles) > 0 {
			p.blame(l, "laws.line_belongs_nowhere")
			return
		}
		p.Left = append(p.Left, l)
		return
	}
	p.open.Body += "\n" + l.Text
}

// follows reports whether n is the very next number. Only then does a line without
// a space behind its number begin an article: others cite one.
func (p *reader) follows(n int64) bool {
	last := int64(0)
	if p.open != nil {
		last = p.open.Sort
	} else if i := len(p.Articles); i > 0 {
		last = p.Articles[i-1].Sort
	}
	return n == (last/between+1)*between || n == last+1
}

func (p *reader) head(rank int, text string) {
	p.heads[rank] = strings.Join(strings.Fields(text), " ")
	clear(p.heads[rank+1:])
}

func (p *reader) begin(l Line, label string, sort int64, body string) {
	chapter := strings.Join(slices.DeleteFunc(slices.Clone(p.heads), func(h string) bool { return h == "" }), " / ")
	p.open, p.at = &Article{Label: label, Sort: sort, Chapter: chapter, Body: strings.TrimSpace(body)}, l
}

// end closes the article that is open and judges it.
func (p *reader) end() {
	a := p.open
	p.open = nil
	if a == nil {
		return
	}
	a.Body = strings.TrimSpace(a.Body)
	last := int64(0)
	if n := len(p.Articles); n > 0 {
		last = p.Articles[n-1].Sort
	}
	switch {
	case a.Sort == 0:
		p.blame(p.at, "laws.number_unreadable")
	case a.Sort == last:
		p.blame(p.at, "laws.number_twice")
	case a.Sort < last:
		p.blame(p.at, "laws.number_backwards")
	case a.Body == "":
		p.blame(p.at, "laws.article_empty")
	case len([]rune(a.Body)) > longestArticle:
		p.blame(p.at, "laws.article_too_long")
	default:
		p.Articles = append(p.Articles, *a)
	}
}

// Write spells articles as Read reads them.
func Write(articles []Article) string {
	var b strings.Builder
	chapter := ""
	for _, a := range articles {
		if a.Chapter != chapter {
			b.WriteString("\n" + strings.Join(fresh(chapter, a.Chapter), "\n") + "\n\n")
			chapter = a.Chapter
		}
		b.WriteString(a.Label + "\u3000" + a.Body + "\n")
	}
	return strings.TrimSpace(b.String()) + "\n"
}

// fresh are the headings of chapter that do not stand above it already.
func fresh(before, chapter string) []string {
	was, heads := strings.Split(before, " / "), strings.Split(chapter, " / ")
	i := 0
	for i < len(was) && i < len(heads)-1 && was[i] == heads[i] {
		i++
	}
	return heads[i:]
}

// refused is the fault of a text that cannot be taken.
func (r Reading) refused() error {
	if r.Fine() {
		return nil
	}
	return fault.InvalidField("text", "laws.text_has_problems")
}
