package finder

import (
	"strings"
	"unicode/utf8"
)

// What is worth less than the word itself.
const (
	bySynonym = 0.9
	bySound   = 0.7
	byParts   = 0.6
	bySlip    = 0.65
	byHalf    = 0.8 // the last syllable is not finished
	weak      = 0.5 // below: look further
)

// fit values every item by one word.
func (c chain) fit(w word) fits {
	switch {
	case w.code:
		return c.code(w.text)
	case w.latin:
		return c.latin(w.text)
	}
	f := c.han(w.text)
	for _, m := range c.means(w.text) {
		f.merge(c.sub(m), bySynonym)
	}
	if utf8.RuneCountInString(w.text) < 2 || f.best() >= weak {
		return f
	}
	f.merge(c.sound(strings.Join(spell(w.text), ""), true), bySound)
	if f.best() < weak {
		f.merge(c.parts(w.text), byParts)
	}
	return f
}

// whole is how well n of the runes of a phrase stand for it.
func whole(n int, p phrase) float32 {
	return p.weight * (0.6 + 0.4*float32(min(n, int(p.runes)))/float32(p.runes))
}

// han values items by a Chinese word.
func (c chain) han(w string) fits {
	f, n := make(fits, c.size), utf8.RuneCountInString(w)
	for k, s := range c.shards {
		s.han.each(w, func(i, at int) bool {
			p := s.phrases[i]
			g := fit{value: whole(n, p), shard: int16(k), from: -1, by: int32(i)} //nolint:gosec // some shards, some thousand phrases
			if p.from >= 0 {
				g.from = p.from + int16(utf8.RuneCountInString(s.han.at(i)[:at])) //nolint:gosec // bounded by maxPhrase
				g.to = g.from + int16(n)                                          //nolint:gosec // bounded by maxTyped
			}
			f.better(c.first[k]+int(p.doc), g)
			return true
		})
	}
	if n > 1 && f.count() == 0 { // texts are long: they are read when phrases know nothing
		c.more(w, f)
	}
	return f
}

// more values items by their long texts.
func (c chain) more(w string, f fits) {
	for k, s := range c.shards {
		s.more.each(w, func(i, _ int) bool {
			f.better(c.first[k]+i, fit{value: ofMore, shard: int16(k), from: -1, by: -1}) //nolint:gosec // some shards
			return true
		})
	}
}

func (c chain) code(digits string) fits {
	f := make(fits, c.size)
	for k, s := range c.shards {
		for i, d := range s.docs {
			if len(digits) > 3 && strings.HasPrefix(d.Code, digits) || digits == d.Code {
				f[c.first[k]+i] = fit{value: 1, shard: int16(k), from: -1, by: -1}
			}
		}
	}
	return f
}

// latin values items by pinyin, by initials, and by pinyin with a slip.
func (c chain) latin(w string) fits {
	f := c.sound(w, false)
	f.merge(c.initials(w), 0.9)
	f.merge(c.han(w), 1) // letters that stand in a name
	if len(w) >= 5 && f.best() < weak {
		f.merge(c.slips(w), bySlip)
	}
	return f
}

// sound values items by a reading without spaces; closed asks that its last
// syllable ends where one of the phrase does.
func (c chain) sound(w string, closed bool) fits {
	f := make(fits, c.size)
	for k, s := range c.shards {
		s.low.each(w, func(i, at int) bool {
			read := s.written.at(i)
			if inside(read, at) {
				return false
			}
			p, factor := s.phrases[i], float32(1)
			if inside(read, at+len(w)) {
				if factor = byHalf; closed {
					return false
				}
			}
			c.spoken(f, k, i, at, at+len(w), factor*whole(syllables(read, at, at+len(w)), p))
			return true
		})
	}
	return f
}

// spoken notes a fit between two places of a reading.
func (c chain) spoken(f fits, k, i, from, to int, value float32) {
	s := c.shards[k]
	p, read := s.phrases[i], s.written.at(i)
	g := fit{value: value, shard: int16(k), from: -1, by: int32(i)} //nolint:gosec // some shards, some thousand phrases
	if p.from >= 0 {
		g.from = p.from + int16(syllables(read, 0, from)) //nolint:gosec // bounded by maxPhrase
		g.to = g.from + int16(syllables(read, from, to))  //nolint:gosec // bounded by maxPhrase
		g.to = min(g.to, p.from+p.runes)
	}
	f.better(c.first[k]+int(p.doc), g)
}

// syllables counts those that begin in a part of a reading.
func syllables(read string, from, to int) (n int) {
	for i := from; i < min(to, len(read)); i++ {
		if !inside(read, i) {
			n++
		}
	}
	return n
}

// initials values items by first letters: two or more.
func (c chain) initials(w string) fits {
	f := make(fits, c.size)
	if len(w) < 2 {
		return f
	}
	for k, s := range c.shards {
		s.initial.each(w, func(i, at int) bool {
			p := s.phrases[i]
			g := fit{value: whole(len(w), p), shard: int16(k), from: -1, by: int32(i)} //nolint:gosec // some shards, some thousand phrases
			if p.from >= 0 {
				g.from, g.to = p.from+int16(at), p.from+int16(at+len(w)) //nolint:gosec // bounded by maxPhrase
			}
			f.better(c.first[k]+int(p.doc), g)
			return true
		})
	}
	return f
}

// parts values items by the pairs of characters in a word that nobody knows.
func (c chain) parts(w string) fits {
	f, rs := make(fits, c.size), []rune(w)
	if len(rs) < 3 {
		return f
	}
	for i := 0; i+2 <= len(rs); i++ {
		for j, g := range c.han(string(rs[i : i+2])) {
			if g.value > 0 {
				g.value = f[j].value + g.value/float32(len(rs)-1)
				f[j] = g
			}
		}
	}
	return f
}

// sub values items by a phrase of the list of synonyms: all its words count.
func (c chain) sub(phrase string) fits {
	f := c.han(fold(phrase))
	var parts []fits
	for _, run := range runs(phrase) {
		for _, w := range c.chinese(run) {
			if w.weight > ofStop {
				parts = append(parts, c.han(w.text))
			}
		}
	}
	if len(parts) < 2 {
		return f
	}
	for i := range f {
		least := parts[0][i]
		for _, p := range parts[1:] {
			if p[i].value < least.value {
				least = p[i]
			}
		}
		f.better(i, least)
	}
	return f
}
