# METADATA
# title: 事项
package liandong

# ---- view ----

allow["items:view"] contains "published" if input.resource.published == true

allow["items:view"] contains "subtree" if sees_tenant

allow["items:view"] contains "inherited" if {
	input.actor.kind in {"staff", "system"}
	input.resource.tenant in input.actor.ancestors
}

deny["items:view"] contains because("not_published", "该事项尚未发布", "请稍后再来，或到办事大厅查看已发布的办事指南") if {
	not input.resource.published == true
	not is_staff
}

deny["items:view"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

# ---- write in one's own tenant ----

roles_for["items:create"] := {"item_editor"}

allow["items:create"] contains "own" if {
	holds_role
	own_tenant
	known_list
	keeps_list
}

deny["items:create"] contains no_role if not holds_role

deny["items:create"] contains not_own_tenant if not own_tenant

deny["items:create"] contains because("list_unknown", "没有这份清单", "请从目录清单或实施清单进入") if not known_list

deny["items:create"] contains not_top if not keeps_list

known_list if input.resource.list in {"basic", "implementing"}

# Every level keeps an implementing list; the basic list is kept by the top of the tree only.
keeps_list if input.resource.list != "basic"

keeps_list if top_level

# top_level: nothing stands above the tenant but the platform.
top_level if {
	is_array(input.actor.ancestors)
	count([above | some above in input.actor.ancestors; not above in {0, input.actor.tenant}]) == 0
}

not_top := because("not_top", "目录清单由最上一级统一编制，本级不能新建或修改", "请在“目录认领”中认领本级实施的目录；需要增减目录的，请向最上一级提出")

roles_for["items:edit"] := {"item_editor"}

allow["items:edit"] contains "own_draft" if {
	holds_role
	own_tenant
	input.resource.state == "draft"
}

deny["items:edit"] contains no_role if not holds_role

deny["items:edit"] contains not_own_tenant if not own_tenant

deny["items:edit"] contains because("not_draft", "只有草稿可以修改，已送审或已发布的版本保持不变", "请新建一个版本，在新版本的草稿上修改") if {
	not input.resource.state == "draft"
}

roles_for["items:submit"] := {"item_editor"}

allow["items:submit"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:submit"] contains no_role if not holds_role

deny["items:submit"] contains not_own_tenant if not own_tenant

# ---- two people: who writes does not review ----

roles_for["items:review"] := {"item_reviewer"}

allow["items:review"] contains "not_author" if {
	holds_role
	own_tenant
	not_author
	no_step_passed
	in_department
}

deny["items:review"] contains no_role if not holds_role

deny["items:review"] contains not_own_tenant if not own_tenant

deny["items:review"] contains is_author if not not_author

deny["items:review"] contains passed_already if not no_step_passed

deny["items:review"] contains other_department if not in_department

roles_for["items:publish"] := {"item_reviewer"}

allow["items:publish"] contains "not_author" if {
	holds_role
	own_tenant
	not_author
	no_step_passed
	in_department
}

deny["items:publish"] contains no_role if not holds_role

deny["items:publish"] contains not_own_tenant if not own_tenant

deny["items:publish"] contains is_author if not not_author

deny["items:publish"] contains passed_already if not no_step_passed

deny["items:publish"] contains other_department if not in_department

not_author if {
	is_string(input.resource.author_id)
	input.resource.author_id != input.actor.id
}

# no_step_passed: every step of a chain is passed by another person.
no_step_passed if {
	passed := object.get(input.resource, "passed_by", [])
	is_array(passed)
	not input.actor.id in passed
}

# in_department: a step that names a department is for its reviewers only.
in_department if object.get(input.resource, "department", "") == ""

in_department if {
	is_array(input.resource.departments)
	input.resource.department in input.resource.departments
}

passed_already := because("passed_already", "您已经审核过这个版本的一个环节，同一版本每人只能审核一个环节", "请由另一位事项审核人员办理")

other_department := because(
	"other_department",
	sprintf("这个审核环节由“%v”的审核人员办理，您的岗位不在这个部门", [object.get(input.resource, "department", "")]),
	"请由该部门的事项审核人员办理；部门有误的，请在事项设置中核对审核链",
)

is_author := because("is_author", "编写人不能审核或发布自己编写的事项", "请由另一位事项审核人员办理")

roles_for["items:withdraw"] := {"item_reviewer", "item_editor"}

allow["items:withdraw"] contains "reviewer" if {
	holds("item_reviewer")
	own_tenant
}

allow["items:withdraw"] contains "editor_unpublished" if {
	holds("item_editor")
	own_tenant
	input.resource.published == false
}

deny["items:withdraw"] contains no_role if not holds_role

deny["items:withdraw"] contains not_own_tenant if not own_tenant

deny["items:withdraw"] contains because("published", "已发布的事项只能由事项审核人员撤回", "请联系本单位事项审核人员") if {
	holds("item_editor")
	not holds("item_reviewer")
	not input.resource.published == false
}

roles_for["items:synonyms"] := {"item_editor"}

allow["items:synonyms"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:synonyms"] contains no_role if not holds_role

deny["items:synonyms"] contains not_own_tenant if not own_tenant

roles_for["items:settings"] := {"item_reviewer", "admin"}

allow["items:settings"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:settings"] contains no_role if not holds_role

deny["items:settings"] contains not_own_tenant if not own_tenant

roles_for["items:lock"] := {"item_editor", "item_reviewer"}

allow["items:lock"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:lock"] contains no_role if not holds_role

deny["items:lock"] contains not_own_tenant if not own_tenant

roles_for["items:task"] := {"item_editor"}

allow["items:task"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:task"] contains no_role if not holds_role

deny["items:task"] contains not_own_tenant if not own_tenant

roles_for["items:request"] := {"item_editor"}

allow["items:request"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:request"] contains no_role if not holds_role

deny["items:request"] contains not_own_tenant if not own_tenant

roles_for["items:answer"] := {"item_editor", "item_reviewer"}

allow["items:answer"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:answer"] contains no_role if not holds_role

deny["items:answer"] contains not_own_tenant if not own_tenant

roles_for["items:codes"] := {"item_editor"}

allow["items:codes"] contains "own" if {
	holds_role
	own_tenant
}

deny["items:codes"] contains no_role if not holds_role

deny["items:codes"] contains not_own_tenant if not own_tenant

# ---- override what is inherited: only what is not locked, only for the better ----

roles_for["items:override"] := {"item_editor"}

allow["items:override"] contains "own_unlocked" if {
	holds_role
	own_tenant
	fields_unlocked
	promise_not_longer
	input.resource.added_materials == 0
}

deny["items:override"] contains no_role if not holds_role

deny["items:override"] contains not_own_tenant if not own_tenant

deny["items:override"] contains because(
	sprintf("locked_%v", [field]),
	sprintf("“%v”由上级统一规定，下级不能修改", [object.get(data.locked_fields, field, field)]),
	"请恢复该项的上级内容；确需修改的，请向上级单位提出",
) if {
	some field in locked_overrides
}

deny["items:override"] contains because(
	sprintf("locked_%v", [lock.field]),
	sprintf("“%v”已由%v锁定，理由：%v", [lock.name, lock.by, lock.reason]),
	"请恢复该项的上级内容；确需修改的，请向锁定单位申请调整",
) if {
	some lock in levels_locks
}

deny["items:override"] contains because("fields_unclear", "没有说明要修改哪些内容", "请刷新页面后重新提交") if {
	not is_array(input.resource.fields)
}

deny["items:override"] contains because("promise_longer", sprintf("承诺办结时限只能缩短：上级为 %v 个工作日，您填写了 %v 个工作日", [input.resource.inherited_days, input.resource.promised_days]), "请填写不超过上级的天数") if {
	not promise_not_longer
}

deny["items:override"] contains because("materials_added", "申请材料只能减少，不能在上级规定之外增加", "请去掉增加的材料；确需增加的，请向上级单位提出") if {
	not input.resource.added_materials == 0
}

locked_overrides contains field if {
	some field in input.resource.fields
	field in object.keys(data.locked_fields)
}

locked_overrides contains field if {
	some field in input.resource.fields
	field in input.resource.locked_fields
}

# levels_locks: what a level above holds fast although the law leaves it open.
levels_locks contains lock if {
	some lock in object.get(input.resource, "locks", [])
	lock.field in input.resource.fields
}

fields_unlocked if {
	is_array(input.resource.fields)
	count(locked_overrides) == 0
	count(levels_locks) == 0
}

promise_not_longer if {
	is_number(input.resource.promised_days)
	is_number(input.resource.inherited_days)
	input.resource.promised_days <= input.resource.inherited_days
}
