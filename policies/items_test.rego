package liandong_test

test_items_view_published_allow if allowed("items:view", public, at(county, {"published": true}), "published")

test_items_view_subtree_allow if allowed("items:view", staff(league, []), at(county, {"published": false}), "subtree")

test_items_view_inherited_allow if allowed("items:view", staff(town, []), at(league, {"published": false}), "inherited")

test_items_view_public_deny if refused("items:view", public, at(town, {"published": false}), "not_published")

test_items_view_person_deny if refused("items:view", person, at(town, {"published": false}), "not_published")

test_items_view_sibling_deny if refused("items:view", staff(county, ["item_editor"]), at(other, {"published": false}), "out_of_interval")

editor(place) := staff(place, ["item_editor"])

checker(place) := staff(place, ["item_reviewer"])

test_items_create_allow if allowed("items:create", editor(county), at(county, {"list": "implementing"}), "own")

test_items_create_basic_allow if allowed("items:create", editor(league), at(league, {"list": "basic"}), "own")

test_items_create_basic_platform_allow if {
	platform := {"tenant": 0, "lo": 0, "hi": 999999999999999, "ancestors": [0]}
	allowed("items:create", editor(platform), at(platform, {"list": "basic"}), "own")
}

test_items_create_basic_deny if refused("items:create", editor(county), at(county, {"list": "basic"}), "not_top")

test_items_create_basic_blind_deny if {
	blind := object.union(editor(league), {"ancestors": null})
	refused("items:create", blind, at(league, {"list": "basic"}), "not_top")
}

test_items_create_list_deny if refused("items:create", editor(county), at(county, {"list": "other"}), "list_unknown")

test_items_create_role_deny if refused("items:create", checker(county), at(county, {"list": "implementing"}), "no_role")

test_items_create_below_deny if refused("items:create", editor(county), at(town, {"list": "basic"}), "not_own_tenant")

test_items_create_above_deny if refused("items:create", editor(town), at(county, {"list": "implementing"}), "not_own_tenant")

test_items_edit_allow if allowed("items:edit", editor(county), at(county, {"state": "draft"}), "own_draft")

test_items_edit_published_deny if refused("items:edit", editor(county), at(county, {"state": "published"}), "not_draft")

test_items_edit_above_deny if refused("items:edit", editor(town), at(county, {"state": "draft"}), "not_own_tenant")

test_items_edit_role_deny if refused("items:edit", staff(county, ["clerk"]), at(county, {"state": "draft"}), "no_role")

test_items_submit_allow if allowed("items:submit", editor(county), at(county, {}), "own")

test_items_submit_deny if refused("items:submit", checker(county), at(county, {}), "no_role")

test_items_submit_elsewhere_deny if refused("items:submit", editor(county), at(town, {}), "not_own_tenant")

test_items_review_allow if allowed("items:review", checker(county), at(county, {"author_id": "she"}), "not_author")

test_items_review_own_work_deny if refused("items:review", checker(county), at(county, {"author_id": "me"}), "is_author")

test_items_review_role_deny if refused("items:review", editor(county), at(county, {"author_id": "she"}), "no_role")

test_items_review_elsewhere_deny if refused("items:review", checker(league), at(county, {"author_id": "she"}), "not_own_tenant")

test_items_publish_allow if allowed("items:publish", checker(county), at(county, {"author_id": "she"}), "not_author")

test_items_publish_own_work_deny if refused("items:publish", checker(county), at(county, {"author_id": "me"}), "is_author")

test_items_publish_role_deny if refused("items:publish", editor(county), at(county, {"author_id": "she"}), "no_role")

test_items_publish_elsewhere_deny if refused("items:publish", checker(county), at(town, {"author_id": "she"}), "not_own_tenant")

override(facts) := at(town, object.union({"fields": ["notes"], "promised_days": 5, "inherited_days": 10, "added_materials": 0}, facts))

test_items_override_allow if allowed("items:override", editor(town), override({}), "own_unlocked")

test_items_override_same_days_allow if allowed("items:override", editor(town), override({"promised_days": 10}), "own_unlocked")

test_items_override_name_deny if refused("items:override", editor(town), override({"fields": ["notes", "name"]}), "locked_name")

test_items_override_locked_above_deny if refused("items:override", editor(town), override({"locked_fields": ["notes"]}), "locked_notes")

test_items_override_longer_deny if refused("items:override", editor(town), override({"promised_days": 11}), "promise_longer")

test_items_override_null_days_deny if refused("items:override", editor(town), override({"promised_days": null}), "promise_longer")

test_items_override_materials_deny if refused("items:override", editor(town), override({"added_materials": 1}), "materials_added")

test_items_override_fields_deny if refused("items:override", editor(town), override({"fields": null}), "fields_unclear")

test_items_override_elsewhere_deny if refused("items:override", editor(county), override({}), "not_own_tenant")

