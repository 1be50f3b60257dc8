// Package codes keeps the code lists (代码表) of the item catalogue as data: kinds
// of power (事项类型), levels (行使层级), materials, results, topics. National lists
// contradict each other and provinces extend them, so every list names its code
// system, where it was taken from and how sure that is; two lists of one thing
// stand beside each other under two names.
//
// The national lists are data of this package. A Book (代码簿) is these together with
// the local codes (地方扩展) that count at one tenant: its own and those of the levels
// above. The functions of the package read the national lists alone.
//
// It is a leaf: data and look-ups, known to every module and every site.
package codes

import (
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"liandong/tenancy"
)

// The systems that the catalogue itself writes; the others are there to be read.
const (
	ItemType         = "item_type"         // 事项类型, GB/T 39046—2020 A.1
	Level            = "level"             // 行使层级 by the platform's own keys
	LevelDigit       = "level_digit"       // 行使层级代码, GB/T 39046—2020 A.2
	ProjectType      = "project_type"      // 办件类型
	Audience         = "audience"          // 服务对象 as platforms use it, not as the standard has it
	HandleForm       = "handle_form"       // 办理形式
	MaterialNeed     = "material_need"     // 材料必要性
	MaterialSource   = "material_source"   // 来源渠道
	MaterialForm     = "material_form"     // 材料形式
	ResultType       = "result_type"       // 审批结果类型
	TopicPerson      = "topic_person"      // 自然人主题
	TopicLegal       = "topic_legal"       // 法人主题
	PowerSource      = "power_source"      // 权力来源
	OrganType        = "organ_type"        // 实施主体性质
	HandleArea       = "handle_area"       // 通办范围
	SpecialProcedure = "special_procedure" // 特别程序种类
	Scheme           = "code_scheme"       // 地方编码方案
	SystemLevel      = "system_level"      // 运行系统层级
	OnlineDepth      = "online_depth"      // 网上办理深度
	OnlineMode       = "online_mode"       // 网上办理模式
	HandlingWay      = "handling_way"      // 办理方式
	YesNo            = "yes_no"            // 是否
	MaterialType     = "material_type"     // 材料类型
	StandardMaterial = "standard_material" // 标准材料
	LifeEvent        = "life_event"        // 生命周期事件
	Group            = "group"             // 服务人群
)

// Certainty says how far a list, or one code of it, can be trusted.
type Certainty string

// The certainties, surest first.
const (
	Standard Certainty = "standard" // read in the standard
	Practice Certainty = "practice" // read in systems that are in use
	Inferred Certainty = "inferred" // concluded from samples
	Memory   Certainty = "memory"   // common knowledge, no source at hand
)

// System (代码系统) is one list with its origin.
type System struct {
	ID        string    `json:"system"`
	Name      string    `json:"name"`
	Source    string    `json:"source"`
	Certainty Certainty `json:"certainty"`
	Note      string    `json:"note"`
	Extend    Extension `json:"extend"` // the zero one: nobody may add to the list
	Codes     []Code    `json:"codes"`
}

// Code (代码) is one entry of a list.
type Code struct {
	Code      string    `json:"code"`
	Name      string    `json:"name"`
	Aliases   []string  `json:"aliases,omitempty"`   // what other lists write for it
	Use       string    `json:"use,omitempty"`       // apply: people file it; enforce: the state acts by itself
	SameAs    string    `json:"same_as,omitempty"`   // its code in the national list that this one follows
	Certainty Certainty `json:"certainty,omitempty"` // when it differs from that of the list

	Local   bool       `json:"-"` // beside the national ones
	Owner   tenancy.ID `json:"-"` // of a local one: for this tenant and all below it
	Stopped bool       `json:"-"` // of a local one: not to be used any more, but known
	Former  []Former   `json:"-"` // what a local one was called before, oldest first
}

// Former (曾用名) is what a code was called until a moment.
type Former struct {
	Name  string    `json:"name"`
	Until time.Time `json:"until"`
}

// On is what the code was called at a moment.
func (c Code) On(at time.Time) string {
	for _, f := range c.Former {
		if at.Before(f.Until) {
			return f.Name
		}
	}
	return c.Name
}

// Extension (地方扩展) says which codes a tenant may add to a list.
type Extension struct {
	Shape string `json:"shape"` // a regular expression of the whole code; empty: none
	Say   string `json:"say"`   // the same for people
	Why   string `json:"why"`   // by which rule, and whose
}

//go:embed *.json
var files embed.FS

var systems = sync.OnceValue(func() []System { //nolint:gochecknoglobals // read-only after the first use
	all, err := load(files)
	if err != nil {
		panic(err) // a broken embedded list is a broken build
	}
	return all
})

func load(fsys fs.FS) (all []System, err error) {
	names, err := fs.Glob(fsys, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list codes: %w", err)
	}
	for _, name := range names {
		raw, err := fs.ReadFile(fsys, name)
		if err != nil {
			return nil, fmt.Errorf("read codes: %w", err)
		}
		var some []System
		if err := json.Unmarshal(raw, &some); err != nil {
			return nil, fmt.Errorf("codes %s: %w", name, err)
		}
		all = append(all, some...)
	}
	return all, nil
}

// Systems returns every national list.
func Systems() []System { return National().Systems() }

// About returns the national list called system; ok is false when there is none.
func About(system string) (s System, ok bool) { return National().About(system) }

// List returns the national codes of system in their order, nil when there is no such list.
func List(system string) []Code { return National().List(system) }

// Applied is List without what people do not file themselves.
func Applied(system string) []Code { return National().Applied(system) }

// Get returns one national code; ok is false when the list or the code is not there.
func Get(system, code string) (c Code, ok bool) { return National().Get(system, code) }

// Name is what a national code is called; a code that no list has stands for itself.
func Name(system, code string) string { return National().Name(system, code) }

// Find is Book.Find in the national lists.
func Find(system, s string) (code string, ok bool) { return National().Find(system, s) }
