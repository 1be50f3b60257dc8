package supervision

import (
	"context"

	"liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Ruling is what one scope's rule looks like from a tenant.
type Ruling struct {
	Scope     Scope
	Inherited Effective // from above
	Effective Effective // with the tenant's own rule
	Own       *Rule     // nil: nothing of its own
	Below     []RuleAt  // rules that tenants below have tightened
}

// RuleAt is a rule with the name of its level.
type RuleAt struct {
	Rule
	TenantName string
}

// Rulings are the rules of one tenant with the names of the levels they come from.
type Rulings struct {
	Rules []Ruling
	Names map[tenancy.ID]string
	May   string // why the actor may not change them; empty when she may
}

// Rulings tells which rules hold in the actor's tenant and whom they come from.
func (s *Service) Rulings(ctx context.Context) (out Rulings, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		own := tx.Scope.Tenant
		if err := s.authz.Allow(ctx, policies.SupervisionView, policies.Resource{"tenant": own}); err != nil {
			return err
		}
		book, err := store{tx}.rules(ctx)
		if err != nil {
			return err
		}
		if out.Names, err = (store{tx}).names(ctx, book.tenants(own)); err != nil {
			return err
		}
		out.Rules = nil
		for _, scope := range Scopes() {
			out.Rules = append(out.Rules, book.ruling(own, scope, out.Names))
		}
		out.May = why(s.authz.Allow(ctx, policies.SupervisionRule, policies.Resource{"tenant": own, "loosen": false}))
		return nil
	})
	return out, err
}

func (b ruleBook) tenants(own tenancy.ID) []tenancy.ID {
	ids := []tenancy.ID{own, tenancy.Platform}
	for _, r := range b {
		ids = append(ids, r.TenantID)
	}
	return ids
}

func (b ruleBook) ruling(own tenancy.ID, scope Scope, names map[tenancy.ID]string) Ruling {
	r := Ruling{Scope: scope, Inherited: b.above(own, scope), Effective: b.at(own, scope)}
	for _, p := range b {
		switch {
		case p.Scope != scope:
		case p.TenantID == own:
			r.Own = &p.Rule
		case p.TenantID > own:
			r.Below = append(r.Below, RuleAt{p.Rule, names[p.TenantID]})
		}
	}
	return r
}

// SetRule sets the rule of the actor's own tenant. seen is the version shown, 0
// for a first rule. It returns Forbidden with the reason when the rule would be
// looser than what is inherited, and Conflict when somebody was faster.
func (s *Service) SetRule(ctx context.Context, scope Scope, m Measures, seen int) (r Rule, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, own := store{tx}, tx.Scope.Tenant
		if scope != CaseScope && scope != StepScope {
			return fault.InvalidField("scope", "not_an_option")
		}
		book, err := st.rules(ctx)
		if err != nil {
			return err
		}
		loosen := own != tenancy.Platform && m.looser(book.above(own, scope).Measures)
		if err := s.authz.Allow(ctx, policies.SupervisionRule, policies.Resource{"tenant": own, "loosen": loosen}); err != nil {
			return err
		}
		if err := m.check(); err != nil {
			return err
		}
		r = Rule{
			TenantID: own, ID: db.NewID(), Scope: scope, WarnDays: m.WarnDays, YellowPercent: m.YellowPercent, AnswerDays: m.AnswerDays,
			UpdatedAt: tx.Now, UpdatedBy: tx.Scope.Actor.Name, Version: seen + 1,
		}
		if err := st.saveRule(ctx, r, seen); err != nil {
			return err
		}
		ruled(tx, scope, map[string]any{"scope": scope, "warn_days": m.WarnDays, "yellow_percent": m.YellowPercent, "answer_days": m.AnswerDays})
		return nil
	})
	return r, err
}

// ClearRule removes the rule of the actor's own tenant: what is inherited holds again.
func (s *Service) ClearRule(ctx context.Context, scope Scope, seen int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		// What is inherited binds anyway, so going back to it loosens nothing that a higher level asked for.
		if err := s.authz.Allow(ctx, policies.SupervisionRule, policies.Resource{"tenant": tx.Scope.Tenant, "loosen": false}); err != nil {
			return err
		}
		if err := (store{tx}).dropRule(ctx, tx.Scope.Tenant, scope, seen); err != nil {
			return err
		}
		ruled(tx, scope, map[string]any{"scope": scope, "cleared": true})
		return nil
	})
}

func ruled(tx *db.Tx, scope Scope, detail map[string]any) {
	tx.Record(db.Audit{Action: string(policies.SupervisionRule), Kind: "supervision_rule", Object: string(scope), Detail: detail})
	tx.Emit(events.RuleChanged{Tenant: tx.Scope.Tenant, Scope: string(scope)})
}
