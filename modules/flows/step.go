package flows

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"

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

// Step (环节) is one piece of work on a case, done by one post (岗位) of one tenant.
type Step struct {
	ID        string // of the userTask, unique in its flow
	Name      string // as shown to the applicant
	Kind      Kind
	Level     Level
	TenantRef string // the label of the named tenant; empty at every other level
	Post      string // post code: clerk, reviewer, decider, …
	LimitDays int    // working days; negative when the flow states none that can be read
}

// maxLimitDays is far above any legal period; it catches slips of the keyboard.
const maxLimitDays = 366

var postCode = regexp.MustCompile(`^[a-z][a-z0-9_-]{0,31}$`)

// place says who handles a step, for comparing two steps of one flow.
func (s Step) place() string {
	level := s.Level
	if level == Origin {
		level = Own
	}
	return string(level) + "/" + s.TenantRef + "/" + s.Post
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
	add(!postCode.MatchString(s.Post), RuleStepPost, s.Post)
	add(s.LimitDays < 0 || s.LimitDays > maxLimitDays, RuleStepLimit, s.LimitDays)
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
