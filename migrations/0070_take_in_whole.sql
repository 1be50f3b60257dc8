-- What was taken in elsewhere (异地通办): the papers and who saw their originals, which papers and
-- fields a refusal is about, and the originals that are seen when the result is handed over there.
alter table case_participants add papers jsonb not null default '[]';      -- material, file, whether its original was seen
alter table case_participants add detail text not null default '';         -- of the reason
alter table case_participants add unseen jsonb not null default '[]';      -- materials whose originals are still to be seen at delivery
alter table case_participants add handed_seen jsonb not null default '[]'; -- those that were, when the result was handed over
alter table case_participants add followed uuid;                            -- of one that was refused: the row that took its place
