-- Partners that may answer what a case waits for from another system (外部结果).
alter table partners add answers boolean not null default false;
