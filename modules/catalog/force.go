package catalog

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"liandong/modules/catalog/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// putInForce makes an approved version do what it does to its item. It saves
// everything but v itself. Precondition when that makes no sense any more.
func (s *Service) putInForce(ctx context.Context, tx *db.Tx, v *Version, parts []Version) error {
	st := store{tx}
	if err := s.ready(ctx, tx, v, parts); err != nil {
		return err
	}
	for _, p := range append([]Version{*v}, parts...) {
		if err := s.publishFiles(ctx, tx, p); err != nil {
			return err
		}
	}
	item, err := st.item(ctx, v.ItemID)
	if err != nil {
		return err
	}
	switch v.Act {
	case ActCancel:
		return st.end(ctx, item, v, ending{act: ActCancel, reason: v.Reason})
	case ActSplit:
		return s.splitUp(ctx, tx, v, item, parts)
	case ActMerge:
		if err := s.swallow(ctx, tx, v); err != nil {
			return err
		}
	}
	return st.begin(ctx, item, v)
}

// begin puts a version in force and the one before it out.
func (s store) begin(ctx context.Context, item Item, v *Version) error {
	if !v.fixed() {
		if err := s.give(ctx, item, v); err != nil {
			return err
		}
	}
	if err := s.replaceLive(ctx, item, StateReplaced); err != nil {
		return err
	}
	v.State, v.PublishedAt = StatePublished, &s.tx.Now
	item.Name, item.Kind, item.LiveID = v.Body.Name, v.Body.Kind, &v.ID
	what := ChangedPublished
	switch {
	case v.Act == ActSuspend:
		item.State, what = StateSuspended, ChangedSuspended
		if item.List != BasicList {
			s.tx.Emit(events.ItemSuspended{ItemID: item.ID, Reason: v.Reason})
		}
	case v.Act == ActResume:
		item.State, what = StatePublished, ChangedResumed
		if item.List != BasicList {
			s.tx.Emit(events.ItemResumed{ItemID: item.ID})
		}
	case item.State != StateSuspended: // what is suspended may change, and stays so
		item.State = StatePublished
	}
	if item.List == BasicList { // nothing that people could apply for has changed
		s.tx.Emit(events.EntryPublished{ItemID: item.ID, VersionID: v.ID, Number: v.Number})
		return s.saveItem(ctx, &item)
	}
	s.tx.Emit(events.ItemPublished{ItemID: item.ID, VersionID: v.ID, Number: v.Number, Act: v.Act})
	if err := s.changed(ctx, item.TenantID, itemChange{Item: item.ID, Version: &v.ID, What: what}); err != nil {
		return err
	}
	return s.saveItem(ctx, &item)
}

// ending is why an item is over, and what follows it.
type ending struct {
	act, reason string
	to          []string
}

// end withdraws an item: nobody may apply any more, running cases go on. by is the
// version that says so; nil when another item's version, or a day, did.
func (s store) end(ctx context.Context, item Item, by *Version, e ending) error {
	c := itemChange{Item: item.ID, What: ChangedWithdrawn}
	if by == nil {
		if err := s.replaceLive(ctx, item, StateWithdrawn); err != nil {
			return err
		}
	} else {
		if err := s.replaceLive(ctx, item, StateReplaced); err != nil {
			return err
		}
		by.State, by.PublishedAt, by.EndedAt = StateWithdrawn, &s.tx.Now, &s.tx.Now
		item.LiveID, c.Version = &by.ID, &by.ID
	}
	if err := s.endCodes(ctx, item); err != nil {
		return err
	}
	item.State = StateWithdrawn
	s.tx.Record(db.Audit{Action: string(policies.ItemsWithdraw), Kind: "item", Object: item.ID, Detail: map[string]any{"act": e.act, "reason": e.reason}})
	if item.List == BasicList {
		return s.saveItem(ctx, &item)
	}
	s.tx.Emit(events.ItemWithdrawn{ItemID: item.ID, Act: e.act, Reason: e.reason, To: e.to})
	if err := s.changed(ctx, item.TenantID, c); err != nil {
		return err
	}
	return s.saveItem(ctx, &item)
}

// splitUp puts the parts in force in place of the old item.
func (s *Service) splitUp(ctx context.Context, tx *db.Tx, lead *Version, old Item, parts []Version) error {
	st := store{tx}
	var to []string
	for i := range parts {
		to = append(to, parts[i].ItemID)
	}
	if err := st.end(ctx, old, lead, ending{ActSplit, lead.Reason, to}); err != nil {
		return err
	}
	for i := range parts {
		p := &parts[i]
		item, err := st.item(ctx, p.ItemID)
		if err != nil {
			return err
		}
		p.ApprovedAt = lead.ApprovedAt
		if err := st.begin(ctx, item, p); err != nil {
			return err
		}
		if err := st.saveVersion(ctx, p); err != nil {
			return err
		}
		if err := st.inherit(ctx, p.TenantID, old.ID, p.ItemID, ActSplit); err != nil {
			return err
		}
	}
	return nil
}

// swallow ends the items that a merger replaces.
func (s *Service) swallow(ctx context.Context, tx *db.Tx, v *Version) error {
	st := store{tx}
	sources, err := st.sources(ctx, v.TenantID, v.Replaces)
	if err != nil {
		return err
	}
	for _, old := range sources {
		if err := st.end(ctx, old, nil, ending{ActMerge, v.Reason, []string{v.ItemID}}); err != nil {
			return err
		}
		if err := st.inherit(ctx, v.TenantID, old.ID, v.ItemID, ActMerge); err != nil {
			return err
		}
	}
	return nil
}

