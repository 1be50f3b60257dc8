# METADATA
# title: 共享材料
package liandong

roles_for["materials:use"] := {"clerk"}

allow["materials:use"] contains "self" if is_subject

allow["materials:use"] contains "on_behalf" if {
	holds_role
	own_tenant
}

deny["materials:use"] contains r if some r in needs_applicant_or_clerk

# Whoever handles the step at which a case stands judges what was used in it.
allow["materials:judge"] contains "at_step" if at_open_step

deny["materials:judge"] contains r if some r in needs_open_step

allow["materials:remove"] contains "self" if is_subject

deny["materials:remove"] contains because("hers_alone", "共享材料只能由本人移出", "请由材料所属的申请人登录后在“我的材料”中办理") if not is_subject
