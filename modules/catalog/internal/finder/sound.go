package finder

import (
	_ "embed"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"github.com/mozillazg/go-pinyin"
)

//go:embed readings.txt
var readingText string

// readings are words whose characters are read otherwise than alone.
//
//nolint:gochecknoglobals // read once, never written to
var readings = sync.OnceValue(func() map[string][]string {
	words := map[string][]string{}
	for line := range strings.Lines(readingText) {
		if f := strings.Fields(line); len(f) > 1 {
			words[f[0]] = f[1:]
		}
	}
	return words
})

// longestReading is the length of the longest word in readings, in runes.
const longestReading = 3

// spell is how s is read: one syllable per rune. A rune without a reading stands
// for itself when it is a letter or digit, else for a dash.
func spell(s string) []string {
	rs := []rune(s)
	out := make([]string, 0, len(rs))
next:
	for i := 0; i < len(rs); {
		for n := min(longestReading, len(rs)-i); n > 1; n-- {
			if r, ok := readings()[string(rs[i:i+n])]; ok {
				out = append(out, r...)
				i += n
				continue next
			}
		}
		out = append(out, syllable(rs[i]))
		i++
	}
	return out
}

// syllables of single characters, as far as they were asked for: the library
// takes a tone off by regular expressions.
var spoken sync.Map //nolint:gochecknoglobals // rune → string, a memory of what never changes

func syllable(r rune) string {
	if s, ok := spoken.Load(r); ok {
		return s.(string) //nolint:forcetypeassert // nothing else is stored
	}
	s := "-"
	if py := pinyin.SinglePinyin(r, pinyin.NewArgs()); len(py) > 0 {
		s = py[0]
	} else if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		s = strings.ToLower(string(r))
	}
	if isHan(r) || r < utf8.RuneSelf {
		spoken.Store(r, s)
	}
	return s
}

// written joins syllables, each begun by a capital letter.
func written(syllables []string) string {
	var b strings.Builder
	for _, s := range syllables {
		b.WriteString(strings.ToUpper(s[:1]))
		b.WriteString(s[1:])
	}
	return b.String()
}

// initials joins the first letters, one byte per rune.
func initials(syllables []string) string {
	b := make([]byte, len(syllables))
	for i, s := range syllables {
		b[i] = s[0]
	}
	return string(b)
}

// inside reports whether byte i of a written reading lies within a syllable.
func inside(written string, i int) bool {
	return i < len(written) && written[i] >= 'a' && written[i] <= 'z'
}
