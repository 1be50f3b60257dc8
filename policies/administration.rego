# METADATA
# title: 授权、岗位与租户管理
package liandong

# ---- grants (授权) ----

max_tier := 3

allow["grants:appoint"] contains "delegate_below" if {
	some grant in held_grants
	strictly_below(grant)
	input.resource.tier == grant.tier + 1
	input.resource.tier <= max_tier
	roles_within(grant)
	target_in_interval
	not_root
	no_officer_conflict
	not_oneself
}

deny["grants:appoint"] contains no_grant if not has_grant

deny["grants:appoint"] contains because("four_tiers", "授权最多三级，再往下不能继续授权", "请由上一级管理员直接为该单位的岗位指派人员") if {
	not input.resource.tier <= max_tier
}

deny["grants:appoint"] contains because("not_below", "只能授权给自己管辖范围之内的下级单位，不能授给本级、上级或其他地区", "请选择下级单位，或请上级管理员授权") if {
	has_grant
	not below_and_elsewhere
}

deny["grants:appoint"] contains because("target_outside", "授权范围与所选单位不一致", "请重新选择单位，授权范围须包含该单位") if {
	not target_in_interval
}

deny["grants:appoint"] contains because("tier_skipped", "授权须逐级进行，新授权只能比您的授权低一级", "请核对授权层级后重新提交") if {
	has_grant
	input.resource.tier <= max_tier
	not any_next_tier
}

deny["grants:appoint"] contains roles_too_wide if {
	has_grant
	not any_roles_within
}

deny["grants:appoint"] contains because("no_single_grant", "您的任何一项授权都不能单独满足本次授权的范围、层级和角色", "请分开授权，或请上级管理员授权") if {
	any_strictly_below
	any_next_tier
	any_roles_within
	not any_whole
}

deny["grants:appoint"] contains officer_conflict if not no_officer_conflict

deny["grants:appoint"] contains oneself if not not_oneself

below_and_elsewhere if {
	any_strictly_below
	not_root
}

any_whole if {
	some grant in held_grants
	strictly_below(grant)
	input.resource.tier == grant.tier + 1
	roles_within(grant)
}

any_next_tier if {
	some grant in held_grants
	input.resource.tier == grant.tier + 1
}

allow["grants:revoke"] contains "from_above" if revokes

deny["grants:revoke"] contains no_grant if not has_grant

deny["grants:revoke"] contains because("not_above", "只有上一级及以上的授权管理员可以收回这项授权", "请联系上级管理员") if {
	has_grant
	not revokes
}

revokes if {
	some grant in held_grants
	strictly_below(grant)
	grant.tier < input.resource.tier
}

roles_for["grants:view"] := {"security_admin", "audit_admin"}

allow["grants:view"] contains "administrator" if grant_over_tenant

allow["grants:view"] contains "officer" if {
	holds_role
	sees_tenant
}

allow["grants:view"] contains "holder" if {
	is_staff
	input.actor.id != ""
	input.resource.holder_id == input.actor.id
}

deny["grants:view"] contains no_role_nor_grant if {
	not holds_role
	not has_grant
}

deny["grants:view"] contains out_of_interval if {
	not grant_over_tenant
	not sees_tenant
}

deny["grants:view"] contains outside_grant if {
	has_grant
	not holds_role
	not grant_over_tenant
}

# ---- posts (岗位), departments, staff ----

allow["posts:appoint"] contains "administrator" if {
	some grant in held_grants
	covers_tenant(grant)
	roles_within(grant)
	no_officer_conflict
	not_oneself
}

deny["posts:appoint"] contains no_grant if not has_grant

deny["posts:appoint"] contains outside_grant if {
	has_grant
	not grant_over_tenant
}

deny["posts:appoint"] contains roles_too_wide if {
	has_grant
	not any_roles_within
}

deny["posts:appoint"] contains because("no_single_grant", "您的任何一项授权都不能单独满足本次指派的单位和角色", "请分开指派，或请上级管理员指派") if {
	grant_over_tenant
	any_roles_within
	not any_post_grant
}

