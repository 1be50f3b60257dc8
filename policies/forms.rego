# METADATA
# title: 电子表单
package liandong

allow["forms:view"] contains "published" if input.resource.published == true

allow["forms:view"] contains "subtree" if sees_tenant

deny["forms:view"] contains because("not_published", "该表单尚未发布", "请稍后再来，或查看已发布的版本") if {
	not input.resource.published == true
	not is_staff
}

deny["forms:view"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

roles_for["forms:edit"] := {"item_editor"}

allow["forms:edit"] contains "own" if {
	holds_role
	own_tenant
}

deny["forms:edit"] contains no_role if not holds_role

deny["forms:edit"] contains not_own_tenant if not own_tenant

# ---- two people: who writes does not put in force ----

roles_for["forms:publish"] := {"item_reviewer"}

allow["forms:publish"] contains "not_author" if {
	holds_role
	own_tenant
	not_author
}

deny["forms:publish"] contains no_role if not holds_role

deny["forms:publish"] contains not_own_tenant if not own_tenant

deny["forms:publish"] contains because("is_author", "修改人不能发布自己修改的表单", "请由另一位事项审核人员办理") if not not_author

# ---- what was submitted ----

roles_for["forms:data"] := {"item_editor", "item_reviewer", "office_head", "supervisor"}

allow["forms:data"] contains "subtree" if {
	holds_role
	sees_tenant
}

deny["forms:data"] contains no_role if not holds_role

deny["forms:data"] contains out_of_interval if not sees_tenant
