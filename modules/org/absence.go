package org

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Absence (请假出差) is a time in which somebody is away, with who stands in meanwhile.
type Absence struct {
	bun.BaseModel `bun:"table:absences"`

	TenantID       tenancy.ID `bun:",pk"`
	ID             string     `bun:",pk"`
	PersonID       string
	PersonName     string
	Kind           string    // see AbsenceKinds
	FromAt         time.Time // midnight or noon in China
	ToAt           time.Time // likewise; the first moment after
	Note           string
	SubstituteID   *string // nil: whoever a step names as its substitute
	SubstituteName string
	Roles          []string `bun:",array"` // that whoever stands in has meanwhile
	RecordedBy     string
	RecordedName   string
	RecordedAt     time.Time
	CancelledAt    *time.Time
	CancelledName  string
	Version        int
}

// The states of an absence.
const (
	AbsencePlanned   = "planned"   // 未开始
	AbsenceNow       = "now"       // 进行中
	AbsencePast      = "past"      // 已结束
	AbsenceCancelled = "cancelled" // 已取消
)

// StateAt says where the absence stands at a moment.
func (a Absence) StateAt(t time.Time) string {
	switch {
	case a.CancelledAt != nil:
		return AbsenceCancelled
	case t.Before(a.FromAt):
		return AbsencePlanned
	case t.Before(a.ToAt):
		return AbsenceNow
	}
	return AbsencePast
}

// AbsenceKinds are why somebody may be away: 请假, 出差, 培训, 其他.
func AbsenceKinds() []string { return []string{"leave", "trip", "training", "other"} }

// The halves of a day.
const (
	Morning   = "am"
	Afternoon = "pm"
)

// Leaving is an absence as a form gives it.
type Leaving struct {
	PersonID     string // empty: the actor herself
	Kind         string
	FromOn       string // 2006-01-02
	FromHalf     string // am: from the morning on; pm: from noon on
	UntilOn      string
	UntilHalf    string // am: until noon; pm: until the end of the day
	SubstituteID string // empty: whoever a step names
	Note         string
	Key          string // idempotency
}

// longestAbsence bounds one absence, and how far ahead it may begin.
const longestAbsence = 366 * 24 * time.Hour

// span reads from when to when the absence lasts, and blames what is wrong with it.
func (in *Leaving) span(now time.Time, bad map[string]string) (from, to time.Time) {
	in.Note = strings.TrimSpace(in.Note)
	if !slices.Contains(AbsenceKinds(), in.Kind) {
		bad["kind"] = "org_absence_kind"
	}
	if len([]rune(in.Note)) > maxText {
		bad["note"] = "org_text_too_long"
	}
	from = half(in.FromOn, in.FromHalf, "from_on", 0, bad)
	to = half(in.UntilOn, in.UntilHalf, "until_on", noon, bad)
	switch {
	case bad["from_on"] != "" || bad["until_on"] != "":
	case !from.Before(to):
		bad["until_on"] = "org_absence_order"
	case !to.After(now):
		bad["until_on"] = "org_absence_past"
	case to.Sub(from) > longestAbsence || from.Sub(now) > longestAbsence:
		bad["until_on"] = "org_absence_long"
	}
	return from, to
}

const noon = 12 * time.Hour

// half is where a half day begins; after is added when it is where one ends.
func half(day, which, field string, after time.Duration, bad map[string]string) time.Time {
	d, err := calendar.ParseDate(day)
	switch {
	case err != nil:
		bad[field] = "not_a_date"
	case which == Morning:
		return d.Start().Add(after)
	case which == Afternoon:
		return d.Start().Add(noon + after)
	default:
		bad[field] = "org_absence_half"
	}
	return time.Time{}
}

// RecordAbsence (登记请假出差) writes down that somebody of the actor's tenant will be away:
// herself, or for an administrator anybody. Absences of one person do not overlap, and whoever
// stands in is not away then. It returns Invalid, NotFound, or Forbidden with the policy's reason.
func (s *Service) RecordAbsence(ctx context.Context, in Leaving) (a Absence, err error) {
	bad := map[string]string{}
	from, to := in.span(s.db.Now(), bad)
	if err := fault.InvalidFields(bad); err != nil {
		return a, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st, asker := store{tx}, tx.Scope
		if in.PersonID == "" {
			in.PersonID = asker.Actor.ID
		}
		id, err := tx.Once(ctx, "absence", in.Key, func() (string, error) {
			a = Absence{
				TenantID: asker.Tenant, ID: db.NewID(), PersonID: in.PersonID, Kind: in.Kind, FromAt: from, ToAt: to, Note: in.Note,
				RecordedBy: asker.Actor.ID, RecordedName: asker.Actor.Name, RecordedAt: tx.Now, Version: 1, Roles: []string{},
			}
			return a.ID, s.keepAbsence(ctx, st, &a, in.SubstituteID)
		})
		if err != nil {
			return err
		}
		a, err = st.absence(ctx, id, "")
		return err
	})
	return a, err
}

