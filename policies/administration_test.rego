package liandong_test

every_role := data.role_order

appoint(over, facts) := object.union({
	"tenant": over.tenant, "over_lo": over.lo, "over_hi": over.hi, "tier": 2,
	"roles": ["clerk", "admin"], "holder_id": "she", "holder_roles": [],
}, facts)

league_admin := admin(league, 1, every_role)

test_grants_appoint_allow if allowed("grants:appoint", league_admin, appoint(county, {}), "delegate_below")

test_grants_appoint_third_tier_allow if allowed("grants:appoint", admin(county, 2, every_role), appoint(town, {"tier": 3}), "delegate_below")

test_grants_appoint_no_grant_deny if refused("grants:appoint", staff(league, every_role), appoint(county, {}), "no_grant")

test_grants_appoint_person_deny if refused("grants:appoint", object.union(person, {"grants": league_admin.grants}), appoint(county, {}), "no_grant")

test_grants_appoint_four_tiers_deny if refused("grants:appoint", admin(county, 3, every_role), appoint(town, {"tier": 4}), "four_tiers")

test_grants_appoint_invalid_own_tier_deny if refused("grants:appoint", admin(league, 0, every_role), appoint(county, {"tier": 1}), "no_grant")

test_grants_appoint_skipped_tier_deny if refused("grants:appoint", league_admin, appoint(county, {"tier": 3}), "tier_skipped")

test_grants_appoint_same_tier_deny if refused("grants:appoint", league_admin, appoint(county, {"tier": 1}), "tier_skipped")

test_grants_appoint_itself_deny if refused("grants:appoint", league_admin, appoint(league, {}), "not_below")

test_grants_appoint_own_node_deny if refused("grants:appoint", league_admin, appoint(league, {"over_hi": league.lo + 999}), "not_below")

test_grants_appoint_sibling_deny if refused("grants:appoint", admin(county, 2, every_role), appoint(other, {"tier": 3}), "not_below")

test_grants_appoint_above_deny if refused("grants:appoint", admin(county, 2, every_role), appoint(league, {"tier": 3}), "not_below")

test_grants_appoint_overlapping_deny if refused("grants:appoint", admin(county, 2, every_role), appoint(town, {"tier": 3, "over_hi": county.hi + 1}), "not_below")

test_grants_appoint_target_outside_deny if refused("grants:appoint", league_admin, appoint(county, {"tenant": other.tenant}), "target_outside")

test_grants_appoint_roles_deny if refused("grants:appoint", admin(league, 1, ["admin"]), appoint(county, {}), "roles_too_wide")

test_grants_appoint_no_roles_deny if refused("grants:appoint", league_admin, appoint(county, {"roles": []}), "roles_too_wide")

test_grants_appoint_two_halves_deny if {
	halves := object.union(staff(league, []), {"grants": [grant(league, 1, ["clerk"]), grant(other, 1, every_role)]})
	refused("grants:appoint", halves, appoint(county, {}), "no_single_grant")
}

test_grants_appoint_officers_deny if refused("grants:appoint", league_admin, appoint(county, {"roles": ["system_admin", "audit_admin"]}), "officer_conflict")

test_grants_appoint_second_office_deny if refused("grants:appoint", league_admin, appoint(county, {"roles": ["system_admin"], "holder_roles": ["security_admin"]}), "officer_conflict")

test_grants_appoint_same_office_allow if allowed("grants:appoint", league_admin, appoint(county, {"roles": ["system_admin"], "holder_roles": ["system_admin"]}), "delegate_below")

test_grants_appoint_oneself_deny if refused("grants:appoint", league_admin, appoint(county, {"holder_id": "me"}), "oneself")

revoke(over, tier) := {"over_lo": over.lo, "over_hi": over.hi, "tier": tier}

test_grants_revoke_allow if allowed("grants:revoke", league_admin, revoke(county, 2), "from_above")

test_grants_revoke_grandchild_allow if allowed("grants:revoke", league_admin, revoke(town, 3), "from_above")

