package audit

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"slices"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Breach is a way in which the record was tampered with.
type Breach string

// The breaches that Verify tells apart.
const (
	Altered     Breach = "altered"      // a line is not what was sealed
	Removed     Breach = "removed"      // a sealed line is gone
	Inserted    Breach = "inserted"     // a line came into the past
	SealAltered Breach = "seal_altered" // a seal is not what the chain says
	SealRemoved Breach = "seal_removed" // seals are missing between others, or at the end
	HeadAltered Breach = "head_altered" // the head is missing, or not signed by us
	SumsAltered Breach = "sums_altered" // chains were dropped or put back to an older state as a whole
)

// Problem is one breach with where it is.
type Problem struct {
	Tenant     tenancy.ID
	TenantName string
	Breach     Breach
	Seq        int64  // place in the chain; 0 for lines that have none
	LineID     string // empty when not even that is left
	At         time.Time
}

// Head is where a tenant's chain ends: to be noted down and compared later.
type Head struct {
	Tenant     tenancy.ID
	TenantName string
	Seq        int64
	Hash       string // hexadecimal
	SealedAt   time.Time
}

// Report is what Verify found.
type Report struct {
	At       time.Time
	Lines    int64 // sealed lines that were checked
	Waiting  int64 // lines that are not sealed yet
	Heads    []Head
	Problems []Problem // at most MaxProblems
}

// MaxProblems is where Verify stops to list breaches.
const MaxProblems = 1_000

// Sound reports that nothing was tampered with.
func (r Report) Sound() bool { return len(r.Problems) == 0 }

// Verify recomputes every chain of the actor's tenant and everything below it
// from the lines themselves. It reads the whole record: minutes for millions of
// lines. Staff need audit:view; a job of System needs nothing.
func (s *Service) Verify(ctx context.Context) (r Report, err error) {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return r, err
	}
	if scope.Actor.Kind != tenancy.System {
		if err := s.may(ctx); err != nil {
			return r, err
		}
	}
	since, sums, err := s.sums(ctx)
	if err != nil {
		return r, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		// One snapshot: sealing goes on meanwhile.
		if _, err := tx.ExecContext(ctx, `set transaction isolation level repeatable read`); err != nil {
			return err
		}
		c := checker{tx: tx, vouch: s.vouch, since: since, report: Report{At: tx.Now, Problems: slices.Clone(sums)}}
		if err := c.all(ctx); err != nil {
			return err
		}
		r = c.report
		return nil
	})
	if err != nil {
		return r, fmt.Errorf("verify audit: %w", err)
	}
	return r, nil
}

// sums holds the number of all chains and lines to what the last seal run signed,
// for the whole platform whoever asks: a chain that is gone is missed by nothing else.
func (s *Service) sums(ctx context.Context) (since time.Time, problems []Problem, err error) {
	err = s.db.InTx(tenancy.Everywhere(ctx, "audit"), func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.ExecContext(ctx, `set transaction isolation level repeatable read`); err != nil {
			return err
		}
		m, found, err := markOf(ctx, tx)
		if err != nil {
			return err
		}
		var chains, lines int64
		if err := tx.QueryRowContext(ctx, `select count(*), coalesce(sum(seq), 0) from audit_heads`).Scan(&chains, &lines); err != nil {
			return fmt.Errorf("count chains: %w", err)
		}
		since, problems = m.since(), nil
		signed := !found && chains == 0 || slices.Contains(s.vouch.Blinds(markPurpose, m.text()), m.Mac)
		if !signed || m.Chains != chains || m.Lines != lines {
			problems = []Problem{{Tenant: tenancy.Platform, Breach: SumsAltered, At: m.At}}
		}
		return nil
	})
	return since, problems, err
}

// checker walks the chains inside one transaction.
type checker struct {
	tx     *db.Tx
	vouch  Vouch
	since  time.Time // lines before it must be sealed
	report Report
	tenant place
}

type place struct {
	TenantID tenancy.ID
	Name     string
}

