-- Whoever has begun to fill in an application finishes it on the version of the item that she began with.
alter table case_drafts add item_version uuid;
