package liandong_test

case(subject, on_behalf) := {"tenant": town.tenant, "subject": subject, "on_behalf": on_behalf}

clerk(place) := staff(place, ["clerk"])

test_cases_file_allow if allowed("cases:file", person, case("me", false), "self")

test_cases_file_mandate_allow if allowed("cases:file", person, object.union(case("company", false), {"mandated": true}), "self")

test_cases_file_on_behalf_allow if allowed("cases:file", clerk(town), case("she", true), "on_behalf")

test_cases_file_other_deny if refused("cases:file", person, case("she", false), "not_subject")

test_cases_file_person_on_behalf_deny if refused("cases:file", person, case("me", true), "staff_only")

test_cases_file_public_deny if refused("cases:file", public, case("", false), "sign_in")

test_cases_file_nameless_deny if refused("cases:file", object.union(person, {"id": ""}), case("", false), "not_subject")

test_cases_file_role_deny if refused("cases:file", staff(town, ["decider"]), case("she", true), "no_role")

test_cases_file_staff_self_deny if refused("cases:file", clerk(town), case("me", false), "not_on_behalf")

test_cases_file_elsewhere_deny if refused("cases:file", clerk(county), case("she", true), "not_own_tenant")

test_cases_file_foreign_deny if refused("cases:file", clerk(other), case("she", true), "not_own_tenant")

test_cases_resubmit_allow if allowed("cases:resubmit", person, case("me", false), "self")

test_cases_resubmit_on_behalf_allow if allowed("cases:resubmit", clerk(town), case("she", true), "on_behalf")

test_cases_resubmit_filed_at_window_allow if allowed("cases:resubmit", person, case("me", true), "self")

test_cases_resubmit_filed_online_allow if allowed("cases:resubmit", clerk(town), case("she", false), "on_behalf")

test_cases_resubmit_public_deny if refused("cases:resubmit", public, case("", false), "sign_in")

test_cases_resubmit_other_deny if refused("cases:resubmit", person, case("she", false), "not_subject")

test_cases_resubmit_not_origin_deny if refused("cases:resubmit", clerk(county), case("she", true), "not_own_tenant")

seen := {"tenant": town.tenant, "subject": "she"}

test_cases_view_allow if allowed("cases:view", person, {"tenant": town.tenant, "subject": "me"}, "subject")

test_cases_view_subtree_allow if allowed("cases:view", staff(league, []), seen, "subtree")

test_cases_view_job_allow if allowed("cases:view", job(county), seen, "subtree")

test_cases_view_participant_allow if allowed("cases:view", staff(other, []), object.union(seen, {"participants": [other.tenant]}), "participant")

test_cases_view_standing_here_allow if allowed("cases:view", staff(other, []), object.union(seen, {"at_tenant": other.tenant}), "participant")

test_cases_view_other_deny if refused("cases:view", person, seen, "not_subject")

test_cases_view_sibling_deny if refused("cases:view", staff(other, ["supervisor"]), seen, "out_of_interval")

test_cases_view_public_deny if refused("cases:view", public, seen, "sign_in")

test_cases_urge_allow if allowed("cases:urge", person, {"tenant": town.tenant, "subject": "me"}, "subject")

test_cases_urge_subtree_allow if allowed("cases:urge", staff(county, ["supervisor"]), seen, "subtree")

test_cases_urge_sibling_deny if refused("cases:urge", staff(other, ["supervisor"]), seen, "out_of_interval")

test_cases_export_allow if allowed("cases:export", staff(county, ["office_head"]), at(town, {}), "subtree")

test_cases_export_role_deny if refused("cases:export", clerk(town), at(town, {}), "no_role")

test_cases_export_sibling_deny if refused("cases:export", staff(county, ["supervisor"]), at(other, {}), "out_of_interval")

step(kind, facts) := object.union({
	"at_tenant": town.tenant, "at_name": "白音锡勒镇", "step_post": "reviewer", "step_kind": kind,
	"open": true, "accepted_by": "she", "filed_by_actor": false,
}, facts)

reviewer(place) := staff(place, ["reviewer"])

test_cases_accept_allow if allowed("cases:accept", clerk(town), step("accept", {"step_post": "clerk"}), "at_step")

