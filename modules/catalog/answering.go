package catalog

import (
	"context"
	"slices"
	"strings"

	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Reply (答复) is what an item editor decides about a task.
type Reply struct {
	Act  string // AnswerAdopt, AnswerKeep or AnswerChange; of a law or a basic entry AnswerRevised or AnswerNoted
	Take Fields // with AnswerChange: what the element says from now on
	Note string // with AnswerNoted: why nothing is to be changed
	Seen int    // version counter of the task that the editor was shown
}

// AnswerTask carries out a decision about a task: the element goes back to what is
// said above, stays on the new ground, or is changed. The same answer again is
// harmless; another one is a Conflict (item_task_closed), as is one to a task that
// has changed since it was shown (item_changed).
func (s *Service) AnswerTask(ctx context.Context, id string, in Reply) (t Task, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		if t, err = st.task(ctx, id); err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsTask, policies.Resource{"tenant": t.TenantID}); err != nil {
			return err
		}
		switch {
		case t.State == TaskDone && t.Answer == in.Act:
			return nil
		case t.State == TaskDone:
			return fault.New(fault.Conflict, "item_task_closed")
		case in.Seen != t.Version:
			return changedMeanwhile()
		}
		if err := s.reply(ctx, tx, t, in); err != nil {
			return err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsTask), Kind: "item", Object: t.ItemID, Detail: map[string]any{"task": t.ID, "kind": t.Kind, "element": t.Element, "answer": in.Act, "note": in.Note}})
		return st.close(ctx, &t, in.Act, tx.Scope.Actor.Name, in.Note)
	})
	return t, err
}

func (s *Service) reply(ctx context.Context, tx *db.Tx, t Task, in Reply) error {
	if t.Kind == TaskLaw || t.Kind == TaskBasic {
		return in.checked()
	}
	st, err := s.standing(ctx, tx, t.ItemID)
	if err != nil {
		return err
	}
	f, err := st.replied(t, in)
	if err != nil {
		return err
	}
	c := Change{Fields: f}
	if in.Act != AnswerAdopt {
		if !st.lawful(tx.Scope.Tenant, t.Element) && in.Act == AnswerKeep {
			return fault.New(fault.Precondition, "item_task_keep_unlawful")
		}
		if err := s.authz.Allow(ctx, policies.ItemsOverride, st.asked(tx, c)); err != nil {
			return err
		}
		if err := (Change{Fields: Fields{}.taking(t.Element, f)}).check(st.Inherited); err != nil {
			return err
		}
	}
	was := st.Base
	st.Base = map[string]string{} // of this element nothing is remembered: it stands on what is said now
	for key, base := range was {
		if key != t.Element {
			st.Base[key] = base
		}
	}
	return s.saveReplied(ctx, tx, st, f, t)
}

// saveReplied is saveOverride that leaves the answered task to be closed by its answer.
func (s *Service) saveReplied(ctx context.Context, tx *db.Tx, st Standing, f Fields, t Task) error {
	st.answered = t.ID
	return s.saveOverride(ctx, tx, st, f, st.OwnSeen)
}

// checked holds an answer about a law or a basic entry to what it must say.
func (in *Reply) checked() error {
	in.Note = strings.TrimSpace(in.Note)
	bad := map[string]string{}
	switch in.Act {
	case AnswerRevised:
	case AnswerNoted:
		reasonable(bad, "note", &in.Note)
	default:
		bad["act"] = "item_task_answer"
	}
	return fault.InvalidFields(bad)
}

// replied is what the tenant's changes are after an answer.
func (st Standing) replied(t Task, in Reply) (Fields, error) {
	switch in.Act {
	case AnswerAdopt:
		return st.Own.without(t.Element), nil
	case AnswerKeep:
		if t.Element != ElementMaterials {
			return st.Own, nil
		}
		kept := slices.DeleteFunc(slices.Clone(st.Own.DropMaterials), func(name string) bool {
			return !slices.ContainsFunc(st.Inherited.Materials, func(m Material) bool { return m.Name == name })
		})
		f := st.Own
		f.DropMaterials = kept
		return f, nil
	case AnswerChange:
		f := st.Own.taking(t.Element, in.Take)
		if !slices.Contains(f.Elements(), t.Element) || f.Spell(t.Element) == "" {
			return f, fault.InvalidField(t.Element, "required")
		}
		return f, nil
	}
	return st.Own, fault.InvalidField("act", "item_task_answer")
}
