-- What kind of case (办件类型) it is, how it is handled online, what comings it promised and took,
-- and whether one person carries it (方式一) or every step falls to its post (方式二).
alter table cases add kind text not null default 'promise' check (kind in ('instant', 'promise', 'supplement', 'escalate', 'joint'));
alter table cases add mode text not null default '' check (mode in ('', 'precheck', 'verify', 'online'));
alter table cases add way text not null default 'step' check (way in ('step', 'person'));
alter table cases add trips_promised int not null default 0; -- how often its applicant has to come
alter table cases add trips int not null default 0;          -- how often she came
create index cases_trips on cases (tenant_id, created_at) where trips > trips_promised;

-- 窗口, 网上, 帮办代办, 异地通办, 批量录入.
alter table cases drop constraint cases_channel_check;
alter table cases add constraint cases_channel_check check (channel in ('online', 'window', 'assisted', 'elsewhere', 'batch'));
update cases c set channel = 'window' from tenants t where t.tenant_id = c.tenant_id and c.channel = 'assisted' and t.level <> 'village';

update cases c set kind = 'instant' from item_versions v where v.id = c.item_version_id and v.body->>'project_type' = '1';
update cases c set kind = 'supplement' where accepted_at is not null and (
  exists (select from case_supplements s where s.tenant_id = c.tenant_id and s.case_id = c.id and s.answered_at is not null)
  or exists (select from case_procedures p where p.tenant_id = c.tenant_id and p.case_id = c.id and p.kind = 'tolerance'));
update cases c set kind = 'escalate' where exists (select from case_steps s where s.tenant_id = c.tenant_id and s.case_id = c.id and s.at_tenant <> c.tenant_id);

-- 核验原件 and 到场登记 leave their trace like every other turn.
alter table case_procedures drop constraint case_procedures_kind_check;
alter table case_procedures add constraint case_procedures_kind_check check (kind in ('extension', 'special', 'suspension', 'tolerance',
  'consultation', 'referral', 'voiding', 'reopening', 'archiving', 'originals', 'trip'));