func (c *checker) all(ctx context.Context) error {
	var places []place
	if err := c.tx.NewRaw(`select tenant_id, name from tenants t where tenant_id between ? and ? and (
			exists (select from audit_rows x where x.tenant_id = t.tenant_id) or exists (select from audit_seals x where x.tenant_id = t.tenant_id)
			or exists (select from audit_heads x where x.tenant_id = t.tenant_id)) order by tenant_id`, c.tx.Scope.Over.Lo, c.tx.Scope.Over.Hi).Scan(ctx, &places); err != nil {
		return fmt.Errorf("list chains: %w", err)
	}
	for _, p := range places {
		c.tenant = p
		if err := c.chain(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (c *checker) found(b Breach, seq int64, line string, at time.Time) {
	if len(c.report.Problems) < MaxProblems {
		c.report.Problems = append(c.report.Problems, Problem{c.tenant.TenantID, c.tenant.Name, b, seq, line, at})
	}
}

// chain checks one tenant: every link, the end, and that nothing lies outside.
func (c *checker) chain(ctx context.Context) error {
	h, signed, err := headOf(ctx, c.tx, c.tenant.TenantID)
	if err != nil {
		return err
	}
	end, err := c.links(ctx)
	if err != nil {
		return err
	}
	c.end(h, signed, end)
	return c.outside(ctx)
}

// link is a seal beside its line, if that still exists.
type link struct {
	Seq      int64
	AuditID  string
	Prev     []byte
	Hash     []byte
	SealedAt time.Time
	Found    bool
	sealed
}

const linkSQL = `select s.seq, s.audit_id, s.prev, s.hash, s.sealed_at, a.id is not null as found,
		s.tenant_id, coalesce(a.id, s.audit_id) as id, coalesce(a.at, s.sealed_at) as at, coalesce(a.actor_kind, '') as actor_kind, coalesce(a.actor_id, '') as actor_id,
		coalesce(a.actor_name, '') as actor_name, coalesce(a.actor_tenant, 0) as actor_tenant, coalesce(a.action, '') as action, coalesce(a.kind, '') as kind,
		coalesce(a.object, '') as object, coalesce(a.detail::text, '') as detail, coalesce(a.request_id, '') as request_id
	from audit_seals s left join audit_rows a on a.tenant_id = s.tenant_id and a.id = s.audit_id
	where s.tenant_id = ? and s.seq > ? order by s.seq limit ?`

// links walks the chain and returns its last link.
func (c *checker) links(ctx context.Context) (last link, err error) {
	last.Hash = genesis()
	for {
		var page []link
		if err := c.tx.NewRaw(linkSQL, c.tenant.TenantID, last.Seq, sealBatch).Scan(ctx, &page); err != nil {
			return last, fmt.Errorf("read seals of %s: %w", c.tenant.TenantID, err)
		}
		for _, l := range page {
			c.link(last, l)
			last = l
		}
		c.report.Lines += int64(len(page))
		if len(page) < sealBatch {
			return last, nil
		}
	}
}

func (c *checker) link(before, l link) {
	switch {
	case l.Seq != before.Seq+1:
		c.found(SealRemoved, before.Seq+1, "", l.SealedAt)
	case !bytes.Equal(l.Prev, before.Hash):
		c.found(SealAltered, l.Seq, l.AuditID, l.SealedAt)
	}
	switch {
	case !l.Found:
		c.found(Removed, l.Seq, l.AuditID, l.SealedAt)
	case !bytes.Equal(l.digest(l.Prev, l.Seq, l.SealedAt), l.Hash):
		c.found(Altered, l.Seq, l.AuditID, l.At)
	}
}

// end holds the last link to the head, and the head to its signature.
func (c *checker) end(h head, exists bool, last link) {
	if !exists && last.Seq == 0 {
		return // nothing was ever sealed
	}
	if !exists || !slices.Contains(c.vouch.Blinds(headPurpose, h.text()), h.Mac) {
		c.found(HeadAltered, h.Seq, "", h.SealedAt)
		return
	}
	c.report.Heads = append(c.report.Heads, Head{c.tenant.TenantID, c.tenant.Name, h.Seq, hex.EncodeToString(h.Hash), h.SealedAt})
	switch {
	case last.Seq < h.Seq:
		c.found(SealRemoved, last.Seq+1, "", h.SealedAt)
	case last.Seq > h.Seq || !bytes.Equal(last.Hash, h.Hash):
		c.found(SealAltered, last.Seq, last.AuditID, last.SealedAt)
	}
}

// outside looks for lines that no seal covers: the young ones wait, the others
// were put there.
func (c *checker) outside(ctx context.Context) error {
	var rows []struct {
		ID string
		At time.Time
	}
	if err := c.tx.NewRaw(`select id, at from audit_rows a where tenant_id = ?
		and not exists (select from audit_seals s where s.tenant_id = a.tenant_id and s.audit_id = a.id) order by at, id`, c.tenant.TenantID).Scan(ctx, &rows); err != nil {
		return fmt.Errorf("read unsealed lines of %s: %w", c.tenant.TenantID, err)
	}
	for _, l := range rows {
		if l.At.Before(c.since) {
			c.found(Inserted, 0, l.ID, l.At)
		} else {
			c.report.Waiting++
		}
	}
	return nil
}
