# METADATA
# title: 站点、通知与系统运行
package liandong

roles_for["sites:edit"] := {"site_editor"}

allow["sites:edit"] contains "own" if {
	holds_role
	own_tenant
}

deny["sites:edit"] contains no_role if not holds_role

deny["sites:edit"] contains not_own_tenant if not own_tenant

roles_for["articles:publish"] := {"site_editor"}

allow["articles:publish"] contains "own" if {
	holds_role
	own_tenant
}

deny["articles:publish"] contains no_role if not holds_role

deny["articles:publish"] contains not_own_tenant if not own_tenant

# ---- notices: what is published, what is mine, what concerns my tree ----

allow["notices:view"] contains "published" if input.resource.published == true

allow["notices:view"] contains "addressee" if {
	input.actor.id != ""
	input.resource.subject == input.actor.id
}

allow["notices:view"] contains "subtree" if sees_tenant

allow["notices:view"] contains "inherited" if {
	is_staff
	input.resource.tenant in input.actor.ancestors
}

deny["notices:view"] contains sign_in if input.actor.kind == "public"

deny["notices:view"] contains not_subject if input.actor.kind == "person"

deny["notices:view"] contains out_of_interval if {
	input.actor.kind in {"staff", "system"}
	not sees_tenant
}

# ---- running the system ----

roles_for["audit:view"] := {"audit_admin"}

allow["audit:view"] contains "officer" if {
	holds_role
	sees_tenant
}

deny["audit:view"] contains no_role if not holds_role

deny["audit:view"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

roles_for["jobs:view"] := {"system_admin"}

allow["jobs:view"] contains "officer" if holds_role

deny["jobs:view"] contains no_role if not holds_role

roles_for["jobs:retry"] := {"system_admin"}

allow["jobs:retry"] contains "officer" if holds_role

deny["jobs:retry"] contains no_role if not holds_role

roles_for["sms:inbox"] := {"system_admin"}

allow["sms:inbox"] contains "simulator" if {
	holds_role
	input.resource.simulator == true
}

deny["sms:inbox"] contains no_role if not holds_role

deny["sms:inbox"] contains because("not_simulated", "短信已由真实通道发出，系统不保留内容供查看", "请让收件人查看自己的手机") if {
	not input.resource.simulator == true
}
