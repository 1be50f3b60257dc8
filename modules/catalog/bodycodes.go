package catalog

import (
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog/codes"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// LocalCode (地方编码) is what another scheme calls an item. Such codes are kept as
// they are, beside the national ones: their schemes do not fit into 12, 31 or 33 places.
type LocalCode struct {
	System string `json:"system"` // of the list codes.Scheme
	Code   string `json:"code"`
}

// maxCode bounds a local code, as the national exchange tables do (varchar 50)
// with room for the longest that are in use.
const maxCode = 100

// maxHandlings is how many serials of two digits there are.
const maxHandlings = 99

// checkCodes looks at the codes of a body: those of the national scheme by their
// form, the organ's by its check character.
func (b Body) checkCodes(bad map[string]string) {
	switch m := basicCode.FindStringSubmatch(b.BasicCode); {
	case b.BasicCode == "" && (len(b.LocalCodes) > 0 || b.Theme()): // no list of items has a code for a theme
	case m == nil:
		bad["basic_code"] = "item_basic_code_shape"
	case m[2] != b.Kind:
		bad["basic_code"] = "item_basic_code_kind"
	}
	if b.OrganCode != "" {
		if f, ok := fault.As(idcode.CheckCreditCode(b.OrganCode)); ok {
			bad["organ_code"] = f.Text
		}
	}
	for i, l := range b.LocalCodes {
		if n := len([]rune(strings.TrimSpace(l.Code))); n == 0 || n > maxCode || slices.Contains(b.LocalCodes[:i], l) {
			bad["local_codes"] = "item_local_code"
		}
		if b.unusable(codes.Scheme, l.System) != "" {
			bad["local_codes"] = "item_local_scheme"
		}
	}
	for i, h := range b.Handlings {
		if strings.TrimSpace(h.Name) == "" || i >= maxHandlings || slices.Contains(b.handlingNames()[:i], h.Name) {
			bad["handlings"] = "item_handlings"
		}
	}
}

// Implementing is the implementing code (实施编码, 31 characters) that follows from
// the organ, the level and the basic code; empty while one of them is not known.
func (b Body) Implementing() string {
	level, ok := codes.Get(codes.Level, b.Level)
	if b.OrganCode == "" || b.BasicCode == "" || !ok || level.SameAs == "" {
		return ""
	}
	return b.OrganCode + level.SameAs + b.BasicCode
}

// handling is the handling code (业务办理项编码, 33 characters) with a serial of 1 to 99.
func handling(implementing string, serial int) string {
	s := strconv.Itoa(serial)
	if serial < 10 {
		s = "0" + s
	}
	return implementing + s
}