func (s *Service) keepAbsence(ctx context.Context, st store, a *Absence, substitute string) error {
	people, err := Holders(ctx, st.tx, a.TenantID)
	if err != nil {
		return err
	}
	who, ok := find(people, a.PersonID)
	if !ok {
		return fault.InvalidField("person", "org_absence_person")
	}
	a.PersonName = who.Name
	fact := policies.Resource{"tenant": a.TenantID, "holder_id": a.PersonID, "roles": []string{}, "holder_roles": []string{}}
	if substitute != "" {
		other, ok := find(people, substitute)
		if !ok || substitute == a.PersonID {
			return fault.InvalidField("substitute", "org_absence_substitute")
		}
		a.SubstituteID, a.SubstituteName, a.Roles = &other.ID, other.Name, who.Roles
		fact["roles"], fact["holder_roles"] = who.Roles, other.Roles
	}
	if err := s.authz.Allow(ctx, policies.AbsencesRecord, fact); err != nil {
		return err
	}
	if err := st.lockHolder(ctx, a.PersonID); err != nil {
		return err
	}
	if err := st.free(ctx, a); err != nil {
		return err
	}
	if _, err := st.tx.NewInsert().Model(a).Exec(ctx); err != nil {
		return fmt.Errorf("record absence of %s: %w", a.PersonID, err)
	}
	st.recordAbsence(a, "recorded")
	return nil
}

func find(people []Holder, id string) (Holder, bool) {
	i := slices.IndexFunc(people, func(h Holder) bool { return h.ID == id })
	if i < 0 {
		return Holder{}, false
	}
	return people[i], true
}

// free returns an Invalid fault when the person is away in that time already, or whoever
// would stand in is.
func (s store) free(ctx context.Context, a *Absence) error {
	for field, who := range map[string]*string{"from_on": &a.PersonID, "substitute": a.SubstituteID} {
		if who == nil {
			continue
		}
		away, err := s.tx.NewSelect().Model((*Absence)(nil)).Where("tenant_id = ?", a.TenantID).Where("person_id = ?", *who).Where("cancelled_at IS NULL").
			Where("from_at < ?", a.ToAt).Where("to_at > ?", a.FromAt).Exists(ctx)
		if err != nil {
			return fmt.Errorf("absences of %s: %w", *who, err)
		}
		if away {
			return fault.InvalidField(field, map[string]string{"from_on": "org_absence_overlap", "substitute": "org_absence_substitute_away"}[field])
		}
	}
	return nil
}

func (s store) recordAbsence(a *Absence, act string) {
	s.tx.Record(db.Audit{
		Tenant: a.TenantID, Action: string(policies.AbsencesRecord), Kind: "absence", Object: a.ID,
		Detail: map[string]any{"act": act, "holder": a.PersonName, "from": a.FromAt.In(calendar.Zone()).Format("2006-01-02 15:04"), "until": a.ToAt.In(calendar.Zone()).Format("2006-01-02 15:04"), "substitute": a.SubstituteName},
	})
}

func (s store) absence(ctx context.Context, id, lock string) (a Absence, err error) {
	if !isUUID(id) {
		return a, notFound()
	}
	sel := s.tx.NewSelect().Model(&a).Where("id = ?", id)
	if lock != "" {
		sel = sel.For(lock)
	}
	if err := sel.Scan(ctx); err != nil {
		return a, fmt.Errorf("get absence %s: %w", id, err)
	}
	return a, nil
}

// CancelAbsence (取消、销假) ends an absence before its time, or takes it back; from then on
// nobody stands in. seen is the version shown. Precondition (org_absence_over) when it is over.
func (s *Service) CancelAbsence(ctx context.Context, id string, seen int) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		a, err := st.absence(ctx, id, "UPDATE")
		if err != nil {
			return err
		}
		fact := policies.Resource{"tenant": a.TenantID, "holder_id": a.PersonID, "roles": []string{}, "holder_roles": []string{}}
		if err := s.authz.Allow(ctx, policies.AbsencesRecord, fact); err != nil {
			return err
		}
		if state := a.StateAt(tx.Now); state == AbsencePast || state == AbsenceCancelled {
			return fault.New(fault.Precondition, "org_absence_over")
		}
		if a.Version != seen {
			return fault.New(fault.Conflict, "org_changed")
		}
		a.CancelledAt, a.CancelledName = &tx.Now, tx.Scope.Actor.Name
		a.Version++
		if _, err := tx.NewUpdate().Model(&a).Column("cancelled_at", "cancelled_name", "version").WherePK().Exec(ctx); err != nil {
			return fmt.Errorf("cancel absence %s: %w", id, err)
		}
		st.recordAbsence(&a, "cancelled")
		return nil
	})
}

