package notices

import (
	"context"
	"fmt"
	"strings"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Simulator (模拟短信) stands in for phones where no real gateway is set: it keeps
// what it received, sealed, for those who may look into its inbox.
type Simulator struct {
	db     *db.DB
	authz  policies.Authorizer
	sealer Sealer
	on     bool
}

// NewSimulator wires a Simulator; on says that messages really end here.
func NewSimulator(d *db.DB, a policies.Authorizer, s Sealer, on bool) *Simulator {
	return &Simulator{db: d, authz: a, sealer: s, on: on}
}

// Where a received message came from.
const (
	FromNotice = "notice" // what notices sent
	FromLogin  = "login"  // a code of the identity server
)

// Received is one message in the simulator's inbox, in the clear.
type Received struct {
	ID         string
	Source     string
	Phone      string
	Text       string
	ReceivedAt time.Time
}

// Receive keeps a message.
func (s *Simulator) Receive(ctx context.Context, source, phone, text string) (id string, err error) {
	err = s.db.InTx(tenancy.Everywhere(ctx, "notices"), func(ctx context.Context, tx *db.Tx) error {
		id = db.NewID()
		_, err := tx.ExecContext(ctx, `insert into sms_inbox (tenant_id, id, source, phone_sealed, text_sealed, received_at) values (?, ?, ?, ?, ?, ?)`,
			tenancy.Platform, id, source, s.sealer.Seal(sealPhone, phone), s.sealer.Seal(sealText, text), tx.Now)
		return err
	})
	if err != nil {
		return "", fmt.Errorf("simulate a message: %w", err)
	}
	return id, nil
}

// MaxReceived is how many of the newest messages Inbox looks through.
const MaxReceived = 300

// Inbox returns the newest messages whose phone or text contains q. It needs
// sms:inbox, which is refused wherever messages are really sent.
func (s *Simulator) Inbox(ctx context.Context, q, source string) (list []Received, err error) {
	if err := s.authz.Allow(ctx, policies.SMSInbox, policies.Resource{"simulator": s.on}); err != nil {
		return nil, err
	}
	var rows []struct {
		ID, Source, PhoneSealed, TextSealed string
		ReceivedAt                          time.Time
	}
	if err := s.db.InTx(tenancy.Everywhere(ctx, "notices"), func(ctx context.Context, tx *db.Tx) error {
		rows = nil
		return tx.NewRaw(`select id, source, phone_sealed, text_sealed, received_at from sms_inbox where tenant_id = ? and (? = '' or source = ?)
			order by received_at desc, id desc limit ?`, tenancy.Platform, source, source, MaxReceived).Scan(ctx, &rows)
	}); err != nil {
		return nil, fmt.Errorf("read simulated messages: %w", err)
	}
	for _, r := range rows {
		m := Received{ID: r.ID, Source: r.Source, ReceivedAt: r.ReceivedAt}
		if m.Phone, err = s.sealer.Open(sealPhone, r.PhoneSealed); err != nil {
			return nil, err
		}
		if m.Text, err = s.sealer.Open(sealText, r.TextSealed); err != nil {
			return nil, err
		}
		if strings.Contains(m.Phone, q) || strings.Contains(m.Text, q) {
			list = append(list, m)
		}
	}
	return list, nil
}

// Counts of messages by state: queued, sent, failed. It needs sms:inbox.
func (s *Simulator) Counts(ctx context.Context) (map[string]int, error) {
	if err := s.authz.Allow(ctx, policies.SMSInbox, policies.Resource{"simulator": s.on}); err != nil {
		return nil, err
	}
	counts := map[string]int{}
	err := s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error { // in the actor's own tree
		var rows []struct {
			State string
			N     int
		}
		err := tx.NewRaw(`select state, count(*) as n from messages group by 1`).Scan(ctx, &rows)
		for _, r := range rows {
			counts[r.State] = r.N
		}
		return err
	})
	return counts, err
}
