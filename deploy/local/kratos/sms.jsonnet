function(ctx)
  local data = ctx.template_data;
  {
    to: ctx.recipient,
    type: ctx.template_type,
    code: if 'login_code' in data then data.login_code
    else if 'registration_code' in data then data.registration_code
    else if 'verification_code' in data then data.verification_code
    else if 'recovery_code' in data then data.recovery_code
    else '',
    body: ctx.body,
  }
