package laws

import (
	"context"
	"slices"
	"strings"

	"liandong/modules/laws/events"
	"liandong/policies"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// Amendment (修正) is new text for one article, or a new article.
type Amendment struct {
	Label  string // 第X条, 第X条之X
	Body   string
	FromOn string // the day from which it is in force
	By     string // the law or decision that says so
}

func (a *Amendment) check(l Law) error {
	bad := map[string]string{}
	a.Label, a.By = strings.Join(strings.Fields(a.Label), ""), Bare(a.By)
	a.Body = strings.TrimSpace(strings.ReplaceAll(a.Body, "\r\n", "\n"))
	if m := words().cited.FindString(a.Label); m == "" || m != a.Label || Number(a.Label) == 0 {
		bad["label"] = "laws.number_unreadable"
	}
	switch n := len([]rune(a.Body)); {
	case n == 0:
		bad["body"] = "required"
	case n > longestArticle:
		bad["body"] = "laws.article_too_long"
	}
	switch {
	case !isDay(a.FromOn):
		bad["from_on"] = "not_a_date"
	case a.FromOn < l.EffectiveOn:
		bad["from_on"] = "laws.amended_before_effective"
	}
	if a.By == "" {
		bad["by"] = "required"
	} else if len([]rune(a.By)) > 150 {
		bad["by"] = "too_long"
	}
	return fault.InvalidFields(bad)
}

// Amend drafts an edition of an article of a published law; it is in force, from
// its day on, once Publish says so. A second draft of the same article and day
// replaces the first.
func (s *Service) Amend(ctx context.Context, id string, seen int, in Amendment) (Law, error) {
	return s.road(ctx, toEdit, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		if err := mustBe(*l, Published); err != nil {
			return err
		}
		if err := in.check(*l); err != nil {
			return err
		}
		if err := (store{tx}).edition(ctx, *l, in); err != nil {
			return err
		}
		signed(tx, l)
		record(tx, policies.LawsEdit, *l, map[string]any{"article": in.Label, "from": in.FromOn})
		return store{tx}.save(ctx, l)
	})
}

// Drop throws a draft edition away.
func (s *Service) Drop(ctx context.Context, id string, seen int, editionID string) (Law, error) {
	return s.road(ctx, toEdit, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		record(tx, policies.LawsEdit, *l, map[string]any{"dropped": editionID})
		if err := (store{tx}).drop(ctx, *l, editionID); err != nil {
			return err
		}
		return store{tx}.save(ctx, l)
	})
}

// Publish (发布) puts a draft in force, or the draft editions of a law that is
// published already. The actor must be another than who wrote them.
func (s *Service) Publish(ctx context.Context, id string, seen int) (Law, error) {
	return s.road(ctx, toPublish, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		st := store{tx}
		if l.State == Repealed {
			return mustBe(*l, Published)
		}
		drafts, err := st.drafts(ctx, *l)
		if err != nil {
			return err
		}
		if len(drafts) == 0 {
			return fault.New(fault.Precondition, "laws.nothing_to_publish")
		}
		if l.State == Draft {
			err = s.open(ctx, tx, l)
		} else {
			err = s.enact(ctx, tx, l, drafts)
		}
		if err != nil {
			return err
		}
		record(tx, policies.LawsPublish, *l, map[string]any{"articles": len(drafts)})
		if err := st.enact(ctx, *l); err != nil {
			return err
		}
		return st.save(ctx, l)
	})
}

func (s *Service) open(ctx context.Context, tx *db.Tx, l *Law) error {
	at := tx.Now
	l.State, l.PublishedAt, l.UpdatedAt = Published, &at, at
	tx.EmitIn(l.TenantID, events.Published{LawID: l.ID, Tenant: l.TenantID})
	return store{tx}.revise(ctx, *l, Revision{Change: WasPublished, OnDay: l.EffectiveOn})
}

// enact writes one revision for every day and law that the editions come from.
func (s *Service) enact(ctx context.Context, tx *db.Tx, l *Law, drafts []Article) error {
	items, err := s.items(ctx, tx, l.Title)
	if err != nil {
		return err
	}
	type source struct{ day, by string }
	var order []source
	labels, ids := map[source][]string{}, map[source][]string{}
	for _, a := range drafts {
		k := source{a.FromOn, a.Amender}
		if !slices.Contains(order, k) {
			order = append(order, k)
		}
		labels[k], ids[k] = append(labels[k], a.Label), append(ids[k], a.ID)
		l.AmendedOn = max(l.AmendedOn, a.FromOn)
	}
	l.UpdatedAt = tx.Now
	for _, k := range order {
		if err := (store{tx}).revise(ctx, *l, Revision{Change: WasAmended, OnDay: k.day, ByTitle: k.by, Articles: labels[k]}); err != nil {
			return err
		}
		tx.EmitIn(l.TenantID, events.Amended{LawID: l.ID, Tenant: l.TenantID, Title: l.Title, Editions: ids[k], Items: items, From: k.day})
	}
	return nil
}

// Repeal is why and from when a law is void.
type Repeal struct {
	On     string
	Reason string
	By     string // the law that replaces it; may be empty
}

func (r *Repeal) check(l Law) error {
	bad := map[string]string{}
	r.Reason, r.By = strings.TrimSpace(r.Reason), Bare(r.By)
	switch {
	case !isDay(r.On):
		bad["on"] = "not_a_date"
	case r.On < l.EffectiveOn:
		bad["on"] = "laws.repealed_before_effective"
	}
	switch n := len([]rune(r.Reason)); {
	case n == 0:
		bad["reason"] = "required"
	case n > 500:
		bad["reason"] = "too_long"
	}
	if len([]rune(r.By)) > 150 {
		bad["by"] = "too_long"
	}
	return fault.InvalidFields(bad)
}

// Repeal (废止) ends a published law from a day on; its text stays readable.
func (s *Service) Repeal(ctx context.Context, id string, seen int, in Repeal) (Law, error) {
	return s.road(ctx, toRepeal, id, seen, func(ctx context.Context, tx *db.Tx, l *Law) error {
		if err := mustBe(*l, Published); err != nil {
			return err
		}
		if err := in.check(*l); err != nil {
			return err
		}
		items, err := s.items(ctx, tx, l.Title)
		if err != nil {
			return err
		}
		l.State, l.RepealedOn, l.UpdatedAt = Repealed, in.On, tx.Now
		record(tx, policies.LawsPublish, *l, map[string]any{"repealed_on": in.On, "reason": in.Reason})
		tx.EmitIn(l.TenantID, events.Repealed{LawID: l.ID, Tenant: l.TenantID, Title: l.Title, Items: items, From: in.On})
		if err := (store{tx}).revise(ctx, *l, Revision{Change: WasRepealed, OnDay: in.On, ByTitle: in.By, Reason: in.Reason}); err != nil {
			return err
		}
		return store{tx}.save(ctx, l)
	})
}

// items are the ids of what stands on a title.
func (s *Service) items(ctx context.Context, tx *db.Tx, title string) (ids []string, err error) {
	all, err := s.asks.StandingOn(ctx, tx, title)
	for _, d := range all {
		ids = append(ids, d.ItemID)
	}
	return ids, err
}
