-- What a material is, whatever an item calls it (标准材料): the library matches by it first.
alter table materials add column code text not null default '';
create index materials_holder_code on materials (tenant_id, holder_blind, code) where code <> '';
