package audit

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Vouch signs what the database may not forge; seal.Sealer is one.
type Vouch interface {
	Blind(purpose, value string) string
	Blinds(purpose, value string) []string // under every key that is still known
}

// Service is the whole public surface of audit.
type Service struct {
	db    *db.DB
	authz policies.Authorizer
	vouch Vouch
	log   *slog.Logger
}

// New wires a Service.
func New(d *db.DB, a policies.Authorizer, v Vouch, log *slog.Logger) *Service {
	return &Service{db: d, authz: a, vouch: v, log: log}
}

// Line (审计记录) is one line of the record.
type Line struct {
	TenantID    tenancy.ID
	TenantName  string
	ID          string
	At          time.Time
	ActorKind   string
	ActorID     string
	ActorName   string
	ActorTenant tenancy.ID
	ActorPlace  string         // name of ActorTenant
	Action      string         // as policies spell it
	Kind        string         // noun
	Object      string         // id of the noun
	Detail      map[string]any `bun:"type:jsonb"`
	RequestID   string
	Seq         *int64 // its place in the chain; nil while it waits to be sealed
	SealedAt    *time.Time
}

const lineColumns = `a.tenant_id, coalesce(t.name, '') as tenant_name, a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.actor_tenant,
	coalesce(p.name, '') as actor_place, a.action, a.kind, a.object, a.detail, a.request_id, s.seq, s.sealed_at`

const lineTables = ` from audit_rows a left join tenants t on t.tenant_id = a.tenant_id left join tenants p on p.tenant_id = a.actor_tenant
	left join audit_seals s on s.tenant_id = a.tenant_id and s.audit_id = a.id`

// MaxCount is where counting a list and exporting it stop.
const MaxCount = 10_000

// Query narrows and orders the record. Zero values mean: everything, newest first.
type Query struct {
	Who      string // part of a name, or an id
	Action   string
	Kind     string
	Object   string // id
	From, To time.Time
	Under    tenancy.Interval // only lines kept in this part of the subtree
	Asc      bool
	Page     int // from 1
	Size     int // 1..MaxCount
}

func (q Query) where() (string, []any) {
	sql, args := ` where true`, []any{}
	add := func(cond string, v ...any) { sql, args = sql+" and "+cond, append(args, v...) }
	if q.Who != "" {
		add(`(a.actor_id = ? or strpos(a.actor_name, ?) > 0)`, q.Who, q.Who)
	}
	if q.Action != "" {
		add(`a.action = ?`, q.Action)
	}
	if q.Kind != "" {
		add(`a.kind = ?`, q.Kind)
	}
	if q.Object != "" {
		add(`a.object = ?`, q.Object)
	}
	if !q.From.IsZero() {
		add(`a.at >= ?`, q.From)
	}
	if !q.To.IsZero() {
		add(`a.at < ?`, q.To)
	}
	if q.Under != (tenancy.Interval{}) {
		add(`a.tenant_id between ? and ?`, q.Under.Lo, q.Under.Hi)
	}
	return sql, args
}

// List returns one page of the record of the actor's tenant and everything below
// it, and how many lines match, counted up to MaxCount. It needs audit:view.
func (s *Service) List(ctx context.Context, q Query) (lines []Line, total int, err error) {
	if err := s.may(ctx); err != nil {
		return nil, 0, err
	}
	where, args := q.where()
	order := ` order by a.at desc, a.id desc`
	if q.Asc {
		order = ` order by a.at, a.id`
	}
	size := min(max(q.Size, 1), MaxCount)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := tx.NewRaw(`select count(*) from (select from audit_rows a`+where+` limit ?) x`, append(args, MaxCount)...).Scan(ctx, &total); err != nil {
			return fmt.Errorf("count audit: %w", err)
		}
		lines = nil
		if err := tx.NewRaw(`select `+lineColumns+lineTables+where+order+` limit ? offset ?`, append(args, size, (max(q.Page, 1)-1)*size)...).Scan(ctx, &lines); err != nil {
			return fmt.Errorf("list audit: %w", err)
		}
		return nil
	})
	return lines, total, err
}

// Export is List without pages, at most MaxCount lines; that it was exported is
// recorded itself.
func (s *Service) Export(ctx context.Context, q Query) ([]Line, error) {
	q.Page, q.Size = 1, MaxCount
	lines, _, err := s.List(ctx, q)
	if err != nil {
		return nil, err
	}
	return lines, s.db.InTx(ctx, func(_ context.Context, tx *db.Tx) error {
		tx.Record(db.Audit{Action: "audit:export", Kind: "audit", Detail: map[string]any{"lines": len(lines)}})
		return nil
	})
}

// Get returns one line, or NotFound.
func (s *Service) Get(ctx context.Context, id string) (l Line, err error) {
	if err := s.may(ctx); err != nil {
		return l, err
	}
	if !db.IsID(id) {
		return l, fault.New(fault.NotFound, "not_found")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select `+lineColumns+lineTables+` where a.id = ?`, id).Scan(ctx, &l)
	})
	return l, err
}

// Nouns are the actions and kinds that occur in the record the actor may see, for filters.
func (s *Service) Nouns(ctx context.Context) (actions, kinds []string, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		recent := bun.SafeQuery(`(select action, kind from audit_rows order by at desc limit ?)`, MaxCount)
		if err := tx.NewRaw(`select distinct action from ? x order by 1`, recent).Scan(ctx, &actions); err != nil {
			return fmt.Errorf("list actions: %w", err)
		}
		return tx.NewRaw(`select distinct kind from ? x order by 1`, recent).Scan(ctx, &kinds)
	})
	return actions, kinds, err
}

func (s *Service) may(ctx context.Context) error {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	return s.authz.Allow(ctx, policies.AuditView, policies.Resource{"tenant": scope.Tenant})
}
