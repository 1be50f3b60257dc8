package calendar

import (
	"math/bits"
	"time"
)

// year is one year's working days as a bitmap with running totals; it never
// changes after it is built, so calendars share it.
type year struct {
	first  Date      // 1 January
	days   int       // 365 or 366
	work   [6]uint64 // bit i: the day first+i is a working day
	before [7]int    // before[w]: working days in the words below w
	known  bool      // a notice of the State Council covers it
}

// plainYear has Monday to Friday as working days and nothing else.
func plainYear(y int) *year {
	n := &year{first: On(y, time.January, 1)}
	n.days = int(On(y+1, time.January, 1) - n.first)
	for i := range n.days {
		if wd := (n.first + Date(i)).Weekday(); wd != time.Saturday && wd != time.Sunday {
			n.work[i/64] |= 1 << (i % 64)
		}
	}
	n.total()
	return n
}

// with is a copy of the year in which the given days of it are as stated.
func (y *year) with(days []Day) *year {
	n := *y
	for _, d := range days {
		i := int(d.Date - n.first)
		if d.Working {
			n.work[i/64] |= 1 << (i % 64)
		} else {
			n.work[i/64] &^= 1 << (i % 64)
		}
	}
	n.total()
	return &n
}

func (y *year) total() {
	for w, b := range y.work {
		y.before[w+1] = y.before[w] + bits.OnesCount64(b)
	}
}

func (y *year) working(d Date) bool {
	i := int(d - y.first)
	return y.work[i/64]>>(i%64)&1 == 1
}

// below counts the working days before d, which may be the day after the year.
func (y *year) below(d Date) int {
	i := int(d - y.first)
	if i/64 >= len(y.work) {
		return y.before[len(y.work)]
	}
	return y.before[i/64] + bits.OnesCount64(y.work[i/64]&(1<<(i%64)-1))
}

func (y *year) all() int { return y.before[len(y.work)] }

// pick is the working day with k working days of the year before it; 0 ≤ k < all().
func (y *year) pick(k int) Date {
	w := 0
	for y.before[w+1] <= k {
		w++
	}
	b := y.work[w]
	for range k - y.before[w] {
		b &= b - 1
	}
	return y.first + Date(w*64+bits.TrailingZeros64(b))
}
