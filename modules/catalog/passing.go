package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// ItemReview (审核记录) is what one reviewer said of one step of a version.
type ItemReview struct {
	bun.BaseModel `bun:"table:item_reviews"`

	TenantID     tenancy.ID `bun:",pk"`
	ID           string     `bun:",pk"`
	ItemID       string
	VersionID    string
	Round        int // of submission, from 1
	Step         int // of the chain, from 1
	Name         string
	Department   string
	ReviewerID   string
	ReviewerName string
	Opinion      string
	Passed       bool
	At           time.Time
}

// sound checks the flow against the promise: nothing is put in force that a case
// could not go through in time.
func (s *Service) sound(ctx context.Context, tx *db.Tx, v *Version) error {
	if v.FlowID == nil {
		return fault.InvalidField("bpmn", "item_flow_missing")
	}
	return s.flows.Sound(ctx, tx, v.TenantID, *v.FlowID, v.Body.PromisedDays)
}

// ready returns what keeps a version from going on, be it to review or into force.
func (s *Service) ready(ctx context.Context, tx *db.Tx, v *Version, parts []Version) error {
	st := store{tx}
	item, err := st.item(ctx, v.ItemID)
	if err != nil {
		return err
	}
	if err := fits(v.Act, item); err != nil {
		return err
	}
	if v.Act == ActMerge {
		if _, err := st.sources(ctx, v.TenantID, v.Replaces); err != nil {
			return err
		}
	}
	if v.Act == ActSplit && len(parts) < minParts {
		return fault.New(fault.Precondition, "item_parts_number")
	}
	for i := range parts {
		if err := s.ready(ctx, tx, &parts[i], nil); err != nil {
			return fault.New(fault.Precondition, "item_part_incomplete").With(parts[i].Body.Name)
		}
	}
	if v.fixed() {
		return nil
	}
	if err := v.Body.check(item.List); err != nil {
		return err
	}
	if err := s.filesKnown(ctx, tx, v.TenantID, v.Body); err != nil {
		return err
	}
	if err := s.formKnown(ctx, tx, &v.Body); err != nil {
		return err
	}
	if err := s.joined(ctx, tx, v); err != nil {
		return err
	}
	if item.List == BasicList && v.FlowID == nil { // an entry of the basic list needs none
		return nil
	}
	return s.sound(ctx, tx, v)
}

// Submit sends a draft to the first step of its tenant's chain, the parts of a
// split with it. It returns Invalid with the fields to correct; field "bpmn"
// stands for the flow.
func (s *Service) Submit(ctx context.Context, versionID string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsSubmit, func(ctx context.Context, tx *db.Tx, v *Version) error {
		st := store{tx}
		if v.State != StateDraft {
			return fault.New(fault.Precondition, "item_not_draft")
		}
		if v.LeadID != nil {
			return fault.New(fault.Precondition, "item_is_part")
		}
		item, err := st.item(ctx, v.ItemID)
		if err != nil {
			return err
		}
		if err := s.keeps(ctx, tx, item, v.Act); err != nil {
			return err
		}
		parts, err := st.parts(ctx, v)
		if err != nil {
			return err
		}
		if err := s.ready(ctx, tx, v, parts); err != nil {
			return err
		}
		c, err := st.chain(ctx, tx.Scope.Ancestors)
		if err != nil {
			return err
		}
		v.State, v.Chain, v.Step, v.UpdatedAt = StateReviewing, c.Steps, 0, tx.Now
		v.Round++
		for i := range parts {
			parts[i].State = StateReviewing
			if err := st.saveVersion(ctx, &parts[i]); err != nil {
				return err
			}
		}
		return s.tellReviewers(ctx, tx, v)
	})
}

// Decision is what a reviewer says of the step that a version waits for.
type Decision struct {
	Seen        int // the version's counter as it was shown; 0: whatever it is
	Opinion     string
	EffectiveOn *calendar.Date // of the last step: another day than the author's; nil leaves that
}

// Return sends a version under review back to its author with an opinion.
func (s *Service) Return(ctx context.Context, versionID, opinion string) (Version, error) {
	return s.ReturnSeen(ctx, versionID, 0, opinion)
}

// ReturnSeen is Return by somebody who was shown the version's counter seen:
// Conflict (item_changed) when it has been to its author and back since.
func (s *Service) ReturnSeen(ctx context.Context, versionID string, seen int, opinion string) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsReview, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if err := reviewable(v); err != nil {
			return err
		}
		if opinion == "" {
			return fault.InvalidField("opinion", "item_opinion_missing")
		}
		v.see(seen)
		at := v.next()
		if err := s.judged(ctx, tx, v, opinion, false); err != nil {
			return err
		}
		text, err := store{tx}.tell(ctx, TellReturned, v.TenantID, s.values(v, map[string]string{"step": s.stepName(at), "reviewer": tx.Scope.Actor.Name, "opinion": opinion}))
		if err != nil {
			return err
		}
		tx.Emit(events.ItemReturned{ItemID: v.ItemID, VersionID: v.ID, AuthorID: v.AuthorID, Text: text})
		return s.backToDraft(ctx, tx, v, opinion)
	})
}

// Publish passes the step that a version under review waits for. The last one
// approves it: from the commit on, or from its day on, it is the item of every
// tenant below, and the version before it is replaced.
func (s *Service) Publish(ctx context.Context, versionID, opinion string) (Version, error) {
	return s.Pass(ctx, versionID, Decision{Opinion: opinion})
}

