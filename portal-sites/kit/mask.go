package kit

import "strings"

// MaskID hides the middle of an identity or credit number: 152525********1234.
func MaskID(s string) string { return mask(s, 6, 4) }

// MaskPhone hides the middle of a phone number: 138****5678.
func MaskPhone(s string) string { return mask(s, 3, 4) }

// MaskName keeps the surname: 王**.
func MaskName(s string) string { return mask(s, 1, 0) }

// mask keeps head and tail characters; what is too short to hide anything is hidden whole.
func mask(s string, head, tail int) string {
	r := []rune(s)
	if len(r) <= head+tail {
		return strings.Repeat("*", len(r))
	}
	return string(r[:head]) + strings.Repeat("*", len(r)-head-tail) + string(r[len(r)-tail:])
}
