package idcode

import "strings"

// MaskIDNumber keeps the area and the last four: 152502********0012. It serves
// any identity or credit number; a short one is hidden wholly.
func MaskIDNumber(s string) string { return mask(s, 6, 4) }

// MaskPhone keeps the first three and the last four digits, without the country
// code: 138****0000.
func MaskPhone(s string) string { return mask(strings.TrimPrefix(s, "+86"), 3, 4) }

// MaskName keeps the first character: 其**.
func MaskName(s string) string { return mask(s, 1, 0) }

// addressKept is how much of an address is shown: enough for its league or
// county, not for a street.
const addressKept = 6

// MaskAddress keeps the first six characters, or half of a short address, and
// does not tell how long the rest is: 锡林郭勒盟锡****.
func MaskAddress(s string) string {
	r := []rune(s)
	if len(r) == 0 {
		return ""
	}
	return string(r[:min(addressKept, len(r)/2)]) + "****"
}

// mask hides all but head and tail characters; what has no more than those is
// hidden wholly.
func mask(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
