-- What a decision grants: for how long, and what. Both only where whoever decides says so.
alter table documents add column valid_from date;
alter table documents add column valid_until date;
alter table documents add column scope text not null default '';
-- Numbers of earlier cases of the applicant's out of which the form of a case was filled in.
alter table cases add column refers jsonb;
