package idcode

import "strings"

// ItemKind says which of the three item codes a code is.
type ItemKind uint8

// The kinds, by length 12, 31 and 33.
const (
	BasicCode        ItemKind = iota + 1 // 基本编码
	ImplementingCode                     // 实施编码
	HandlingCode                         // 业务办理项编码
)

// ItemCode (事项编码) is a code of GB/T 39554.1—2020 taken apart:
//
//	handling 33 = implementing 31 + serial 2
//	implementing 31 = credit code of the organ 18 + level 1 + basic 12
//	basic 12 = source 2 + type 2 + main item 5 + sub-item 3
//
// Level and Type are to be looked up in their lists by the caller, who should
// warn and not refuse: codes with odd ones are in official use.
type ItemCode struct {
	Kind   ItemKind
	Organ  string // credit code (统一社会信用代码) of the organ; empty in a basic code
	Level  Level  // 行使层级代码; 0 in a basic code
	Source string // 00 national catalogue, otherwise the province
	Type   string // 事项类型代码
	Main   string // 主项
	Sub    string // 子项; 000 when the main item is not divided
	Serial string // of the handling item, 01…99; empty otherwise
}

// ParseItemCode reads a code of 12, 31 or 33 characters. The errors are
// item_code_length, item_code_char, item_code_level, item_code_source,
// item_code_serial and item_code_organ, when the organ's credit code is wrong.
// Local catalogues use other schemes as well; they are not item codes.
func ParseItemCode(s string) (ItemCode, error) {
	c := ItemCode{Kind: map[int]ItemKind{12: BasicCode, 31: ImplementingCode, 33: HandlingCode}[len(s)]}
	if c.Kind == 0 {
		return ItemCode{}, invalid("item_code_length")
	}
	basic := s
	if c.Kind != BasicCode {
		c.Organ, basic, c.Serial = s[:18], s[19:31], s[31:]
		switch {
		case CheckCreditCode(c.Organ) != nil:
			return ItemCode{}, invalid("item_code_organ")
		case s[18] < '1' || s[18] > '7':
			return ItemCode{}, invalid("item_code_level")
		}
		c.Level = Level(s[18] - '0')
	}
	switch {
	case !digits(basic) || !digits(c.Serial):
		return ItemCode{}, invalid("item_code_char")
	case basic[:2] != "00" && !province(basic[:2]):
		return ItemCode{}, invalid("item_code_source")
	case c.Serial == "00":
		return ItemCode{}, invalid("item_code_serial")
	}
	c.Source, c.Type, c.Main, c.Sub = basic[:2], basic[2:4], basic[4:9], basic[9:]
	return c, nil
}

// Basic is the basic code (基本编码), 12 digits.
func (c ItemCode) Basic() string { return c.Source + c.Type + c.Main + c.Sub }

// Implementing is the implementing code (实施编码), 31 characters; empty for a
// basic code.
func (c ItemCode) Implementing() string {
	if c.Kind == BasicCode {
		return ""
	}
	return c.Organ + string('0'+rune(c.Level)) + c.Basic()
}

// String is the whole code as it was read.
func (c ItemCode) String() string {
	if c.Kind == BasicCode {
		return c.Basic()
	}
	return strings.Join([]string{c.Implementing(), c.Serial}, "")
}
