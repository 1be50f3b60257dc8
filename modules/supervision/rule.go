package supervision

import (
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Scope says whose clock a rule or a card is about.
type Scope string

// The scopes: the promise of the whole case, or the limit of one step.
const (
	CaseScope Scope = "case" // 办件时限
	StepScope Scope = "step" // 环节时限
)

// Scopes lists both.
func Scopes() []Scope { return []Scope{CaseScope, StepScope} }

// Measures are the thresholds of a rule.
type Measures struct {
	WarnDays      int // a warning when so many working days are left, the current one included; 0 warns of nothing
	YellowPercent int // a yellow card when this share of the limit is used
	AnswerDays    int // working days to answer an order
}

// Bounds of what a rule may say; the schema checks the same.
const (
	MaxWarnDays   = 60
	MaxAnswerDays = 60
	maxPercent    = 100
)

// standard holds while the platform has set no rule of its own: warn one working
// day ahead, yellow at 90 % of the promise (榆林市行政审批电子监察预警纠错实施细则).
func standard() Measures { return Measures{WarnDays: 1, YellowPercent: 90, AnswerDays: 3} }

// Rule (监察规则) is what one level says about one scope.
type Rule struct {
	bun.BaseModel `bun:"table:supervision_rules"`

	TenantID      tenancy.ID `bun:",pk"`
	ID            string     `bun:",pk"`
	Scope         Scope
	WarnDays      int
	YellowPercent int
	AnswerDays    int
	UpdatedAt     time.Time
	UpdatedBy     string
	Version       int
}

func (r Rule) measures() Measures { return Measures{r.WarnDays, r.YellowPercent, r.AnswerDays} }

// looser reports whether m asks for less than base in any respect.
func (m Measures) looser(base Measures) bool {
	return m.WarnDays < base.WarnDays || m.YellowPercent > base.YellowPercent || m.AnswerDays > base.AnswerDays
}

func (m Measures) check() error {
	bad := map[string]string{}
	if m.WarnDays < 0 || m.WarnDays > MaxWarnDays {
		bad["warn_days"] = "supervision.warn_days_range"
	}
	if m.YellowPercent < 1 || m.YellowPercent > maxPercent {
		bad["yellow_percent"] = "supervision.yellow_percent_range"
	}
	if m.AnswerDays < 1 || m.AnswerDays > MaxAnswerDays {
		bad["answer_days"] = "supervision.answer_days_range"
	}
	return fault.InvalidFields(bad)
}

// Effective is what holds in one place, with the level that each threshold comes from.
type Effective struct {
	Measures

	WarnFrom, YellowFrom, AnswerFrom tenancy.ID
}

// from names the level whose rule raised a card of the colour.
func (e Effective) from(c Colour) tenancy.ID {
	switch c {
	case Warning:
		return e.WarnFrom
	case Yellow:
		return e.YellowFrom
	case Red:
		return tenancy.Platform // being late is late by law, whatever a rule says
	}
	return tenancy.Platform
}

// strictest folds the rules of a path from the top down; of equal thresholds the
// higher level's stands, so that people see who asked first.
func strictest(rules []Rule) Effective {
	e := Effective{Measures: standard()}
	if len(rules) > 0 && rules[0].TenantID == tenancy.Platform {
		e.Measures = rules[0].measures()
	}
	for _, r := range rules {
		if r.WarnDays > e.WarnDays {
			e.WarnDays, e.WarnFrom = r.WarnDays, r.TenantID
		}
		if r.YellowPercent < e.YellowPercent {
			e.YellowPercent, e.YellowFrom = r.YellowPercent, r.TenantID
		}
		if r.AnswerDays < e.AnswerDays {
			e.AnswerDays, e.AnswerFrom = r.AnswerDays, r.TenantID
		}
	}
	return e
}

// placed is a rule with the interval that it binds.
type placed struct {
	Rule `bun:",extend"`

	Hi tenancy.ID
}

// book holds all rules that one scope can see, ordered from the top down.
type ruleBook []placed

// at is what holds for scope in tenant.
func (b ruleBook) at(tenant tenancy.ID, scope Scope) Effective { return b.fold(tenant, scope, true) }

// above is what tenant inherits, its own rule left out.
func (b ruleBook) above(tenant tenancy.ID, scope Scope) Effective {
	return b.fold(tenant, scope, false)
}

func (b ruleBook) fold(tenant tenancy.ID, scope Scope, own bool) Effective {
	var path []Rule
	for _, r := range b {
		if r.Scope == scope && r.TenantID <= tenant && tenant <= r.Hi && (own || r.TenantID != tenant) {
			path = append(path, r.Rule)
		}
	}
	return strictest(path)
}

// widest are the loosest bounds within which any rule of the book may raise a card.
func (b ruleBook) widest() Measures {
	m := standard()
	for _, r := range b {
		m.WarnDays = max(m.WarnDays, r.WarnDays)
		m.YellowPercent = min(m.YellowPercent, r.YellowPercent)
	}
	return m
}
