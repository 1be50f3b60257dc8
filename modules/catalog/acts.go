package catalog

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"liandong/policies"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// maxActReason bounds the reason of an act, in characters.
const maxActReason = 500

// fixed reports whether the act leaves what the item says as it is.
func (v *Version) fixed() bool {
	return slices.Contains([]string{ActSuspend, ActResume, ActCancel, ActSplit}, v.Act)
}

// fits is Precondition when the act makes no sense for the item as it stands.
func fits(act string, i Item) error {
	key := ""
	switch {
	case i.State == StateWithdrawn:
		key = "item_is_withdrawn"
	case act == ActCreate || act == ActMerge:
		if i.State != StateDraft {
			key = "item_published_already"
		}
	case i.State == StateDraft:
		key = "item_not_published"
	case act == ActSuspend && i.State == StateSuspended:
		key = "item_is_suspended"
	case act == ActResume && i.State != StateSuspended:
		key = "item_not_suspended"
	}
	if key == "" {
		return nil
	}
	return fault.New(fault.Precondition, key)
}

// ActsFor lists what can be begun with an item in some state.
func ActsFor(state string) (acts []string) {
	for _, a := range []string{ActChange, ActSuspend, ActResume, ActSplit, ActCancel} {
		if fits(a, Item{State: state}) == nil {
			acts = append(acts, a)
		}
	}
	return acts
}

// Revise opens a new draft on top of the version in force; Precondition
// (item_draft_exists) when one is open already.
func (s *Service) Revise(ctx context.Context, itemID string) (Version, error) {
	return s.Begin(ctx, itemID, ActChange, "")
}

// revise is Revise inside a transaction, with the reason noted.
func (s *Service) revise(ctx context.Context, tx *db.Tx, itemID, reason string) (Version, error) {
	v, _, err := s.begin(ctx, tx, itemID, ActChange, reason)
	return v, err
}

// Begin opens a draft that changes, suspends, resumes or cancels an item once it
// has been reviewed and published. All but a change need a reason and leave the
// body as it is. Precondition when a version is open already, or when the act
// makes no sense for the item as it stands.
func (s *Service) Begin(ctx context.Context, itemID, act, reason string) (v Version, err error) {
	if !slices.Contains([]string{ActChange, ActSuspend, ActResume, ActCancel}, act) {
		return v, fault.New(fault.Precondition, "item_act_unknown")
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, _, err = s.begin(ctx, tx, itemID, act, reason)
		return err
	})
	return v, err
}

func (s *Service) begin(ctx context.Context, tx *db.Tx, itemID, act, reason string) (v Version, item Item, err error) {
	st := store{tx}
	vs, err := st.versions(ctx, itemID)
	if err != nil {
		return v, item, err
	}
	last := vs[0]
	if err := s.authz.Allow(ctx, policies.ItemsEdit, policies.Resource{"tenant": last.TenantID, "state": StateDraft}); err != nil {
		return v, item, err
	}
	if last.open() {
		return last, item, fault.New(fault.Precondition, "item_draft_exists")
	}
	if item, err = st.item(ctx, itemID); err != nil {
		return v, item, err
	}
	if err := s.keeps(ctx, tx, item, act); err != nil {
		return v, item, err
	}
	if err := fits(act, item); err != nil {
		return v, item, err
	}
	if reason, err = reasoned(act, reason); err != nil {
		return v, item, err
	}
	v = draftOf(tx, itemID, last.Number+1, last.Body)
	v.FlowID, v.Act, v.Reason, v.CancelOn = last.FlowID, act, reason, last.CancelOn
	tx.Record(db.Audit{Action: string(policies.ItemsEdit), Kind: "item", Object: itemID, Detail: map[string]any{"number": v.Number, "act": act, "reason": reason}})
	return v, item, st.insertVersion(ctx, &v)
}

// reasoned is a reason that may stand: all acts but a change need one.
func reasoned(act, reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case reason == "" && act != ActChange:
		return "", fault.InvalidField("reason", "item_reason_missing")
	case utf8.RuneCountInString(reason) > maxActReason:
		return "", fault.InvalidField("reason", "item_reason_too_long")
	}
	return reason, nil
}

// Dates are when a version comes into force and when its item ends by itself.
type Dates struct {
	EffectiveOn *calendar.Date // nil: once it is approved
	CancelOn    *calendar.Date // nil: never
}

func (d Dates) check(today calendar.Date) error {
	bad := map[string]string{}
	if d.EffectiveOn != nil && *d.EffectiveOn < today {
		bad["effective_on"] = "item_day_past"
	}
	if d.CancelOn != nil && (*d.CancelOn <= today || d.EffectiveOn != nil && *d.CancelOn <= *d.EffectiveOn) {
		bad["cancel_on"] = "item_cancel_day"
	}
	return fault.InvalidFields(bad)
}

// SetDates says of a draft when it comes into force and when the item ends; days
// are those of China. seen is the counter that the editor was shown.
func (s *Service) SetDates(ctx context.Context, versionID string, seen int, d Dates) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsEdit, func(_ context.Context, tx *db.Tx, v *Version) error {
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		if v.LeadID != nil {
			return fault.New(fault.Precondition, "item_is_part")
		}
		if err := d.check(calendar.DateOf(tx.Now)); err != nil {
			return err
		}
		v.see(seen)
		v.EffectiveOn, v.CancelOn, v.UpdatedAt = d.EffectiveOn, d.CancelOn, tx.Now
		return nil
	})
}

// SetReason says anew why a draft does what it does.
func (s *Service) SetReason(ctx context.Context, versionID string, seen int, reason string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsEdit, func(_ context.Context, tx *db.Tx, v *Version) (err error) {
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		v.see(seen)
		v.UpdatedAt = tx.Now
		v.Reason, err = reasoned(v.Act, reason)
		return err
	})
}

// TakeBack makes an approved version that is not in force yet a draft again. The
// codes that it was promised stay the item's own.
func (s *Service) TakeBack(ctx context.Context, versionID string, seen int) (v Version, err error) {
	return s.change(ctx, versionID, policies.ItemsWithdraw, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if v.State != StateScheduled || v.LeadID != nil {
			return fault.New(fault.Precondition, "item_not_scheduled")
		}
		v.see(seen)
		return s.backToDraft(ctx, tx, v, "")
	})
}

// backToDraft gives a version, and its parts, back to the author.
func (s *Service) backToDraft(ctx context.Context, tx *db.Tx, v *Version, why string) error {
	st := store{tx}
	parts, err := st.parts(ctx, v)
	if err != nil {
		return err
	}
	for i := range parts {
		parts[i].State, parts[i].Step, parts[i].ApprovedAt = StateDraft, 0, nil
		if err := st.saveVersion(ctx, &parts[i]); err != nil {
			return err
		}
	}
	v.State, v.Step, v.ApprovedAt, v.Opinion, v.UpdatedAt = StateDraft, 0, nil, why, tx.Now
	return nil
}
