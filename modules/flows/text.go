package flows

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Font sizes of a drawing, in pixels.
const (
	labelFont = 13.0
	smallFont = 12.0
	leading   = 1.35 // line height in font sizes
)

// firstWide is where scripts begin whose letters are as wide as high: U+2E80, CJK radicals.
const firstWide = 0x2E80

// textWidth estimates how wide s is drawn; the server has no font to measure with.
func textWidth(s string, font float64) float64 {
	em := 0.0
	for _, r := range s {
		em += runeWidth(r)
	}
	return em * font
}

func runeWidth(r rune) float64 {
	switch {
	case r >= firstWide:
		return 1
	case unicode.IsUpper(r):
		return 0.68
	default:
		return 0.56
	}
}

// maxText is how much of a text is looked at; the rest could not be drawn in any case.
const maxText = 200

// wrap breaks s into at most lines lines that are width wide, between Chinese characters
// anywhere and otherwise between words; what does not fit ends in an ellipsis.
func wrap(s string, width, font float64, lines int) []string {
	var out []string
	line := ""
	for _, word := range words(s) {
		if line != "" && textWidth(line+strings.TrimRight(word, " "), font) > width && !closes(word) {
			out, line = append(out, strings.TrimSpace(line)), ""
		}
		line += word
	}
	if line = strings.TrimSpace(line); line != "" {
		out = append(out, line)
	}
	if len(out) > lines {
		out = out[:lines]
		out[lines-1] += "…"
	}
	for i, l := range out {
		out[i] = shorten(l, width+font, font)
	}
	return out
}

// words cuts s where a line may break.
func words(s string) []string {
	var out []string
	open := false // the last word may grow
	for _, r := range strings.Join(strings.Fields(clip(s)), " ") {
		if narrow := r < firstWide; narrow && open {
			out[len(out)-1] += string(r)
		} else {
			out = append(out, string(r))
		}
		open = r < firstWide && r != ' '
	}
	return out
}

// closes reports whether a line must not begin with the word: 避头点.
func closes(word string) bool {
	for _, r := range word {
		return unicode.In(r, unicode.Pe, unicode.Pf, unicode.Po)
	}
	return false
}

// shorten cuts one word that is wider than a line.
func shorten(s string, width, font float64) string {
	if textWidth(s, font) <= width {
		return s
	}
	runes := []rune(clip(s))
	for len(runes) > 1 && textWidth(string(runes)+"…", font) > width {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), "…") + "…"
}

// clip is the beginning of s, at most maxText characters.
func clip(s string) string {
	for i, n := 0, 0; i < len(s); n++ {
		if n == maxText {
			return s[:i]
		}
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return s
}
