local session = std.extVar('session');
local traits = session.identity.traits;
{
  claims: {
    sub: session.identity.id,
    sid: session.id,
    aal: session.authenticator_assurance_level,
    schema: session.identity.schema_id,
    name: if 'name' in traits then traits.name else '',
  },
}
