package cases

import (
	"context"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// maxHabit bounds what is kept of one habit, in bytes.
const maxHabit = 20_000

// Habit (使用习惯) reads what the actor is used to in her post, such as the filters of a list, into
// to; false when there is nothing.
func (s *Service) Habit(ctx context.Context, name string, to any) (found bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		var said []string
		err := tx.NewRaw(`select said::text from case_habits where habit = ? and actor_id = ?`, name, actorID(tx.Scope)).Scan(ctx, &said)
		if err != nil {
			return fmt.Errorf("habit %s: %w", name, err)
		}
		if found = len(said) > 0; !found {
			return nil
		}
		return json.Unmarshal([]byte(said[0]), to)
	})
	return found, err
}

// KeepHabit keeps it. Nothing personal about applicants belongs into it.
func (s *Service) KeepHabit(ctx context.Context, name string, said any) error {
	kept, err := json.Marshal(said)
	if err != nil || len(kept) > maxHabit {
		return fault.InvalidField("phrases", "too_long").Because(err)
	}
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw(`insert into case_habits (tenant_id, actor_id, habit, said, changed_at) values (?, ?, ?, ?::jsonb, ?)
			on conflict (tenant_id, actor_id, habit) do update set said = excluded.said, changed_at = excluded.changed_at`,
			tx.Scope.Tenant, actorID(tx.Scope), name, string(kept), tx.Now).Exec(ctx)
		if err != nil {
			return fmt.Errorf("keep habit %s: %w", name, err)
		}
		return nil
	})
}

// Bounds of phrases.
const (
	MaxPhrases = 30
	MaxPhrase  = 300 // characters
)

// phraseHabit is the habit that phrases are kept under.
const phraseHabit = "phrases"

// Phrases (常用意见) are the actor's own phrases for opinions.
func (s *Service) Phrases(ctx context.Context) (ps []string, err error) {
	_, err = s.Habit(ctx, phraseHabit, &ps)
	return ps, err
}

// SetPhrases keeps them: one a line, empty lines and repetitions left out. It returns Invalid on
// field phrases when there are too many, one is too long, or one has a number like that of a
// person's card in it.
func (s *Service) SetPhrases(ctx context.Context, lines []string) error {
	var ps []string
	for _, l := range trimmed(lines) {
		if len([]rune(l)) > MaxPhrase {
			return fault.InvalidField("phrases", "case_phrase_long")
		}
		if numbers().MatchString(l) {
			return fault.InvalidField("phrases", "case_phrase_personal")
		}
		if !strings.Contains("\n"+strings.Join(ps, "\n")+"\n", "\n"+l+"\n") {
			ps = append(ps, l)
		}
	}
	if len(ps) > MaxPhrases {
		return fault.InvalidField("phrases", "case_phrases_many")
	}
	return s.KeepHabit(ctx, phraseHabit, ps)
}

// numbers finds what may be the number of a person's card or telephone.
func numbers() *regexp.Regexp { return regexp.MustCompile(`\d{11}`) }

// Printing allows the actor to print the file of a case that she sees, and leaves an audit line.
func (s *Service) Printing(ctx context.Context, id string) error {
	return s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := (store{tx}).get(ctx, id)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.CasesView, c.resource(tx.Scope.Actor, "")); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.CasesView), Kind: "case", Object: c.ID, Detail: map[string]any{"no": c.No, "printed": true}})
		return nil
	})
}

// IsWatched reports whether the actor watches a case.
func (s *Service) IsWatched(ctx context.Context, id string) (on bool, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		ids, err := (store{tx}).watches(ctx, []string{id})
		on = len(ids) > 0
		return err
	})
	return on, err
}
