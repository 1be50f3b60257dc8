package notices

import (
	"context"
	"fmt"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/schema"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Notice (消息) is one thing that a person, or whoever holds a role in a tenant,
// should know.
type Notice struct {
	TenantID  tenancy.ID
	ID        string
	Subject   *string // a person; nil: whoever holds Role
	Role      string
	Kind      string            // names the sentence
	Params    map[string]string `bun:"type:jsonb"` // fill the sentence
	Link      string            // path on the reader's site, without its base; may be empty
	CreatedAt time.Time
	ReadAt    *time.Time
	ReadBy    string // of several who hold the role, who read it first
}

// Asks are the questions that notices puts to others.
type Asks struct {
	Contacts Contacts
	Watchers Watchers // nil: nobody watches anything
	Sealer   Sealer
	Words    func(kind string, params map[string]string) string // the text of a short message
}

// Contacts knows how people can be reached.
type Contacts interface {
	// CasePhone is the phone that the applicant of a case left; empty when none.
	CasePhone(ctx context.Context, tx *db.Tx, tenant tenancy.ID, caseID string) (string, error)
}

// Sealer keeps phones and texts unreadable at rest.
type Sealer interface {
	Seal(purpose, plain string) string
	Open(purpose, sealed string) (string, error)
}

// What is sealed, and under which purpose.
const (
	sealPhone = "notices.phone"
	sealText  = "notices.text"
)

// Service is the whole public surface of notices.
type Service struct {
	db     *db.DB
	authz  policies.Authorizer
	asks   Asks
	sender Sender
}

// New wires a Service. sender may be nil where nothing is sent.
func New(d *db.DB, a policies.Authorizer, asks Asks, sender Sender) *Service {
	return &Service{db: d, authz: a, asks: asks, sender: sender}
}

// Query narrows a list of notices, newest first.
type Query struct {
	Unread     bool
	Page, Size int // from 1; 1..100
}

const maxSize = 100

// mine picks the notices of the actor: her own, and those of the roles that she
// holds in the tenant where she stands.
func mine(s tenancy.Scope) schema.QueryWithArgs {
	if s.Actor.Kind != tenancy.Staff {
		return bun.SafeQuery(`n.subject = ?`, nilUUID(s.Actor.ID))
	}
	roles := append([]string{"-"}, s.Actor.Roles...) // IN needs one at least
	return bun.SafeQuery(`n.tenant_id = ? and (n.subject is null and n.role in (?) or n.subject = ?)`, s.Tenant, bun.List(roles), nilUUID(s.Actor.ID))
}

// nilUUID is id, or the UUID that nobody has.
func nilUUID(id string) string {
	if id == "" {
		return "00000000-0000-0000-0000-000000000000"
	}
	return id
}

// List returns one page of the actor's notices and how many there are. Visitors
// who have not signed in are refused.
func (s *Service) List(ctx context.Context, q Query) (list []Notice, total int, err error) {
	if err := s.may(ctx); err != nil {
		return nil, 0, err
	}
	unread := bun.SafeQuery(`true`)
	if q.Unread {
		unread = bun.SafeQuery(`n.read_at is null`)
	}
	size := min(max(q.Size, 1), maxSize)
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		who := mine(tx.Scope)
		if err := tx.NewRaw(`select count(*) from notices n where ? and ?`, who, unread).Scan(ctx, &total); err != nil {
			return fmt.Errorf("count notices: %w", err)
		}
		list = nil
		return tx.NewRaw(`select tenant_id, id, subject, role, kind, params, link, created_at, read_at, read_by from notices n where ? and ?
			order by created_at desc, id desc limit ? offset ?`, who, unread, size, (max(q.Page, 1)-1)*size).Scan(ctx, &list)
	})
	return list, total, err
}

// Unread counts what the actor has not read, for the bell; nobody has nothing to read.
func (s *Service) Unread(ctx context.Context) (n int, err error) {
	scope, err := tenancy.From(ctx)
	if err != nil || scope.Actor.Kind != tenancy.Staff && scope.Actor.Kind != tenancy.Person {
		return 0, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select count(*) from notices n where read_at is null and ?`, mine(tx.Scope)).Scan(ctx, &n)
	})
	return n, err
}

// Read marks one notice of the actor's as read and returns it; NotFound when it
// is not hers. Reading again changes nothing.
func (s *Service) Read(ctx context.Context, id string) (n Notice, err error) {
	if err := s.may(ctx); err != nil {
		return n, err
	}
	if !db.IsID(id) {
		return n, fault.New(fault.NotFound, "notices.gone")
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var found []Notice
		if err := tx.NewRaw(`update notices n set read_at = coalesce(n.read_at, ?), read_by = case when n.read_at is null then ? else n.read_by end
			where n.id = ? and ? returning n.tenant_id, n.id, n.subject, n.role, n.kind, n.params, n.link, n.created_at, n.read_at, n.read_by`,
			tx.Now, tx.Scope.Actor.Name, id, mine(tx.Scope)).Scan(ctx, &found); err != nil {
			return fmt.Errorf("read notice %s: %w", id, err)
		}
		if len(found) == 0 {
			return fault.New(fault.NotFound, "notices.gone")
		}
		n = found[0]
		return nil
	})
	return n, err
}

// ReadAll marks everything of the actor's as read and returns how many there were.
func (s *Service) ReadAll(ctx context.Context) (n int64, err error) {
	if err := s.may(ctx); err != nil {
		return 0, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewRaw(`update notices n set read_at = ?, read_by = ? where n.read_at is null and ?`, tx.Now, tx.Scope.Actor.Name, mine(tx.Scope)).Exec(ctx)
		if err != nil {
			return fmt.Errorf("read all notices: %w", err)
		}
		n, err = res.RowsAffected()
		return err
	})
	return n, err
}

func (s *Service) may(ctx context.Context) error {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return err
	}
	return s.authz.Allow(ctx, policies.NoticesView, policies.Resource{"tenant": scope.Tenant, "published": false, "subject": scope.Actor.ID})
}
