package liandong_test


partner_at(place, right) := {"tenant": place.tenant, "right": right, "over_lo": county.lo, "over_hi": county.hi}

test_datasets_view_allow if allowed("datasets:view", staff(county, ["supervisor"]), at(town, {}), "subtree")

test_datasets_view_role_deny if refused("datasets:view", clerk(town), at(town, {}), "no_role")

test_datasets_view_above_deny if refused("datasets:view", staff(town, ["supervisor"]), at(county, {}), "out_of_interval")

test_datasets_export_allow if allowed("datasets:export", staff(county, ["office_head"]), at(town, {}), "subtree")

test_datasets_export_admin_deny if refused("datasets:export", staff(county, ["system_admin"]), at(town, {}), "no_role")

test_datasets_export_above_deny if refused("datasets:export", staff(town, ["supervisor"]), at(county, {}), "out_of_interval")

test_datasets_feed_masked_allow if allowed("datasets:feed", job(county), partner_at(county, "masked"), "partner")

test_datasets_feed_full_allow if allowed("datasets:feed", job(county), partner_at(county, "full"), "partner")

test_datasets_feed_right_deny if refused("datasets:feed", job(county), partner_at(county, ""), "no_right")

test_datasets_feed_elsewhere_deny if refused("datasets:feed", job(other), partner_at(other, "full"), "key_elsewhere")

test_datasets_feed_staff_deny if refused("datasets:feed", staff(county, ["system_admin"]), partner_at(county, "full"), "partners_only")
