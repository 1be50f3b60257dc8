package finder

import (
	"strings"
	"unicode/utf8"
)

// Shard is the index of one tenant's items in force. It never changes.
type Shard struct {
	docs    []Doc
	phrases []phrase
	han     blob
	written blob // in pinyin, syllables begun by capitals
	low     blob // the same without capitals
	initial blob
	more    blob // one text per item
	vocab   map[string]bool
	means   map[string][]string
	longest int // word of vocab and means, in runes
}

// phrase is one short text of an item.
type phrase struct {
	doc    int32
	weight float32
	from   int16 // where it stands in the name, in runes; -1 when it does not
	runes  int16
}

// How much the parts of an item count.
const (
	ofName    = 1.0
	ofKeyword = 1.0
	ofWord    = 0.8 // one or two words of the name
	ofResult  = 0.6
	ofOffice  = 0.35
	ofMore    = 0.2
)

type builder struct {
	*Shard
	han, written, initial []string
}

// Build indexes the items and synonyms of one tenant.
func Build(docs []Doc, synonyms []Synonym) *Shard {
	b := builder{Shard: &Shard{docs: docs, vocab: map[string]bool{}, means: map[string][]string{}}}
	more := make([]string, len(docs))
	for i, d := range docs {
		b.doc(i, d)
		more[i] = normal(strings.Join(d.More, " "))
	}
	for _, s := range synonyms {
		if w := strings.ReplaceAll(normal(s.Word), " ", ""); w != "" {
			b.means[w] = append(b.means[w], s.Means)
			b.longest = max(b.longest, utf8.RuneCountInString(w))
		}
	}
	b.Shard.han, b.Shard.written, b.Shard.initial, b.more = join(b.han), join(b.written), join(b.initial), join(more)
	b.low = blob{strings.ToLower(b.Shard.written.text), b.Shard.written.starts}
	return b.Shard
}

func (b *builder) doc(i int, d Doc) {
	b.add(i, d.Name, ofName, 0)
	at, last := 0, 0
	for _, w := range cut(d.Name) {
		n := utf8.RuneCountInString(w)
		b.word(i, d.Name, w, at)
		if last > 1 && n > 1 { // two words that stand together
			b.word(i, d.Name, string([]rune(d.Name)[at-last:at+n]), at-last)
		}
		at, last = at+n, n
	}
	for _, k := range d.Keywords {
		b.add(i, k, ofKeyword, -1)
	}
	b.add(i, d.Result, ofResult, -1)
	b.add(i, d.Department, ofOffice, -1)
}

func (b *builder) word(i int, name, w string, at int) {
	if n := utf8.RuneCountInString(w); n > 1 && w != name && isHan([]rune(w)[0]) {
		b.add(i, w, ofWord, at)
	}
}

// maxPhrase bounds a phrase, in runes.
const maxPhrase = 200

func (b *builder) add(i int, text string, weight float32, from int) {
	text = fold(text)
	n := utf8.RuneCountInString(text)
	if n == 0 || n > maxPhrase {
		return
	}
	syllables := spell(text)
	b.phrases = append(b.phrases, phrase{int32(i), weight, int16(from), int16(n)}) //nolint:gosec // bounded by maxPhrase
	b.han, b.written, b.initial = append(b.han, text), append(b.written, written(syllables)), append(b.initial, initials(syllables))
	if weight >= ofResult && n > 1 && n <= 12 && !stops()[text] {
		b.vocab[text] = true
		b.longest = max(b.longest, n)
	}
}
