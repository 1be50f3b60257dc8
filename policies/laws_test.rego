package liandong_test

test_laws_view_published_allow if allowed("laws:view", public, at(county, {"published": true}), "published")

test_laws_view_subtree_allow if allowed("laws:view", staff(league, []), at(county, {"published": false}), "subtree")

test_laws_view_below_deny if refused("laws:view", staff(town, []), at(county, {"published": false}), "out_of_interval")

test_laws_view_public_deny if refused("laws:view", public, at(county, {"published": false}), "not_published")

test_laws_edit_allow if allowed("laws:edit", staff(county, ["item_editor"]), at(county, {}), "own")

test_laws_edit_role_deny if refused("laws:edit", staff(county, ["item_reviewer"]), at(county, {}), "no_role")

test_laws_edit_below_deny if refused("laws:edit", staff(county, ["item_editor"]), at(town, {}), "not_own_tenant")

test_laws_publish_allow if allowed("laws:publish", staff(county, ["item_reviewer"]), at(county, {"author_id": "she"}), "not_author")

test_laws_publish_repeal_allow if allowed("laws:publish", staff(county, ["item_reviewer"]), at(county, {"author_id": ""}), "not_author")

test_laws_publish_author_deny if refused("laws:publish", staff(county, ["item_reviewer"]), at(county, {"author_id": "me"}), "is_author")

test_laws_publish_role_deny if refused("laws:publish", staff(county, ["item_editor"]), at(county, {"author_id": "she"}), "no_role")

test_laws_publish_above_deny if refused("laws:publish", staff(town, ["item_reviewer"]), at(county, {"author_id": "she"}), "not_own_tenant")