// PublishSeen is Publish by somebody who was shown the version's counter seen:
// Conflict (item_changed) when it has been to its author and back since.
func (s *Service) PublishSeen(ctx context.Context, versionID string, seen int, opinion string) (Version, error) {
	return s.Pass(ctx, versionID, Decision{Seen: seen, Opinion: opinion})
}

// Pass is Publish with everything that a reviewer can say.
func (s *Service) Pass(ctx context.Context, versionID string, d Decision) (Version, error) {
	return s.change(ctx, versionID, policies.ItemsPublish, func(ctx context.Context, tx *db.Tx, v *Version) error {
		if err := reviewable(v); err != nil {
			return err
		}
		v.see(d.Seen)
		if err := s.judged(ctx, tx, v, d.Opinion, true); err != nil {
			return err
		}
		v.Step++
		if v.Step < len(v.Chain) {
			v.UpdatedAt = tx.Now
			return s.tellReviewers(ctx, tx, v)
		}
		return s.approve(ctx, tx, v, d)
	})
}

func reviewable(v *Version) error {
	switch {
	case v.State != StateReviewing:
		return fault.New(fault.Precondition, "item_not_reviewing")
	case v.LeadID != nil:
		return fault.New(fault.Precondition, "item_is_part")
	}
	return nil
}

// judged keeps what the actor says of the step that a version waits for.
func (s *Service) judged(ctx context.Context, tx *db.Tx, v *Version, opinion string, passed bool) error {
	a, at := tx.Scope.Actor, v.next()
	v.ReviewerID, v.ReviewerName, v.Opinion = &a.ID, &a.Name, opinion
	_, err := tx.NewInsert().Model(&ItemReview{
		TenantID: v.TenantID, ID: db.NewID(), ItemID: v.ItemID, VersionID: v.ID, Round: v.Round, Step: v.Step + 1, Name: at.Name, Department: at.Department,
		ReviewerID: a.ID, ReviewerName: a.Name, Opinion: opinion, Passed: passed, At: tx.Now,
	}).Exec(ctx)
	if db.IsDuplicate(err, "") { // another reviewer was faster
		return fault.New(fault.Conflict, "item_changed")
	}
	if err != nil {
		return fmt.Errorf("keep review of %s: %w", v.ID, err)
	}
	return nil
}

// approve puts a version that passed its whole chain in force, now or on its day.
func (s *Service) approve(ctx context.Context, tx *db.Tx, v *Version, d Decision) error {
	st, today := store{tx}, calendar.DateOf(tx.Now)
	if d.EffectiveOn != nil {
		if err := (Dates{d.EffectiveOn, v.CancelOn}).check(today); err != nil {
			return err
		}
		v.EffectiveOn = d.EffectiveOn
	}
	parts, err := st.parts(ctx, v)
	if err != nil {
		return err
	}
	if err := s.ready(ctx, tx, v, parts); err != nil {
		return err
	}
	v.ApprovedAt = &tx.Now
	if v.EffectiveOn == nil || *v.EffectiveOn <= today {
		return s.putInForce(ctx, tx, v, parts)
	}
	v.State = StateScheduled
	for i := range parts {
		parts[i].State, parts[i].ApprovedAt = StateScheduled, v.ApprovedAt
		if err := st.reserve(ctx, &parts[i]); err != nil {
			return err
		}
		if err := st.saveVersion(ctx, &parts[i]); err != nil {
			return err
		}
	}
	if v.fixed() {
		return nil
	}
	return st.reserve(ctx, v)
}

// resource are the facts that policy looks at, those of the step with them.
func (s *Service) resource(ctx context.Context, tx *db.Tx, v *Version) (policies.Resource, error) {
	r := v.resource()
	r["published"] = false
	if v.State != StateReviewing {
		return r, nil
	}
	st, at := store{tx}, v.next()
	reviews, err := st.reviewsOf(ctx, v.ItemID)
	if err != nil {
		return nil, err
	}
	passed := []string{}
	for _, w := range reviews {
		if w.VersionID == v.ID && w.Round == v.Round && w.Passed {
			passed = append(passed, w.ReviewerID)
		}
	}
	parts, err := st.parts(ctx, v)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(parts, func(p Version) bool { return p.AuthorID == tx.Scope.Actor.ID }) {
		r["author_id"] = tx.Scope.Actor.ID
	}
	departments := []string{}
	if at.Department != "" && s.asks.Posts != nil {
		if departments, err = s.asks.Posts.DepartmentsOf(ctx, tx, v.TenantID, tx.Scope.Actor.ID); err != nil {
			return nil, err
		}
	}
	r["passed_by"], r["department"], r["departments"] = passed, at.Department, departments
	return r, nil
}

// reviewsOf are all that was said of the versions of an item, oldest first.
func (s store) reviewsOf(ctx context.Context, itemID string) (out []ItemReview, err error) {
	if err = s.tx.NewSelect().Model(&out).Where("item_id = ?", itemID).Order("at", "id").Scan(ctx); err != nil {
		return nil, fmt.Errorf("reviews of item %s: %w", itemID, err)
	}
	return out, nil
}

// tellReviewers tells whoever may pass the next step.
func (s *Service) tellReviewers(ctx context.Context, tx *db.Tx, v *Version) error {
	at := v.next()
	text, err := store{tx}.tell(ctx, TellSubmitted, v.TenantID, s.values(v, map[string]string{"step": s.stepName(at), "department": at.Department}))
	if err != nil {
		return err
	}
	tx.Emit(events.ItemSubmitted{ItemID: v.ItemID, VersionID: v.ID, Step: v.Step + 1, Text: text})
	return nil
}
