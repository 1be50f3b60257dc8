package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liandong/tenancy"
)

// Kind is what is done in a step (环节).
type Kind string

// The kinds of step.
const (
	Accept  Kind = "accept"  // 受理
	Review  Kind = "review"  // 审查
	Decide  Kind = "decide"  // 审批决定
	Deliver Kind = "deliver" // 送达
)

// Level is where a step is handled, relative to the origin of the case.
type Level string

// The levels that a flow may name.
const (
	Own    Level = "own"    // 本级: the tenant in which the case was born
	Origin Level = "origin" // the same tenant, said of what flows back down to it
	Parent Level = "parent" // 上一级: the tenant directly above the origin
	County Level = "county" // the county (旗县) of the origin
	League Level = "league" // the league (盟), or the city (设区的市), of the origin
	Named  Level = "tenant" // the tenant that the step names

	Township Level = "township" // the township (苏木乡镇) of the origin
)

// Step (环节) is one piece of work on a case, done by one post (岗位) of one tenant. A Step is
// comparable.
type Step struct {
	ID        string // of the userTask, unique in its flow
	Name      string // as shown to the applicant
	Kind      Kind
	Level     Level
	TenantRef string // the label of the named tenant; empty at every other level
	Post      string // post code: clerk, reviewer, decider, …
	LimitDays int    // working days; negative when the flow states none that can be read

	Department string // code of the department within the tenant; empty: any
	Role       string // code of a role, beside the post or instead of it
	Person     string // the one who does it, beside the post or instead of it
	Substitute string // AB角: who does it when Person, or the holder of Post, is away

	Opinion     bool   // an opinion must be written
	Attachments List   // kinds of attachment that must be there
	Documents   List   // templates of the documents that must be issued
	Acts        List   // the acts that are allowed; empty: those that the kind of step allows
	Fields      Rights // what may be done with the fields of the form; unnamed: read
	Risk        Risk
}

// Risk (廉政风险点) says where a step tempts to corruption, and what is done against it.
type Risk struct{ Kind, Text, Measure string }

// Right is what a step may do with a field of the form.
type Right string

// The rights to a field.
const (
	Write  Right = "write"
	Read   Right = "read"
	Hidden Right = "hidden"
)

// Rights are the rights to the fields of the form: pairs field=right, divided by spaces, by the
// name of the field. It is a string so that a [Step] stays comparable.
type Rights string

// RightsOf makes Rights.
func RightsOf(fields map[string]Right) Rights {
	var out []string
	for name, r := range fields {
		out = append(out, name+"="+string(r))
	}
	slices.Sort(out)
	return Rights(strings.Join(out, " "))
}

// All are the rights by field.
func (r Rights) All() map[string]Right {
	out := map[string]Right{}
	for pair := range strings.FieldsSeq(string(r)) {
		name, right, _ := strings.Cut(pair, "=")
		out[name] = Right(right)
	}
	return out
}

// Of is the right to one field. What the step does not name may be read.
func (r Rights) Of(field string) Right {
	if right, ok := r.All()[field]; ok {
		return right
	}
	return Read
}

// maxLimitDays is far above any legal period; it catches slips of the keyboard.
const maxLimitDays = 366

var (
	postCode  = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)
	anyCode   = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}_.:@-]{0,63}$`)
	fieldName = regexp.MustCompile(`^[\p{L}_][\p{L}\p{N}_.\-]{0,127}$`)
)

// place says who handles a step, for comparing two steps of one flow.
func (s Step) place() string {
	level := s.Level
	if level == Origin {
		level = Own
	}
	return strings.Join([]string{string(level), s.TenantRef, s.Department, s.Post, s.Role, s.Person}, "/")
}

// faults returns the rules that the properties of the step break, each with what was found.
func (s Step) faults() [][2]string {
	var out [][2]string
	add := func(bad bool, rule string, found any) {
		if bad {
			out = append(out, [2]string{rule, fmt.Sprint(found)})
		}
	}
	_, err := parseTenant(s.TenantRef)
	add(!oneOf(s.Kind, Accept, Review, Decide, Deliver), RuleStepKind, s.Kind)
	add(!oneOf(s.Level, Own, Origin, Parent, Township, County, League, Named), RuleStepLevel, s.Level)
	add((s.Level == Named) != (s.TenantRef != "") || s.Level == Named && err != nil, RuleStepTenant, s.TenantRef)
	add(s.Post == "" && s.Role == "" && s.Person == "" || s.Post != "" && !postCode.MatchString(s.Post), RuleStepPost, s.Post)
	add(s.LimitDays < 0 || s.LimitDays > maxLimitDays, RuleStepLimit, s.LimitDays)
	for _, one := range []string{s.Department, s.Role, s.Person, s.Substitute} {
		add(one != "" && !anyCode.MatchString(one), RuleStepWho, one)
	}
	add(s.Substitute != "" && (s.Substitute == s.Person || s.Substitute == s.Post), RuleStepWho, s.Substitute)
	for _, one := range slices.Concat(s.Attachments.All(), s.Documents.All(), s.Acts.All()) {
		add(!anyCode.MatchString(one), RuleStepCode, one)
	}
	add(s.Risk != Risk{} && (isBlank(s.Risk.Kind) || isBlank(s.Risk.Text) || isBlank(s.Risk.Measure)), RuleStepRisk, s.Risk.Kind)
	for pair := range strings.FieldsSeq(string(s.Fields)) {
		name, r, _ := strings.Cut(pair, "=")
		add(!fieldName.MatchString(name) || !oneOf(Right(r), Write, Read, Hidden), RuleStepField, pair)
	}
	return out
}

func oneOf[T comparable](v T, set ...T) bool {
	return slices.Contains(set, v)
}

// maxLabel bounds a tenant label: 15 decimal digits.
const maxLabel = 999_999_999_999_999

func parseTenant(ref string) (tenancy.ID, error) {
	n, err := strconv.ParseInt(ref, 10, 64)
	if err != nil || n <= 0 || n > maxLabel || strconv.FormatInt(n, 10) != ref {
		return 0, fmt.Errorf("tenant %q is no label", ref)
	}
	return tenancy.ID(n), nil
}
