-- A case number, or its beginning, is found from every level without its tenant.
create index cases_no on cases (no collate "C");
