package materials

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/materials/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Holder is whose material something is.
type Holder struct {
	Kind    string // person or legal
	Name    string
	Blind   string // of the ID number or the credit code
	Subject string // her identity; "" without an account
}

// Dossier is what the library wants to know of a case.
type Dossier struct {
	Holder

	No, ItemName string
	Accepted     bool
	Papers       []Paper // what she handed in and what was handed to her
}

// Asks are the questions that the library puts to others.
type Asks struct {
	// Dossier tells about a case in the scope of a job.
	Dossier func(ctx context.Context, tx *db.Tx, caseID string) (Dossier, error)
	// Copy makes a file of the actor's own, in the tenant in scope, for a material, over
	// the content of another that she may read; it returns its id.
	Copy func(ctx context.Context, tx *db.Tx, tenant tenancy.ID, fileID, material string) (id string, err error)
	// Blind is how a number is looked for.
	Blind func(number string) string
}

// Service is the whole public surface of the library.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	asks  Asks
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, asks Asks) *Service { return &Service{d, a, asks} }

// today is the day in China.
func today(now time.Time) string { return now.In(calendar.Zone()).Format(time.DateOnly) }

// usable narrows to what may be used now.
func usable(sel *bun.SelectQuery, now time.Time) *bun.SelectQuery {
	return sel.Where("state = ?", Held).Where("(valid_until IS NULL OR valid_until >= ?)", today(now))
}

// Offer is a material that may be used again.
type Offer struct {
	Material

	For  string // the name that was asked for
	Weak bool   // only the names agree: whether it is the same thing is for people to see
}

// Wanted (所需材料) is a material that is asked for.
type Wanted struct {
	Name string
	Code string // 标准材料; empty: it is none
}

// Bounds of what is offered.
const (
	maxOffers    = 3  // for one material
	maxLookedFor = 20 // entries that are looked at for one, on average
)

// Mine offers the person in scope, for each of some materials, what she handed in
// before: what is the same standard material first, then what has the same name; among
// these the most trusted and newest first. What is known to be another standard
// material is not offered, whatever its name. kind and number are those under which she
// files: what she handed in for an organisation is not offered for herself, nor the
// other way round.
func (s *Service) Mine(ctx context.Context, kind, number string, wanted []Wanted) (map[string][]Offer, error) {
	return s.offers(ctx, kind, number, wanted, func(sel *bun.SelectQuery, sc tenancy.Scope) *bun.SelectQuery {
		return sel.Where("subject = ?", sc.Actor.ID)
	})
}

// Theirs offers a clerk what the applicant who stands before her handed in before,
// as far as it lies in the subtree of the clerk's tenant.
func (s *Service) Theirs(ctx context.Context, kind, number string, wanted []Wanted) (map[string][]Offer, error) {
	return s.offers(ctx, kind, number, wanted, func(sel *bun.SelectQuery, _ tenancy.Scope) *bun.SelectQuery { return sel })
}

func (s *Service) offers(ctx context.Context, kind, number string, wanted []Wanted, narrow func(*bun.SelectQuery, tenancy.Scope) *bun.SelectQuery) (out map[string][]Offer, err error) {
	if out = map[string][]Offer{}; number == "" || len(wanted) == 0 {
		return out, nil
	}
	keys, known := []string{""}, []string{""}
	for _, w := range wanted {
		keys, known = append(keys, key(w.Name)), append(known, w.Code)
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.MaterialsUse, policies.Resource{"tenant": tx.Scope.Tenant, "subject": subject(tx.Scope)}); err != nil {
			return err
		}
		var ms []Material
		sel := usable(tx.NewSelect().Model(&ms), tx.Now).Where("holder_kind = ?", kind).Where("holder_blind = ?", s.asks.Blind(number)).
			Where("(code <> '' AND code IN (?) OR name_key <> '' AND name_key IN (?))", bun.List(known), bun.List(keys)).
			OrderExpr("grade, handed_at DESC, id").Limit(int64(maxLookedFor * len(wanted)))
		if err := narrow(sel, tx.Scope).Scan(ctx); err != nil {
			return fmt.Errorf("materials to offer: %w", err)
		}
		if err := named(ctx, tx, ms); err != nil {
			return err
		}
		clear(out)
		for _, w := range wanted {
			if os := w.among(ms); len(os) > 0 {
				out[w.Name] = os
			}
		}
		return nil
	})
	return out, err
}

// among are the first of some entries that may stand for it, sure ones first.
func (w Wanted) among(ms []Material) (out []Offer) {
	var weak []Offer
	for _, m := range ms {
		switch {
		case w.Code != "" && m.Code == w.Code:
			out = append(out, Offer{m, w.Name, false})
		case m.NameKey == key(w.Name) && m.NameKey != "" && (w.Code == "" || m.Code == ""):
			weak = append(weak, Offer{m, w.Name, true})
		}
	}
	out = append(out, weak...)
	return out[:min(len(out), maxOffers)]
}

