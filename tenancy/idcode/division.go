package idcode

import (
	"fmt"
	"strconv"
	"strings"

	"liandong/tenancy"
)

// Level (层级) is a tier of administration; its value is the 行使层级代码 of
// GB/T 39046—2020 table A.2, which is also the 19th character of an item's
// implementing code.
type Level uint8

// The levels, from the top.
const (
	National Level = iota + 1 // 国家级
	Province                  // 省、自治区、直辖市
	League                    // 市、盟、州、地区
	County                    // 县、旗、市、区
	Township                  // 乡、镇、苏木、街道
	Village                   // 村、嘎查、社区
	Tiered                    // 分级管理: an item's level only, no division has it
)

// String is the level's name in codes and catalogue keys.
func (l Level) String() string {
	names := [...]string{"", "national", "province", "league", "county", "township", "village", "tiered"}
	if int(l) >= len(names) {
		return "level " + strconv.Itoa(int(l))
	}
	return names[l]
}

// Division (区划) is a 12-digit code of the 统计用区划代码: province 2, league 2,
// county 2, township 3, village 3 digits. The number is the code itself.
type Division int64

// The number of codes that one unit of a level spans.
const (
	spanTownship = 1_000
	spanCounty   = 1_000 * spanTownship
	spanLeague   = 100 * spanCounty
	spanProvince = 100 * spanLeague
	labelSlots   = 1_000 // a tenant's label has three more digits than the code
)

// ParseDivision reads a 12-digit code. Its errors are division_length,
// division_char and, for a province that does not exist, division_province.
// Whether lower digits are in use is not checked: counties outside GB/T 2260
// (development zones, 71–80) are real.
func ParseDivision(s string) (Division, error) {
	if len(s) != 12 {
		return 0, invalid("division_length")
	}
	if !digits(s) {
		return 0, invalid("division_char")
	}
	if !province(s[:2]) {
		return 0, invalid("division_province")
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return 0, invalid("division_char")
	}
	return Division(n), nil
}

// String is the 12-digit code.
func (d Division) String() string { return fmt.Sprintf("%012d", int64(d)) }

// Level is the tier of the division, by its trailing zeros. Townships of a
// league without counties (441900003000) and counties without a league
// (429004000000) have the level of their last digits that are not zero.
func (d Division) Level() Level {
	switch {
	case d%spanTownship != 0:
		return Village
	case d%spanCounty != 0:
		return Township
	case d%spanLeague != 0:
		return County
	case d%spanProvince != 0:
		return League
	default:
		return Province
	}
}

// Parent is the division of the next level above that has a code; ok is false
// for a province.
func (d Division) Parent() (parent Division, ok bool) {
	for _, span := range []Division{spanTownship, spanCounty, spanLeague, spanProvince} {
		if up := d - d%span; up != d {
			return up, true
		}
	}
	return 0, false
}

// Label is the tree-ordered label of the tenant that was born with this code.
func (d Division) Label() tenancy.ID { return tenancy.ID(d) * labelSlots }

// Interval is the range of labels that the subtree of that tenant occupies.
func (d Division) Interval() tenancy.Interval {
	width := Division(1)
	switch d.Level() {
	case National, Province:
		width = spanProvince
	case League:
		width = spanLeague
	case County:
		width = spanCounty
	case Township:
		width = spanTownship
	case Village, Tiered:
	}
	return tenancy.Interval{Lo: d.Label(), Hi: (d + width).Label() - 1}
}

// DivisionOf is the code a tenant was born with; its last three digits, which
// number units without a code, are dropped.
func DivisionOf(id tenancy.ID) Division { return Division(id / labelSlots) }

// provinces are the first two digits of all province-level divisions (GB/T 2260),
// Taiwan, Hong Kong and Macau last.
const provinces = "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 " +
	"50 51 52 53 54 61 62 63 64 65 71 81 82"

func province(twoDigits string) bool { return strings.Contains(provinces, twoDigits) }
