// Package idcode reads, checks and masks the codes by which China's government
// services name divisions, people, organisations and items. It knows the form
// of a code and its check character, never whether the code was really issued.
//
// Checks are strict and take the canonical form: half-width, upper case, no
// spaces. Form decoders call Canonical first; what passes a check may be stored
// as it is. Every failure is a fault.Invalid whose Text is a catalogue key
// (portal-sites/kit/text/zh/idcode.json), ready to be put beside a form field.
package idcode

import (
	"strings"
	"unicode"

	"liandong/tenancy/fault"
)

// Canonical brings what people type or paste into the form that the checks
// take: full-width letters and digits become half-width, letters upper case,
// and spaces, hyphens and invisible characters go.
func Canonical(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '！' && r <= '～': // the full-width forms of ! to ~
			r -= '！' - '!'
		case unicode.IsSpace(r), unicode.Is(unicode.Cf, r):
			return -1
		}
		if r == '-' {
			return -1
		}
		return unicode.ToUpper(r)
	}, s)
}

func invalid(key string) error { return fault.New(fault.Invalid, key) }

// digits reports whether s is made of ASCII digits only.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return true
}
