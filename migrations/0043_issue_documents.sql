-- Electronic documents of cases: the texts, how they are numbered, and what was issued.

-- document_templates (文书模板): a tenant's own wording of a kind of document, for one item or for all; it counts
-- for every level below that has none of its own. published is the version that counts, 0 when none does.
create table document_templates (
  tenant_id   bigint not null references tenants on update cascade,
  id          uuid not null,
  kind        text not null,
  item_tenant bigint,
  item_id     uuid,
  item_name   text not null default '',
  name        text not null default '',
  body        text not null,
  numbering   text not null default '',
  published   int not null default 0,
  changed_at  timestamptz not null,
  changed_by  text not null default '',
  version     int not null default 1,
  primary key (tenant_id, id),
  foreign key (item_tenant, item_id) references items (tenant_id, id) on update cascade,
  unique nulls not distinct (tenant_id, kind, item_id),
  check ((item_tenant is null) = (item_id is null))
);
-- document_versions: what was published, as it was.
create table document_versions (
  tenant_id      bigint not null references tenants on update cascade,
  template_id    uuid not null,
  number         int not null,
  name           text not null default '',
  body           text not null,
  numbering      text not null default '',
  published_at   timestamptz not null,
  published_by   text not null,
  published_name text not null,
  primary key (tenant_id, template_id, number),
  foreign key (tenant_id, template_id) references document_templates (tenant_id, id) on update cascade
);
-- document_organs (机关代字): what an organ calls itself in the numbers of its documents.
create table document_organs (
  tenant_id bigint primary key references tenants on update cascade,
  word      text not null
);
-- document_numbers: the last number that an organ gave in a year, by kind.
create table document_numbers (
  tenant_id bigint not null references tenants on update cascade,
  kind      text not null,
  year      int not null,
  last      int not null,
  primary key (tenant_id, kind, year)
);
-- documents (电子文书): what was issued, sealed as it was. Rows are never changed and never deleted.
create table documents (
  tenant_id       bigint not null references tenants on update cascade,
  id              uuid not null,
  case_id         uuid not null,
  kind            text not null,
  ref             text not null, -- the act that issued it
  title           text not null,
  organ_tenant    bigint not null references tenants on update cascade,
  organ_name      text not null,
  year            int not null,
  serial          int not null,
  no              text not null,
  template_id     uuid,
  template_number int not null default 0,
  sealed          text not null,
  check_code      text not null,
  step_seq        int not null,
  issued_at       timestamptz not null,
  issued_by       text not null,
  issued_name     text not null,
  primary key (tenant_id, id),
  unique (tenant_id, case_id, kind, ref),
  foreign key (tenant_id, case_id) references cases on update cascade
);
create index documents_organ on documents (organ_tenant, issued_at);
-- document_marks (文书核验): what everybody may know who holds a document and the code on it.
create table document_marks (
  tenant_id  bigint not null references tenants on update cascade,
  check_hash text not null,
  kind       text not null,
  title      text not null,
  no         text not null,
  organ_name text not null,
  issued_at  timestamptz not null,
  primary key (tenant_id, check_hash)
);

select row_security(t::regclass, 'cascade') from unnest(array['document_templates', 'document_versions', 'document_organs', 'document_marks']) t;
select row_security(t::regclass, 'subtree') from unnest(array['document_numbers', 'documents']) t;
do $$
declare t text;
begin
  foreach t in array array['document_versions', 'documents', 'document_marks'] loop
    execute format('drop policy staff_update on %I', t);
    execute format('drop policy staff_delete on %I', t);
    execute format('revoke update, delete on %I from liandong_staff, liandong_system', t);
  end loop;
  foreach t in array array['document_templates', 'document_numbers'] loop
    execute format('drop policy staff_delete on %I', t);
    execute format('revoke delete on %I from liandong_staff, liandong_system', t);
  end loop;
  -- Filing issues a receipt in the applicant's own transaction.
  foreach t in array array['document_templates', 'document_versions', 'document_organs'] loop
    execute format($p$create policy person_select on %I for select to liandong_person
      using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]))$p$, t);
    execute format('grant select on %I to liandong_person', t);
  end loop;
end $$;
create policy person_all on document_numbers for all to liandong_person using (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
grant select, insert, update on document_numbers to liandong_person;
create policy person_select on documents for select to liandong_person using (case_id in (select id from cases));
create policy person_insert on documents for insert to liandong_person with check (case_id in (select id from cases));
grant select, insert on documents to liandong_person;
create policy person_insert on document_marks for insert to liandong_person with check (tenant_id = nullif(current_setting('app.tenant', true), '')::bigint);
create policy anyone_select on document_marks for select to liandong_person, liandong_public
  using (tenant_id = any (string_to_array(nullif(current_setting('app.anc', true), ''), ',')::bigint[]));
grant select, insert on document_marks to liandong_person;
grant select on document_marks to liandong_public;
