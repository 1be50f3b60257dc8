package sites

import (
	"context"

	"liandong/modules/sites/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Service is the whole public surface of sites.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer) *Service { return &Service{db: d, authz: a} }

// Settled is Effective without the name of the tenant, in one read.
func (s *Service) Settled(ctx context.Context) (site Site, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := store{tx}.path(ctx)
		site = fold(tx.Scope.Tenant, rows)
		return err
	})
	return site, err
}

// Effective is the site of the tenant in scope, as every visitor may see it.
func (s *Service) Effective(ctx context.Context) (site Site, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		rows, err := st.path(ctx)
		if err != nil {
			return err
		}
		site = fold(tx.Scope.Tenant, rows)
		names, err := st.names(ctx)
		site.TenantName = names[site.Tenant]
		return err
	})
	return site, err
}

// Sheet is what the settings page shows: for every field the tenant's own value,
// what it would inherit, and from whom.
type Sheet struct {
	Tenant    tenancy.ID
	Code      string // by which a shared host addresses the site
	Own       map[Field]string
	Seen      int // version of the tenant's own row; 0 when it has none
	Inherited Site
	Effective Site
	Names     map[tenancy.ID]string
	May       string // why the actor may not change it; empty when she may
}

// Settings returns the sheet of the actor's own tenant. Everybody on the staff may
// look: what is there is public.
func (s *Service) Settings(ctx context.Context) (out Sheet, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, own := store{tx}, tx.Scope.Tenant
		rows, err := st.path(ctx)
		if err != nil {
			return err
		}
		out = Sheet{Tenant: own, Own: map[Field]string{}, Effective: fold(own, rows), Inherited: fold(own, rows)}
		if n := len(rows); n > 0 && rows[n-1].TenantID == own {
			out.Own, out.Seen, out.Inherited = rows[n-1].Settings, rows[n-1].Version, fold(own, rows[:n-1])
		}
		if out.Names, err = st.names(ctx); err != nil {
			return err
		}
		if out.Code, err = st.code(ctx); err != nil {
			return err
		}
		out.Effective.TenantName, out.Inherited.TenantName = out.Names[own], out.Names[own]
		out.May = why(s.authz.Allow(ctx, policies.SitesEdit, policies.Resource{"tenant": own}))
		return nil
	})
	return out, err
}

// Save replaces the own settings of the actor's tenant; a field that is empty or
// absent is inherited. seen is the version shown, 0 for the first time.
func (s *Service) Save(ctx context.Context, in map[Field]string, seen int) error {
	return s.edit(ctx, func(ctx context.Context, tx *db.Tx) error {
		values, err := cleaned(in)
		if err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.SitesEdit), Kind: "site", Object: tx.Scope.Tenant.String(), Detail: map[string]any{"settings": values}})
		return store{tx}.saveSite(ctx, values, seen)
	})
}

// Reset gives one field back to the levels above (恢复沿用).
func (s *Service) Reset(ctx context.Context, f Field, seen int) error {
	return s.edit(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows, err := store{tx}.path(ctx)
		if err != nil {
			return err
		}
		n := len(rows)
		if n == 0 || rows[n-1].TenantID != tx.Scope.Tenant {
			return fault.New(fault.Precondition, "sites.nothing_own")
		}
		delete(rows[n-1].Settings, f)
		tx.Record(db.Audit{Action: string(policies.SitesEdit), Kind: "site", Object: tx.Scope.Tenant.String(), Detail: map[string]any{"reset": f}})
		return store{tx}.saveSite(ctx, rows[n-1].Settings, seen)
	})
}

func (s *Service) edit(ctx context.Context, do func(context.Context, *db.Tx) error) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.SitesEdit, policies.Resource{"tenant": tx.Scope.Tenant}); err != nil {
			return err
		}
		tx.Emit(events.SettingsChanged{Tenant: tx.Scope.Tenant})
		return do(ctx, tx)
	})
}

// why is the sentence of a refusal, "" when err is nil.
func why(err error) string {
	if err == nil {
		return ""
	}
	if f, ok := fault.As(err); ok && f.Detail != "" {
		return f.Detail
	}
	return err.Error()
}
