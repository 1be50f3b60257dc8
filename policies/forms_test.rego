package liandong_test

test_forms_view_published_allow if allowed("forms:view", public, at(county, {"published": true}), "published")

test_forms_view_subtree_allow if allowed("forms:view", staff(league, []), at(county, {"published": false}), "subtree")

test_forms_view_below_deny if refused("forms:view", staff(town, []), at(county, {"published": false}), "out_of_interval")

test_forms_view_public_deny if refused("forms:view", public, at(county, {"published": false}), "not_published")

test_forms_edit_allow if allowed("forms:edit", staff(county, ["item_editor"]), at(county, {}), "own")

test_forms_edit_role_deny if refused("forms:edit", staff(county, ["item_reviewer"]), at(county, {}), "no_role")

test_forms_edit_below_deny if refused("forms:edit", staff(county, ["item_editor"]), at(town, {}), "not_own_tenant")

test_forms_publish_allow if allowed("forms:publish", staff(county, ["item_reviewer"]), at(county, {"author_id": "she"}), "not_author")

test_forms_publish_repeal_allow if allowed("forms:publish", staff(county, ["item_reviewer"]), at(county, {"author_id": ""}), "not_author")

test_forms_publish_author_deny if refused("forms:publish", staff(county, ["item_reviewer"]), at(county, {"author_id": "me"}), "is_author")

test_forms_publish_role_deny if refused("forms:publish", staff(county, ["item_editor"]), at(county, {"author_id": "she"}), "no_role")

test_forms_publish_above_deny if refused("forms:publish", staff(town, ["item_reviewer"]), at(county, {"author_id": "she"}), "not_own_tenant")

test_forms_data_allow if allowed("forms:data", staff(league, ["supervisor"]), at(county, {}), "subtree")

test_forms_data_role_deny if refused("forms:data", staff(county, ["clerk"]), at(county, {}), "no_role")

test_forms_data_above_deny if refused("forms:data", staff(town, ["supervisor"]), at(county, {}), "out_of_interval")
