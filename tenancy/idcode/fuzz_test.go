package idcode_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// FuzzChecks feeds every reader the same bytes: none panics, every failure is
// Invalid with a key, what passes is canonical and survives a round trip.
func FuzzChecks(f *testing.F) {
	for _, s := range itemCodes(f) {
		f.Add(s)
		f.Add(s[:18])
		f.Add(s[19:31])
	}
	for _, s := range []string{"", "152502199001010012", "911156199001010010", "152502001003", "+86 138-0000-0000", "(0479) 8220000", "１５２"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		failed := func(err error) bool {
			if k, ok := fault.As(err); err != nil && (!ok || k.Kind != fault.Invalid || k.Text == "") {
				t.Errorf("%q: %v", s, err)
			}
			return err != nil
		}
		if !failed(idcode.CheckIDNumber(s)) || !failed(idcode.CheckCreditCode(s)) {
			if idcode.Canonical(s) != s {
				t.Errorf("%q passes and is not canonical", s)
			}
		}
		if c, err := idcode.ParseItemCode(s); !failed(err) && c.String() != s {
			t.Errorf("%q is read as %q", s, c)
		}
		if d, err := idcode.ParseDivision(s); !failed(err) && (d.String() != s || idcode.DivisionOf(d.Label()) != d) {
			t.Errorf("%q is read as %q", s, d)
		}
		if n, err := idcode.NormalizePhone(s); !failed(err) {
			if again, err := idcode.NormalizePhone(n); err != nil || again != n {
				t.Errorf("%q becomes %q, then %q, %v", s, n, again, err)
			}
		}
		if c := idcode.Canonical(s); utf8.ValidString(s) && idcode.Canonical(c) != c {
			t.Errorf("%q is not canonical after all: %q", c, idcode.Canonical(c))
		}
	})
}

// FuzzMasks checks that no mask shows more than it may.
func FuzzMasks(f *testing.F) {
	for _, s := range []string{"152502199001010012", "+8613800000000", "其其格", "锡林郭勒盟锡林浩特市额尔敦街12号", "\xff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ReplaceAll(s, "*", "")
		for name, m := range map[string]struct {
			mask  func(string) string
			shown int
		}{
			"id": {idcode.MaskIDNumber, 10}, "phone": {idcode.MaskPhone, 7}, "name": {idcode.MaskName, 1}, "address": {idcode.MaskAddress, 6},
		} {
			masked := m.mask(s)
			shown := utf8.RuneCountInString(masked) - strings.Count(masked, "*")
			if shown > m.shown || shown > 0 && shown >= utf8.RuneCountInString(s) {
				t.Errorf("%s shows %d of %q: %q", name, shown, s, masked)
			}
		}
	})
}