// subject is the person who asks; "" for staff.
func subject(sc tenancy.Scope) string {
	if sc.Actor.Kind == tenancy.Person {
		return sc.Actor.ID
	}
	return ""
}

// named fills in where materials came from.
func named(ctx context.Context, tx *db.Tx, ms []Material) error {
	names, err := places(ctx, tx, ms, func(m Material) tenancy.ID { return m.TenantID })
	for i := range ms {
		ms[i].Origin = names[ms[i].TenantID]
	}
	return err
}

func places[T any](ctx context.Context, tx *db.Tx, rows []T, of func(T) tenancy.ID) (map[tenancy.ID]string, error) {
	out, ids := map[tenancy.ID]string{}, []tenancy.ID{}
	for _, r := range rows {
		ids = append(ids, of(r))
	}
	if len(ids) == 0 {
		return out, nil
	}
	var ts []struct {
		TenantID tenancy.ID
		Name     string
	}
	if err := tx.NewRaw(`select tenant_id, name from tenants where tenant_id in (?)`, bun.List(ids)).Scan(ctx, &ts); err != nil {
		return nil, fmt.Errorf("names of tenants: %w", err)
	}
	for _, t := range ts {
		out[t.TenantID] = t.Name
	}
	return out, nil
}

// Use (直接使用) makes a file of the actor's own out of an entry, for a material of what she
// is filling in, and records it. It returns the id of the file. For a clerk, kind and
// number must be those of the applicant: an entry of somebody else's is NotFound, as is
// one that is expired, rejected or removed.
func (s *Service) Use(ctx context.Context, kind, number string, from tenancy.ID, id, material string) (fileID string, err error) {
	if !db.IsID(id) {
		return "", fault.New(fault.NotFound, "material_gone")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who := subject(tx.Scope)
		if err := s.authz.Allow(ctx, policies.MaterialsUse, policies.Resource{"tenant": tx.Scope.Tenant, "subject": who}); err != nil {
			return err
		}
		var ms []Material
		sel := usable(tx.NewSelect().Model(&ms), tx.Now).Where("tenant_id = ?", from).Where("id = ?", id).
			Where("holder_kind = ?", kind).Where("holder_blind = ?", s.asks.Blind(number))
		if who != "" {
			sel = sel.Where("subject = ?", who)
		}
		if err := sel.Scan(ctx); err != nil {
			return fmt.Errorf("get material %s: %w", id, err)
		}
		if len(ms) == 0 {
			return fault.New(fault.NotFound, "material_gone")
		}
		if err := named(ctx, tx, ms); err != nil {
			return err
		}
		fileID, err = s.take(ctx, tx, ms[0], material)
		return err
	})
	return fileID, err
}

func (s *Service) take(ctx context.Context, tx *db.Tx, m Material, material string) (string, error) {
	fileID, err := s.asks.Copy(ctx, tx, m.TenantID, m.FileID, material)
	if err != nil {
		return "", err
	}
	u := Use{
		TenantID: tx.Scope.Tenant, ID: db.NewID(), MaterialTenant: m.TenantID, MaterialID: m.ID, Subject: m.Subject, FileID: fileID, Name: m.Name, Grade: m.Grade, Basis: m.Basis,
		Origin: m.Origin + " " + m.ItemName + " " + m.CaseNo, HandedAt: m.HandedAt, ValidUntil: m.ValidUntil, UsedAt: tx.Now, UsedBy: tx.Scope.Actor.Name,
	}
	if _, err := tx.NewInsert().Model(&u).Exec(ctx); err != nil {
		return "", fmt.Errorf("record use of material %s: %w", m.ID, err)
	}
	tx.Record(db.Audit{Action: string(policies.MaterialsUse), Kind: "material", Object: m.ID, Detail: map[string]any{"name": m.Name, "grade": m.Grade, "from": m.TenantID, "file": fileID}})
	return fileID, nil
}

// Library (我的材料) is everything of the person in scope, newest first, with its uses.
func (s *Service) Library(ctx context.Context) (ms []Material, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who := subject(tx.Scope)
		if who == "" {
			return fault.New(fault.Forbidden, "forbidden")
		}
		ms = nil
		if err := tx.NewSelect().Model(&ms).Where("subject = ?", who).Where("state <> ?", Removed).OrderExpr("handed_at DESC, id").Limit(maxLibrary).Scan(ctx); err != nil {
			return fmt.Errorf("library of a person: %w", err)
		}
		if err := named(ctx, tx, ms); err != nil {
			return err
		}
		return withUses(ctx, tx, ms)
	})
	return ms, err
}

// maxLibrary bounds one library on a page.
const maxLibrary = 500

func withUses(ctx context.Context, tx *db.Tx, ms []Material) error {
	if len(ms) == 0 {
		return nil
	}
	at, ids := map[string]int{}, []string{}
	for i, m := range ms {
		at[m.ID], ids = i, append(ids, m.ID)
	}
	var us []Use
	if err := tx.NewSelect().Model(&us).Where("material_id IN (?)", bun.List(ids)).OrderExpr("used_at DESC, id").Scan(ctx); err != nil {
		return fmt.Errorf("uses of materials: %w", err)
	}
	names, err := places(ctx, tx, us, func(u Use) tenancy.ID { return u.TenantID })
	for _, u := range us {
		u.Place = names[u.TenantID]
		m := &ms[at[u.MaterialID]]
		m.Uses = append(m.Uses, u)
	}
	return err
}

