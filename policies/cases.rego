# METADATA
# title: 办件与材料
package liandong

# ---- the applicant's side ----

roles_for["cases:file"] := {"clerk"}

allow["cases:file"] contains "self" if {
	is_subject
	input.resource.on_behalf == false
}

allow["cases:file"] contains "on_behalf" if {
	holds_role
	own_tenant
	input.resource.on_behalf == true
}

deny["cases:file"] contains r if some r in needs_applicant_or_clerk

deny["cases:file"] contains because("staff_only", "帮办代办只能由窗口工作人员提交", "请以本人身份提交，或到就近窗口办理") if {
	is_person
	not input.resource.on_behalf == false
}

deny["cases:file"] contains because("not_on_behalf", "工作人员账号只能为群众帮办代办，不能以本人名义申请", "请选择帮办代办并登记申请人；办理本人业务请用个人账号登录") if {
	is_staff
	not input.resource.on_behalf == true
}

roles_for["cases:resubmit"] := {"clerk"}

# Whoever supplements a case is its applicant or helps her: how the case was
# filed does not matter.
allow["cases:resubmit"] contains "self" if is_subject

allow["cases:resubmit"] contains "on_behalf" if {
	holds_role
	own_tenant
}

deny["cases:resubmit"] contains r if some r in needs_applicant_or_clerk

needs_applicant_or_clerk contains sign_in if input.actor.kind == "public"

needs_applicant_or_clerk contains not_subject if {
	input.actor.kind == "person"
	not is_subject
}

needs_applicant_or_clerk contains no_role if {
	input.actor.kind in {"staff", "system"}
	not holds_role
}

needs_applicant_or_clerk contains not_own_tenant if {
	is_staff
	not own_tenant
}

sign_in := because("sign_in", sprintf("“%s”需要先登录", [action_name]), "请登录后再试")

# ---- what a flow waits for: the applicant, a payment, another system ----

roles_for["cases:fulfil"] := {"clerk"}

allow["cases:fulfil"] contains "self" if {
	is_subject
	input.resource.awaits == "applicant"
}

allow["cases:fulfil"] contains "window" if {
	holds_role
	own_tenant
	not input.resource.awaits in {"", "parts"}
}

deny["cases:fulfil"] contains r if some r in needs_applicant_or_clerk

deny["cases:fulfil"] contains because("not_awaited", "办件现在没有等待申请人、缴费或外部结果", "请刷新页面，按当前环节办理") if not awaited

awaited if {
	is_string(input.resource.awaits)
	not input.resource.awaits in {"", "parts"}
	not input.actor.kind == "person"
}

awaited if input.resource.awaits == "applicant"

# ---- moving running cases to a newer version of their item ----

roles_for["cases:migrate"] := {"item_reviewer"}

allow["cases:migrate"] contains "own" if {
	own_tenant
	holds_role
}

deny["cases:migrate"] contains not_own_tenant if not own_tenant

deny["cases:migrate"] contains no_role if not holds_role

# ---- seeing ----

allow["cases:view"] contains "subject" if is_subject

allow["cases:view"] contains "subtree" if sees_tenant

allow["cases:view"] contains "participant" if takes_part

deny["cases:view"] contains r if some r in needs_sight

allow["cases:urge"] contains "subject" if is_subject

allow["cases:urge"] contains "subtree" if sees_tenant

deny["cases:urge"] contains r if some r in needs_sight

# takes_part: the case stands at the actor's tenant, or shares its handling.
takes_part if stands_here

takes_part if {
	is_staff
	input.actor.tenant in input.resource.participants
}

needs_sight contains sign_in if input.actor.kind == "public"

needs_sight contains not_subject if {
	input.actor.kind == "person"
	not is_subject
}

needs_sight contains out_of_interval if {
	input.actor.kind in {"staff", "system"}
	not sees_tenant
}

roles_for["cases:export"] := {"supervisor", "office_head", "audit_admin"}

allow["cases:export"] contains "subtree" if {
	holds_role
	sees_tenant
}

deny["cases:export"] contains no_role if not holds_role

