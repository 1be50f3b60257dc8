package laws

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Kind (效力级别) is the rank of a law.
type Kind string

// The kinds, from the highest rank down (立法法, chapters 2 to 4).
const (
	Statute        Kind = "statute"        // 宪法法律
	AdminRegs      Kind = "admin_regs"     // 行政法规
	LocalRegs      Kind = "local_regs"     // 地方性法规, 自治条例和单行条例
	MinistryRules  Kind = "ministry_rules" // 部门规章
	LocalRules     Kind = "local_rules"    // 地方政府规章
	Interpretation Kind = "interpretation" // 司法解释
	Normative      Kind = "normative"      // 规范性文件
	PartyRegs      Kind = "party_regs"     // 党内法规
)

// Kinds lists them from the highest rank down.
func Kinds() []Kind {
	return []Kind{Statute, AdminRegs, LocalRegs, MinistryRules, LocalRules, Interpretation, Normative, PartyRegs}
}

// State is where a law stands in its life; doc.go draws the transitions.
type State string

// The states of a law. An article is a draft or published.
const (
	Draft     State = "draft"     // 草稿
	Published State = "published" // 已发布
	Repealed  State = "repealed"  // 已废止, perhaps from a day to come
)

// Validity (时效) says whether a law is in force on a day.
type Validity string

// The validities.
const (
	Pending Validity = "pending"  // 尚未生效
	InForce Validity = "in_force" // 现行有效
	Amended Validity = "amended"  // 已修改: in force as amended
	Void    Validity = "void"     // 已废止
)

// Validities lists them as people ask for them.
func Validities() []Validity { return []Validity{InForce, Amended, Pending, Void} }

// Law (法律文件) is one law, regulation, rule or document. Days are spelled
// 2006-01-02 in China; "" is unknown or not yet.
type Law struct {
	bun.BaseModel `bun:"table:laws"`

	TenantID    tenancy.ID
	ID          string
	Title       string // without 《》
	Kind        Kind
	Number      string // 文号
	Issuer      string // 发布部门
	PassedOn    string
	EffectiveOn string
	AmendedOn   string // from which its latest amendment is in force
	RepealedOn  string // from which it is void
	State       State
	Excerpt     bool   // 摘录: not all of its articles are here
	Source      string // address of the official text
	AuthorID    string
	AuthorName  string
	PublishedAt *time.Time
	UpdatedAt   time.Time
	Version     int
}

// Validity is that on a day.
func (l Law) Validity(day string) Validity {
	switch {
	case l.RepealedOn != "" && l.RepealedOn <= day:
		return Void
	case l.EffectiveOn > day:
		return Pending
	case l.AmendedOn != "" && l.AmendedOn <= day:
		return Amended
	}
	return InForce
}

// Facts is what an editor types about a law.
type Facts struct {
	Title       string
	Kind        Kind
	Number      string
	Issuer      string
	PassedOn    string
	EffectiveOn string
	AmendedOn   string // from which the text that is entered is in force, when it is not the first one
	Excerpt     bool
	Source      string
}

// check trims f and returns the fields to correct.
func (f *Facts) check() error {
	bad := map[string]string{}
	f.Title = Bare(f.Title)
	if !slices.Contains(Kinds(), f.Kind) {
		bad["kind"] = "not_an_option"
	}
	for _, t := range []struct {
		name    string
		value   *string
		needed  bool
		longest int
	}{{"title", &f.Title, true, 150}, {"issuer", &f.Issuer, true, 100}, {"number", &f.Number, false, 100}, {"source", &f.Source, false, 300}} {
		*t.value = strings.TrimSpace(*t.value)
		if *t.value == "" && t.needed {
			bad[t.name] = "required"
		} else if len([]rune(*t.value)) > t.longest {
			bad[t.name] = "too_long"
		}
	}
	if f.Source != "" && bad["source"] == "" && !address(f.Source) {
		bad["source"] = "laws.source_shape"
	}
	f.days(bad)
	return fault.InvalidFields(bad)
}

func (f *Facts) days(bad map[string]string) {
	if f.EffectiveOn == "" {
		bad["effective_on"] = "required"
	} else if !isDay(f.EffectiveOn) {
		bad["effective_on"] = "not_a_date"
	}
	switch {
	case f.AmendedOn == "":
	case !isDay(f.AmendedOn):
		bad["amended_on"] = "not_a_date"
	case f.AmendedOn < f.EffectiveOn:
		bad["amended_on"] = "laws.amended_before_effective"
	}
	switch {
	case f.PassedOn == "":
	case !isDay(f.PassedOn):
		bad["passed_on"] = "not_a_date"
	case bad["effective_on"] == "" && f.PassedOn > f.EffectiveOn:
		bad["effective_on"] = "laws.effective_before_passed"
	}
}

func address(s string) bool {
	u, err := url.Parse(s)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

func isDay(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

// Bare is a title without the marks around it and the spaces within.
func Bare(title string) string {
	title = strings.Join(strings.Fields(title), "")
	return strings.TrimSuffix(strings.TrimPrefix(title, "\u300a"), "\u300b")
}

func (l *Law) write(f Facts) {
	l.Title, l.Kind, l.Number, l.Issuer = f.Title, f.Kind, f.Number, f.Issuer
	l.PassedOn, l.EffectiveOn, l.AmendedOn, l.Excerpt, l.Source = f.PassedOn, f.EffectiveOn, f.AmendedOn, f.Excerpt, f.Source
}

// textOn is the day from which the text that a draft is entered with is in force.
func (l Law) textOn() string { return max(l.EffectiveOn, l.AmendedOn) }
