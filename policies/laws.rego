# METADATA
# title: 政策法规
package liandong

allow["laws:view"] contains "published" if input.resource.published == true

allow["laws:view"] contains "subtree" if sees_tenant

deny["laws:view"] contains because("not_published", "该法规文件尚未发布", "请稍后再来，或查看已发布的版本") if {
	not input.resource.published == true
	not is_staff
}

deny["laws:view"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

roles_for["laws:edit"] := {"item_editor"}

allow["laws:edit"] contains "own" if {
	holds_role
	own_tenant
}

deny["laws:edit"] contains no_role if not holds_role

deny["laws:edit"] contains not_own_tenant if not own_tenant

# ---- two people: who writes does not put in force ----

roles_for["laws:publish"] := {"item_reviewer"}

allow["laws:publish"] contains "not_author" if {
	holds_role
	own_tenant
	not_author
}

deny["laws:publish"] contains no_role if not holds_role

deny["laws:publish"] contains not_own_tenant if not own_tenant

deny["laws:publish"] contains because("is_author", "编写人不能发布自己编写的法规文件", "请由另一位事项审核人员办理") if not not_author
