package liandong

# because makes a reason: why it was refused, and what the person can do next.
because(key, why, next) := {"key": key, "text": sprintf("%s。%s。", [why, next])}

action_name := data.actions[input.action].name

# ---- who ----

is_staff if input.actor.kind == "staff"

is_person if {
	input.actor.kind == "person"
	input.actor.id != ""
}

is_system if input.actor.kind == "system"

# holds: the member of staff has the role. The three officers (三员) keep each
# other in check: who holds two of them holds neither.
holds(role) if {
	is_staff
	role in input.actor.roles
	not role in data.officers
}

holds(role) if {
	is_staff
	role in input.actor.roles
	role in data.officers
	count(officer_roles(input.actor.roles)) == 1
}

officer_roles(roles) := {r | some r in roles; r in data.officers}

# roles_for[action] is the set of roles that may do it, where the law is that simple.
holds_role if {
	some role in roles_for[input.action]
	holds(role)
}

# is_subject: the person acts for herself, or under a valid mandate (法人授权).
is_subject if {
	is_person
	input.resource.subject == input.actor.id
}

is_subject if {
	is_person
	input.resource.mandated == true
}

# ---- where ----

in_interval(tenant) if {
	input.actor.lo <= tenant
	tenant <= input.actor.hi
}

sees_tenant if {
	is_staff
	in_interval(input.resource.tenant)
}

sees_tenant if {
	is_system
	in_interval(input.resource.tenant)
}

own_tenant if {
	is_staff
	input.resource.tenant == input.actor.tenant
}

stands_here if {
	is_staff
	input.resource.at_tenant == input.actor.tenant
}

# ---- reasons that many actions share ----

no_role := because(
	"no_role",
	sprintf("“%s”是工作人员的操作，您当前不是以工作人员身份登录", [action_name]),
	"请使用工作人员账号登录，或到就近的政务服务中心窗口咨询",
) if {
	not is_staff
} else := because(
	"no_role",
	sprintf("您同时持有两项三员角色（%s），按三员分立要求均不生效", [role_names(officer_roles(input.actor.roles))]),
	"请联系授权管理员收回其中一项后再试",
) if {
	some role in roles_for[input.action]
	role in input.actor.roles
} else := because(
	"no_role",
	sprintf("“%s”需要“%s”角色，您的岗位没有这个角色", [action_name, role_names(roles_for[input.action])]),
	"如工作需要，请联系本级授权管理员调整岗位",
)

role_names(roles) := concat("”或“", [data.roles[r].name | some r in data.role_order; r in roles])

not_own_tenant := because(
	"not_own_tenant",
	"这是下级单位的内容，上级可以查看但不能直接操作",
	"请通知该单位自行办理",
) if {
	is_staff
	in_interval(input.resource.tenant)
} else := because(
	"not_own_tenant",
	"这不是您所在单位的内容",
	"请切换到该单位的岗位，或联系该单位办理",
) if {
	input.actor.kind in {"staff", "system"}
}

out_of_interval := because(
	"out_of_interval",
	"该单位不在您的管辖范围内",
	"如需协助，请联系双方共同的上级单位",
)

not_subject := because(
	"not_subject",
	"只能查看和办理您本人（或已授权给您的企业）的业务",
	"如需代他人办理，请先取得授权，或到窗口由工作人员帮办代办",
)
