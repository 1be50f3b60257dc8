package api

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"liandong/modules/datasets"
	"liandong/modules/partners"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// CaseTable (数据表) is one of the seven tables with its field list.
type CaseTable struct {
	Key    string      `json:"key" doc:"表的代码，用在取数地址中" example:"accept"`
	Name   string      `json:"name" doc:"表名"`
	Source string      `json:"source" doc:"出处"`
	Fields []CaseField `json:"fields" doc:"字段表"`
}

// CaseField (字段) is one entry of a field list.
type CaseField struct {
	Key       string            `json:"key" doc:"字段代码"`
	Name      string            `json:"name" doc:"字段名称"`
	Type      string            `json:"type" doc:"text 文字，code 代码，int 整数，decimal 两位小数，datetime 时间（YYYYMMDDThhmmss，北京时间）"`
	Length    int               `json:"length,omitempty" doc:"最长字符数，没有的不限"`
	Required  bool              `json:"required" doc:"必填"`
	Codes     map[string]string `json:"codes,omitempty" doc:"代码表"`
	Personal  bool              `json:"personal" doc:"个人信息：没有获准的密钥读到的是脱敏内容"`
	Source    string            `json:"source" doc:"出处"`
	Certainty string            `json:"certainty" doc:"V 已核对原文或两处来源，V1 一处来源，INF 推断，M 记忆"`
	Note      string            `json:"note,omitempty" doc:"取值说明"`
}

type tablesInput struct{}

func (s site) caseTables(context.Context, *tablesInput) (List[CaseTable], error) {
	out := List[CaseTable]{Page: 1, Rows: []CaseTable{}}
	for _, t := range datasets.Tables() {
		row := CaseTable{Key: t.Key, Name: t.Title, Source: t.Source}
		for _, f := range t.Fields {
			row.Fields = append(row.Fields, CaseField{f.Key, f.Name, f.Type, f.Length, f.Required, f.CodeList(), f.Personal != "", f.Source, f.Certainty, f.Note})
		}
		out.Rows = append(out.Rows, row)
	}
	out.Total, out.Size = len(out.Rows), len(out.Rows)
	return out, nil
}

// CaseValues are the filled fields of a row.
type CaseValues map[string]string

// Schema says that the values are those of one of the seven tables.
func (CaseValues) Schema(r huma.Registry) *huma.Schema {
	either := &huma.Schema{Type: "object", AdditionalProperties: &huma.Schema{Type: "string"}}
	for _, t := range datasets.Tables() {
		name := "Case_" + t.Key
		row := &huma.Schema{Type: "object", Title: t.Title, Description: t.Source, Properties: map[string]*huma.Schema{}}
		for _, f := range t.Fields {
			row.Properties[f.Key] = schemaOf(f)
		}
		r.Map()[name] = row
		either.AnyOf = append(either.AnyOf, &huma.Schema{Ref: "#/components/schemas/" + name})
	}
	return either
}

func schemaOf(f datasets.Field) *huma.Schema {
	p := &huma.Schema{Type: "string", Description: f.Name}
	if f.Note != "" {
		p.Description += " – " + f.Note
	}
	if f.Length > 0 {
		p.MaxLength = new(f.Length)
	}
	return p
}

// CaseRecord (数据变更) is one change of one row of a table.
type CaseRecord struct {
	Op       string         `json:"op" enum:"I,U,D" doc:"I 新增，U 更新，D 删除（内容为删除前的）"`
	At       time.Time      `json:"at" doc:"变更时间"`
	Values   CaseValues     `json:"values" doc:"该表有值的字段，代码见字段表；row_guid 相同的是同一条记录"`
	Findings []CaseMistakes `json:"findings" doc:"对照字段表发现的问题，没有的为空"`
}

// CaseMistakes says what is wrong with one field.
type CaseMistakes struct {
	Field string `json:"field" doc:"字段代码"`
	What  string `json:"what" enum:"missing,too_long,not_listed,bad_time,bad_number,bad_shape,too_early,unknown" doc:"missing 必填为空，too_long 超长，not_listed 不在代码表内，bad_time 时间格式，bad_number 数字格式，bad_shape 编码规则，too_early 早于前一时间，unknown 多余字段"`
}

// CaseRecords is one page of the feed of a table.
type CaseRecords struct {
	Records []CaseRecord `json:"records" doc:"变更，按发生的先后"`
	Next    string       `json:"next" doc:"下一次请求的游标，请原样保存和带回"`
	More    bool         `json:"more" doc:"还有后续，可以马上再取；没有时请过一段时间再取"`
}

type recordsInput struct {
	Where

	Table  string `path:"table" enum:"apply,material,accept,process,special,result,payment" doc:"表的代码：apply 申请，material 材料，accept 受理，process 过程，special 特别程序，result 办结，payment 支付"`
	Cursor string `query:"cursor" maxLength:"200" doc:"上一次回答的 next；不带时从头开始"`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"500" doc:"最多返回几条"`
}

func (s site) caseRecords(ctx context.Context, in *recordsInput) (CaseRecords, error) {
	out := CaseRecords{Records: []CaseRecord{}}
	pass, _ := ctx.Value(passKey{}).(partners.Pass)
	if pass.Partner == "" {
		return out, errKey
	}
	n, err := s.Tree.ByCode(ctx, in.Code)
	if err != nil {
		return out, err
	}
	scope, err := s.Tree.ScopeFor(ctx, n.ID, tenancy.Actor{Kind: tenancy.System, ID: pass.Partner, Name: "partner"})
	if err != nil {
		return out, err
	}
	p, err := s.Datasets.Feed(tenancy.With(ctx, scope), datasets.Reader{Partner: pass.Partner, Right: pass.Cases, Over: pass.Over}, in.Table, in.Cursor, in.Limit)
	out.Next, out.More = p.Next, p.More
	for _, c := range p.Changes {
		r := CaseRecord{Op: c.Op, At: c.At, Values: c.Values, Findings: []CaseMistakes{}}
		for _, f := range c.Found {
			r.Findings = append(r.Findings, CaseMistakes(f))
		}
		out.Records = append(out.Records, r)
	}
	return out, err
}

// errKey reports that the operation is for partners with a key.
var errKey = fault.New(fault.Forbidden, "api_key_needed")

// caseData registers what partners read of cases.
func (s site) caseData(api huma.API) {
	if s.Datasets == nil {
		return
	}
	get(api, s, operation{id: "list-case-tables", path: "/api/case-tables", tag: "datasets", public: true}, s.caseTables)
	get(api, s, operation{id: "list-case-records", path: "/api/tenants/{code}/case-records/{table}", tag: "datasets", public: true, keyed: true}, s.caseRecords)
}