deny["cases:export"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

# ---- handling: where the case stands, in the post that its step names ----

allow["cases:accept"] contains "at_step" if {
	at_open_step
	input.resource.step_kind == "accept"
}

deny["cases:accept"] contains r if some r in needs_open_step

deny["cases:accept"] contains wrong_step if not input.resource.step_kind == "accept"

allow["cases:reject"] contains "at_step" if {
	at_open_step
	input.resource.step_kind == "accept"
}

deny["cases:reject"] contains r if some r in needs_open_step

deny["cases:reject"] contains wrong_step if not input.resource.step_kind == "accept"

allow["cases:handle"] contains "at_step" if {
	at_open_step
	review_step
}

deny["cases:handle"] contains r if some r in needs_open_step

deny["cases:handle"] contains wrong_step if not review_step

review_step if {
	is_string(input.resource.step_kind)
	not input.resource.step_kind in {"", "accept", "decide", "deliver"}
}

allow["cases:decide"] contains "at_step" if {
	at_open_step
	input.resource.step_kind == "decide"
	not_acceptor
}

deny["cases:decide"] contains r if some r in needs_open_step

deny["cases:decide"] contains wrong_step if not input.resource.step_kind == "decide"

deny["cases:decide"] contains because("is_acceptor", "受理或代为提交的人不能同时作出审批决定", "请由另一位审批决定人员办理") if not not_acceptor

not_acceptor if {
	is_string(input.resource.accepted_by)
	input.resource.accepted_by != input.actor.id
	input.resource.filed_by_actor == false
	not for_acceptor
}

# What can be decided on the spot is (行政许可法 art. 34): whoever holds the post of every step,
# the one that decides too, need not hand an instant case to somebody else in between.
allow["cases:settle"] contains "at_step" if {
	at_open_step
	instant
}

deny["cases:settle"] contains r if some r in needs_open_step

deny["cases:settle"] contains because("not_instant", "只有即办件可以受理并当场办结", "请先受理，再按流程逐个环节办理") if not instant

instant if input.resource.kind == "instant"

allow["cases:supplement"] contains "at_step" if at_open_step

deny["cases:supplement"] contains r if some r in needs_open_step

allow["cases:sendback"] contains "at_step" if at_open_step

deny["cases:sendback"] contains r if some r in needs_open_step

# Delivery comes after the decision, so the case may be complete already.
allow["cases:deliver"] contains "at_step" if {
	stands_here
	holds_post
}

allow["cases:deliver"] contains "clerk" if {
	stands_here
	holds("clerk")
}

deny["cases:deliver"] contains not_here if not stands_here

deny["cases:deliver"] contains no_post if {
	not holds_post
	not holds("clerk")
}

allow["cases:trip"] contains "at_step" if at_open_step

allow["cases:trip"] contains "clerk" if {
	stands_here
	holds("clerk")
	input.resource.open == true
}

deny["cases:trip"] contains not_here if not stands_here

deny["cases:trip"] contains closed if not input.resource.open == true

deny["cases:trip"] contains no_post if {
	not at_open_step
	not holds("clerk")
}

allow["cases:refer"] contains "at_step" if at_open_step

allow["cases:refer"] contains "office_head" if {
	stands_here
	input.resource.open == true
	holds("office_head")
}

deny["cases:refer"] contains not_here if not stands_here

deny["cases:refer"] contains closed if not input.resource.open == true

deny["cases:refer"] contains no_post if {
	not holds_post
	not holds("office_head")
}

# A superior looks and transfers; she does no step of an office below.
roles_for["cases:transfer"] := {"office_head", "supervisor"}

allow["cases:transfer"] contains "above" if {
	stands_below
	holds_role
	input.resource.open == true
}

deny["cases:transfer"] contains because("not_above", "只有办件所在单位的上级可以转交", "本单位的办件请用“转办”") if not stands_below

deny["cases:transfer"] contains no_role if not holds_role

deny["cases:transfer"] contains closed if not input.resource.open == true

stands_below if {
	is_staff
	in_interval(input.resource.at_tenant)
	not stands_here
}

# ---- turns beside the steps ----

allow["cases:extend"] contains "at_step" if at_open_step

deny["cases:extend"] contains r if some r in needs_open_step

allow["cases:special"] contains "at_step" if at_open_step

deny["cases:special"] contains r if some r in needs_open_step

# ---- the lead office of a joint case: joint reviews, parts that are left out ----

allow["cases:join"] contains "at_step" if at_open_step

deny["cases:join"] contains r if some r in needs_open_step

allow["cases:consult"] contains "at_step" if at_open_step

deny["cases:consult"] contains r if some r in needs_open_step

# What stops, ends or revives a case is the head's to decide.

roles_for["cases:approve"] := {"office_head"} if not input.resource.joint == true

# 行政许可法 art. 42 ¶2: what several offices handle jointly is extended by the head of the government.
roles_for["cases:approve"] := {"government_head"} if input.resource.joint == true

allow["cases:approve"] contains "office_head" if {
	stands_here
	holds_role
	input.resource.open == true
}

deny["cases:approve"] contains not_here if not stands_here

deny["cases:approve"] contains no_role if not holds_role

deny["cases:approve"] contains closed if not input.resource.open == true

roles_for["cases:suspend"] := {"office_head"}

allow["cases:suspend"] contains "office_head" if {
	stands_here
	holds_role
	input.resource.open == true
}

deny["cases:suspend"] contains not_here if not stands_here

deny["cases:suspend"] contains no_role if not holds_role

deny["cases:suspend"] contains closed if not input.resource.open == true

roles_for["cases:void"] := {"office_head"}

allow["cases:void"] contains "office_head" if {
	stands_here
	holds_role
	input.resource.open == true
}

deny["cases:void"] contains not_here if not stands_here

deny["cases:void"] contains no_role if not holds_role

deny["cases:void"] contains closed if not input.resource.open == true

roles_for["cases:reopen"] := {"office_head"}

allow["cases:reopen"] contains "office_head" if {
	stands_here
	holds_role
	input.resource.open == false
}

deny["cases:reopen"] contains not_here if not stands_here

deny["cases:reopen"] contains no_role if not holds_role

deny["cases:reopen"] contains still_open if not input.resource.open == false

roles_for["cases:archive"] := {"clerk", "office_head"}

allow["cases:archive"] contains "ended" if {
	stands_here
	holds_role
	input.resource.open == false
}

deny["cases:archive"] contains not_here if not stands_here

deny["cases:archive"] contains no_role if not holds_role

deny["cases:archive"] contains still_open if not input.resource.open == false

still_open := because("still_open", sprintf("办件还没有办结，不能“%s”", [action_name]), "请按当前环节办理")

roles_for["cases:answer"] := {"reviewer", "decider", "office_head"}

allow["cases:answer"] contains "own" if {
	own_tenant
	holds_role
}

deny["cases:answer"] contains not_own_tenant if not own_tenant

deny["cases:answer"] contains no_role if not holds_role

holds_post if {
	holds(input.resource.step_post)
	her_department
}

holds_post if stands_in

# stands_in: the step names her, or a post of hers, for when the other is away (AB角).
stands_in if {
	is_staff
	object.get(input.resource, "substitute", "") == input.actor.id
}

stands_in if holds(object.get(input.resource, "substitute", ""))

# While somebody is away, what falls to her falls to whoever stands in for her, too.
stands_in if {
	is_staff
	some away in object.get(input.actor, "stands_in_for", [])
	falls_to(away)
}

falls_to(away) if object.get(input.resource, "assignee", "") == away.id

falls_to(away) if {
	object.get(input.resource, "assignee", "") == ""
	input.resource.step_post in away.roles
	object.get(input.resource, "department", "") in array.concat([""], away.posted)
}

# Nobody decides in the place of whoever accepted: she herself could not.
for_acceptor if {
	some away in object.get(input.actor, "stands_in_for", [])
	away.id == input.resource.accepted_by
	falls_to(away)
	not on_her_own
}

on_her_own if {
	holds(input.resource.step_post)
	her_department
	object.get(input.resource, "assignee", "") in {"", input.actor.id}
}

her_department if object.get(input.resource, "department", "") == ""

her_department if input.resource.department in object.get(input.actor, "posted", [])

at_open_step if {
	stands_here
	holds_post
	hers
	input.resource.open == true
}

# A step that was referred to somebody is hers alone, and of whoever stands in for her.
hers if object.get(input.resource, "assignee", "") in {"", input.actor.id}

hers if stands_in

referred := because(
	"referred",
	sprintf("当前环节已转给%s办理", [object.get(input.resource, "assignee_name", "其他同事")]),
	"请由其办理，或请科室负责人重新转办",
) if {
	stands_here
	not hers
}

needs_open_step contains not_here if not stands_here

needs_open_step contains no_post if not holds_post

needs_open_step contains referred if not hers

needs_open_step contains closed if not input.resource.open == true

at_name := name if {
	name := input.resource.at_name
	is_string(name)
	name != ""
} else := "其他单位"

not_here := because(
	"not_here",
	sprintf("办件现在在%s，上级可以查看但不能操作", [at_name]),
	"可以催办、督办，或由负责人转交该处的工作人员办理",
) if {
	is_staff
	in_interval(input.resource.at_tenant)
} else := because(
	"not_here",
	sprintf("办件现在在%s，不在您所在的单位", [at_name]),
	"请等待办件转到本单位，或联系该处工作人员",
) if {
	is_staff
} else := because(
	"not_here",
	sprintf("“%s”只能由办件所在单位的工作人员办理", [action_name]),
	"请在“我的办件”中查看进度，如有疑问可以催办或咨询",
)

no_post := because(
	"no_post",
	sprintf("当前环节由“%s”办理，您的岗位没有这个角色", [step_post_name]),
	"请由该岗位人员办理，或联系本级授权管理员调整岗位",
) if {
	stands_here
	her_department
} else := because(
	"no_post",
	"当前环节由其他部门办理",
	"请由该部门人员办理，或请科室负责人转办",
) if {
	stands_here
}

step_post_name := data.roles[input.resource.step_post].name

default step_post_name := "指定岗位"

closed := because("closed", "办件已经办结或终止，不能再操作", "可以查看办理记录；如需重新办理，请重新申请")

wrong_step := because("wrong_step", sprintf("办件当前所处的环节不能“%s”", [action_name]), "请刷新页面，按当前环节办理") if stands_here

# ---- files ----

allow["files:read"] contains "published" if input.resource.published == true

allow["files:read"] contains "subject" if is_subject

allow["files:read"] contains "subtree" if {
	sees_tenant
	not withheld
}

allow["files:read"] contains "participant" if {
	takes_part
	not withheld
}

deny["files:read"] contains r if some r in needs_sight

# What was handed in once for a joint case is for the lead office; an office of one part gets what its item asks for.
deny["files:read"] contains because("not_asked", "这份材料不是您办理的事项要求的，由联办件的牵头单位保管", "请在本部门的办件中查看需要的材料，确有需要的联系牵头单位") if {
	withheld
}

withheld if {
	is_staff
	not object.get(input.resource, "withheld", false) == false
}

allow["files:write"] contains "subject" if is_subject

allow["files:write"] contains "own" if {
	own_tenant
	count(input.actor.roles) > 0
}

allow["files:write"] contains "at_step" if {
	stands_here
	count(input.actor.roles) > 0
}

allow["files:write"] contains "job" if {
	is_system
	input.resource.tenant == input.actor.tenant
}

deny["files:write"] contains sign_in if input.actor.kind == "public"

deny["files:write"] contains not_subject if {
	input.actor.kind == "person"
	not is_subject
}

deny["files:write"] contains not_own_tenant if {
	input.actor.kind in {"staff", "system"}
	not input.resource.tenant == input.actor.tenant
	not stands_here
}

deny["files:write"] contains because("no_post", "您还没有任何岗位，不能上传材料", "请联系本级授权管理员指派岗位") if {
	is_staff
	not count(input.actor.roles) > 0
}
