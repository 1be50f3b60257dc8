package finder

import (
	"sort"
	"strings"
)

// blob is many short texts in one, so that looking through all of them is one
// pass of strings.Index.
type blob struct {
	text   string
	starts []int32 // of every text, and one past the last
}

func join(texts []string) blob {
	var b strings.Builder
	starts := make([]int32, 0, len(texts)+1)
	for _, t := range texts {
		starts = append(starts, int32(b.Len())) //nolint:gosec // a shard's text is some megabytes
		b.WriteString(t)
		b.WriteByte('\n')
	}
	return blob{b.String(), append(starts, int32(b.Len()))} //nolint:gosec // as above
}

// at is the i-th text.
func (b blob) at(i int) string { return b.text[b.starts[i] : b.starts[i+1]-1] }

// each calls fn with every text that contains needle and where, in bytes. When fn
// is not content it is shown the next place in the same text.
func (b blob) each(needle string, fn func(i, at int) bool) {
	if needle == "" {
		return
	}
	// All Chinese begins with one of a few bytes; the third is as good as any, and
	// looking for it first makes the pass some times faster.
	skip := 0
	if len(needle) > 2 && needle[0] >= 0xe0 {
		skip = 2
	}
	for off := 0; off+skip < len(b.text); {
		k := strings.Index(b.text[off+skip:], needle[skip:])
		if k < 0 {
			return
		}
		pos := off + k
		if b.text[pos:pos+skip] != needle[:skip] {
			off = pos + 1
			continue
		}
		i := sort.Search(len(b.starts), func(i int) bool { return int(b.starts[i]) > pos }) - 1
		if fn(i, pos-int(b.starts[i])) {
			off = int(b.starts[i+1])
		} else {
			off = pos + 1
		}
	}
}
