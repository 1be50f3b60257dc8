-- A policy for a command that its role has no privilege for says nothing: it only looks like a rule.
do $$ declare p record; begin
  for p in select policyname, tablename from pg_policies, unnest(roles) r
    where r <> 'public' and cmd <> 'ALL' and not has_table_privilege(r, tablename::regclass, cmd)
  loop
    execute format('drop policy %I on %I', p.policyname, p.tablename);
  end loop;
end $$;