// AbsenceQuery narrows the list of absences of the actor's tenant.
type AbsenceQuery struct {
	State      string // see AbsencePlanned; "open": planned or now; empty: all
	Q          string // part of a name
	Page, Size int    // from 1; 1..100, 20 when 0
}

// Absences lists those of the actor's tenant, the latest first: to an administrator all, to
// everybody else her own and those in which she stands in.
func (s *Service) Absences(ctx context.Context, q AbsenceQuery) (p Page[Absence], err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sc := tx.Scope
		if sc.Actor.Kind != tenancy.Staff {
			return fault.New(fault.Forbidden, "forbidden")
		}
		sel := tx.NewSelect().Model(&p.Rows).Where("tenant_id = ?", sc.Tenant)
		if !s.recordsFor(ctx, sc) {
			sel = sel.Where("(person_id = ? OR substitute_id = ?)", sc.Actor.ID, sc.Actor.ID)
		}
		switch q.State {
		case "open":
			sel = sel.Where("cancelled_at IS NULL AND to_at > ?", tx.Now)
		case AbsencePlanned:
			sel = sel.Where("cancelled_at IS NULL AND from_at > ?", tx.Now)
		case AbsenceNow:
			sel = sel.Where("cancelled_at IS NULL AND from_at <= ? AND to_at > ?", tx.Now, tx.Now)
		case AbsencePast:
			sel = sel.Where("cancelled_at IS NULL AND to_at <= ?", tx.Now)
		case AbsenceCancelled:
			sel = sel.Where("cancelled_at IS NOT NULL")
		}
		if name := strings.TrimSpace(q.Q); name != "" {
			sel = sel.Where("(strpos(person_name, ?) > 0 OR strpos(substitute_name, ?) > 0)", name, name)
		}
		size := q.Size
		if size < 1 || size > 100 {
			size = 20
		}
		n, err := sel.Order("from_at DESC", "id").Limit(int64(size)).Offset(int64((max(q.Page, 1) - 1) * size)).ScanAndCount(ctx)
		if err != nil {
			return fmt.Errorf("list absences: %w", err)
		}
		p.Total = int(n)
		return nil
	})
	return p, err
}

// recordsFor reports whether the actor records absences of anybody in her tenant.
func (s *Service) recordsFor(ctx context.Context, sc tenancy.Scope) bool {
	return s.authz.Allow(ctx, policies.AbsencesRecord, policies.Resource{"tenant": sc.Tenant, "holder_id": "", "roles": []string{}, "holder_roles": []string{}}) == nil
}

// Standing (代办人选) is who may be away and who may stand in, for a form.
type Standing struct {
	People []Holder // of the actor's tenant, by name
	All    bool     // the actor records for any of them
	Usual  string   // who holds a post of hers besides her: her post's B角; empty: nobody
}

// Standings are the colleagues of the actor, for the form of an absence.
func (s *Service) Standings(ctx context.Context) (out Standing, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		sc := tx.Scope
		if err := s.authz.Allow(ctx, policies.StaffView, policies.Resource{"tenant": sc.Tenant}); err != nil {
			return err
		}
		if out.People, err = Holders(ctx, tx, sc.Tenant); err != nil {
			return err
		}
		out.All = s.recordsFor(ctx, sc)
		err = tx.NewRaw(`select coalesce(min(b.holder_id::text), '') from appointments a join appointments b on b.tenant_id = a.tenant_id and b.post_id = a.post_id and b.holder_id <> a.holder_id
			where a.tenant_id = ?0 and a.holder_id::text = ?1 and a.revoked_at is null and b.revoked_at is null
			and ?2::date between a.from_on and coalesce(a.until_on, 'infinity') and ?2::date between b.from_on and coalesce(b.until_on, 'infinity')`, sc.Tenant, sc.Actor.ID, dayOf(tx.Now)).Scan(ctx, &out.Usual)
		if err != nil {
			return fmt.Errorf("who else holds the post: %w", err)
		}
		return nil
	})
	return out, err
}