deny["posts:appoint"] contains officer_conflict if not no_officer_conflict

deny["posts:appoint"] contains oneself if not not_oneself

any_post_grant if {
	some grant in held_grants
	covers_tenant(grant)
	roles_within(grant)
}

allow["posts:remove"] contains "administrator" if grant_over_tenant

deny["posts:remove"] contains no_grant if not has_grant

deny["posts:remove"] contains outside_grant if {
	has_grant
	not grant_over_tenant
}

roles_for["departments:manage"] := {"system_admin"}

allow["departments:manage"] contains "administrator" if grant_over_tenant

allow["departments:manage"] contains "officer" if {
	holds_role
	sees_tenant
}

deny["departments:manage"] contains r if some r in needs_role_or_grant

# ---- who is away, and who stands in ----

allow["absences:record"] contains "self" if {
	own_tenant
	count(input.actor.roles) > 0
	input.resource.holder_id == input.actor.id
	count(not_competent) == 0
}

allow["absences:record"] contains "administrator" if {
	own_tenant
	holds("admin")
}

roles_for["absences:record"] := {"admin"}

deny["absences:record"] contains not_own_tenant if {
	is_staff
	not own_tenant
}

deny["absences:record"] contains no_role if not is_staff

deny["absences:record"] contains no_role if {
	is_staff
	count(input.actor.roles) == 0
}

deny["absences:record"] contains because("not_yours", "只能登记本人的请假出差", "请由本人登记，或由本单位授权管理员代为登记") if {
	own_tenant
	not input.resource.holder_id == input.actor.id
	not holds("admin")
}

deny["absences:record"] contains because("not_competent", sprintf("代办人没有“%s”角色，不能代您办理办件", [role_names(not_competent)]), "请选择角色相同的同事，或由本单位授权管理员登记") if {
	own_tenant
	input.resource.holder_id == input.actor.id
	count(not_competent) > 0
	not holds("admin")
}

# What cases are handled with: who stands in has no less than whom she stands in for.
not_competent contains r if {
	some r in input.resource.roles
	r in {"clerk", "reviewer", "decider", "office_head", "government_head"}
	not r in input.resource.holder_roles
}

roles_for["staff:view"] := {"system_admin", "security_admin", "audit_admin"}

allow["staff:view"] contains "administrator" if grant_over_tenant

allow["staff:view"] contains "officer" if {
	holds_role
	sees_tenant
}

allow["staff:view"] contains "colleague" if {
	own_tenant
	count(input.actor.roles) > 0
}

deny["staff:view"] contains r if some r in needs_role_or_grant

# ---- tenants (租户), calendar, partners (合作方) ----

roles_for["tenants:manage"] := {"system_admin"}

allow["tenants:manage"] contains "administrator" if {
	grant_covers_node
	not_root
}

allow["tenants:manage"] contains "officer" if {
	officer_covers_node
	not_root
}

deny["tenants:manage"] contains no_role_nor_grant if {
	not holds_role
	not has_grant
}

deny["tenants:manage"] contains because("own_root", "不能更改自己所在的单位", "请由上级单位的系统管理员办理") if not not_root

deny["tenants:manage"] contains because("not_below", "只能更改管辖范围之内的下级单位", "请由上级单位的系统管理员办理") if {
	is_staff
	not grant_covers_node
	not officer_covers_node
}

grant_covers_node if {
	some grant in held_grants
	covers_strictly(grant, input.resource.lo, input.resource.hi)
	target_node_in_interval
}

officer_covers_node if {
	holds_role
	covers_strictly(input.actor, input.resource.lo, input.resource.hi)
	target_node_in_interval
}

not_root if {
	is_number(input.resource.tenant)
	input.resource.tenant != input.actor.tenant
}

target_node_in_interval if {
	input.resource.lo <= input.resource.tenant
	input.resource.tenant <= input.resource.hi
}

roles_for["tenants:export"] := {"system_admin"}

