package finder

// slips values items by pinyin with one letter wrong, missing, too many or
// swapped with its neighbour; two in a long word. Of the pieces into which the
// word is cut one must be right, so only phrases that hold one are compared.
func (c chain) slips(w string) fits {
	f, allowed := make(fits, c.size), 1
	if len(w) >= 10 {
		allowed = 2
	}
	for k, s := range c.shards {
		tried := map[int]bool{}
		for p := range allowed + 1 {
			s.low.each(w[p*len(w)/(allowed+1):(p+1)*len(w)/(allowed+1)], func(i, _ int) bool {
				if tried[i] || int(s.phrases[i].runes)*6 < len(w)-allowed {
					return true
				}
				tried[i] = true
				if from, to, d := nearest(w, s.written.at(i), s.low.at(i), allowed); d <= allowed {
					c.spoken(f, k, i, from, to, whole(syllables(s.written.at(i), from, to), s.phrases[i])*(1-0.1*float32(d)))
				}
				return true
			})
		}
	}
	return f
}

// nearest finds the whole syllables of a reading that are nearest to w, with
// their distance; more than most when none is near.
func nearest(w, written, low string, most int) (from, to, distance int) {
	distance = most + 1
	for i := range len(written) {
		if inside(written, i) {
			continue
		}
		for j := i + len(w) - most; j <= min(i+len(w)+most, len(written)); j++ {
			if inside(written, j) {
				continue
			}
			if d := apart(w, low[i:j], distance); d < distance {
				from, to, distance = i, j, d
			}
		}
	}
	return from, to, distance
}

// apart is the edit distance of a and b, a swap of neighbours counting once; or
// some number not below stop.
func apart(a, b string, stop int) int {
	var rows [3][maxTyped * 2]int
	before, last, row := &rows[0], &rows[1], &rows[2]
	if len(b) >= len(last) {
		return stop
	}
	for j := range len(b) + 1 {
		last[j] = j
	}
	for i := range len(a) {
		row[0] = i + 1
		least := row[0]
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			d := min(last[j]+cost, last[j+1]+1, row[j]+1)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				d = min(d, before[j-1]+1)
			}
			row[j+1] = d
			least = min(least, d)
		}
		if least >= stop {
			return stop
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}
