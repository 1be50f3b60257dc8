package audit

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"log/slog"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

const (
	sealBatch = 2_000
	// grace is how much later than it says a line may become visible: a transaction
	// stamps its lines when it begins. What comes later than that was not written by us.
	grace = time.Hour
	// sealLock keeps two seal runs apart, should the lease of one run out.
	sealLock    = 7_340_926
	headPurpose = "audit.head"
	markPurpose = "audit.mark"
)

// sealed is a line with what its seal says.
type sealed struct {
	TenantID    tenancy.ID
	ID          string
	At          time.Time
	ActorKind   string
	ActorID     string
	ActorName   string
	ActorTenant int64
	Action      string
	Kind        string
	Object      string
	Detail      string
	RequestID   string
}

const sealedColumns = `a.tenant_id, a.id, a.at, a.actor_kind, a.actor_id, a.actor_name, a.actor_tenant, a.action, a.kind, a.object, a.detail::text as detail, a.request_id`

// digest is the hash of place seq of a chain. Every part is written with its
// length, so that no two lines have the same bytes.
func (l sealed) digest(prev []byte, seq int64, at time.Time) []byte {
	h := sha256.New()
	h.Write(prev)
	number(h, seq)
	number(h, at.UnixMicro())
	number(h, l.At.UnixMicro())
	number(h, l.ActorTenant)
	for _, s := range []string{l.ID, l.ActorKind, l.ActorID, l.ActorName, l.Action, l.Kind, l.Object, l.Detail, l.RequestID} {
		number(h, int64(len(s)))
		h.Write([]byte(s))
	}
	return h.Sum(nil)
}

func number(h hash.Hash, n int64) { _ = binary.Write(h, binary.BigEndian, n) } // hashes never fail

// genesis is what the first line of a chain is linked to.
func genesis() []byte { return make([]byte, sha256.Size) }

// head is the end of a tenant's chain.
type head struct {
	TenantID tenancy.ID
	Seq      int64
	Hash     []byte
	Mac      string
	SealedAt time.Time
}

func (h head) text() string { return fmt.Sprintf("%d:%s", h.Seq, hex.EncodeToString(h.Hash)) }

// Seal appends every line that is not sealed yet to its tenant's chain and
// returns how many there were. It is a job and makes its own scope.
func (s *Service) Seal(ctx context.Context) (lines int, err error) {
	ctx = tenancy.Everywhere(ctx, "audit")
	for {
		n := 0
		err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
			n, err = s.sealBatch(ctx, tx)
			return err
		})
		if err != nil {
			return lines, fmt.Errorf("seal audit: %w", err)
		}
		if lines += n; n < sealBatch {
			return lines, nil
		}
	}
}

func (s *Service) sealBatch(ctx context.Context, tx *db.Tx) (int, error) {
	if _, err := tx.ExecContext(ctx, `select pg_advisory_xact_lock(?)`, sealLock); err != nil {
		return 0, err
	}
	m, _, err := markOf(ctx, tx)
	if err != nil {
		return 0, err
	}
	var rows []sealed
	if err := tx.NewRaw(`select `+sealedColumns+` from audit_rows a where a.at >= ?
		and not exists (select from audit_seals s where s.tenant_id = a.tenant_id and s.audit_id = a.id)
		order by a.tenant_id, a.at, a.id limit ?`, m.since(), sealBatch).Scan(ctx, &rows); err != nil {
		return 0, fmt.Errorf("read unsealed lines: %w", err)
	}
	for from := 0; from < len(rows); {
		to := from
		for to < len(rows) && rows[to].TenantID == rows[from].TenantID {
			to++
		}
		fresh, err := s.extend(ctx, tx, rows[from:to])
		if err != nil {
			return 0, err
		}
		if fresh {
			m.Chains++
		}
		from = to
	}
	m.Lines += int64(len(rows))
	if len(rows) < sealBatch { // the end is reached; else the mark stays where it was
		m.At = tx.Now
	}
	return len(rows), s.setMark(ctx, tx, m)
}

