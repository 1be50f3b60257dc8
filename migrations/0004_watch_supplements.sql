-- The clock of a step is reckoned from the notices of its case: they are found by the case.
create index case_supplements_case on case_supplements (tenant_id, case_id, asked_at);
