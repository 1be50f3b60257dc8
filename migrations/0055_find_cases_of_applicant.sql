-- What else an applicant has, wherever in a subtree: her number first, whatever the level that asks.
create index cases_holder on cases (applicant_blind, tenant_id);