test_grants_revoke_equal_deny if refused("grants:revoke", admin(county, 2, []), revoke(county, 2), "not_above")

test_grants_revoke_upward_deny if refused("grants:revoke", admin(county, 2, []), revoke(league, 1), "not_above")

test_grants_revoke_no_grant_deny if refused("grants:revoke", staff(league, every_role), revoke(county, 2), "no_grant")

test_grants_view_allow if allowed("grants:view", league_admin, at(town, {}), "administrator")

test_grants_view_officer_allow if allowed("grants:view", staff(county, ["security_admin"]), at(town, {}), "officer")

test_grants_view_holder_allow if allowed("grants:view", staff(county, ["clerk"]), at(county, {"holder_id": "me"}), "holder")

test_grants_view_deny if refused("grants:view", staff(county, ["clerk"]), at(county, {}), "no_role")

test_grants_view_outside_grant_deny if refused("grants:view", admin(county, 2, []), at(other, {}), "outside_grant")

test_grants_view_outside_interval_deny if refused("grants:view", staff(county, ["audit_admin"]), at(league, {}), "out_of_interval")

post(place, facts) := object.union({"tenant": place.tenant, "roles": ["clerk"], "holder_id": "she", "holder_roles": []}, facts)

test_posts_appoint_own_allow if allowed("posts:appoint", admin(town, 3, ["clerk"]), post(town, {}), "administrator")

test_posts_appoint_below_allow if allowed("posts:appoint", league_admin, post(town, {}), "administrator")

test_posts_appoint_vacant_allow if allowed("posts:appoint", league_admin, post(town, {"holder_id": ""}), "administrator")

test_posts_appoint_no_grant_deny if refused("posts:appoint", staff(county, every_role), post(county, {}), "no_grant")

test_posts_appoint_outside_deny if refused("posts:appoint", admin(county, 2, ["clerk"]), post(other, {}), "outside_grant")

test_posts_appoint_roles_deny if refused("posts:appoint", admin(county, 2, ["clerk"]), post(town, {"roles": ["decider"]}), "roles_too_wide")

test_posts_appoint_two_halves_deny if {
	halves := object.union(staff(league, []), {"grants": [grant(county, 2, ["clerk"]), grant(other, 2, ["decider"])]})
	refused("posts:appoint", halves, post(town, {"roles": ["decider"]}), "no_single_grant")
}

test_posts_appoint_officers_deny if refused("posts:appoint", league_admin, post(county, {"roles": ["audit_admin"], "holder_roles": ["system_admin"]}), "officer_conflict")

test_posts_appoint_oneself_deny if refused("posts:appoint", league_admin, post(league, {"holder_id": "me"}), "oneself")

test_posts_remove_allow if allowed("posts:remove", admin(town, 3, []), at(town, {}), "administrator")

test_posts_remove_outside_deny if refused("posts:remove", admin(town, 3, []), at(county, {}), "outside_grant")

test_posts_remove_no_grant_deny if refused("posts:remove", staff(town, every_role), at(town, {}), "no_grant")

test_departments_manage_allow if allowed("departments:manage", admin(county, 2, []), at(county, {}), "administrator")

test_departments_manage_officer_allow if allowed("departments:manage", staff(county, ["system_admin"]), at(town, {}), "officer")

test_departments_manage_deny if refused("departments:manage", staff(county, ["office_head"]), at(county, {}), "no_role")

test_departments_manage_outside_deny if refused("departments:manage", admin(county, 2, []), at(other, {}), "outside_grant")

test_departments_manage_officer_outside_deny if refused("departments:manage", staff(county, ["system_admin"]), at(other, {}), "out_of_interval")

test_staff_view_allow if allowed("staff:view", admin(county, 2, []), at(town, {}), "administrator")

test_staff_view_officer_allow if allowed("staff:view", staff(county, ["security_admin"]), at(town, {}), "officer")

