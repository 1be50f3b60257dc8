package finder

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"

	"github.com/go-ego/gse"
	"golang.org/x/text/width"
)

// rare is the frequency below which a word of the dictionary is left out: what
// remains cuts everyday language as well and needs a tenth of the memory.
const rare = 50

//go:embed stop.txt
var stopText string

// dictionary is loaded once, at the first search: it takes about half a second.
//
//nolint:gochecknoglobals // read once, never written to
var dictionary = sync.OnceValue(func() *gse.Segmenter {
	seg := &gse.Segmenter{SkipLog: true, MinTokenFreq: rare}
	if err := seg.LoadDictEmbed("zh_s"); err != nil {
		panic("finder: the embedded dictionary: " + err.Error()) // it is part of the program
	}
	return seg
})

// stops are words that say nothing about what is looked for.
//
//nolint:gochecknoglobals // read once, never written to
var stops = sync.OnceValue(func() map[string]bool {
	set := map[string]bool{}
	for w := range strings.FieldsSeq(stopText) {
		set[w] = true
	}
	return set
})

// Warm loads what the first search would wait for.
func Warm() { dictionary(); stops(); readings() }

// cut splits Chinese into words.
func cut(s string) []string { return dictionary().Cut(s) }

// normal is s in one spelling: narrow, lower case, everything but letters and digits a space.
func normal(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsLetter(r), unicode.IsDigit(r):
			return unicode.ToLower(r)
		case r == '\'': // between syllables
			return -1
		}
		return ' '
	}, width.Fold.String(s))
}

// Normal is s as it is searched by; empty when there is nothing to search by.
func Normal(s string) string { return strings.TrimSpace(normal(s)) }

func isHan(r rune) bool { return unicode.Is(unicode.Han, r) }

// runs splits what was typed into Chinese, pinyin and numbers.
func runs(s string) (out []string) {
	class := func(r rune) int {
		switch {
		case r == ' ':
			return 0
		case isHan(r):
			return 1
		case unicode.IsDigit(r):
			return 2
		}
		return 3
	}
	last, from := 0, 0
	s = normal(s) + " "
	for i, r := range s {
		c := class(r)
		if c == last {
			continue
		}
		if last != 0 {
			out = append(out, s[from:i])
		}
		last, from = c, i
	}
	return out
}

// fold is s in one spelling, rune by rune: places in it are places in s.
func fold(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' {
			return ' '
		}
		return unicode.ToLower(r)
	}, s)
}

//go:embed digits.txt
var digitText string

// digitRunes are the Chinese digits from nought to ten.
func digitRunes() string { return strings.TrimSpace(digitText) }
