# METADATA
# title: 数据归集
package liandong

roles_for["datasets:view"] := {"supervisor", "office_head", "system_admin"}

allow["datasets:view"] contains "subtree" if {
	holds_role
	sees_tenant
}

deny["datasets:view"] contains no_role if not holds_role

deny["datasets:view"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

roles_for["datasets:export"] := {"supervisor", "office_head"}

allow["datasets:export"] contains "subtree" if {
	holds_role
	sees_tenant
}

deny["datasets:export"] contains no_role if not holds_role

deny["datasets:export"] contains out_of_interval if {
	is_staff
	not sees_tenant
}

# The interface reads for a partner: where its key is good, and only what it has a right to.
allow["datasets:feed"] contains "partner" if {
	is_system
	input.resource.right in {"masked", "full"}
	where_key_is_good
}

where_key_is_good if {
	sees_tenant
	input.resource.over_lo <= input.resource.tenant
	input.resource.tenant <= input.resource.over_hi
}

deny["datasets:feed"] contains because("partners_only", "办件数据只通过接口提供给获准的合作方", "请使用合作方密钥读取，没有密钥的请向管理单位申请") if not is_system

deny["datasets:feed"] contains because("no_right", "这个密钥没有获准取办件数据", "请联系发给密钥的单位，由其管理员在“接口合作方”中开通") if {
	is_system
	not input.resource.right in {"masked", "full"}
}

deny["datasets:feed"] contains because("key_elsewhere", "这个密钥不能读取该单位的办件", "请使用该单位或其上级发给的密钥") if {
	is_system
	not where_key_is_good
}
