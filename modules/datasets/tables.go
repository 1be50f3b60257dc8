package datasets

import (
	_ "embed"
	"encoding/json"
	"regexp"
	"slices"
	"sync"
)

// The keys of the seven tables.
const (
	ApplyTable    = "apply"    // 申请
	MaterialTable = "material" // 材料
	AcceptTable   = "accept"   // 受理
	ProcessTable  = "process"  // 过程
	SpecialTable  = "special"  // 特别程序
	ResultTable   = "result"   // 办结
	PaymentTable  = "payment"  // 支付
)

// Field (字段) is one entry of a field list.
type Field struct {
	Key       string `json:"key"`
	Name      string `json:"name"`
	Type      string `json:"type"`   // text, code, int, decimal or datetime (YYYYMMDDThhmmss in China)
	Length    int    `json:"length"` // characters; 0: no bound
	Required  bool   `json:"required"`
	Codes     string `json:"codes"`      // name of its code list
	Pattern   string `json:"pattern"`    // name of the shape that it takes
	NotBefore string `json:"not_before"` // key of a field of the same row that it may not be earlier than
	Personal  string `json:"personal"`   // name, number, phone or address of a person; "": about nobody
	Source    string `json:"source"`
	Certainty string `json:"certainty"` // V read in the text or in two sources, V1 in one, INF inferred, M from memory
	Note      string `json:"note"`
}

// Table (数据表) is one of the seven with its field list.
type Table struct {
	Key    string  `json:"key"`
	Name   string  `json:"name"`
	Title  string  `json:"title"`
	Source string  `json:"source"`
	Fields []Field `json:"fields"`
}

// lists is everything that tables.json says.
type lists struct {
	Codes    map[string]map[string]string `json:"codes"`
	Patterns map[string]string            `json:"patterns"`
	Words    map[string]string            `json:"words"`
	Tables   []Table                      `json:"tables"`

	shapes map[string]*regexp.Regexp
}

//go:embed tables.json
var tablesFile []byte

var known = sync.OnceValue(func() *lists { //nolint:gochecknoglobals // read-only after the first use
	var l lists
	if err := json.Unmarshal(tablesFile, &l); err != nil {
		panic("datasets: the embedded field lists: " + err.Error()) // they are part of the program
	}
	l.shapes = map[string]*regexp.Regexp{}
	for name, p := range l.Patterns {
		l.shapes[name] = regexp.MustCompile(p)
	}
	return &l
})

// Tables are the seven, in the order of a case's life.
func Tables() []Table { return known().Tables }

// TableOf is one of the seven by its key.
func TableOf(key string) (Table, bool) {
	i := slices.IndexFunc(Tables(), func(t Table) bool { return t.Key == key })
	if i < 0 {
		return Table{}, false
	}
	return Tables()[i], true
}

// CodeName is what a code of a field means; "" when its list does not have it.
func (f Field) CodeName(code string) string { return known().Codes[f.Codes][code] }

// CodeList is the code list of a field; nil when it has none.
func (f Field) CodeList() map[string]string { return known().Codes[f.Codes] }

// Field is a field of the table by its key.
func (t Table) Field(key string) (Field, bool) {
	i := slices.IndexFunc(t.Fields, func(f Field) bool { return f.Key == key })
	if i < 0 {
		return Field{}, false
	}
	return t.Fields[i], true
}

func word(key string) string { return known().Words[key] }
