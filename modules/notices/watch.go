package notices

import (
	"context"
	"maps"
	"slices"

	cases "liandong/modules/cases/events"
	supervision "liandong/modules/supervision/events"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Watchers knows who watches a case (关注) and wants to be told of it.
type Watchers interface {
	// Watchers lists them, in a transaction that has the whole tree of the case in reach.
	Watchers(ctx context.Context, tx *db.Tx, caseID string) ([]Watcher, error)
}

// Watcher is a member of staff in one of her posts.
type Watcher struct {
	Tenant  tenancy.ID // of the post
	Subject string
}

// watchKinds are what watchers are told of, by the name of the event: that a case has
// ended, whichever way.
func watchKinds() map[string]string {
	return map[string]string{
		cases.CaseCompleted{}.EventName(): "watched_completed",
		cases.CaseRefused{}.EventName():   "watched_refused",
		cases.CaseWithdrawn{}.EventName(): "watched_withdrawn",
		cases.CaseVoided{}.EventName():    "watched_voided",
	}
}

// cardKinds are those of the cards that watchers are told of, by colour and scope. A red
// card is raised when the limit has passed.
func cardKinds() map[string]string {
	return map[string]string{"yellow case": "watched_yellow", "yellow step": "watched_yellow_step", "red case": "watched_red", "red step": "watched_red_step"}
}

// allWatchKinds lists what watchers can be told.
func allWatchKinds() []string {
	return slices.AppendSeq(slices.Collect(maps.Values(watchKinds())), maps.Values(cardKinds()))
}

// watchable is what an event says to those who watch its case; kind is empty when it
// is nothing to them.
func watchable(d db.Delivery) (caseID, kind string, params map[string]string, err error) {
	if kind = watchKinds()[d.Name]; kind != "" {
		var c cases.Case
		err = d.Decode(&c)
		return c.CaseID, kind, map[string]string{"no": c.No, "item": c.ItemName, "outcome": c.Outcome}, err
	}
	if d.Name != (supervision.CardRaised{}).EventName() {
		return "", "", nil, nil
	}
	c, params, err := card(d)
	return c.CaseID, cardKinds()[c.Colour+" "+c.Scope], params, err
}

// tellWatchers tells whoever watches the case of an event.
func (s *Service) tellWatchers(ctx context.Context, tx *db.Tx, d db.Delivery) error {
	caseID, kind, params, err := watchable(d)
	if err != nil || kind == "" || s.asks.Watchers == nil || !db.IsID(caseID) {
		return err
	}
	who, err := s.asks.Watchers.Watchers(ctx, tx, caseID)
	if err != nil {
		return err
	}
	for _, w := range who {
		if err := insert(ctx, tx, d, draft{tenant: w.Tenant, subject: w.Subject, kind: kind, params: params, link: "/cases/" + caseID}); err != nil {
			return err
		}
	}
	return nil
}
