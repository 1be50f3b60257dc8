package cases

import (
	"context"
	"fmt"
	"strings"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Message (外部结果) is the answer of another system to what a case waits for: the case is found by
// its number, and what waits in it by the key that the flow gives the wait.
type Message struct {
	Over   tenancy.Interval // the tenants whose cases the sender may answer
	No     string
	Wait   string // key of the wait, as drawn in the flow
	Answer string
	Key    string // idempotency key of the sender's
}

// maxMessage bounds an answer, in characters.
const maxMessage = 500

func (m *Message) check() error {
	bad := map[string]string{}
	if m.Answer = strings.TrimSpace(m.Answer); m.Answer == "" {
		bad["answer"] = "case_answer_missing"
	}
	if len([]rune(m.Answer)) > maxMessage {
		bad["answer"] = "too_long"
	}
	if m.Key == "" {
		bad["idem"] = "idem_missing"
	}
	return fault.InvalidFields(bad)
}

// Answered is what came of a message.
type Answered struct {
	CaseID, No, Wait string
	At               time.Time
}

// Answer (答复外部等待) lets a case go on that waits for another system, as ctx says: a System scope over
// all tenants, whose actor is the sender. The same key again returns what it did then. It returns
// NotFound for a case that the sender may not answer, and Precondition (case_not_waiting) when nothing with
// that key is waited for now.
func (s *Service) Answer(ctx context.Context, m Message) (done Answered, err error) {
	if err := m.check(); err != nil {
		return done, err
	}
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		id, err := tx.Once(ctx, "case-answer", m.Key, func() (string, error) { return s.answer(ctx, tx, m) })
		if err != nil {
			return err
		}
		var v StepRecord
		if err := tx.NewSelect().Model(&v).Where("id = ?", id).Scan(ctx); err != nil {
			return fmt.Errorf("answered step %s: %w", id, err)
		}
		if v.WaitKey != m.Wait {
			return fault.New(fault.Conflict, "case_answer_key_used")
		}
		done = Answered{CaseID: v.CaseID, No: m.No, Wait: v.WaitKey, At: *v.EndedAt}
		return nil
	})
	return done, err
}

// answer ends the wait and returns the id of its visit.
func (s *Service) answer(ctx context.Context, tx *db.Tx, m Message) (string, error) {
	var cs []Case
	err := tx.NewSelect().Model(&cs).Where("no = ?", m.No).Where("tenant_id BETWEEN ? AND ?", m.Over.Lo, m.Over.Hi).For("UPDATE").Scan(ctx)
	if err != nil {
		return "", fmt.Errorf("case %s: %w", m.No, err)
	}
	if len(cs) != 1 {
		return "", fault.New(fault.NotFound, "case_not_found")
	}
	was := cs[0]
	d, err := s.deed(ctx, tx, &cs[0])
	if err != nil {
		return "", err
	}
	for _, v := range d.open {
		if v.Work != workWait || v.WaitsFor != ForExternal || v.WaitKey != m.Wait {
			continue
		}
		d.at(v)
		if err := d.fulfil(ctx, m.Answer, nil); err != nil {
			return "", err
		}
		d.touched()
		tx.Record(db.Audit{Tenant: was.TenantID, Action: string(policies.CasesFulfil), Kind: "case", Object: was.ID, Detail: map[string]any{"no": was.No, "wait": m.Wait, "partner": tx.Scope.Actor.ID}})
		return v.ID, d.save(ctx, was)
	}
	return "", fault.New(fault.Precondition, "case_not_waiting")
}
