# METADATA
# title: 电子监察
package liandong

roles_for["supervision:view"] := {"supervisor"}

allow["supervision:view"] contains "supervisor" if {
	holds_role
	sees_tenant
}

allow["supervision:view"] contains "job" if {
	is_system
	sees_tenant
}

# The office sees what it must answer.
allow["supervision:view"] contains "own_office" if {
	some role in {"office_head", "clerk"}
	holds(role)
	own_tenant
}

deny["supervision:view"] contains no_role if {
	not is_system
	not holds_role
}

deny["supervision:view"] contains out_of_interval if {
	input.actor.kind in {"staff", "system"}
	not sees_tenant
}

roles_for["supervision:rule"] := {"supervisor"}

allow["supervision:rule"] contains "own_not_looser" if {
	holds_role
	own_tenant
	input.resource.loosen == false
}

deny["supervision:rule"] contains no_role if not holds_role

deny["supervision:rule"] contains not_own_tenant if not own_tenant

deny["supervision:rule"] contains because("loosened", "上级设定的监察规则，下级只能收紧，不能放宽", "请填写不宽于上级的标准；确需放宽的，请向上级监察部门提出") if {
	not input.resource.loosen == false
}

roles_for["supervision:order"] := {"supervisor"}

allow["supervision:order"] contains "supervisor" if {
	holds_role
	sees_tenant
}

deny["supervision:order"] contains no_role if not holds_role

deny["supervision:order"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

roles_for["supervision:answer"] := {"office_head", "clerk"}

allow["supervision:answer"] contains "own_office" if {
	holds_role
	own_tenant
}

deny["supervision:answer"] contains no_role if not holds_role

deny["supervision:answer"] contains not_own_tenant if not own_tenant

roles_for["supervision:close"] := {"supervisor"}

allow["supervision:close"] contains "issuer" if {
	holds_role
	input.resource.issuer_tenant == input.actor.tenant
	not_answerer
}

deny["supervision:close"] contains no_role if not holds_role

deny["supervision:close"] contains because("not_issuer", "督办单只能由发出它的单位销号", "请联系发出督办单的监察部门") if {
	not input.resource.issuer_tenant == input.actor.tenant
}

deny["supervision:close"] contains because("is_answerer", "答复督办单的人不能自己销号", "请由另一位监察员办理") if not not_answerer

not_answerer if {
	is_string(input.resource.answered_by)
	input.resource.answered_by != input.actor.id
}

roles_for["supervision:withdraw_card"] := {"supervisor"}

allow["supervision:withdraw_card"] contains "supervisor" if {
	holds_role
	sees_tenant
}

deny["supervision:withdraw_card"] contains no_role if not holds_role

deny["supervision:withdraw_card"] contains out_of_interval if {
	is_staff
	not sees_tenant
}
