package materials

import (
	"slices"
	"strings"
	"time"
	"unicode"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// The grades of trust (可信等级).
const (
	Issued  = "A"
	Checked = "B"
	Upload  = "C"
	Promise = "D"
)

// Why a material has its grade.
const (
	ByOrgan    = "organ"    // issued by the organ itself
	ByWindow   = "window"   // taken at a window, with the original
	ByUpload   = "upload"   // uploaded by the applicant
	ByPromise  = "promise"  // made by the applicant
	ByOriginal = "original" // checked against the original later
	ByOffice   = "office"   // another grade given by an office
)

// The states of an entry.
const (
	Held     = "held"
	Rejected = "rejected" // an office found it wrong
	Removed  = "removed"  // taken out by the applicant
)

// Material (共享材料) is one entry of the library.
type Material struct {
	bun.BaseModel `bun:"table:materials"`

	TenantID    tenancy.ID `bun:",pk"`
	ID          string     `bun:",pk"`
	Subject     *string
	HolderKind  string
	HolderName  string
	HolderBlind string
	Name        string
	NameKey     string
	Code        string // 标准材料; empty: of no standard material
	FileID      string
	FileName    string
	MediaType   string
	Size        int64
	Grade       string
	Basis       string
	CaseID      string
	CaseNo      string
	ItemName    string
	HandedAt    time.Time
	GradedAt    time.Time
	GradedName  string
	ValidUntil  *time.Time // the last day, in China; nil: until it is replaced
	State       string
	Version     int

	Origin string `bun:"-"` // name of the tenant where it was handed in
	Uses   []Use  `bun:"-"` // newest first
}

// Usable reports whether it may be used on a day.
func (m Material) Usable(now time.Time) bool {
	return m.State == Held && (m.ValidUntil == nil || now.In(calendar.Zone()).Format(time.DateOnly) <= m.ValidUntil.Format(time.DateOnly))
}

// Direct reports whether it may be used without a look at the original.
func Direct(grade string) bool { return grade != Upload }

// Use (使用记录) is one use in a case, with what was known of the material then.
type Use struct {
	bun.BaseModel `bun:"table:material_uses"`

	TenantID       tenancy.ID `bun:",pk"` // where it was used
	ID             string     `bun:",pk"`
	MaterialTenant tenancy.ID
	MaterialID     string
	Subject        *string
	FileID         string
	Name           string
	Grade          string
	Basis          string
	Origin         string
	HandedAt       time.Time
	ValidUntil     *time.Time
	UsedAt         time.Time
	UsedBy         string
	Verdict        string
	VerdictGrade   string
	Reason         string
	JudgedAt       *time.Time
	JudgedName     string

	Place string `bun:"-"` // name of the tenant where it was used
}

// The verdicts of an office on a use.
const (
	Accepted = "accepted" // used as it is
	Refused  = "rejected" // not good: another is wanted
	Regraded = "graded"   // used, with another grade
)

// key folds the name of a material: what people write differently for the same thing.
func key(name string) string {
	s := strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r), unicode.IsPunct(r), unicode.IsSymbol(r):
			return -1
		case r >= '！' && r <= '～': // full width
			return unicode.ToLower(r - '！' + '!')
		}
		return unicode.ToLower(r)
	}, name)
	for _, tail := range words().Tails {
		if cut := strings.TrimSuffix(s, tail); cut != "" {
			s = cut
		}
	}
	return s
}

// Paper is one file of an accepted case, as the library looks at it.
type Paper struct {
	FileID, Material, Name, MediaType string
	Code                              string // 标准材料 of Material; empty: none
	Size                              int64
	At                                time.Time
	ByApplicant                       bool // she uploaded it herself
	Result                            bool // handed to her by the office that decided
	Own                               bool // a kind that applicants make themselves: a form, a promise
}

// grade is the rule: who gave it, and who looked at it.
func (p Paper) grade() (grade, basis string) {
	switch {
	case p.Result:
		return Issued, ByOrgan
	case p.Own:
		return Promise, ByPromise
	case p.ByApplicant:
		return Upload, ByUpload
	}
	return Checked, ByWindow
}

// Grades lists the grades that an office may give: none of them makes a thing issued.
func Grades() []string { return []string{Checked, Upload, Promise} }

func gradable(g string) bool { return slices.Contains(Grades(), g) }
