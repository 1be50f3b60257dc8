# METADATA
# title: 入口
# description: |
#   Every file of this package adds to two documents, keyed by action:
#     allow[action] contains way      a rule under which the actor may act
#     deny[action]  contains reason   what is missing, for people
#   Only allow decides. What no rule allows is refused, whatever deny says.
package liandong

# ways names the rules that allow what is asked; none means refused.
ways := allow[input.action] if second_factor

# reasons explains a refusal. Where something decisive is missing, the finer
# points would only confuse, so they are left out.
reasons := [unknown_action] if {
	not data.actions[input.action]
} else := [nobody] if {
	not somebody
} else := [missing_facts] if {
	count(facts_missing) > 0
} else := decisive if {
	count(decisive) > 0
} else := obstacles if {
	count(obstacles) > 0
} else := [not_foreseen]

decisive := [reason |
	some reason in deny[input.action]
	reason.key in {"sign_in", "no_role", "no_grant", "not_here", "four_tiers"}
]

obstacles := array.concat([no_second_factor | not second_factor], [reason | some reason in deny[input.action]])

facts_missing contains fact if {
	some fact in data.actions[input.action].facts
	not fact in object.keys(input.resource)
}

somebody if input.actor.kind in {"staff", "person", "public", "system"}

default second_factor := false

second_factor if not "require_aal2" in object.keys(input.resource)

second_factor if input.resource.require_aal2 == false

second_factor if input.actor.aal2 == true

unknown_action := because("unknown_action", "系统不认识这项操作，已按“不允许”处理", "请联系系统管理员核对功能配置")

nobody := because("nobody", "系统不知道是谁在操作", "请重新登录后再试")

no_second_factor := because("no_second_factor", sprintf("“%s”需要二次验证，本次登录还没有验证", [action_name]), "请用短信验证码或动态口令完成二次验证后再试")

missing_facts := because("missing_facts", sprintf("系统没有给出判断“%s”所需的信息（%s），已按“不允许”处理", [action_name, concat("、", facts_missing)]), "请把本页内容告诉系统管理员")

not_foreseen := because("not_foreseen", sprintf("现行规则不允许您“%s”", [action_name]), "如确需办理，请联系本级授权管理员")
