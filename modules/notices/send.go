package notices

import (
	"context"
	"errors"
	"fmt"
	"time"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Sender hands one short message to a gateway and returns the gateway's own
// reference. A fault of kind Invalid means that trying again is pointless.
type Sender interface {
	Send(ctx context.Context, m Message) (ref string, err error)
}

// Message (短信) is one text to one phone.
type Message struct {
	ID    string // stays the same when it is tried again
	Phone string
	Text  string
}

const (
	sendBatch = 5
	claimFor  = time.Minute // longer than a batch takes, at ten seconds for each
	awayFor   = time.Minute // how long a gateway that is away is left alone
	maxTries  = 8
)

// queued is a message that this worker claimed.
type queued struct {
	TenantID    tenancy.ID
	ID          string
	Kind        string
	PhoneSealed string
	Params      map[string]string `bun:"type:jsonb"`
	Tries       int
}

// Send hands out what is queued and returns how many messages the gateway took.
// It is a job and makes its own scope. What fails is tried again, each time
// later, eight times in all.
func (s *Service) Send(ctx context.Context) (sent int, err error) {
	ctx = tenancy.Everywhere(ctx, "notices")
	for {
		batch, err := s.claim(ctx)
		if err != nil || len(batch) == 0 {
			return sent, err
		}
		for i, m := range batch {
			refused, err := s.sendOne(ctx, m)
			if err != nil {
				return sent, err
			}
			if refused == nil {
				sent++
			} else if fault.KindOf(refused) == fault.Unavailable { // the rest would fare no better
				return sent, s.release(ctx, batch[i+1:])
			}
		}
	}
}

// release gives back what was claimed and not tried.
func (s *Service) release(ctx context.Context, rest []queued) error {
	return s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		for _, m := range rest {
			if _, err := tx.ExecContext(ctx, `update messages set tries = tries - 1, claimed_until = ? where tenant_id = ? and id = ?`,
				tx.Now.Add(awayFor), m.TenantID, m.ID); err != nil {
				return fmt.Errorf("release message %s: %w", m.ID, err)
			}
		}
		return nil
	})
}

func (s *Service) claim(ctx context.Context) (batch []queued, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		batch = nil
		return tx.NewRaw(`update messages set tries = tries + 1, claimed_until = ?
			where (tenant_id, id) in (select tenant_id, id from messages where state = 'queued' and (claimed_until is null or claimed_until <= ?)
				order by created_at limit ? for update skip locked)
			returning tenant_id, id, kind, phone_sealed, params, tries`, tx.Now.Add(claimFor), tx.Now, sendBatch).Scan(ctx, &batch)
	})
	if err != nil {
		return nil, fmt.Errorf("claim messages: %w", err)
	}
	return batch, nil
}

// sendOne sends outside any transaction and writes down what came of it; refused
// is why the gateway did not take it.
func (s *Service) sendOne(ctx context.Context, q queued) (refused, err error) {
	var ref string
	ref, refused = s.deliver(ctx, q)
	state, text, wait := "sent", "", time.Duration(0)
	if refused != nil {
		state, text, wait = "queued", refused.Error(), time.Minute<<min(q.Tries, 8)
		if q.Tries >= maxTries || fault.KindOf(refused) == fault.Invalid {
			state = "failed"
		}
	}
	err = s.db.InTx(context.WithoutCancel(ctx), func(ctx context.Context, tx *db.Tx) error {
		var at *time.Time
		if state == "sent" {
			at = &tx.Now
		}
		_, err := tx.ExecContext(ctx, `update messages set state = ?, error = ?, gateway_ref = ?, sent_at = ?, claimed_until = ? where tenant_id = ? and id = ?`,
			state, text, ref, at, tx.Now.Add(wait), q.TenantID, q.ID)
		return err
	})
	if err != nil {
		return refused, fmt.Errorf("note message %s: %w", q.ID, err)
	}
	return refused, nil
}

func (s *Service) deliver(ctx context.Context, q queued) (string, error) {
	if s.sender == nil {
		return "", errors.New("no gateway is set")
	}
	phone, err := s.asks.Sealer.Open(sealPhone, q.PhoneSealed)
	if err != nil {
		return "", err
	}
	return s.sender.Send(ctx, Message{ID: q.ID, Phone: phone, Text: s.asks.Words(q.Kind, q.Params)})
}
