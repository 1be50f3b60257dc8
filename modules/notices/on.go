package notices

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	catalog "liandong/modules/catalog/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Name is what the inbox knows this subscriber by.
const Name = "notices"

// Events are the wire names that On wants to be called for.
func Events() []string { return slices.Sorted(maps.Keys(rules())) }

// On tells people about one event. It must run as System with the whole tree of
// the event's tenant in reach: a case may wait at a higher level. Delivering an
// event twice tells nobody twice.
func (s *Service) On(ctx context.Context, tx *db.Tx, d db.Delivery) error {
	r, ok := rules()[d.Name]
	if !ok {
		return nil
	}
	t, err := r(d)
	if err != nil {
		return err
	}
	for _, n := range t.notices {
		if err := insert(ctx, tx, d, n); err != nil {
			return err
		}
	}
	if err := s.tellWatchers(ctx, tx, d); err != nil || t.sms == "" {
		return err
	}
	return s.queue(ctx, tx, d, t)
}

// NamePlatform is what the inbox knows the subscriber by that tells the platform.
const NamePlatform = "notices.platform"

// PlatformEvents are the wire names that OnPlatform wants to be called for.
func PlatformEvents() []string { return []string{catalog.RequestMade{}.EventName()} }

// OnPlatform tells the platform what a tree below asks of it. It must run as System
// with everything in reach.
func (s *Service) OnPlatform(ctx context.Context, tx *db.Tx, d db.Delivery) error {
	var e catalog.RequestMade
	if err := d.Decode(&e); err != nil || e.To != tenancy.Platform {
		return err
	}
	for _, n := range asked(e).notices {
		if err := insert(ctx, tx, d, n); err != nil {
			return err
		}
	}
	return nil
}

// insert leaves a notice; a tenant that is gone (merged meanwhile) gets none.
func insert(ctx context.Context, tx *db.Tx, d db.Delivery, n draft) error {
	params, err := json.Marshal(n.params)
	if err != nil {
		return fmt.Errorf("notice %s: %w", n.kind, err)
	}
	var subject *string
	if n.subject != "" {
		subject = &n.subject
	}
	if _, err := tx.ExecContext(ctx, `insert into notices (tenant_id, id, event_id, subject, role, kind, params, link, created_at)
		select tenant_id, ?, ?, ?, ?, ?, ?::jsonb, ?, ? from tenants where tenant_id = ? on conflict do nothing`,
		db.NewID(), d.ID, subject, n.role, n.kind, string(params), n.link, tx.Now, n.tenant); err != nil {
		return fmt.Errorf("notice %s of event %s: %w", n.kind, d.ID, err)
	}
	return nil
}

// queue leaves a short message for the applicant, if she gave a phone.
func (s *Service) queue(ctx context.Context, tx *db.Tx, d db.Delivery, t told) error {
	phone, err := s.asks.Contacts.CasePhone(ctx, tx, d.Tenant, t.caseID)
	if err != nil || phone == "" {
		return err
	}
	params, err := json.Marshal(t.params)
	if err != nil {
		return fmt.Errorf("message %s: %w", t.sms, err)
	}
	// A phone is sealed anew each time, so the unique key cannot tell: look first.
	if _, err := tx.ExecContext(ctx, `insert into messages (tenant_id, id, event_id, kind, phone_sealed, params, created_at)
		select ?, ?, ?, ?, ?, ?::jsonb, ? where not exists (select from messages where tenant_id = ? and event_id = ? and kind = ?) on conflict do nothing`,
		d.Tenant, db.NewID(), d.ID, t.sms, s.asks.Sealer.Seal(sealPhone, phone), string(params), tx.Now, d.Tenant, d.ID, t.sms); err != nil {
		return fmt.Errorf("message %s of event %s: %w", t.sms, d.ID, err)
	}
	return nil
}
