package datasets

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"liandong/tenancy/calendar"
	"liandong/tenancy/idcode"
)

// What can be wrong with a field.
const (
	Missing   = "missing"    // 必填项为空
	TooLong   = "too_long"   // 超过长度
	NotListed = "not_listed" // 不在代码表内
	BadTime   = "bad_time"   // 时间格式不对
	BadNumber = "bad_number" // 不是数字
	BadShape  = "bad_shape"  // 不符合编码规则
	TooEarly  = "too_early"  // 早于前一时间
	Unknown   = "unknown"    // 字段表没有这个字段
)

// Kinds lists what can be wrong, in the order in which pages name it.
func Kinds() []string {
	return []string{Missing, TooLong, NotListed, BadTime, BadNumber, BadShape, TooEarly, Unknown}
}

// Finding (检查问题) is one thing that a row's field list does not let stand.
type Finding struct {
	Field string `json:"field"`
	What  string `json:"what"` // one of Kinds
}

// sent are the fields that are filled in when a row is stored or sent.
func sent(key string) bool {
	switch key {
	case "row_guid", "data_source", "cd_operation", "cd_time", "cd_batch":
		return true
	}
	return false
}

// Check holds a row against the field list of its table and names everything that is
// wrong, in the order of the list; nil when nothing is.
func Check(r Row) (found []Finding) {
	t, _ := TableOf(r.Table)
	for _, f := range t.Fields {
		if what := checkField(f, r.Values); what != "" && (what != Missing || !sent(f.Key)) {
			found = append(found, Finding{f.Key, what})
		}
	}
	for key := range r.Values {
		if _, ok := t.Field(key); !ok {
			found = append(found, Finding{key, Unknown})
		}
	}
	return found
}

func checkField(f Field, values map[string]string) string {
	v := values[f.Key]
	if v == "" {
		if f.Required {
			return Missing
		}
		return ""
	}
	if what := checkType(f, v); what != "" {
		return what
	}
	if f.Length > 0 && f.Type != "decimal" && utf8.RuneCountInString(v) > f.Length {
		return TooLong
	}
	if p := known().shapes[f.Pattern]; p != nil && !p.MatchString(v) || f.Pattern == "credit_code" && idcode.CheckCreditCode(v) != nil {
		return BadShape
	}
	if since := values[f.NotBefore]; f.NotBefore != "" && since != "" && v < since {
		return TooEarly
	}
	return ""
}

func checkType(f Field, v string) string {
	switch f.Type {
	case "code":
		if f.CodeName(v) == "" {
			return NotListed
		}
	case "datetime":
		if _, err := time.ParseInLocation("20060102T150405", v, calendar.Zone()); err != nil {
			return BadTime
		}
	case "int":
		if _, err := strconv.ParseUint(v, 10, 63); err != nil {
			return BadNumber
		}
	case "decimal":
		whole, cents, ok := strings.Cut(v, ".")
		if _, err := strconv.ParseUint(whole+cents, 10, 63); err != nil || !ok || len(cents) != 2 || len(whole) > f.Length-2 {
			return BadNumber
		}
	}
	return ""
}
