package catalog

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liandong/modules/catalog/codes"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
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
	Fees          []Fee        `json:"fees,omitempty"`
	Result        Result       `json:"result"`
	Keywords      []string     `json:"keywords"`
	OnsiteTimes   int          `json:"onsite_times"`
	Questions     []Question   `json:"faq"`
	Forms         []string     `json:"handle_forms,omitempty"` // 办理形式: 1 window, 2 web, 3 mobile, 4 courier
	Address       string       `json:"address,omitempty"`
	Hours         string       `json:"hours,omitempty"`
	Phone         string       `json:"phone,omitempty"`           // 咨询电话
	Complaint     string       `json:"complaint_phone,omitempty"` // 监督投诉电话
	Remedy        string       `json:"remedy,omitempty"`          // 法律救济: where to appeal
	OrganCode     string       `json:"organ_code,omitempty"`      // 统一社会信用代码 of the implementing organ (实施主体)
	LocalCodes    []LocalCode  `json:"local_codes,omitempty"`     // 地方编码: beside the basic code, or instead of it
	Handlings     []Handling   `json:"handlings,omitempty"`       // 业务办理项; none: the item is not divided
	Situations    []Situation  `json:"situations,omitempty"`      // 情形, in the order in which they are asked
	Specials      []Special    `json:"special_procedures,omitempty"`
	EForm         EForm        `json:"eform,omitzero"`  // 申请表单
	Parts         []ThemePart  `json:"parts,omitempty"` // 组成事项: what a theme (一件事) is made of; none: an item of its own
	More

	book *codes.Book // in which its codes are read; nil: the national one
}

// Book is what the codes of the body are read in: the lists as they count for
// whoever fetched it.
func (b Body) Book() *codes.Book { return b.book }

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
	Note   string `json:"note"` // 填报须知

	Code       string `json:"code,omitempty"`            // 标准材料: what it is, whatever the item calls it
	Type       string `json:"type,omitempty"`            // 材料类型
	Originals  int    `json:"originals,omitempty"`       // 原件份数
	Spec       string `json:"spec,omitempty"`            // 规格
	Issuer     string `json:"issuer,omitempty"`          // 出具机构
	Acceptance string `json:"accept_standard,omitempty"` // 受理标准
	Basis      string `json:"by_law,omitempty"`          // 设定依据 of the material
	Blank      string `json:"form_file,omitempty"`       // 空白表格: id of a file
	Sample     string `json:"sample_file,omitempty"`     // 示例样表: id of a file
}

// Fee (收费项目) is one thing that an item costs.
type Fee struct {
	Name     string `json:"name"`
	Standard string `json:"standard"`
	Basis    string `json:"basis"`

	Reducible bool   `json:"reducible,omitempty"` // 是否允许减免
	Reduction string `json:"reduction,omitempty"` // 减免说明
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

// Tolerable lists the materials that may follow after acceptance (容缺后补).
func (b Body) Tolerable() (names []string) {
	for _, m := range b.Materials {
		if m.Need == "3" {
			names = append(names, m.Name)
		}
	}
	return names
}

// basicCode is the 12-digit shape of a basic code: source, kind, main, sub.
var basicCode = regexp.MustCompile(`^(00|[1-6]\d)(\d{2})\d{5}\d{3}$`)

// Bounds of what one version may say.
const (
	maxDays = 500   // of a limit: two years of working days
	maxRows = 100   // of materials, provisions, questions
	maxText = 5_000 // characters of one text
)

// check returns an Invalid fault that names every field that a list does not let
// stand, or nil.
func (b Body) check(list string) error { return fault.InvalidFields(b.wrong(list)) }

// wrong names every field that a list does not let stand.
func (b Body) wrong(list string) map[string]string {
	bad := map[string]string{}
	if n := len([]rune(strings.TrimSpace(b.Name))); n < 2 || n > 200 {
		bad["name"] = "item_name_length"
	}
	b.checkCodes(bad)
	if list == BasicList {
		b.checkEntry(bad)
	} else {
		b.checkOffer(bad)
	}
	b.checkParts(bad)
	return bad
}

// checkOffer looks at what an implementing item must say beside what an entry of
// the basic list says.
func (b Body) checkOffer(bad map[string]string) {
	if b.StatutoryDays < 1 || b.StatutoryDays > maxDays {
		bad["statutory_days"] = "item_days_range"
	}
	if b.PromisedDays < 1 || b.PromisedDays > maxDays {
		bad["promised_days"] = "item_days_range"
	} else if b.PromisedDays > b.StatutoryDays {
		bad["promised_days"] = "item_promise_longer_than_statute"
	}
	if strings.TrimSpace(b.Department) == "" {
		bad["department"] = "item_department_missing"
	}
	b.checkLevels(bad)
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
	b.checkSizes(bad)
	b.checkSituations(bad)
	b.checkTheme(bad)
	b.checkElements(bad)
}

func (b Body) checkLevels(bad map[string]string) {
	levels := tree.Levels()
	if !slices.Contains(levels, b.Level) {
		bad["level"] = "item_level_unknown"
	}
	if len(b.Origins) == 0 {
		bad["origin_levels"] = "item_origin_missing"
	}
	for _, o := range b.Origins {
		if !slices.Contains(levels, o) {
			bad["origin_levels"] = "item_level_unknown"
		}
	}
}

func (b Body) checkSizes(bad map[string]string) {
	for field, n := range map[string]int{"materials": len(b.Materials), "legal_basis": len(b.LegalBasis), "faq": len(b.Questions), "conditions": len(b.Conditions), "fees": len(b.Fees), "special_procedures": len(b.Specials)} {
		if n > maxRows {
			bad[field] = "item_too_many_rows"
		}
	}
	b.checkFees(bad)
	for field, s := range map[string]string{"remedy": b.Remedy, "address": b.Address, "hours": b.Hours, "phone": b.Phone, "complaint_phone": b.Complaint, "conditions": strings.Join(b.Conditions, "")} {
		if len([]rune(s)) > maxText {
			bad[field] = "item_text_too_long"
		}
	}
	for i, q := range b.Questions {
		if strings.TrimSpace(q.Q) == "" || strings.TrimSpace(q.A) == "" {
			bad["faq."+strconv.Itoa(i)] = "item_question_incomplete"
		}
	}
}

func (b Body) checkFees(bad map[string]string) {
	for i, f := range b.Fees {
		if strings.TrimSpace(f.Name) == "" || slices.ContainsFunc(b.Fees[:i], func(o Fee) bool { return o.Name == f.Name }) {
			bad["fees."+strconv.Itoa(i)] = "item_fee_name"
		}
	}
	for i, p := range b.Specials {
		if strings.TrimSpace(p.Name) == "" || p.Days < 0 || p.Days > maxDays {
			bad["special_procedures."+strconv.Itoa(i)] = "item_special"
		}
	}
}
