package catalog

import (
	_ "embed"
	"encoding/json"
	"slices"
	"strings"
	"sync"

	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// Severity says how bad a finding is.
type Severity string

// The severities, worst first. None of them stops a save: what a version must not
// say at all is refused by its own check.
const (
	SeverityError   Severity = "error"   // against the law or the standard
	SeverityWarning Severity = "warning" // people will stumble over it
	SeverityHint    Severity = "hint"    // could be better
)

// Severities lists them, worst first.
func Severities() []Severity { return []Severity{SeverityError, SeverityWarning, SeverityHint} }

// Finding (质检问题) is one thing that a rule found in an item.
type Finding struct {
	Rule     string // catalogue key item_rule.<Rule>
	Severity Severity
	Field    string // of the body, as the editor names it
	Detail   string // what it is about: the name of a material, the other item
}

// Rule (质检规则) is one named check of an item.
type Rule struct {
	Name     string
	Severity Severity
	Field    string

	find func(Body) []string // a detail for each finding; an empty one says it all
}

// The rules that look beyond one item.
const (
	RuleSameCode = "same_code"
	RuleSameName = "same_name"
)

// Rules lists all rules, worst first.
func Rules() []Rule {
	return []Rule{
		{"no_legal_basis", SeverityError, "legal_basis", when(func(b Body) bool { return len(b.LegalBasis) == 0 })},
		{"promise_over_statute", SeverityError, "promised_days", when(func(b Body) bool { return b.StatutoryDays > 0 && b.PromisedDays > b.StatutoryDays })},
		{"no_limit", SeverityError, "statutory_days", when(func(b Body) bool { return b.StatutoryDays == 0 || b.PromisedDays == 0 })},
		{"fee_without_basis", SeverityError, "fees", feesWithoutBasis},
		{"wrong_organ_code", SeverityError, "organ_code", when(func(b Body) bool { return b.OrganCode != "" && idcode.CheckCreditCode(b.OrganCode) != nil })},
		{RuleSameCode, SeverityError, "basic_code", nil},
		{"special_without_basis", SeverityError, "special_procedures", specialsWithoutBasis},
		{RuleSameName, SeverityWarning, "name", nil},
		{"no_basic_code", SeverityWarning, "basic_code", when(func(b Body) bool { return b.BasicCode == "" })},
		{"no_organ_code", SeverityWarning, "organ_code", when(func(b Body) bool { return b.OrganCode == "" })},
		{"no_department", SeverityWarning, "department", when(func(b Body) bool { return blank(b.Department) })},
		{"basis_without_article", SeverityWarning, "legal_basis", basisWithoutArticle},
		{"catch_all_material", SeverityWarning, "materials", materialsThat(func(m Material) bool { return catchAll(m.Name) || catchAll(m.Note) })},
		{"catch_all_condition", SeverityWarning, "conditions", catchAllConditions},
		{"material_without_source", SeverityWarning, "materials", materialsThat(func(m Material) bool { return m.Source == "" })},
		{"material_without_need", SeverityWarning, "materials", materialsThat(func(m Material) bool { return m.Need == "" })},
		{"no_phone", SeverityWarning, "phone", when(func(b Body) bool { return blank(b.Phone) })},
		{"no_complaint_phone", SeverityWarning, "complaint_phone", when(func(b Body) bool { return blank(b.Complaint) })},
		{"no_address", SeverityWarning, "address", when(func(b Body) bool { return blank(b.Address) })},
		{"visits_although_web", SeverityWarning, "onsite_times", when(func(b Body) bool {
			return b.OnsiteTimes > 1 && (slices.Contains(b.Forms, "2") || slices.Contains(b.Forms, "3"))
		})},
		{"visits_against_mode", SeverityWarning, "onsite_times", when(func(b Body) bool {
			return b.OnlineMode == ModeWholly && b.OnsiteTimes > 0 || (b.OnlineMode == ModePrecheck || b.OnlineMode == ModeVerify) && b.OnsiteTimes == 0
		})},
		{"at_once_with_days", SeverityWarning, "project_type", when(func(b Body) bool { return b.ProjectType == "1" && b.PromisedDays > 1 })},
		{"no_result", SeverityWarning, "result_name", when(func(b Body) bool { return blank(b.Result.Name) })},
		{"wrong_url", SeverityWarning, "online_url", wrongURLs},
		{"no_review_organ", SeverityWarning, "review_organ", when(func(b Body) bool { return power(b.Kind) && blank(b.ReviewOrgan) })},
		{"unreachable_choice", SeverityWarning, "situations", unreachable},
		{"idle_option", SeverityHint, "situations", idleOptions},
		{"promise_is_statute", SeverityHint, "promised_days", when(func(b Body) bool { return b.StatutoryDays > 1 && b.PromisedDays == b.StatutoryDays })},
		{"material_without_form", SeverityHint, "materials", materialsThat(func(m Material) bool { return m.Form == "" })},
		{"no_materials", SeverityHint, "materials", when(func(b Body) bool { return len(b.Materials) == 0 })},
		{"no_conditions", SeverityHint, "conditions", when(func(b Body) bool { return len(b.Conditions) == 0 })},
		{"no_audience", SeverityHint, "audience", when(func(b Body) bool { return len(b.Audience) == 0 })},
		{"no_handle_form", SeverityHint, "handle_forms", when(func(b Body) bool { return len(b.Forms) == 0 })},
		{"no_hours", SeverityHint, "hours", when(func(b Body) bool { return blank(b.Hours) })},
		{"no_remedy", SeverityHint, "remedy", when(func(b Body) bool { return blank(b.Remedy) })},
		{"no_faq", SeverityHint, "faq", when(func(b Body) bool { return len(b.Questions) == 0 })},
		{"no_keywords", SeverityHint, "keywords", when(func(b Body) bool { return len(b.Keywords) == 0 })},
		{"no_topic", SeverityHint, "topics_person", when(func(b Body) bool { return len(b.TopicsPerson)+len(b.TopicsLegal) == 0 })},
	}
}

// Examine (质检) looks at one body of the implementing list on its own, worst
// findings first.
func Examine(b Body) (out []Finding) { return examine(ImplementingList, b) }

// ExamineEntry is Examine for an entry of the basic list: it is held to what such
// an entry says.
func ExamineEntry(b Body) []Finding { return examine(BasicList, b) }

// ofEntry are the fields of the rules that a entry of the basic list is held to.
func ofEntry(field string) bool {
	return slices.Contains([]string{"name", "basic_code", "legal_basis", "exercise_levels"}, field)
}

func examine(list string, b Body) (out []Finding) {
	for _, r := range Rules() {
		if r.find == nil || list == BasicList && !ofEntry(r.Field) {
			continue
		}
		for _, detail := range r.find(b) {
			out = append(out, Finding{r.Name, r.Severity, r.Field, detail})
		}
	}
	return out
}

func when(bad func(Body) bool) func(Body) []string {
	return func(b Body) []string {
		if bad(b) {
			return []string{""}
		}
		return nil
	}
}

func materialsThat(bad func(Material) bool) func(Body) []string {
	return func(b Body) (names []string) {
		for _, m := range b.Materials {
			if bad(m) {
				names = append(names, m.Name)
			}
		}
		return names
	}
}

func basisWithoutArticle(b Body) (laws []string) {
	for _, l := range b.LegalBasis {
		if blank(l.Article) && blank(l.Text) {
			laws = append(laws, l.Law)
		}
	}
	return laws
}

func catchAllConditions(b Body) (out []string) {
	for _, c := range b.Conditions {
		if catchAll(c) {
			out = append(out, c)
		}
	}
	return out
}

func blank(s string) bool { return strings.TrimSpace(s) == "" }

//go:embed catchall.json
var catchAllFile []byte

var catchAllWords = sync.OnceValue(func() (words []string) { //nolint:gochecknoglobals // read-only after the first use
	if err := json.Unmarshal(catchAllFile, &words); err != nil {
		panic(err) // a broken embedded list is a broken build
	}
	return words
})

// catchAll reports wording that lets an office ask for anything (兜底条款).
func catchAll(s string) bool {
	return slices.ContainsFunc(catchAllWords(), func(w string) bool { return strings.Contains(s, w) })
}

// draftable returns an Invalid fault that names what even a draft must not say;
// what it does not say yet is left to the check before review.
func (b Body) draftable(list string) error {
	bad := b.wrong(list)
	for field, missing := range map[string]bool{
		"legal_basis": len(b.LegalBasis) == 0, "exercise_levels": len(b.ExerciseLevels) == 0, "department": blank(b.Department), "level": b.Level == "", "origin_levels": len(b.Origins) == 0,
		"statutory_days": b.StatutoryDays == 0, "promised_days": b.PromisedDays == 0,
	} {
		if missing {
			delete(bad, field)
		}
	}
	if b.StatutoryDays == 0 && bad["promised_days"] == "item_promise_longer_than_statute" {
		delete(bad, "promised_days")
	}
	return fault.InvalidFields(bad)
}

func feesWithoutBasis(b Body) (names []string) {
	for _, f := range b.Fees {
		if blank(f.Basis) {
			names = append(names, f.Name)
		}
	}
	return names
}