// dueVersion is something that a day brings.
type dueVersion struct {
	TenantID tenancy.ID
	ID       string
}

// PutDue puts in force what was approved for today or earlier, and ends the items
// whose last day has passed; days begin in China. ctx must carry a System scope of
// the platform. Each version is one transaction: a worker that dies in between
// leaves the rest to the next run, and nothing happens twice. What cannot come
// into force, because of what became of the item meanwhile, goes back to its author
// with the reason, and people are told.
func (s *Service) PutDue(ctx context.Context) (n int, err error) {
	var begin, end []dueVersion
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		today := calendar.DateOf(tx.Now)
		if err := tx.NewRaw(`select tenant_id, id from item_versions where state = 'scheduled' and effective_on <= ? and lead_id is null order by effective_on, approved_at, id`, today).Scan(ctx, &begin); err != nil {
			return err
		}
		return tx.NewRaw(`select tenant_id, id from item_versions where state = 'published' and cancel_on <= ? order by cancel_on, id`, today).Scan(ctx, &end)
	})
	if err != nil {
		return 0, fmt.Errorf("what is due: %w", err)
	}
	var lost error
	for _, d := range append(begin, end...) {
		scope, err := tree.New(s.db, nil).ScopeFor(ctx, d.TenantID, tenancy.Actor{Kind: tenancy.System, Name: "catalog.due"})
		if err != nil {
			lost = errors.Join(lost, err)
			continue
		}
		did, err := s.putOne(tenancy.With(ctx, scope), d.ID)
		if did {
			n++
		}
		lost = errors.Join(lost, err)
	}
	return n, lost
}

// putOne does what a day brings for one version, if it is still due.
func (s *Service) putOne(ctx context.Context, id string) (did bool, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		did, err = s.due(ctx, tx, id)
		return err
	})
	f, ours := fault.As(err)
	if err == nil || !ours || !slices.Contains([]fault.Kind{fault.Invalid, fault.Precondition, fault.NotFound}, f.Kind) {
		return did && err == nil, err // tried again
	}
	return false, s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error { return s.hold(ctx, tx, id, f) })
}

func (s *Service) due(ctx context.Context, tx *db.Tx, id string) (bool, error) {
	st, today := store{tx}, calendar.DateOf(tx.Now)
	v, err := st.itemVersion(ctx, id)
	if err != nil {
		return false, err
	}
	switch {
	case v.State == StateScheduled && v.EffectiveOn != nil && *v.EffectiveOn <= today:
		parts, err := st.parts(ctx, &v)
		if err != nil {
			return false, err
		}
		if err := s.putInForce(ctx, tx, &v, parts); err != nil {
			return false, err
		}
		tx.Record(db.Audit{Action: string(policies.ItemsPublish), Kind: "item", Object: v.ItemID, Detail: map[string]any{"number": v.Number, "state": v.State, "act": v.Act}})
		return true, st.saveVersion(ctx, &v)
	case v.State == StatePublished && v.CancelOn != nil && *v.CancelOn <= today:
		item, err := st.item(ctx, v.ItemID)
		if err != nil || item.LiveID == nil || *item.LiveID != v.ID {
			return false, err
		}
		return true, st.end(ctx, item, nil, ending{act: ActCancel})
	}
	return false, nil
}

// hold gives a version that could not come into force back to its author.
func (s *Service) hold(ctx context.Context, tx *db.Tx, id string, f *fault.Error) error {
	st := store{tx}
	v, err := st.itemVersion(ctx, id)
	if err != nil || v.State != StateScheduled {
		return err
	}
	reasons := []string{s.word(f.Text)}
	for _, field := range slices.Sorted(maps.Keys(f.Fields)) {
		reasons = append(reasons, s.word(f.Fields[field]))
	}
	if f.Detail != "" {
		reasons = append(reasons, f.Detail)
	}
	why := strings.Join(reasons, " ")
	text, err := st.tell(ctx, TellHeld, v.TenantID, s.values(&v, map[string]string{"day": s.day(v.EffectiveOn.Start()), "reason": why}))
	if err != nil {
		return err
	}
	tx.Emit(events.ItemHeld{ItemID: v.ItemID, VersionID: v.ID, AuthorID: v.AuthorID, Text: text})
	tx.Record(db.Audit{Action: string(policies.ItemsPublish), Kind: "item", Object: v.ItemID, Detail: map[string]any{"number": v.Number, "state": StateDraft, "error": f.Text}})
	if err := s.backToDraft(ctx, tx, &v, why); err != nil {
		return err
	}
	v.EffectiveOn = nil
	return st.saveVersion(ctx, &v)
}

// word spells a key the way people read it, when somebody can.
func (s *Service) word(key string) string {
	if s.asks.Words == nil {
		return key
	}
	return s.asks.Words(key)
}

func (s *Service) stepName(r ReviewStep) string {
	if r.Name == "" {
		return s.word("item_step.only")
	}
	return r.Name
}

// day spells a day in China.
func (s *Service) day(at time.Time) string {
	if s.asks.Words == nil {
		return calendar.DateOf(at).String()
	}
	y, m, d := at.In(calendar.Zone()).Date()
	return strings.NewReplacer("{y}", strconv.Itoa(y), "{m}", strconv.Itoa(int(m)), "{d}", strconv.Itoa(d)).Replace(s.word("item_day"))
}

// values are what every text about a version may say, and some more.
func (s *Service) values(v *Version, more map[string]string) map[string]string {
	out := map[string]string{"item": v.Body.Name, "act": s.word("item_act." + v.Act), "author": v.AuthorName, "reason": v.Reason, "department": v.Body.Department}
	maps.Copy(out, more)
	return out
}
