package finder

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// word is one word of what was typed.
type word struct {
	text   string
	weight float64 // before it is known how rare it is
	latin  bool
	code   bool // digits of a basic code
}

// Bounds of what is looked at: the rest of a longer text is not read.
const (
	maxTyped = 40 // runes
	maxWords = 10
)

// How much words weigh.
const (
	ofSingle = 0.3 // one character says little
	ofStop   = 0.05
)

// words cuts what was typed.
func (c chain) words(text string) (ws []word) {
	if r := []rune(text); len(r) > maxTyped {
		text = string(r[:maxTyped])
	}
	for _, run := range runs(numerals(normal(text))) {
		switch r, _ := utf8.DecodeRuneInString(run); {
		case isHan(r):
			ws = append(ws, c.chinese(run)...)
		case unicode.IsDigit(r):
			ws = append(ws, word{text: run, weight: 1, code: true})
		default:
			ws = append(ws, word{text: run, weight: 1, latin: true})
		}
	}
	ws = ws[:min(len(ws), maxWords)]
	return ws
}

// numerals spells small numbers before a Chinese character as people write them in names.
func numerals(s string) string {
	digits := []rune(digitRunes())
	var b strings.Builder
	rs := []rune(s)
	for i := 0; i < len(rs); i++ {
		j := i
		for j < len(rs) && rs[j] >= '0' && rs[j] <= '9' {
			j++
		}
		if n, err := strconv.Atoi(string(rs[i:j])); err == nil && j < len(rs) && isHan(rs[j]) && n > 0 && n < 100 {
			if n >= 20 {
				b.WriteRune(digits[n/10])
			}
			if n >= 10 {
				b.WriteRune(digits[10])
			}
			if n%10 > 0 {
				b.WriteRune(digits[n%10])
			}
			i = j - 1
			continue
		}
		b.WriteRune(rs[i])
	}
	return b.String()
}

// chinese cuts a run of Chinese: the longest words that items and synonyms know,
// what lies between by the dictionary.
func (c chain) chinese(run string) (ws []word) {
	rs := []rune(run)
	known := c.known(rs)
	for i := 0; i < len(rs); {
		if n := known[i]; n > 0 {
			ws = append(ws, word{text: string(rs[i : i+n]), weight: weigh(string(rs[i : i+n]))})
			i += n
			continue
		}
		j := i + 1
		for j < len(rs) && known[j] == 0 {
			j++
		}
		for _, w := range cut(string(rs[i:j])) {
			ws = append(ws, word{text: w, weight: weigh(w)})
		}
		i = j
	}
	return ws
}

func weigh(w string) float64 {
	switch n := utf8.RuneCountInString(w); {
	case stops()[w]:
		return ofStop
	case n == 1:
		return ofSingle
	default:
		return 1 + 0.2*float64(min(n, 6)-2)
	}
}

// known says for every place of rs how long the known word is that begins there;
// longer words go first, and no two overlap.
func (c chain) known(rs []rune) []int {
	out, taken := make([]int, len(rs)), make([]bool, len(rs))
	for n := min(c.longest, len(rs)); n > 0; n-- {
	place:
		for i := 0; i+n <= len(rs); i++ {
			for j := i; j < i+n; j++ {
				if taken[j] {
					continue place
				}
			}
			if !c.knows(string(rs[i : i+n])) {
				continue
			}
			out[i] = n
			for j := i; j < i+n; j++ {
				taken[j] = true
			}
		}
	}
	return out
}