test_items_override_role_deny if refused("items:override", checker(town), override({}), "no_role")

test_items_withdraw_allow if allowed("items:withdraw", checker(county), at(county, {"published": true}), "reviewer")

test_items_withdraw_unpublished_allow if allowed("items:withdraw", editor(county), at(county, {"published": false}), "editor_unpublished")

test_items_withdraw_published_deny if refused("items:withdraw", editor(county), at(county, {"published": true}), "published")

test_items_withdraw_role_deny if refused("items:withdraw", staff(county, ["clerk"]), at(county, {"published": false}), "no_role")

test_items_withdraw_elsewhere_deny if refused("items:withdraw", checker(county), at(town, {"published": true}), "not_own_tenant")

test_items_synonyms_allow if allowed("items:synonyms", editor(county), at(county, {}), "own")

test_items_synonyms_role_deny if refused("items:synonyms", checker(county), at(county, {}), "no_role")

test_items_synonyms_above_deny if refused("items:synonyms", editor(town), at(county, {}), "not_own_tenant")

test_items_settings_allow if allowed("items:settings", checker(county), at(county, {}), "own")

test_items_settings_role_deny if refused("items:settings", editor(county), at(county, {}), "no_role")

test_items_settings_above_deny if refused("items:settings", checker(town), at(county, {}), "not_own_tenant")

stepping(facts) := at(county, object.union({"author_id": "she", "passed_by": [], "department": "", "departments": []}, facts))

test_items_publish_passed_deny if refused("items:publish", checker(county), stepping({"passed_by": ["me"]}), "passed_already")

test_items_review_passed_deny if refused("items:review", checker(county), stepping({"passed_by": ["me"]}), "passed_already")

test_items_publish_other_passed_allow if allowed("items:publish", checker(county), stepping({"passed_by": ["she"]}), "not_author")

test_items_publish_passed_unclear_deny if refused("items:publish", checker(county), stepping({"passed_by": "me"}), "passed_already")

test_items_publish_department_allow if allowed("items:publish", checker(county), stepping({"department": "编办", "departments": ["编办"]}), "not_author")

test_items_publish_department_deny if refused("items:publish", checker(county), stepping({"department": "编办", "departments": ["司法局"]}), "other_department")

test_items_review_department_unclear_deny if refused("items:review", checker(county), stepping({"department": "编办", "departments": null}), "other_department")

test_items_override_locked_by_a_level_deny if refused("items:override", editor(town), override({"locks": [{"field": "notes", "name": "备注", "by": "某盟", "reason": "统一口径"}]}), "locked_notes")

test_items_override_other_lock_allow if allowed("items:override", editor(town), override({"locks": [{"field": "phone", "name": "电话", "by": "某盟", "reason": "统一口径"}]}), "own_unlocked")

test_items_lock_allow if allowed("items:lock", checker(county), at(county, {}), "own")

test_items_lock_role_deny if refused("items:lock", staff(county, ["clerk"]), at(county, {}), "no_role")

test_items_lock_above_deny if refused("items:lock", checker(town), at(county, {}), "not_own_tenant")

test_items_lock_below_deny if refused("items:lock", checker(county), at(town, {}), "not_own_tenant")

test_items_task_allow if allowed("items:task", editor(county), at(county, {}), "own")

test_items_task_role_deny if refused("items:task", staff(county, ["clerk"]), at(county, {}), "no_role")

test_items_task_above_deny if refused("items:task", editor(town), at(county, {}), "not_own_tenant")

test_items_task_below_deny if refused("items:task", editor(county), at(town, {}), "not_own_tenant")

test_items_request_allow if allowed("items:request", editor(county), at(county, {}), "own")

test_items_request_role_deny if refused("items:request", staff(county, ["clerk"]), at(county, {}), "no_role")

test_items_request_above_deny if refused("items:request", editor(town), at(county, {}), "not_own_tenant")

test_items_request_below_deny if refused("items:request", editor(county), at(town, {}), "not_own_tenant")

test_items_answer_allow if allowed("items:answer", checker(county), at(county, {}), "own")

test_items_answer_role_deny if refused("items:answer", staff(county, ["clerk"]), at(county, {}), "no_role")

test_items_answer_above_deny if refused("items:answer", checker(town), at(county, {}), "not_own_tenant")

test_items_answer_below_deny if refused("items:answer", checker(county), at(town, {}), "not_own_tenant")

test_items_codes_allow if allowed("items:codes", editor(county), at(county, {}), "own")

test_items_codes_role_deny if refused("items:codes", staff(county, ["clerk"]), at(county, {}), "no_role")

test_items_codes_above_deny if refused("items:codes", editor(town), at(county, {}), "not_own_tenant")

test_items_codes_below_deny if refused("items:codes", editor(county), at(town, {}), "not_own_tenant")
