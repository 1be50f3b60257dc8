package cases

import (
	"embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"
)

// DocumentKind (文书种类) is one kind of document with the text that comes with the
// system.
type DocumentKind struct {
	Key   string   `json:"key"`
	Title string   `json:"title"`
	Mark  string   `json:"mark"` // 文种, its part of the number
	Law   string   `json:"law"`  // what demands it
	When  string   `json:"when"` // which act issues it, in words
	Needs []string `json:"needs"`
	Twice bool     `json:"twice"` // a case may have several
	Hand  bool     `json:"hand"`  // issued by hand, not by an act
	Body  string   `json:"-"`
}

// DocumentField (合并域) is one thing that a text may say about its case.
type DocumentField struct {
	Name   string `json:"name"` // as a text spells it: 办件.编号
	Key    string `json:"key"`
	Note   string `json:"note"`
	Sample string `json:"sample"`
	Block  string `json:"block"` // list or table: it takes a line of its own
}

// The kinds of document that acts issue.
const (
	docReceipt      = "receipt"
	docSupplement   = "supplement"
	docAccept       = "accept"
	docRefuse       = "refuse"
	docTolerate     = "tolerate"
	docSpecialBegin = "special_begin"
	docSpecialEnd   = "special_end"
	docExtension    = "extension"
	docSuspend      = "suspend"
	docResume       = "resume"
	docGrant        = "grant"
	docDeny         = "deny"
	docForward      = "forward"
	docDelivery     = "delivery"
	docCompletion   = "completion"
	docWithdraw     = "withdraw"
	docVoid         = "void"
)

//go:embed documents
var documentsFS embed.FS

// paperwork is everything about documents that comes with the system.
type paperwork struct {
	Numbering string            `json:"numbering"`
	Tokens    map[string]string `json:"tokens"`
	Offices   []string          `json:"offices"`
	Formats   map[string]string `json:"formats"`
	Words     map[string]string `json:"words"`
	Kinds     []DocumentKind    `json:"kinds"`
	Instead   [][]string        `json:"instead"`
	Fields    []DocumentField   `json:"fields"`
}

var builtin = sync.OnceValue(func() (p paperwork) { //nolint:gochecknoglobals // read-only after the first use
	data, err := documentsFS.ReadFile("documents/kinds.json")
	if err == nil {
		err = json.Unmarshal(data, &p)
	}
	for i := range p.Kinds {
		if err != nil {
			break
		}
		data, err = documentsFS.ReadFile("documents/" + p.Kinds[i].Key + ".txt")
		p.Kinds[i].Body = strings.TrimSpace(string(data))
	}
	if err != nil {
		panic("cases: the embedded documents: " + err.Error()) // they are part of the program
	}
	return p
})

// DocumentKinds lists every kind, in the order of a case's life.
func DocumentKinds() []DocumentKind { return slices.Clone(builtin().Kinds) }

// DocumentFields lists everything that a text may say.
func DocumentFields() []DocumentField { return slices.Clone(builtin().Fields) }

// DefaultNumbering is the rule for numbers that comes with the system.
func DefaultNumbering() string { return builtin().Numbering }

func kindOf(key string) (DocumentKind, bool) {
	i := slices.IndexFunc(builtin().Kinds, func(k DocumentKind) bool { return k.Key == key })
	if i < 0 {
		return DocumentKind{}, false
	}
	return builtin().Kinds[i], true
}

func fieldOf(name string) (DocumentField, bool) {
	i := slices.IndexFunc(builtin().Fields, func(f DocumentField) bool { return f.Name == name })
	if i < 0 {
		return DocumentField{}, false
	}
	return builtin().Fields[i], true
}

func word(key string) string { return builtin().Words[key] }
