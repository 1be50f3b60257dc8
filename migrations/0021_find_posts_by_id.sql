-- What a page or a session names by id alone is looked for in one step: behind row
-- security the primary keys are read from one end of the scope to the other.
create index departments_id on departments (id);
create index posts_id on posts (id);
create index grants_id on grants (id);
create index appointments_id on appointments (id);
