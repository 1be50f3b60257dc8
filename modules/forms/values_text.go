package forms

import (
	"net/mail"
	"regexp"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

func text(raw any) string {
	switch v := raw.(type) {
	case string:
		return v
	case []string:
		if len(v) > 0 {
			return v[len(v)-1]
		}
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	case bool:
		if v {
			return "1"
		}
	}
	return ""
}

func normalText(f *Field, s, today string) (any, *blame) {
	switch f.Kind { //nolint:exhaustive // the rest is text
	case Date:
		return s, checkDate(f, s, today)
	case Select, Radio:
		if !offers(f, s) {
			return s, because("not_an_option")
		}
		return s, nil
	case IDNumber:
		s = idcode.Canonical(s)
		return s, coded(idcode.CheckIDNumber(s))
	case CreditCode:
		s = idcode.Canonical(s)
		return s, coded(idcode.CheckCreditCode(s))
	case Phone:
		p, err := idcode.NormalizePhone(s)
		if err != nil {
			return s, coded(err)
		}
		return p, nil
	}
	return s, checkText(f, s)
}

// coded is the finding of idcode, whose key the catalogue has.
func coded(err error) *blame {
	if f, ok := fault.As(err); ok {
		return &blame{key: f.Text}
	}
	return nil
}

func checkText(f *Field, s string) *blame {
	n := utf8.RuneCountInString(s)
	switch {
	case !utf8.ValidString(s) || strings.ContainsRune(s, 0):
		return because("not_text")
	case n < f.MinLength:
		return because("too_short", f.MinLength)
	case n > f.longest():
		return because("too_long", f.longest())
	}
	if f.Pattern != "" {
		re, err := regexp.Compile(`^(?:` + f.Pattern + `)$`)
		if err != nil || !re.MatchString(s) {
			return because("pattern")
		}
	}
	return nil
}

// longest is how many characters a text may have.
func (f *Field) longest() int {
	switch {
	case f.MaxLength > 0:
		return f.MaxLength
	case f.Kind == LongText:
		return 2000
	}
	return 200
}

func checkDate(f *Field, s, today string) *blame {
	if t, err := time.Parse(time.DateOnly, s); err != nil || t.Year() < 1000 {
		return because("not_a_date")
	}
	after, before := f.After, f.Before
	if after == "today" {
		after = today
	}
	if before == "today" {
		before = today
	}
	switch {
	case after != "" && s < after:
		return because("too_early", after)
	case before != "" && s > before:
		return because("too_late", before)
	}
	return nil
}

// email reports whether s is a mail address; expressions may ask it.
func email(s string) bool {
	a, err := mail.ParseAddress(s)
	return err == nil && a.Address == s
}
