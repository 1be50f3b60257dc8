package laws

import (
	_ "embed" // the words of numbering
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

//go:embed numbering.json
var numberingJSON []byte

// numbering is how Chinese laws number their parts (立法技术规范（试行）（一）, 2009).
type numbering struct {
	Digits   string           `json:"digits"`
	Zero     string           `json:"zero"`
	Two      string           `json:"two"`
	Units    map[string]int64 `json:"units"`
	Ranks    []string         `json:"ranks"` // of headings, the highest first
	Heading  string           `json:"heading"`
	Article  string           `json:"article"`
	Cited    string           `json:"cited"`
	Contents string           `json:"contents"`

	heading, article, cited, contents *regexp.Regexp
}

var words = sync.OnceValue(func() *numbering { //nolint:gochecknoglobals // read-only after the first use
	n := new(numbering)
	if err := json.Unmarshal(numberingJSON, n); err != nil {
		panic(err) // a broken embedded file is a broken build
	}
	n.heading, n.article = regexp.MustCompile(n.Heading), regexp.MustCompile(n.Article)
	n.cited, n.contents = regexp.MustCompile(n.Cited), regexp.MustCompile(n.Contents)
	return n
})

// between leaves room for articles that are inserted after one (第五十条之一).
const between = 1000

// Number reads an article out of a citation such as 第五十条第二款: a number that
// grows with the articles; 0 when it names none.
func Number(citation string) int64 {
	n := words()
	m := n.cited.FindStringSubmatch(strings.Join(strings.Fields(citation), ""))
	if m == nil {
		return 0
	}
	return n.sort(m[1], m[2])
}

func (n *numbering) sort(number, after string) int64 {
	v := n.value(number)
	if v == 0 {
		return 0
	}
	return v*between + n.value(after)
}

// value reads a numeral, in Chinese or Arabic; 0 when it is none.
func (n *numbering) value(s string) (total int64) {
	if v, err := strconv.ParseInt(s, 10, 32); err == nil {
		return max(v, 0)
	}
	digits, digit := []rune(n.Digits), int64(0)
	for _, r := range strings.NewReplacer(n.Zero, string(digits[0]), n.Two, string(digits[2])).Replace(s) {
		if i := slices.Index(digits, r); i >= 0 {
			digit = int64(i)
			continue
		}
		unit := n.Units[string(r)]
		if unit == 0 {
			return 0
		}
		total += max(digit, 1) * unit
		digit = 0
	}
	return total + digit
}
