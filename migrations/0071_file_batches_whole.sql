-- Lists (批量录入) bring their papers in an archive: which file went to which row, and which went nowhere.
alter table case_batches add zip_name text not null default '';
alter table case_batches add entries int not null default 0;         -- files of the archive
alter table case_batches add loose jsonb not null default '[]';      -- those that belong to no row, and why
alter table case_batch_rows add papers jsonb not null default '[]';  -- material and file
alter table case_batch_rows add tries int not null default 0;        -- that broke off
-- What broke off waits behind what was not tried yet.
alter table case_participants add tried_at timestamptz;
alter table cases add taken_trouble text not null default '';        -- why the delivery that was made where it was taken in could not be written down
