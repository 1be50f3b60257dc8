package liandong_test

test_unknown_action_deny if refused("cases:burn", staff(county, data.role_order), {}, "unknown_action")

test_nobody_deny if refused("items:edit", {}, {}, "nobody")

test_unknown_kind_deny if refused("items:edit", {"kind": "root"}, {}, "nobody")

test_missing_facts_deny if refused("items:edit", staff(county, ["item_editor"]), {"tenant": county.tenant}, "missing_facts")

test_second_factor_allow if {
	proven := object.union(staff(county, ["site_editor"]), {"aal2": true})
	allowed("sites:edit", proven, at(county, {"require_aal2": true}), "own")
}

test_second_factor_not_asked_allow if allowed("sites:edit", staff(county, ["site_editor"]), at(county, {"require_aal2": false}), "own")

test_second_factor_deny if refused("sites:edit", staff(county, ["site_editor"]), at(county, {"require_aal2": true}), "no_second_factor")

test_second_factor_garbled_deny if refused("sites:edit", staff(county, ["site_editor"]), at(county, {"require_aal2": "no"}), "no_second_factor")

test_published_second_factor_deny if refused("items:view", public, at(county, {"published": true, "require_aal2": true}), "no_second_factor")

test_not_foreseen_deny if refused("jobs:view", staff(county, ["system_admin"]), {"require_aal2": false}, "not_foreseen") with data.liandong.allow as {} with data.liandong.deny as {}

test_two_officers_deny if refused("jobs:view", staff(county, ["system_admin", "audit_admin"]), {}, "no_role")
