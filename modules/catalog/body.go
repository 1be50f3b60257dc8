package catalog

import (
	"regexp"
	"strconv"
	"strings"

	"liandong/tenancy/fault"
)

// Body is what one version of an item says. Limits are in working days
// (行政许可法 art. 82); code lists follow GB/T 39046—2020 annex A.
type Body struct {
	Name          string       `json:"name"`
	BasicCode     string       `json:"basic_code"`
	Kind          string       `json:"type"`  // 事项类型, two digits
	Level         string       `json:"level"` // 行使层级: who decides
	Origins       []string     `json:"origin_levels"`
	Department    string       `json:"department"`
	LegalBasis    []LegalBasis `json:"legal_basis"`
	StatutoryDays int          `json:"statutory_days"`
	PromisedDays  int          `json:"promised_days"`
	ProjectType   string       `json:"project_type"` // 办件类型: 1 decided at once, 2 promised
	Audience      []string     `json:"audience"`     // 服务对象
	TopicsPerson  []string     `json:"topics_person"`
	TopicsLegal   []string     `json:"topics_corp"`
	Conditions    []string     `json:"conditions"`
	Materials     []Material   `json:"materials"`
	Fee           *Fee         `json:"fee"`
	Result        Result       `json:"result"`
	Keywords      []string     `json:"keywords"`
	OnsiteTimes   int          `json:"onsite_times"`
	Questions     []Question   `json:"faq"`
	Address       string       `json:"address,omitempty"`
	Hours         string       `json:"hours,omitempty"`
	Phone         string       `json:"phone,omitempty"`
}

// LegalBasis (设定依据) is one provision that an item stands on.
type LegalBasis struct {
	Law     string `json:"law"`
	Article string `json:"article"`
	Text    string `json:"text"`
}

// Material (材料) is one thing that an applicant hands in.
type Material struct {
	Name   string `json:"name"`
	Need   string `json:"need"`   // 1 必要, 2 非必要, 3 容缺后补
	Source string `json:"source"` // 10 申请人自备, 20 政府部门核发, 99 其他
	Form   string `json:"form"`   // 1 纸质, 2 电子化, 3 both
	Copies int    `json:"copies"`
	Note   string `json:"note"`
}

// Fee (收费) is what an item costs.
type Fee struct {
	Name     string `json:"name"`
	Standard string `json:"standard"`
	Basis    string `json:"basis"`
}

// Result (审批结果) is what an applicant receives.
type Result struct {
	Type string `json:"type"` // 10 证照, 20 批文, 99 其他
	Name string `json:"name"`
}

// Question (常见问题) is one frequent question with its answer.
type Question struct {
	Q string `json:"q"`
	A string `json:"a"`
}

// Required lists the materials without which a case cannot be filed.
func (b Body) Required() (names []string) {
	for _, m := range b.Materials {
		if m.Need == "1" {
			names = append(names, m.Name)
		}
	}
	return names
}

// basicCode is the 12-digit shape of a basic code: source, kind, main, sub.
//
//nolint:gochecknoglobals // compiled once
var basicCode = regexp.MustCompile(`^(00|[1-6]\d)(\d{2})\d{5}\d{3}$`)

// maxDays bounds a limit: two years of working days.
const maxDays = 500

// check returns an Invalid fault that names every wrong field, or nil.
func (b Body) check() error {
	bad := map[string]string{}
	if n := len([]rune(strings.TrimSpace(b.Name))); n < 2 || n > 200 {
		bad["name"] = "item_name_length"
	}
	if m := basicCode.FindStringSubmatch(b.BasicCode); m == nil {
		bad["basic_code"] = "item_basic_code_shape"
	} else if m[2] != b.Kind {
		bad["basic_code"] = "item_basic_code_kind"
	}
	if b.StatutoryDays < 1 || b.StatutoryDays > maxDays {
		bad["statutory_days"] = "item_days_range"
	}
	if b.PromisedDays < 1 || b.PromisedDays > maxDays {
		bad["promised_days"] = "item_days_range"
	} else if b.PromisedDays > b.StatutoryDays {
		bad["promised_days"] = "item_promise_longer_than_statute"
	}
	b.checkParts(bad)
	return fault.InvalidFields(bad)
}

func (b Body) checkParts(bad map[string]string) {
	if len(b.LegalBasis) == 0 {
		bad["legal_basis"] = "item_legal_basis_missing"
	}
	for i, l := range b.LegalBasis {
		if strings.TrimSpace(l.Law) == "" {
			bad["legal_basis."+strconv.Itoa(i)] = "item_law_missing"
		}
	}
	seen := map[string]bool{}
	for i, m := range b.Materials {
		switch name := strings.TrimSpace(m.Name); {
		case name == "":
			bad["materials."+strconv.Itoa(i)] = "item_material_name_missing"
		case seen[name]:
			bad["materials."+strconv.Itoa(i)] = "item_material_twice"
		default:
			seen[name] = true
		}
	}
	if len(b.Origins) == 0 {
		bad["origin_levels"] = "item_origin_missing"
	}
	if b.Department == "" {
		bad["department"] = "item_department_missing"
	}
}
