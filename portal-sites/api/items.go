package api

import (
	"context"
	"time"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Tenant (租户) is one node of the tree.
type Tenant struct {
	Code  string `json:"code" doc:"区划代码，12 位数字；没有法定代码的以 z 开头"`
	Name  string `json:"name"`
	Level string `json:"level" doc:"province, league, city, county, township, village, zone, unit"`
}

// List is one page of rows.
type List[T any] struct {
	Rows  []T `json:"rows"`
	Total int `json:"total" doc:"符合条件的全部条数"`
	Page  int `json:"page"`
	Size  int `json:"size"`
}

// Paging asks for one page.
type Paging struct {
	Page int `query:"page" default:"1" minimum:"1" maximum:"100000"`
	Size int `query:"size" default:"20" minimum:"1" maximum:"100"`
}

// Where names the tenant that is asked about.
type Where struct {
	Code string `path:"code" maxLength:"20" doc:"区划代码" example:"152502000000"`
}

func (w Where) at() string { return w.Code }

func tenantOf(n tree.Node) Tenant { return Tenant{n.Code, n.Name, n.Level} }

func (s site) tenant(ctx context.Context, in *Where) (Tenant, error) {
	n, err := s.Tree.ByCode(ctx, in.Code)
	return tenantOf(n), err
}

func (s site) children(ctx context.Context, in *Where) (List[Tenant], error) {
	n, err := s.Tree.ByCode(ctx, in.Code)
	if err != nil {
		return List[Tenant]{}, err
	}
	nodes, err := s.Tree.Children(ctx, n.ID)
	out := List[Tenant]{Rows: make([]Tenant, 0, len(nodes)), Total: len(nodes), Page: 1, Size: len(nodes)}
	for _, c := range nodes {
		out.Rows = append(out.Rows, tenantOf(c))
	}
	return out, err
}

// Item (事项) is one thing that may be applied for at a tenant.
type Item struct {
	ID            string `json:"id"`
	VersionID     string `json:"version_id" doc:"现行版本"`
	Version       int    `json:"version" doc:"现行版本号"`
	BasicCode     string `json:"basic_code" doc:"基本编码，12 位"`
	Name          string `json:"name"`
	Kind          string `json:"kind" doc:"事项类型代码（GB/T 39046—2020 A.1）"`
	Level         string `json:"level" doc:"行使层级"`
	Department    string `json:"department"`
	Owner         string `json:"owner" doc:"制定单位"`
	StatutoryDays int    `json:"statutory_days" doc:"法定办结时限，工作日"`
	PromisedDays  int    `json:"promised_days" doc:"承诺办结时限，工作日"`
	OnsiteTimes   int    `json:"onsite_times" doc:"到现场次数"`
	State         string `json:"state" enum:"published,suspended" doc:"published 在用，suspended 暂停办理：不能提交新的申请"`
	Divided       bool   `json:"divided" doc:"申请前要选择业务办理项或情形，见事项的 choices"`
	Codes         []Code `json:"codes" doc:"现有的编码"`
}

type itemsInput struct {
	Where
	Paging

	Q        string `query:"q" maxLength:"100" doc:"名称、编码或俗称的一部分"`
	Kind     string `query:"kind" maxLength:"2"`
	Topic    string `query:"topic" maxLength:"3" doc:"自然人或法人主题代码"`
	Audience string `query:"audience" enum:"person,legal"`
}

func (s site) items(ctx context.Context, in *itemsInput) (List[Item], error) {
	out := List[Item]{Page: in.Page, Size: in.Size, Rows: []Item{}}
	ctx, err := s.Enter(ctx, in.Code)
	if err != nil {
		return out, err
	}
	p, err := s.Items.Find(ctx, catalog.Query{Page: in.Page, Size: in.Size, Sort: "name", Text: in.Q, Kind: in.Kind, Topic: in.Topic, Audience: in.Audience})
	out.Total = p.Total
	if err != nil {
		return out, err
	}
	ids := make([]string, len(p.Rows))
	for i, r := range p.Rows {
		ids[i] = r.ID
	}
	codes, err := s.Items.CodesInForce(ctx, ids)
	for _, r := range p.Rows {
		out.Rows = append(out.Rows, Item{
			ID: r.ID, VersionID: r.VersionID, Version: r.Number, BasicCode: r.BasicCode, Name: r.Body.Name, Kind: r.Kind, Level: r.Body.Level, Department: r.Body.Department,
			Owner: r.OwnerName, StatutoryDays: r.Body.StatutoryDays, PromisedDays: r.Body.PromisedDays, OnsiteTimes: r.Body.OnsiteTimes, State: r.State, Divided: r.Body.Divided(), Codes: codesOf(codes[r.ID]),
		})
	}
	return out, err
}

// Guide (办事指南) is an item as one tenant offers it: what levels above and the
// tenant itself refined is folded in.
type Guide struct {
	ID          string       `json:"id"`
	Version     int          `json:"version" doc:"现行版本号"`
	VersionID   string       `json:"version_id"`
	PublishedAt *time.Time   `json:"published_at" doc:"现行版本的发布时间"`
	State       string       `json:"state" enum:"published,suspended" doc:"published 在用，suspended 暂停办理：不能提交新的申请"`
	Suspended   string       `json:"suspended,omitempty" doc:"暂停办理的原因"`
	Codes       []Code       `json:"codes" doc:"现有的编码"`
	Body        catalog.Body `json:"guide" doc:"在这个单位办理时的全部要素，上级和本级的细化已经计入"`
	Choices     []Ask        `json:"choices" doc:"申请前要选择的业务办理项和情形，按提问的顺序；没有则为空"`
	Mine        *Mine        `json:"mine,omitempty" doc:"按查询参数 choices 选择后要的材料、费用和时限；没有选择时不返回"`
	Sources     []Source     `json:"sources" doc:"可细化的字段来自哪个单位"`
}

// Source says which tenant a field comes from.
type Source struct {
	Field  string `json:"field"`
	Tenant string `json:"tenant"`
}

type itemInput struct {
	Where

	ID string `path:"id" maxLength:"36" doc:"事项的标识，见事项列表"`
}

type guideInput struct {
	Where

	ID      string   `path:"id" maxLength:"36" doc:"事项的标识，见事项列表"`
	Choices []string `query:"choices" maxItems:"100" doc:"选项的标识，用逗号分开，例如 h1,s1a"`
}

func (s site) guide(ctx context.Context, in *guideInput) (out Guide, err error) {
	if !isUUID(in.ID) {
		return out, fault.New(fault.NotFound, "item_not_offered")
	}
	if ctx, err = s.Enter(ctx, in.Code); err != nil {
		return out, err
	}
	g, err := s.Items.Guide(ctx, in.ID)
	if err != nil {
		return out, err
	}
	codes, err := s.Items.CodesInForce(ctx, []string{in.ID})
	if err != nil {
		return out, err
	}
	out = Guide{
		ID: g.Item.ID, Version: g.Version.Number, VersionID: g.Version.ID, PublishedAt: g.Version.PublishedAt,
		State: g.Item.State, Suspended: g.Suspended, Codes: codesOf(codes[in.ID]), Body: g.Body, Choices: choicesOf(g.Body), Mine: mineOf(g.Body, in.Choices), Sources: []Source{},
	}
	for field, from := range g.Source {
		out.Sources = append(out.Sources, Source{field, g.Names[from]})
	}
	sortSources(out.Sources)
	return out, nil
}

// isUUID reports whether s is spelled like an id of ours.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		c := s[i]
		switch {
		case i == 8 || i == 13 || i == 18 || i == 23:
			if c != '-' {
				return false
			}
		case '0' <= c && c <= '9', 'a' <= c && c <= 'f':
		default:
			return false
		}
	}
	return true
}

// word is what the catalogue calls a code.
func word(prefix, code string) string {
	if text.Has(prefix + code) {
		return text.T(prefix + code)
	}
	return code
}
