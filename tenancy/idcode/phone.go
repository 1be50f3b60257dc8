package idcode

import (
	"regexp"
	"strings"
)

var (
	mobile   = regexp.MustCompile(`^1[3-9]\d{9}$`)
	landline = regexp.MustCompile(`^0(10|2\d)\d{8}$|^0[3-9]\d{2}\d{7,8}$`)
)

// NormalizePhone brings a Chinese mobile or landline number (with its area
// code) into E.164: +8613800000000, +864798220000. It accepts the prefixes +86,
// 0086 and 86 and people's spaces, hyphens and brackets. The error is
// phone_format.
func NormalizePhone(s string) (string, error) {
	n := national(s)
	switch {
	case mobile.MatchString(n):
		return "+86" + n, nil
	case landline.MatchString(n):
		return "+86" + n[1:], nil
	default:
		return "", invalid("phone_format")
	}
}

// NormalizeMobile is NormalizePhone for numbers that receive messages; the
// error for anything but a mobile number is mobile_format.
func NormalizeMobile(s string) (string, error) {
	n := national(s)
	if !mobile.MatchString(n) {
		return "", invalid("mobile_format")
	}
	return "+86" + n, nil
}

// national drops the country code and what people put between digits.
func national(s string) string {
	n := strings.NewReplacer("(", "", ")", "").Replace(Canonical(s))
	for _, prefix := range []string{"+86", "0086"} {
		if rest, ok := strings.CutPrefix(n, prefix); ok {
			return trunk(rest)
		}
	}
	if rest, ok := strings.CutPrefix(n, "86"); ok && mobile.MatchString(rest) {
		return rest
	}
	return n
}

// trunk restores the 0 before an area code, which international form omits.
func trunk(n string) string {
	if mobile.MatchString(n) || strings.HasPrefix(n, "0") {
		return n
	}
	return "0" + n
}
