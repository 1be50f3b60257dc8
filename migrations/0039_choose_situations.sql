-- What an applicant chose of the situations (情形) and handling items (业务办理项) of
-- her item, in words: the item may say something else by the time it is read.
alter table cases add column choices jsonb not null default '[]';
