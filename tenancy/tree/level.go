package tree

import (
	"strconv"
	"strings"

	"liandong/tenancy"
)

// Widths of the blocks that the levels occupy, in labels: what the digits of a
// division code leave free (GB/T 2260, GB/T 10114), and three digits below.
const (
	platformSize int64 = 1_000_000_000_000_000
	provinceSize int64 = 10_000_000_000_000
	leagueSize   int64 = 100_000_000_000
	countySize   int64 = 1_000_000_000
	townshipSize int64 = 1_000_000
	villageSize  int64 = 1_000
	unitSize     int64 = 1

	codeLength = 12
	perCode    = 1_000 // labels per official code
)

// whole is the block of the platform: every label there is.
func whole() tenancy.Interval {
	return tenancy.Interval{Lo: tenancy.Platform, Hi: tenancy.ID(platformSize - 1)}
}

func sizes() []int64 {
	return []int64{platformSize, provinceSize, leagueSize, countySize, townshipSize, villageSize, unitSize}
}

// Levels lists the levels that a tenant can have, widest first. A zone (功能区) is
// one step narrower than whatever it lies in.
func Levels() []string {
	return []string{"province", "league", "city", "county", "township", "village", "unit", "zone"}
}

// levelOf turns what files call a level into what the tree calls it.
func levelOf(s string) string {
	switch s = strings.TrimSpace(s); s {
	case "town":
		return "township"
	case "prefecture":
		return "city"
	default:
		return s
	}
}

// sizeOf is the width of a block at level inside a parent of that width; 0 when
// there is no such level.
func sizeOf(level string, parent int64) int64 {
	switch level {
	case "province":
		return provinceSize
	case "league", "city":
		return leagueSize
	case "county":
		return countySize
	case "township":
		return townshipSize
	case "village":
		return villageSize
	case "unit":
		return unitSize
	case "zone":
		return below(parent)
	}
	return 0
}

// below is the next narrower width, at least one label.
func below(size int64) int64 {
	for _, s := range sizes() {
		if s < size {
			return s
		}
	}
	return unitSize
}

func isDigits(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}

// isCode reports whether s is an official code, or one that this package made.
func isCode(s string) bool {
	own, made := strings.CutPrefix(s, "z")
	return isDigits(own, codeLength) || made && isDigits(own, codeLength+3)
}

// labelOf is the label that a code stands for.
func labelOf(code string) tenancy.ID {
	digits := strings.TrimPrefix(code, "z")
	n, err := strconv.ParseInt(digits, 10, 64)
	if err != nil {
		return -1
	}
	if len(digits) == codeLength {
		n *= perCode
	}
	return tenancy.ID(n)
}

// madeCode is the code of a tenant that has no official one.
func madeCode(id tenancy.ID) string {
	s := strconv.FormatInt(int64(id)+platformSize, 10)[1:] // 15 digits
	return "z" + strings.TrimSuffix(s, "000")
}