test_staff_view_colleague_allow if allowed("staff:view", staff(county, ["clerk"]), at(county, {}), "colleague")

test_staff_view_deny if refused("staff:view", staff(county, ["clerk"]), at(town, {}), "no_role")

node(place) := {"tenant": place.tenant, "lo": place.lo, "hi": place.hi}

test_tenants_manage_allow if allowed("tenants:manage", admin(county, 2, []), node(town), "administrator")

test_tenants_manage_officer_allow if allowed("tenants:manage", staff(league, ["system_admin"]), node(town), "officer")

test_tenants_manage_root_deny if refused("tenants:manage", staff(county, ["system_admin"]), node(county), "own_root")

test_tenants_manage_sibling_deny if refused("tenants:manage", admin(county, 2, []), node(other), "not_below")

test_tenants_manage_mislabelled_deny if refused("tenants:manage", staff(county, ["system_admin"]), object.union(node(town), {"tenant": other.tenant}), "not_below")

test_tenants_manage_deny if refused("tenants:manage", staff(county, ["clerk"]), node(town), "no_role")

test_tenants_export_allow if allowed("tenants:export", admin(county, 2, []), at(town, {}), "administrator")

test_tenants_export_officer_allow if allowed("tenants:export", staff(county, ["system_admin"]), at(town, {}), "officer")

test_tenants_export_deny if refused("tenants:export", staff(county, ["clerk"]), at(county, {}), "no_role")

test_calendar_edit_allow if allowed("calendar:edit", admin(county, 2, []), at(county, {}), "administrator")

test_calendar_edit_officer_allow if allowed("calendar:edit", staff(county, ["system_admin"]), at(county, {}), "officer")

test_calendar_edit_below_deny if refused("calendar:edit", admin(county, 2, []), at(town, {}), "not_own_tenant")

test_calendar_edit_foreign_grant_deny if {
	elsewhere := object.union(staff(county, []), {"grants": [grant(town, 3, [])]})
	refused("calendar:edit", elsewhere, at(county, {}), "outside_grant")
}

test_calendar_edit_deny if refused("calendar:edit", staff(county, ["clerk"]), at(county, {}), "no_role")

test_partners_manage_allow if allowed("partners:manage", admin(county, 2, []), at(county, {}), "administrator")

test_partners_manage_officer_allow if allowed("partners:manage", staff(county, ["system_admin"]), at(county, {}), "officer")

test_partners_manage_below_deny if refused("partners:manage", admin(county, 2, []), at(town, {}), "not_own_tenant")

test_partners_manage_foreign_grant_deny if {
	elsewhere := object.union(staff(county, []), {"grants": [grant(town, 3, [])]})
	refused("partners:manage", elsewhere, at(county, {}), "outside_grant")
}

test_partners_manage_deny if refused("partners:manage", staff(county, ["clerk"]), at(county, {}), "no_role")

away(who, roles, stand_in) := {"tenant": county.tenant, "holder_id": who, "roles": roles, "holder_roles": stand_in}

test_absences_record_allow if allowed("absences:record", staff(county, ["clerk"]), away(staff(county, ["clerk"]).id, ["clerk", "item_editor"], ["clerk"]), "self")

test_absences_record_admin_allow if allowed("absences:record", admin(county, 2, []), away("she", ["decider"], []), "administrator")

test_absences_record_other_deny if refused("absences:record", staff(county, ["clerk"]), away("she", ["clerk"], ["clerk"]), "not_yours")

test_absences_record_weaker_deny if refused("absences:record", staff(county, ["decider"]), away(staff(county, ["decider"]).id, ["decider"], ["clerk"]), "not_competent")

test_absences_record_outside_deny if refused("absences:record", admin(league, 1, []), away("she", ["decider"], []), "not_own_tenant")

test_absences_record_person_deny if refused("absences:record", person, away("me", ["clerk"], ["clerk"]), "no_role")

test_absences_record_postless_deny if refused("absences:record", staff(county, []), away("me", ["clerk"], ["clerk"]), "no_role")