test_cases_accept_above_deny if {
	asked := step("accept", {"step_post": "clerk"})
	refused("cases:accept", clerk(county), asked, "not_here")
	some reason in data.liandong.reasons with input as {"action": "cases:accept", "actor": clerk(county), "resource": asked}
	contains(reason.text, "办件现在在白音锡勒镇，上级可以查看但不能操作")
}

test_cases_accept_beside_deny if refused("cases:accept", clerk(other), step("accept", {"step_post": "clerk", "at_name": ""}), "not_here")

test_cases_accept_person_deny if refused("cases:accept", person, step("accept", {"step_post": "clerk"}), "not_here")

test_cases_accept_post_deny if refused("cases:accept", reviewer(town), step("accept", {"step_post": "clerk"}), "no_post")

test_cases_accept_unnamed_post_deny if refused("cases:accept", clerk(town), step("accept", {"step_post": ""}), "no_post")

test_cases_accept_closed_deny if refused("cases:accept", clerk(town), step("accept", {"step_post": "clerk", "open": false}), "closed")

test_cases_accept_wrong_step_deny if refused("cases:accept", reviewer(town), step("review", {}), "wrong_step")

test_cases_reject_allow if allowed("cases:reject", clerk(town), step("accept", {"step_post": "clerk"}), "at_step")

test_cases_reject_above_deny if refused("cases:reject", clerk(league), step("accept", {"step_post": "clerk"}), "not_here")

test_cases_reject_wrong_step_deny if refused("cases:reject", reviewer(town), step("review", {}), "wrong_step")

test_cases_handle_allow if allowed("cases:handle", reviewer(town), step("review", {}), "at_step")

test_cases_handle_above_deny if refused("cases:handle", reviewer(county), step("review", {}), "not_here")

test_cases_handle_decision_deny if refused("cases:handle", reviewer(town), step("decide", {}), "wrong_step")

decide(facts) := step("decide", object.union({"step_post": "decider"}, facts))

test_cases_decide_allow if allowed("cases:decide", staff(town, ["decider"]), decide({}), "at_step")

test_cases_decide_acceptor_deny if refused("cases:decide", staff(town, ["decider"]), decide({"accepted_by": "me"}), "is_acceptor")

test_cases_decide_filer_deny if refused("cases:decide", staff(town, ["decider"]), decide({"filed_by_actor": true}), "is_acceptor")

test_cases_decide_above_deny if refused("cases:decide", staff(county, ["decider"]), decide({}), "not_here")

test_cases_decide_wrong_step_deny if refused("cases:decide", reviewer(town), step("review", {}), "wrong_step")

test_cases_supplement_allow if allowed("cases:supplement", reviewer(town), step("review", {}), "at_step")

test_cases_supplement_above_deny if refused("cases:supplement", reviewer(county), step("review", {}), "not_here")

test_cases_sendback_allow if allowed("cases:sendback", reviewer(town), step("review", {}), "at_step")

test_cases_sendback_post_deny if refused("cases:sendback", clerk(town), step("review", {}), "no_post")

test_cases_deliver_allow if allowed("cases:deliver", reviewer(town), step("deliver", {"open": false}), "at_step")

test_cases_deliver_clerk_allow if allowed("cases:deliver", clerk(town), step("deliver", {"open": false}), "clerk")

test_cases_deliver_above_deny if refused("cases:deliver", clerk(county), step("deliver", {}), "not_here")

test_cases_deliver_post_deny if refused("cases:deliver", staff(town, ["site_editor"]), step("deliver", {}), "no_post")

test_cases_refer_allow if allowed("cases:refer", reviewer(town), step("review", {}), "at_step")

test_cases_refer_head_allow if allowed("cases:refer", staff(town, ["office_head"]), step("review", {}), "office_head")

test_cases_refer_above_deny if refused("cases:refer", staff(county, ["office_head"]), step("review", {}), "not_here")

test_cases_refer_post_deny if refused("cases:refer", clerk(town), step("review", {}), "no_post")

test_cases_refer_closed_deny if refused("cases:refer", staff(town, ["office_head"]), step("review", {"open": false}), "closed")