// mark is when sealing last reached the end, and how much there is in all: no
// chain can be dropped or put back to an older state without changing the sums.
type mark struct {
	At     time.Time
	Chains int64
	Lines  int64
	Mac    string
}

// since is the moment before which every line is sealed.
func (m mark) since() time.Time { return m.At.Add(-grace) }

func (m mark) text() string { return fmt.Sprintf("%d:%d:%d", m.At.UnixMicro(), m.Chains, m.Lines) }

// markOf reads the mark; before the first run it stands at the epoch.
func markOf(ctx context.Context, tx *db.Tx) (m mark, found bool, err error) {
	var all []mark
	if err := tx.NewRaw(`select at, chains, lines, mac from audit_marks where tenant_id = ?`, tenancy.Platform).Scan(ctx, &all); err != nil {
		return m, false, fmt.Errorf("read mark: %w", err)
	}
	if len(all) == 0 {
		return mark{At: time.Unix(0, 0)}, false, nil
	}
	return all[0], true, nil
}

func (s *Service) setMark(ctx context.Context, tx *db.Tx, m mark) error {
	if _, err := tx.ExecContext(ctx, `insert into audit_marks (tenant_id, at, chains, lines, mac) values (?, ?, ?, ?, ?)
		on conflict (tenant_id) do update set at = excluded.at, chains = excluded.chains, lines = excluded.lines, mac = excluded.mac`,
		tenancy.Platform, m.At, m.Chains, m.Lines, s.vouch.Blind(markPurpose, m.text())); err != nil {
		return fmt.Errorf("set mark: %w", err)
	}
	return nil
}

// extend adds lines of one tenant to its chain and signs the new head; fresh
// says that the chain is new.
func (s *Service) extend(ctx context.Context, tx *db.Tx, rows []sealed) (fresh bool, err error) {
	tenant := rows[0].TenantID
	h, found, err := headOf(ctx, tx, tenant)
	if err != nil {
		return false, err
	}
	for _, l := range rows {
		next := l.digest(h.Hash, h.Seq+1, tx.Now)
		if _, err := tx.ExecContext(ctx, `insert into audit_seals (tenant_id, seq, audit_id, prev, hash, sealed_at) values (?, ?, ?, ?, ?, ?)`,
			tenant, h.Seq+1, l.ID, h.Hash, next, tx.Now); err != nil {
			return false, fmt.Errorf("seal line %s: %w", l.ID, err)
		}
		h.Seq, h.Hash = h.Seq+1, next
	}
	if _, err := tx.ExecContext(ctx, `insert into audit_heads (tenant_id, seq, hash, mac, sealed_at) values (?, ?, ?, ?, ?)
		on conflict (tenant_id) do update set seq = excluded.seq, hash = excluded.hash, mac = excluded.mac, sealed_at = excluded.sealed_at`,
		tenant, h.Seq, h.Hash, s.vouch.Blind(headPurpose, h.text()), tx.Now); err != nil {
		return false, fmt.Errorf("sign head of %s: %w", tenant, err)
	}
	// An anchor outside the database: whoever keeps the log can hold the chain to it.
	s.log.InfoContext(ctx, "audit sealed", slog.String("tenant", tenant.String()), slog.Int64("seq", h.Seq), slog.String("hash", hex.EncodeToString(h.Hash)))
	return !found, nil
}

// headOf returns the end of a chain; found is false when there is none yet.
func headOf(ctx context.Context, tx *db.Tx, tenant tenancy.ID) (h head, found bool, err error) {
	var all []head
	if err := tx.NewRaw(`select tenant_id, seq, hash, mac, sealed_at from audit_heads where tenant_id = ?`, tenant).Scan(ctx, &all); err != nil {
		return h, false, fmt.Errorf("read head of %s: %w", tenant, err)
	}
	if len(all) == 0 {
		return head{TenantID: tenant, Hash: genesis()}, false, nil
	}
	return all[0], true, nil
}
