-- What a superior orders about a step of an office below (转交).
alter table case_procedures drop constraint case_procedures_kind_check;
alter table case_procedures add constraint case_procedures_kind_check check (kind in ('extension', 'special', 'suspension', 'tolerance', 'consultation',
  'referral', 'voiding', 'reopening', 'archiving', 'originals', 'trip', 'gathering', 'voice', 'transfer'));
