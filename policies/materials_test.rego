package liandong_test

own_library := {"tenant": town.tenant, "subject": "me"}

test_materials_use_self_allow if allowed("materials:use", person, own_library, "self")

test_materials_use_clerk_allow if allowed("materials:use", clerk(town), at(town, {"subject": ""}), "on_behalf")

test_materials_use_other_deny if refused("materials:use", person, {"tenant": town.tenant, "subject": "she"}, "not_subject")

test_materials_use_role_deny if refused("materials:use", staff(town, ["supervisor"]), at(town, {"subject": ""}), "no_role")

test_materials_use_above_deny if refused("materials:use", clerk(county), at(town, {"subject": ""}), "not_own_tenant")

test_materials_use_public_deny if refused("materials:use", public, own_library, "sign_in")

standing := {"tenant": town.tenant, "at_tenant": county.tenant, "step_post": "reviewer", "open": true}

test_materials_judge_allow if allowed("materials:judge", staff(county, ["reviewer"]), standing, "at_step")

test_materials_judge_above_deny if refused("materials:judge", staff(league, ["reviewer"]), standing, "not_here")

test_materials_judge_post_deny if {
	count([1 | allowed("materials:judge", staff(county, ["clerk"]), standing, "at_step")]) == 0
}

test_materials_remove_allow if allowed("materials:remove", person, {"subject": "me"}, "self")

test_materials_remove_staff_deny if refused("materials:remove", clerk(town), {"subject": "she"}, "hers_alone")