test_cases_extend_allow if allowed("cases:extend", reviewer(town), step("review", {}), "at_step")

test_cases_extend_above_deny if refused("cases:extend", reviewer(county), step("review", {}), "not_here")

test_cases_extend_post_deny if refused("cases:extend", clerk(town), step("review", {}), "no_post")

test_cases_approve_joint_allow if allowed("cases:approve", staff(town, ["government_head"]), step("review", {"joint": true}), "office_head")

test_cases_approve_joint_deny if refused("cases:approve", staff(town, ["office_head"]), step("review", {"joint": true}), "no_role")

test_cases_fulfil_parts_deny if refused("cases:fulfil", clerk(town), awaiting("parts", "she"), "not_awaited")

test_cases_join_allow if allowed("cases:join", reviewer(town), step("parts", {}), "at_step")

test_cases_join_above_deny if refused("cases:join", reviewer(county), step("parts", {}), "not_here")

test_cases_join_post_deny if refused("cases:join", clerk(town), step("parts", {}), "no_post")

test_cases_special_allow if allowed("cases:special", reviewer(town), step("review", {}), "at_step")

test_cases_special_above_deny if refused("cases:special", reviewer(county), step("review", {}), "not_here")

test_cases_special_post_deny if refused("cases:special", clerk(town), step("review", {}), "no_post")

test_cases_consult_allow if allowed("cases:consult", reviewer(town), step("review", {}), "at_step")

test_cases_consult_above_deny if refused("cases:consult", reviewer(county), step("review", {}), "not_here")

test_cases_consult_post_deny if refused("cases:consult", clerk(town), step("review", {}), "no_post")

test_cases_referred_to_me_allow if allowed("cases:handle", reviewer(town), step("review", {"assignee": "me", "assignee_name": "我"}), "at_step")

test_cases_referred_deny if refused("cases:handle", reviewer(town), step("review", {"assignee": "she", "assignee_name": "她"}), "referred")

test_cases_approve_allow if allowed("cases:approve", staff(town, ["office_head"]), step("review", {}), "office_head")

test_cases_approve_above_deny if refused("cases:approve", staff(county, ["office_head"]), step("review", {}), "not_here")

test_cases_approve_role_deny if refused("cases:approve", reviewer(town), step("review", {}), "no_role")

test_cases_approve_closed_deny if refused("cases:approve", staff(town, ["office_head"]), step("review", {"open": false}), "closed")

test_cases_suspend_allow if allowed("cases:suspend", staff(town, ["office_head"]), step("review", {}), "office_head")

test_cases_suspend_above_deny if refused("cases:suspend", staff(county, ["office_head"]), step("review", {}), "not_here")

test_cases_suspend_role_deny if refused("cases:suspend", reviewer(town), step("review", {}), "no_role")

test_cases_suspend_closed_deny if refused("cases:suspend", staff(town, ["office_head"]), step("review", {"open": false}), "closed")

test_cases_void_allow if allowed("cases:void", staff(town, ["office_head"]), step("review", {}), "office_head")

test_cases_void_above_deny if refused("cases:void", staff(county, ["office_head"]), step("review", {}), "not_here")

test_cases_void_role_deny if refused("cases:void", reviewer(town), step("review", {}), "no_role")

test_cases_void_closed_deny if refused("cases:void", staff(town, ["office_head"]), step("review", {"open": false}), "closed")

test_cases_reopen_allow if allowed("cases:reopen", staff(town, ["office_head"]), step("deliver", {"open": false}), "office_head")

test_cases_reopen_above_deny if refused("cases:reopen", staff(county, ["office_head"]), step("deliver", {"open": false}), "not_here")

test_cases_reopen_role_deny if refused("cases:reopen", clerk(town), step("deliver", {"open": false}), "no_role")

test_cases_reopen_open_deny if refused("cases:reopen", staff(town, ["office_head"]), step("deliver", {}), "still_open")

test_cases_archive_allow if allowed("cases:archive", clerk(town), step("deliver", {"open": false}), "ended")

test_cases_archive_above_deny if refused("cases:archive", clerk(county), step("deliver", {"open": false}), "not_here")

