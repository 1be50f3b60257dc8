package catalog

// More holds the extended elements (扩展要素) of the implementing list, as the
// national exchange tables (UP_TASK_GENERAL_BASIC, _EXTEND) and GB/T 39046—2020
// table 4 name them. columns.json describes each by its JSON name: how it is
// called, which code list it takes, and whether a lower level may change it.
type More struct {
	ExerciseLevels []string `json:"exercise_levels,omitempty"`   // 行使层级 of an entry of the basic list: who may implement it
	PowerSource    string   `json:"power_source,omitempty"`      // 权力来源
	OrganType      string   `json:"organ_type,omitempty"`        // 实施主体性质
	Entrusted      string   `json:"entrust_name,omitempty"`      // 委托部门
	Division       string   `json:"division_of_power,omitempty"` // 权限划分
	Exercise       string   `json:"exercise_content,omitempty"`  // 行使内容
	CoDepartments  []string `json:"co_departments,omitempty"`    // 共同实施部门（联办机构）
	Undertaker     string   `json:"undertaker,omitempty"`        // 承办机构
	SystemLevel    string   `json:"system_level,omitempty"`      // 运行系统层级

	StatutoryNote string `json:"statutory_note,omitempty"` // 法定办结时限说明
	PromisedNote  string `json:"promised_note,omitempty"`  // 承诺办结时限说明
	Quantity      string `json:"limit_explain,omitempty"`  // 数量限制

	HandleArea   string   `json:"handle_area,omitempty"`   // 通办范围
	OnlineDepth  []string `json:"online_depth,omitempty"`  // 网上办理深度
	OnlineMode   string   `json:"online_mode,omitempty"`   // 网上办理模式
	HandlingWay  string   `json:"handling_way,omitempty"`  // 办理方式
	OnlineURL    string   `json:"online_url,omitempty"`    // 在线办理地址
	MobileURL    string   `json:"mobile_url,omitempty"`    // 移动端办理地址
	SingleLogin  bool     `json:"single_login,omitempty"`  // 单点登录
	OnsiteReason string   `json:"onsite_reason,omitempty"` // 必须现场办理原因
	Intermediary string   `json:"intermediary,omitempty"`  // 中介服务

	EntryCentre   bool   `json:"entry_center,omitempty"`         // 进驻政务大厅
	Window        string `json:"window,omitempty"`               // 办理窗口
	Directions    string `json:"directions,omitempty"`           // 交通指引
	Appointment   bool   `json:"appointment,omitempty"`          // 支持预约
	PerDay        int    `json:"appointments_per_day,omitempty"` // 每日可预约量
	PayOnline     bool   `json:"pay_online,omitempty"`           // 网上支付
	MailMaterials bool   `json:"mail_materials,omitempty"`       // 材料可邮寄
	MailResult    bool   `json:"mail_result,omitempty"`          // 结果可邮寄
	Terminal      bool   `json:"terminal,omitempty"`             // 自助终端可办

	Rights        string `json:"rights,omitempty"`         // 依法享有的权利
	Duties        string `json:"duties,omitempty"`         // 依法履行的义务
	ReviewOrgan   string `json:"review_organ,omitempty"`   // 行政复议机关
	ReviewAddress string `json:"review_address,omitempty"` // 行政复议地址
	ReviewPhone   string `json:"review_phone,omitempty"`   // 行政复议电话
	ReviewURL     string `json:"review_url,omitempty"`     // 行政复议网址
	Court         string `json:"court,omitempty"`          // 行政诉讼法院
	CourtAddress  string `json:"court_address,omitempty"`  // 行政诉讼地址
	CourtPhone    string `json:"court_phone,omitempty"`    // 行政诉讼电话
	CourtURL      string `json:"court_url,omitempty"`      // 行政诉讼网址

	Punishment    string `json:"punishment,omitempty"`     // 处罚的行为、种类、幅度
	CollectType   string `json:"collect_type,omitempty"`   // 征收种类
	LevyReducible bool   `json:"levy_reducible,omitempty"` // 征收允许减免
	CheckContent  string `json:"check_content,omitempty"`  // 检查（强制）的方式和内容

	LifeEvents  []string `json:"life_events,omitempty"`  // 生命周期事件
	Groups      []string `json:"groups,omitempty"`       // 服务人群
	LocalTopics []string `json:"local_topics,omitempty"` // 地方特色主题

	ResultSample string `json:"result_sample,omitempty"` // 结果样本: id of a file (附件)
}

// Special (特别程序) is a procedure whose time may not count in the statutory
// limit: 行政许可法 art. 45.
type Special struct {
	Name    string `json:"name"`
	Kind    string `json:"kind"` // 特别程序种类
	Days    int    `json:"days"` // working days
	Basis   string `json:"basis"`
	Charged bool   `json:"charged,omitempty"` // 是否收费
	Counted bool   `json:"counted,omitempty"` // 是否计算在法定办结时限内
}

// The codes of 网上办理模式.
const (
	ModePrecheck = "1" // 原件预审: originals are brought for acceptance
	ModeVerify   = "2" // 原件核验: originals are checked when the result is handed over
	ModeWholly   = "3" // 全程网办: nobody comes
)

// WayByPerson is the code of 办理方式 by which one person carries a case (方式一).
const WayByPerson = "1"

// AtOnce reports whether cases of the item are instant ones (即办件).
func (b Body) AtOnce() bool { return b.ProjectType == "1" }