allow["tenants:export"] contains "administrator" if grant_over_tenant

allow["tenants:export"] contains "officer" if {
	holds_role
	sees_tenant
}

deny["tenants:export"] contains r if some r in needs_role_or_grant

roles_for["calendar:edit"] := {"system_admin"}

allow["calendar:edit"] contains "administrator" if {
	grant_over_tenant
	own_tenant
}

allow["calendar:edit"] contains "officer" if {
	holds_role
	own_tenant
}

deny["calendar:edit"] contains no_role_nor_grant if {
	not holds_role
	not has_grant
}

deny["calendar:edit"] contains not_own_tenant if not own_tenant

deny["calendar:edit"] contains outside_grant if {
	own_tenant
	has_grant
	not holds_role
	not grant_over_tenant
}

roles_for["partners:manage"] := {"system_admin"}

allow["partners:manage"] contains "administrator" if {
	grant_over_tenant
	own_tenant
}

allow["partners:manage"] contains "officer" if {
	holds_role
	own_tenant
}

deny["partners:manage"] contains no_role_nor_grant if {
	not holds_role
	not has_grant
}

deny["partners:manage"] contains not_own_tenant if not own_tenant

deny["partners:manage"] contains outside_grant if {
	own_tenant
	has_grant
	not holds_role
	not grant_over_tenant
}

# ---- what a grant gives ----

held_grants contains grant if {
	is_staff
	some grant in input.actor.grants
	grant.tier >= 1
	grant.tier <= max_tier
}

has_grant if count(held_grants) > 0

covers_strictly(outer, lo, hi) if {
	outer.lo <= lo
	lo <= hi
	hi <= outer.hi
	[outer.lo, outer.hi] != [lo, hi]
}

strictly_below(grant) if covers_strictly(grant, input.resource.over_lo, input.resource.over_hi)

any_strictly_below if {
	some grant in held_grants
	strictly_below(grant)
}

covers_tenant(grant) if {
	grant.lo <= input.resource.tenant
	input.resource.tenant <= grant.hi
}

grant_over_tenant if {
	some grant in held_grants
	covers_tenant(grant)
}

target_in_interval if {
	input.resource.over_lo <= input.resource.tenant
	input.resource.tenant <= input.resource.over_hi
}

roles_within(grant) if {
	count(input.resource.roles) > 0
	every role in input.resource.roles {
		role in grant.roles
	}
}

any_roles_within if {
	some grant in held_grants
	roles_within(grant)
}

no_officer_conflict if count(officer_roles(array.concat(input.resource.roles, input.resource.holder_roles))) <= 1

not_oneself if {
	is_string(input.resource.holder_id)
	input.resource.holder_id != input.actor.id
}

# ---- reasons ----

no_grant := because("no_grant", sprintf("“%s”只能由授权管理员办理，您没有有效的管理授权", [action_name]), "请联系上级管理员授权，或由授权管理员代为办理")

no_role_nor_grant := because("no_role", sprintf("“%s”需要管理授权或“%s”角色，您都没有", [action_name, role_names(roles_for[input.action])]), "如工作需要，请联系本级授权管理员")

outside_grant := because("outside_grant", "该单位不在您的授权范围内", "请联系管辖该单位的授权管理员")

roles_too_wide := because("roles_too_wide", "只能授予自己被授权可以授予的角色，且至少选择一个", "请去掉超出范围的角色，或请上级管理员授权")

officer_conflict := because("officer_conflict", "系统管理员、安全管理员、审计管理员须由不同的人担任（三员分立），同一人不能兼任其中两项", "请另选人员，或先收回其已有的角色")

oneself := because("oneself", "不能给自己授权或指派岗位", "请由其他授权管理员办理")

needs_role_or_grant contains no_role_nor_grant if {
	not holds_role
	not has_grant
}

needs_role_or_grant contains outside_grant if {
	has_grant
	not grant_over_tenant
}

needs_role_or_grant contains out_of_interval if {
	holds_role
	not sees_tenant
}