test_cases_archive_role_deny if refused("cases:archive", reviewer(town), step("deliver", {"open": false}), "no_role")

test_cases_archive_open_deny if refused("cases:archive", clerk(town), step("deliver", {}), "still_open")

test_cases_answer_allow if allowed("cases:answer", reviewer(county), {"tenant": county.tenant}, "own")

test_cases_answer_below_deny if refused("cases:answer", reviewer(league), {"tenant": county.tenant}, "not_own_tenant")

test_cases_answer_role_deny if refused("cases:answer", clerk(county), {"tenant": county.tenant}, "no_role")

file(subject, published) := {"tenant": town.tenant, "subject": subject, "published": published}

test_files_read_allow if allowed("files:read", public, file("she", true), "published")

test_files_read_subject_allow if allowed("files:read", person, file("me", false), "subject")

test_files_read_subtree_allow if allowed("files:read", staff(county, []), file("she", false), "subtree")

test_files_read_participant_allow if allowed("files:read", staff(other, []), object.union(file("she", false), {"participants": [other.tenant]}), "participant")

test_files_read_deny if refused("files:read", person, file("she", false), "not_subject")

test_files_read_sibling_deny if refused("files:read", staff(other, []), file("she", false), "out_of_interval")

test_files_read_withheld_deny if refused("files:read", staff(county, []), object.union(file("she", false), {"withheld": true}), "not_asked")

test_files_read_not_withheld_allow if allowed("files:read", staff(county, []), object.union(file("she", false), {"withheld": false}), "subtree")

test_files_write_allow if allowed("files:write", person, file("me", false), "subject")

test_files_write_own_allow if allowed("files:write", clerk(town), file("she", false), "own")

test_files_write_at_step_allow if allowed("files:write", clerk(county), object.union(file("she", false), {"at_tenant": county.tenant}), "at_step")

test_files_write_job_allow if allowed("files:write", job(town), file("she", false), "job")

test_files_write_public_deny if refused("files:write", public, file("", true), "sign_in")

test_files_write_other_deny if refused("files:write", person, file("she", false), "not_subject")

test_files_write_above_deny if refused("files:write", clerk(county), file("she", false), "not_own_tenant")

test_files_write_postless_deny if refused("files:write", staff(town, []), file("she", false), "no_post")

# ---- what a flow waits for ----

awaiting(for, who) := object.union(case(who, false), {"awaits": for})

test_cases_fulfil_allow if allowed("cases:fulfil", person, awaiting("applicant", "me"), "self")

test_cases_fulfil_window_allow if allowed("cases:fulfil", clerk(town), awaiting("payment", "she"), "window")

test_cases_fulfil_other_deny if refused("cases:fulfil", person, awaiting("applicant", "she"), "not_subject")

test_cases_fulfil_payment_deny if refused("cases:fulfil", person, awaiting("payment", "me"), "not_awaited")

test_cases_fulfil_nothing_deny if refused("cases:fulfil", clerk(town), awaiting("", "she"), "not_awaited")

test_cases_fulfil_above_deny if refused("cases:fulfil", clerk(county), awaiting("external", "she"), "not_own_tenant")

# ---- departments and those who stand in ----

test_cases_handle_department_allow if allowed("cases:handle", object.union(reviewer(town), {"posted": ["农牧局"]}), step("review", {"department": "农牧局"}), "at_step")

test_cases_handle_department_deny if refused("cases:handle", object.union(reviewer(town), {"posted": ["水利局"]}), step("review", {"department": "农牧局"}), "no_post")

test_cases_handle_substitute_allow if allowed("cases:handle", clerk(town), step("review", {"assignee": "she", "substitute": "clerk"}), "at_step")

test_cases_handle_stand_in_allow if allowed("cases:handle", clerk(town), step("review", {"assignee": "she", "substitute": clerk(town).id}), "at_step")

# ---- moving running cases ----

test_cases_migrate_allow if allowed("cases:migrate", staff(league, ["item_reviewer"]), {"tenant": league.tenant}, "own")

test_cases_migrate_role_deny if refused("cases:migrate", staff(league, ["item_editor"]), {"tenant": league.tenant}, "no_role")