// Remove (移出) takes an entry out of the library of the person in scope: it is offered
// no more. What was handed in with a case stays in its file.
func (s *Service) Remove(ctx context.Context, id string) error {
	if !db.IsID(id) {
		return fault.New(fault.NotFound, "material_gone")
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who := subject(tx.Scope)
		if err := s.authz.Allow(ctx, policies.MaterialsRemove, policies.Resource{"subject": who}); err != nil {
			return err
		}
		res, err := tx.NewUpdate().Model((*Material)(nil)).Set("state = ?", Removed).Set("version = version + 1").
			Where("id = ?", id).Where("subject = ?", who).Where("state <> ?", Removed).Exec(ctx)
		if err != nil {
			return fmt.Errorf("remove material %s: %w", id, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.NotFound, "material_gone")
		}
		tx.Record(db.Audit{Action: string(policies.MaterialsRemove), Kind: "material", Object: id})
		return nil
	})
}

// InCase tells by file which files of a case came out of the library.
func (s *Service) InCase(ctx context.Context, fileIDs []string) (byFile map[string]Use, err error) {
	byFile = map[string]Use{}
	if len(fileIDs) == 0 {
		return byFile, nil
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		clear(byFile)
		var us []Use
		if err := tx.NewSelect().Model(&us).Where("file_id IN (?)", bun.List(fileIDs)).Scan(ctx); err != nil {
			return fmt.Errorf("uses in a case: %w", err)
		}
		for _, u := range us {
			byFile[u.FileID] = u
		}
		return nil
	})
	return byFile, err
}

// Judgement is what an office makes of a material that was used in a case that stands
// with it.
type Judgement struct {
	Verdict    string
	Grade      string // with Regraded
	ValidUntil string // a date, or empty; with Regraded
	Reason     string // with Refused and Regraded
}

func (j Judgement) check() error {
	bad := map[string]string{}
	switch j.Verdict {
	case Accepted:
	case Refused, Regraded:
		if j.Reason == "" {
			bad["reason"] = "material_reason"
		}
	default:
		bad["verdict"] = "material_verdict"
	}
	if j.Verdict == Regraded && !gradable(j.Grade) {
		bad["grade"] = "material_grade"
	}
	if _, err := time.Parse(time.DateOnly, j.ValidUntil); j.ValidUntil != "" && err != nil {
		bad["valid_until"] = "material_date"
	}
	if len([]rune(j.Reason)) > maxReason {
		bad["reason"] = "too_long"
	}
	return fault.InvalidFields(bad)
}

const maxReason = 200 // characters

// Judge records what the office at which a case stands makes of a use in it. atTenant is
// that office, tenant where the case was born. A use is judged once: Conflict afterwards.
func (s *Service) Judge(ctx context.Context, tenant, atTenant tenancy.ID, post string, fileID string, j Judgement) error {
	if err := j.check(); err != nil {
		return err
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.MaterialsJudge, policies.Resource{"tenant": tenant, "at_tenant": atTenant, "step_post": post, "open": true}); err != nil {
			return err
		}
		if err := tx.ActOn(ctx, tenant); err != nil {
			return err
		}
		var u Use
		if err := tx.NewSelect().Model(&u).Where("tenant_id = ?", tenant).Where("file_id = ?", fileID).Scan(ctx); err != nil {
			return fmt.Errorf("use of file %s: %w", fileID, err)
		}
		res, err := tx.NewUpdate().Model((*Use)(nil)).Set("verdict = ?", j.Verdict).Set("verdict_grade = ?", j.Grade).Set("reason = ?", j.Reason).
			Set("judged_at = ?", tx.Now).Set("judged_name = ?", tx.Scope.Actor.Name).Where("tenant_id = ?", tenant).Where("id = ?", u.ID).Where("verdict = ''").Exec(ctx)
		if err != nil {
			return fmt.Errorf("judge use %s: %w", u.ID, err)
		}
		if n, _ := res.RowsAffected(); n == 0 {
			return fault.New(fault.Conflict, "material_judged")
		}
		tx.Record(db.Audit{Tenant: tenant, Action: string(policies.MaterialsJudge), Kind: "material", Object: u.MaterialID, Detail: map[string]any{"verdict": j.Verdict, "grade": j.Grade, "reason": j.Reason, "file": fileID}})
		if j.Verdict != Accepted {
			tx.EmitIn(tenant, events.Judged{MaterialTenant: u.MaterialTenant, MaterialID: u.MaterialID, Verdict: j.Verdict, Grade: j.Grade, ValidUntil: j.ValidUntil, By: tx.Scope.Actor.Name})
		}
		return nil
	})
}
