package liandong_test

test_sites_edit_allow if allowed("sites:edit", staff(county, ["site_editor"]), at(county, {}), "own")

test_sites_edit_below_deny if refused("sites:edit", staff(county, ["site_editor"]), at(town, {}), "not_own_tenant")

test_sites_edit_role_deny if refused("sites:edit", staff(county, ["clerk"]), at(county, {}), "no_role")

test_articles_publish_allow if allowed("articles:publish", staff(county, ["site_editor"]), at(county, {}), "own")

test_articles_publish_above_deny if refused("articles:publish", staff(town, ["site_editor"]), at(county, {}), "not_own_tenant")

test_articles_publish_role_deny if refused("articles:publish", staff(county, ["clerk"]), at(county, {}), "no_role")

notice(subject, published) := {"tenant": county.tenant, "subject": subject, "published": published}

test_notices_view_allow if allowed("notices:view", public, notice("", true), "published")

test_notices_view_addressee_allow if allowed("notices:view", person, notice("me", false), "addressee")

test_notices_view_subtree_allow if allowed("notices:view", staff(league, []), notice("", false), "subtree")

test_notices_view_inherited_allow if allowed("notices:view", staff(town, []), notice("", false), "inherited")

test_notices_view_public_deny if refused("notices:view", public, notice("", false), "sign_in")

test_notices_view_person_deny if refused("notices:view", person, notice("she", false), "not_subject")

test_notices_view_sibling_deny if refused("notices:view", staff(other, []), notice("", false), "out_of_interval")

test_audit_view_allow if allowed("audit:view", staff(county, ["audit_admin"]), at(town, {}), "officer")

test_audit_view_role_deny if refused("audit:view", staff(county, ["system_admin"]), at(county, {}), "no_role")

test_audit_view_above_deny if refused("audit:view", staff(county, ["audit_admin"]), at(league, {}), "out_of_interval")

test_jobs_view_allow if allowed("jobs:view", staff(county, ["system_admin"]), {}, "officer")

test_jobs_view_deny if refused("jobs:view", staff(county, ["audit_admin"]), {}, "no_role")

test_jobs_retry_allow if allowed("jobs:retry", staff(county, ["system_admin"]), {}, "officer")

test_jobs_retry_person_deny if refused("jobs:retry", person, {}, "no_role")

test_sms_inbox_allow if allowed("sms:inbox", staff(county, ["system_admin"]), {"simulator": true}, "simulator")

test_sms_inbox_real_deny if refused("sms:inbox", staff(county, ["system_admin"]), {"simulator": false}, "not_simulated")

test_sms_inbox_role_deny if refused("sms:inbox", staff(county, ["clerk"]), {"simulator": true}, "no_role")