test_cases_migrate_above_deny if refused("cases:migrate", staff(league, ["item_reviewer"]), {"tenant": county.tenant}, "not_own_tenant")

settle(facts) := step("accept", object.union({"step_post": "clerk", "kind": "instant"}, facts))

test_cases_settle_allow if allowed("cases:settle", clerk(town), settle({}), "at_step")

test_cases_settle_decides_too_allow if allowed("cases:settle", staff(town, ["clerk", "decider"]), settle({"step_kind": "decide", "step_post": "decider", "accepted_by": "me"}), "at_step")

test_cases_settle_promised_deny if refused("cases:settle", clerk(town), settle({"kind": "promise"}), "not_instant")

test_cases_settle_post_deny if refused("cases:settle", clerk(town), settle({"step_kind": "decide", "step_post": "decider"}), "no_post")

test_cases_settle_above_deny if refused("cases:settle", clerk(county), settle({}), "not_here")

test_cases_trip_allow if allowed("cases:trip", staff(town, ["decider"]), decide({}), "at_step")

test_cases_trip_clerk_allow if allowed("cases:trip", clerk(town), decide({}), "clerk")

test_cases_trip_above_deny if refused("cases:trip", clerk(county), decide({}), "not_here")

test_cases_trip_post_deny if refused("cases:trip", reviewer(town), decide({}), "no_post")

test_cases_trip_closed_deny if refused("cases:trip", clerk(town), decide({"open": false}), "closed")

test_cases_transfer_allow if allowed("cases:transfer", staff(county, ["office_head"]), decide({}), "above")

test_cases_transfer_own_deny if refused("cases:transfer", staff(town, ["office_head"]), decide({}), "not_above")

test_cases_transfer_beside_deny if refused("cases:transfer", staff(other, ["office_head"]), decide({}), "not_above")

test_cases_transfer_role_deny if refused("cases:transfer", clerk(county), decide({}), "no_role")

test_cases_transfer_closed_deny if refused("cases:transfer", staff(county, ["supervisor"]), decide({"open": false}), "closed")

# ---- standing in for somebody who is away (AB角) ----

falls(place, kind, post) := object.union(step(kind, {}), {"at_tenant": place.tenant, "step_post": post})

standing_in(who, roles) := object.union(who, {"stands_in_for": [{"id": "away", "roles": roles, "posted": ["林业科"]}]})

test_cases_handle_stand_in_assigned_allow if allowed("cases:handle", standing_in(clerk(county), []), object.union(falls(county, "review", "reviewer"), {"assignee": "away"}), "at_step")

test_cases_handle_stand_in_post_allow if allowed("cases:handle", standing_in(clerk(county), ["reviewer"]), falls(county, "review", "reviewer"), "at_step")

test_cases_handle_stand_in_department_allow if allowed("cases:handle", standing_in(clerk(county), ["reviewer"]), object.union(falls(county, "review", "reviewer"), {"department": "林业科"}), "at_step")

test_cases_handle_stand_in_other_department_deny if refused("cases:handle", standing_in(clerk(county), ["reviewer"]), object.union(falls(county, "review", "reviewer"), {"department": "财政科"}), "no_post")

test_cases_handle_stand_in_other_assignee_deny if refused("cases:handle", standing_in(clerk(county), ["reviewer"]), object.union(falls(county, "review", "reviewer"), {"assignee": "somebody"}), "no_post")

test_cases_handle_stand_in_elsewhere_deny if refused("cases:handle", standing_in(clerk(county), ["reviewer"]), object.union(falls(town, "review", "reviewer"), {"assignee": "away"}), "not_here")

test_cases_decide_stand_in_for_acceptor_deny if refused("cases:decide", standing_in(clerk(county), ["decider"]), object.union(falls(county, "decide", "decider"), {"assignee": "away", "accepted_by": "away", "filed_by_actor": false}), "is_acceptor")

test_cases_decide_own_step_beside_stand_in_allow if allowed("cases:decide", standing_in(staff(county, ["decider"]), ["decider"]), object.union(falls(county, "decide", "decider"), {"accepted_by": "away", "filed_by_actor": false}), "at_step")
