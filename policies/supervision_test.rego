package liandong_test

watcher(place) := staff(place, ["supervisor"])

test_supervision_view_allow if allowed("supervision:view", watcher(league), at(town, {}), "supervisor")

test_supervision_view_job_allow if allowed("supervision:view", job(league), at(town, {}), "job")

test_supervision_view_office_allow if allowed("supervision:view", staff(town, ["office_head"]), at(town, {}), "own_office")

test_supervision_view_role_deny if refused("supervision:view", staff(league, ["office_head"]), at(town, {}), "no_role")

test_supervision_view_sibling_deny if refused("supervision:view", watcher(county), at(other, {}), "out_of_interval")

test_supervision_rule_allow if allowed("supervision:rule", watcher(county), at(county, {"loosen": false}), "own_not_looser")

test_supervision_rule_loosen_deny if refused("supervision:rule", watcher(county), at(county, {"loosen": true}), "loosened")

test_supervision_rule_below_deny if refused("supervision:rule", watcher(county), at(town, {"loosen": false}), "not_own_tenant")

test_supervision_rule_role_deny if refused("supervision:rule", staff(county, ["office_head"]), at(county, {"loosen": false}), "no_role")

test_supervision_order_allow if allowed("supervision:order", watcher(county), at(town, {}), "supervisor")

test_supervision_order_above_deny if refused("supervision:order", watcher(town), at(county, {}), "out_of_interval")

test_supervision_order_role_deny if refused("supervision:order", staff(county, ["clerk"]), at(town, {}), "no_role")

test_supervision_answer_allow if allowed("supervision:answer", staff(town, ["office_head"]), at(town, {}), "own_office")

test_supervision_answer_clerk_allow if allowed("supervision:answer", staff(town, ["clerk"]), at(town, {}), "own_office")

test_supervision_answer_above_deny if refused("supervision:answer", staff(county, ["office_head"]), at(town, {}), "not_own_tenant")

test_supervision_answer_role_deny if refused("supervision:answer", watcher(town), at(town, {}), "no_role")

test_supervision_close_allow if allowed("supervision:close", watcher(county), {"issuer_tenant": county.tenant, "answered_by": "she"}, "issuer")

test_supervision_close_answerer_deny if refused("supervision:close", watcher(county), {"issuer_tenant": county.tenant, "answered_by": "me"}, "is_answerer")

test_supervision_close_issuer_deny if refused("supervision:close", watcher(county), {"issuer_tenant": league.tenant, "answered_by": "she"}, "not_issuer")

test_supervision_close_role_deny if refused("supervision:close", staff(county, ["office_head"]), {"issuer_tenant": county.tenant, "answered_by": "she"}, "no_role")

test_supervision_withdraw_card_allow if allowed("supervision:withdraw_card", watcher(county), at(town, {}), "supervisor")

test_supervision_withdraw_card_role_deny if refused("supervision:withdraw_card", staff(town, ["office_head"]), at(town, {}), "no_role")

test_supervision_withdraw_card_above_deny if refused("supervision:withdraw_card", watcher(town), at(county, {}), "out_of_interval")
