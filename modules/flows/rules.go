package flows

// What Parse refuses: XML that is unsafe, or that says something this package would not do.
const (
	RuleTooLarge     = "flow_too_large"             // 文件超过 1 MB，或元素过多
	RuleNotXML       = "flow_not_xml"               // 不是格式正确的 UTF-8 XML
	RuleDoctype      = "flow_doctype"               // 不允许 DOCTYPE、实体和处理指令
	RuleNotBPMN      = "flow_not_bpmn"              // 根元素不是 BPMN 2.0 definitions
	RuleOneProcess   = "flow_one_process"           // 必须有且只有一个 process
	RuleElement      = "flow_unsupported_element"   // 不支持的元素
	RuleAttribute    = "flow_unsupported_attribute" // 不支持的属性
	RuleLanguage     = "flow_unsupported_language"  // 条件表达式只能用 CEL
	RuleID           = "flow_id"                    // 缺少 id、id 不合规或重复
	RuleDangling     = "flow_dangling"              // 连线的起点或终点、默认连线不存在
	RuleStepTwice    = "flow_step_twice"            // 环节属性重复
	RuleDiagramValue = "flow_diagram_value"         // 图形坐标不是有效数字
	RuleTimer        = "flow_timer"                 // 定时应为 1 至 366 个工作日
	RuleStepField    = "flow_step_field"            // 表单字段权限有误
)

// What Check refuses at publish.
const (
	RuleOneStart         = "flow_one_start"         // 必须有且只有一个开始
	RuleNoEnd            = "flow_no_end"            // 至少要有一个结束
	RuleUnreachable      = "flow_unreachable"       // 从开始到不了此处
	RuleNoWayOut         = "flow_no_way_out"        // 从此处到不了结束
	RuleEnterStart       = "flow_enter_start"       // 连线不能指向开始
	RuleLeaveEnd         = "flow_leave_end"         // 连线不能从结束发出
	RuleOneWayOut        = "flow_one_way_out"       // 开始和环节只能有一条出线，分支请用排他网关
	RuleConditionPlace   = "flow_condition_place"   // 只有排他网关的分支可以带条件
	RuleConditionMissing = "flow_condition_missing" // 分支缺少条件
	RuleDefaultMissing   = "flow_default_missing"   // 网关缺少默认连线
	RuleDefaultCondition = "flow_default_condition" // 默认连线不能带条件
	RuleCondition        = "flow_condition"         // 条件表达式有误，或结果不是真假值
	RuleGatewayLoop      = "flow_gateway_loop"      // 网关之间循环，中间没有环节
	RuleFirstStep        = "flow_first_step"        // 开始之后必须直接到达一个环节
	RuleStepMissing      = "flow_step_missing"      // 环节没有设置属性
	RuleStepName         = "flow_step_name"         // 环节没有名称
	RuleStepKind         = "flow_step_kind"         // 环节类型有误
	RuleStepLevel        = "flow_step_level"        // 办理层级有误
	RuleStepTenant       = "flow_step_tenant"       // 指定租户有误
	RuleTenantOutside    = "flow_tenant_outside"    // 指定租户不在办件上报的路径上
	RuleStepPost         = "flow_step_post"         // 岗位有误
	RuleStepLimit        = "flow_step_limit"        // 时限有误
	RuleStepWho          = "flow_step_who"          // 部门、角色、人员或 AB 角有误
	RuleStepCode         = "flow_step_code"         // 附件、文书或操作的代码有误
	RuleStepRisk         = "flow_step_risk"         // 廉政风险点应写明类别、风险和防控措施
	RuleAbstractTask     = "flow_abstract_task"     // 任务没有类型，请改为人工环节或服务
	RuleService          = "flow_service"           // 服务没有指定，或没有这种服务
	RuleCalled           = "flow_called"            // 调用的流程不存在、循环调用或过大
	RuleMany             = "flow_many"              // 多人办理的设置有误
	RuleWait             = "flow_wait"              // 等待的设置有误
	RuleEnding           = "flow_ending"            // 结束的类型有误
	RuleDeadlock         = "flow_deadlock"          // 办到这里会卡住，没有出路
	RuleNoCompletion     = "flow_no_completion"     // 办到这里就再也不能办结
	RuleTwoTokens        = "flow_two_tokens"        //nolint:gosec // no credential; 这里会被同时进入两次
	RuleDeadNode         = "flow_dead_node"         // 永远办不到这里
	RuleTooComplex       = "flow_too_complex"       // 这里过于复杂，无法审查
	RuleAcceptMissing    = "flow_accept_missing"    // 缺少受理环节
	RuleDecideMissing    = "flow_decide_missing"    // 缺少决定环节
	RuleDecideUnaccepted = "flow_decide_unaccepted" // 未经受理就到了决定
	RuleEndUndecided     = "flow_end_undecided"     // 审查之后未作决定就结束
	RuleNotice           = "flow_notice"            // 决定或不予受理应写明意见并出具文书
	RuleDeliverUndecided = "flow_deliver_undecided" // 未经决定就到了送达
	RuleSameHands        = "flow_same_hands"        // 受理与决定不能是同一层级的同一岗位
	RuleOverPromise      = "flow_over_promise"      // 审查与决定的时限之和超过承诺时限
	RuleOverAccept       = "flow_over_accept"       // 受理时限超过法定期限
	RuleOverDeliver      = "flow_over_deliver"      // 送达时限超过法定期限
)
