-- What a local code was called before: files with the old name are still read, and
-- versions of items are told in the words of their time.
alter table dictionary_entries add former jsonb not null default '[]'; -- [{"name", "until"}], oldest first
