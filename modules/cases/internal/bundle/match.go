package bundle

import (
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Row is one line of a list.
type Row struct {
	Line         int // as the sheet counts them
	Name, Number string
	Named        map[string]string // by material: the files that its cell names
}

// Match is a file that belongs to a row.
type Match struct {
	Entry    Entry
	Row      int // index
	Material string
}

// Loose is a file that belongs nowhere, and why: a catalogue key.
type Loose struct {
	Path string `json:"path"`
	Why  string `json:"why"`
	Line int    `json:"line,omitempty"` // of the row that it seems to be meant for
}

// Missing is a file that a row names and that cannot be had.
type Missing struct {
	Row      int
	Material string
	Why      string
}

// Found is what went where.
type Found struct {
	Matches []Match
	Loose   []Loose
	Missing []Missing
}

// Assign finds the row of every file: the one whose cell names it, or else the one whose line, or whose
// ID number, begins the name of its folder or its own. A name behind the line must be that of the
// row. What two rows claim, and what cell and folder disagree about, goes to neither.
func Assign(entries []Entry, rows []Row, materials []string) Found {
	a := &assigning{entries: entries, rows: rows, materials: materials, claims: make([][]claim, len(entries))}
	for i := range rows {
		for _, m := range materials {
			a.named(i, m)
		}
	}
	for i := range entries {
		a.settle(i)
	}
	return a.out
}

type claim struct {
	row      int
	material string
}

type assigning struct {
	entries   []Entry
	rows      []Row
	materials []string
	claims    [][]claim
	out       Found
}

var between = regexp.MustCompile("[;；,，、|\n]")

// named lets a row claim the files that its cell names.
func (a *assigning) named(row int, material string) {
	for _, want := range between.Split(a.rows[row].Named[material], -1) {
		want = strings.Trim(strings.ReplaceAll(strings.TrimSpace(want), `\`, "/"), "/")
		if want == "" {
			continue
		}
		switch at := a.find(want); len(at) {
		case 0:
			a.miss(row, material, "case_paper_absent")
		case 1:
			a.claims[at[0]] = append(a.claims[at[0]], claim{row, material})
		default:
			a.miss(row, material, "case_paper_ambiguous")
		}
	}
}

func (a *assigning) find(want string) (at []int) {
	for i, e := range a.entries {
		if strings.EqualFold(e.Path, want) {
			return []int{i}
		}
		if strings.EqualFold(e.Path[max(0, len(e.Path)-len(want)-1):], "/"+want) {
			at = append(at, i)
		}
	}
	return at
}

func (a *assigning) miss(row int, material, why string) {
	a.out.Missing = append(a.out.Missing, Missing{row, material, why})
}

func (a *assigning) loose(i int, why string, line int) {
	a.out.Loose = append(a.out.Loose, Loose{a.entries[i].Path, why, line})
}

func (a *assigning) settle(i int) {
	row, rest, why := a.placed(a.entries[i].Path)
	claims := a.claims[i]
	switch {
	case len(claims) > 1:
		for _, c := range claims {
			a.miss(c.row, c.material, "case_paper_twice")
		}
		a.loose(i, "case_paper_twice", 0)
	case len(claims) == 1 && row >= 0 && row != claims[0].row:
		a.miss(claims[0].row, claims[0].material, "case_paper_conflict")
		a.loose(i, "case_paper_conflict", a.rows[row].Line)
	case len(claims) == 1:
		a.out.Matches = append(a.out.Matches, Match{a.entries[i], claims[0].row, claims[0].material})
	case row < 0:
		a.loose(i, why, 0)
	case why != "":
		a.loose(i, why, a.rows[row].Line)
	default:
		m := a.material(rest, a.rows[row])
		if m == "" {
			a.loose(i, "case_paper_material", a.rows[row].Line)
			return
		}
		a.out.Matches = append(a.out.Matches, Match{a.entries[i], row, m})
	}
}

var leading = regexp.MustCompile(`^\s*0*(\d{1,5})(?:\s*[-_.、\s　]\s*(.*))?$`)

// placed is the row that folders or the name of a file say, and what of the name is left to say the
// material; row is below zero when they say none.
func (a *assigning) placed(name string) (row int, rest, why string) {
	dir, base := path.Split(name)
	stem := strings.TrimSuffix(base, path.Ext(base))
	folders := strings.Split(strings.Trim(dir, "/"), "/")
	for _, folder := range slices.Backward(folders) {
		if i := a.byNumber(folder); i >= 0 {
			return i, stem, ""
		}
		if m := leading.FindStringSubmatch(folder); m != nil {
			return a.byLine(m[1], m[2], stem)
		}
	}
	if m := leading.FindStringSubmatch(stem); m != nil && m[2] != "" {
		i, _, why := a.byLine(m[1], "", "")
		return i, m[2], why
	}
	return -1, "", "case_paper_no_row"
}

func (a *assigning) byNumber(s string) int {
	return slices.IndexFunc(a.rows, func(r Row) bool { return r.Number != "" && strings.EqualFold(r.Number, strings.TrimSpace(s)) })
}

func (a *assigning) byLine(number, name, stem string) (int, string, string) {
	line, _ := strconv.Atoi(number) // digits only
	i := slices.IndexFunc(a.rows, func(r Row) bool { return r.Line == line })
	switch {
	case i < 0:
		return -1, stem, "case_paper_row_unknown"
	case strings.TrimSpace(name) != "" && plain(name) != plain(a.rows[i].Name) && !strings.EqualFold(plain(name), a.rows[i].Number):
		return i, stem, "case_paper_name"
	}
	return i, stem, ""
}

var (
	numbered = regexp.MustCompile(`[-_\s]*[（(]?\d+[)）]?$`)
	parts    = regexp.MustCompile(`[-_.、\s　]+`)
)

// material is the one that a name says: its own, with a page number behind it, or with the
// applicant's name before it.
func (a *assigning) material(said string, r Row) string {
	try := []string{said, numbered.ReplaceAllString(said, "")}
	if at := parts.FindStringIndex(said); at != nil && plain(said[:at[0]]) == plain(r.Name) {
		try = append(try, said[at[1]:], numbered.ReplaceAllString(said[at[1]:], ""))
	}
	for _, t := range try {
		if i := slices.IndexFunc(a.materials, func(m string) bool { return plain(m) == plain(t) }); i >= 0 {
			return a.materials[i]
		}
	}
	return ""
}

// plain compares names as people read them.
func plain(s string) string {
	return strings.ToLower(strings.NewReplacer(" ", "", "　", "", "（", "(", "）", ")").Replace(strings.TrimSpace(s)))
}
