package forms

import (
	"math"
	"regexp"
	"strconv"
	"strings"
)

var plainNumber = regexp.MustCompile(`^[+-]?(\d+(\.\d*)?|\.\d+)$`)

// largest is the number up to which two decimals are exact in a float64.
const largest = 1e13

func normalNumber(f *Field, raw any) (any, *blame) {
	n, ok := raw.(float64)
	if !ok {
		s := strings.NewReplacer(",", "", "，", "", " ", "", "¥", "", "￥", "").Replace(strings.TrimSpace(text(raw)))
		if s == "" {
			return nil, nil
		}
		var err error
		if n, err = strconv.ParseFloat(s, 64); err != nil || !plainNumber.MatchString(s) {
			return text(raw), because("not_a_number")
		}
	}
	return n, checkNumber(f, n)
}

func checkNumber(f *Field, n float64) *blame {
	switch {
	case math.IsNaN(n) || math.Abs(n) > largest:
		return because("number_range")
	case round(n, f.places()) != n:
		if f.places() == 0 {
			return because("not_whole")
		}
		return because("decimals", f.places())
	case f.Min != nil && n < *f.Min:
		return because("too_small", show(*f.Min))
	case f.Max != nil && n > *f.Max:
		return because("too_big", show(*f.Max))
	}
	return nil
}

func show(n float64) string { return strconv.FormatFloat(n, 'f', -1, 64) }

func (f *Field) places() int {
	if f.Kind == Money {
		return 2
	}
	return f.Decimals
}

// round rounds half away from zero, the way the browser does too.
func round(n float64, places int) float64 {
	p := math.Pow(10, float64(places))
	return math.Copysign(math.Floor(math.Abs(n)*p+0.5)/p, n)
}
