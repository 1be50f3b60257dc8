package idcode

import (
	"strconv"
	"time"
)

// Document (证件种类) is the kind of document an identity number belongs to.
type Document uint8

// The documents that carry an 18-digit number.
const (
	CitizenCard    Document = iota // 居民身份证
	ResidentPermit                 // 港澳台居民居住证, area 81, 82 or 83
	ForeignCard                    // 外国人永久居留身份证, new form since 2023-12-01, begins with 9
)

// IDNumber (公民身份号码) is what an identity number says.
type IDNumber struct {
	Document Document
	Birth    time.Time // date of birth at midnight UTC
	Male     bool
}

// ParseIDNumber reads an 18-character identity number (GB 11643—1999), and the
// numbers of the same form on permits of residents from Hong Kong, Macau and
// Taiwan and on foreigners' permanent residence cards (first digit 9, of which
// the next five name the issuer and the nationality and are not checked). The
// errors are
// id_number_length, id_number_char, id_number_area, id_number_date and
// id_number_check. That a date of birth is not in the future is the caller's to
// check, who has the time.
func ParseIDNumber(s string) (IDNumber, error) {
	switch {
	case len(s) != 18:
		return IDNumber{}, invalid("id_number_length")
	case !digits(s[:17]) || s[17] != 'X' && !digits(s[17:]):
		return IDNumber{}, invalid("id_number_char")
	}
	n := IDNumber{Male: (s[16]-'0')%2 == 1}
	switch {
	case s[0] == '9':
		n.Document = ForeignCard
	case s[:6] == "810000", s[:6] == "820000", s[:6] == "830000":
		n.Document = ResidentPermit
	case !province(s[:2]):
		return IDNumber{}, invalid("id_number_area")
	}
	var err error
	if n.Birth, err = time.Parse("20060102", s[6:14]); err != nil || n.Birth.Year() < earliestBirth || n.Birth.Year() > latestBirth {
		return IDNumber{}, invalid("id_number_date")
	}
	if s[17] != idCheck(s) {
		return IDNumber{}, invalid("id_number_check")
	}
	return n, nil
}

// Years of birth outside this range are typing errors.
const (
	earliestBirth = 1900
	latestBirth   = 2099
)

// CheckIDNumber is ParseIDNumber for those who only want to know.
func CheckIDNumber(s string) error {
	_, err := ParseIDNumber(s)
	return err
}

// Age is the full years that have passed at the day of now, in now's own zone;
// whoever is born on 29 February turns a year older on 1 March of common years.
func (n IDNumber) Age(now time.Time) int {
	y, m, d := now.Date()
	age := y - n.Birth.Year()
	if m < n.Birth.Month() || m == n.Birth.Month() && d < n.Birth.Day() {
		age--
	}
	return age
}

// idCheck is the check character of the first 17 digits, ISO 7064 MOD 11-2.
func idCheck(s string) byte {
	sum := 0
	for i := range 17 {
		sum = (sum + int(s[i]-'0')) * 2 % 11
	}
	c := (12 - sum) % 11
	if c == 10 {
		return 'X'
	}
	return strconv.Itoa(c)[0]
}
