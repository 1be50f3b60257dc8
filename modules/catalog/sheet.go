package catalog

import (
	"context"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// Sheet is one version of an item with everything that its page shows.
type Sheet struct {
	Item     Item
	Version  Version
	Live     *Version // what is in force, when that is another version
	Flow     []byte   // BPMN of Version; nil when it has none
	LiveFlow []byte   // BPMN of Live
	Owner    tree.Node
	May      map[policies.Action]string // what the actor may do: "" when allowed, else the reason

	Reviews   []ItemReview // of all versions, oldest first
	Lineage   Lineage
	Parts     []Version // that go with Version when it splits the item
	Lead      *Version  // that Version goes with, when it is a part
	Sources   []Item    // that end with Version when it merges them
	Suspended string    // why nobody may apply for a while
}

// addLife adds what became of the item so far and what is to become of it.
func (s *Service) addLife(ctx context.Context, tx *db.Tx, sh *Sheet) (err error) {
	st := store{tx}
	if sh.Reviews, err = st.reviewsOf(ctx, sh.Item.ID); err != nil {
		return err
	}
	if sh.Lineage, err = st.lineage(ctx, sh.Item.ID); err != nil {
		return err
	}
	if sh.Parts, err = st.parts(ctx, &sh.Version); err != nil {
		return err
	}
	if sh.Version.LeadID != nil {
		lead, err := st.itemVersion(ctx, *sh.Version.LeadID)
		if err != nil && fault.KindOf(err) != fault.NotFound { // not for the levels below
			return err
		}
		if err == nil {
			sh.Lead = &lead
		}
	}
	for _, id := range sh.Version.Replaces {
		i, err := st.item(ctx, id)
		if err != nil {
			return err
		}
		sh.Sources = append(sh.Sources, i)
	}
	if sh.Item.State == StateSuspended {
		sh.Suspended, err = st.suspension(ctx, sh.Item)
	}
	return err
}

// Show returns the newest version of an item that the actor may see: the draft
// or review that is open, else what is in force. NotFound for everybody else.
func (s *Service) Show(ctx context.Context, itemID string) (sh Sheet, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		vs, err := store{tx}.versions(ctx, itemID)
		if err != nil {
			return err
		}
		sh, err = s.sheet(ctx, tx, vs[0])
		return err
	})
	return sh, err
}

// ShowVersion is Show for one version.
func (s *Service) ShowVersion(ctx context.Context, versionID string) (sh Sheet, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		v, err := store{tx}.itemVersion(ctx, versionID)
		if err != nil {
			return err
		}
		sh, err = s.sheet(ctx, tx, v)
		return err
	})
	return sh, err
}

func (s *Service) sheet(ctx context.Context, tx *db.Tx, v Version) (sh Sheet, err error) {
	st := store{tx}
	sh.Version = v
	if sh.Item, err = st.item(ctx, v.ItemID); err != nil {
		return sh, err
	}
	published := sh.Item.State == StatePublished || sh.Item.State == StateSuspended || sh.Item.State == StateWithdrawn
	if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": v.TenantID, "published": published}); err != nil {
		return sh, err
	}
	if sh.Owner, err = tree.In(tx).Get(ctx, v.TenantID); err != nil {
		return sh, err
	}
	if sh.Flow, err = s.flowOf(ctx, tx, &v); err != nil {
		return sh, err
	}
	if err := s.addLive(ctx, tx, &sh); err != nil {
		return sh, err
	}
	if err := s.addLife(ctx, tx, &sh); err != nil {
		return sh, err
	}
	sh.May, err = s.may(ctx, tx, sh)
	return sh, err
}

func (s *Service) addLive(ctx context.Context, tx *db.Tx, sh *Sheet) error {
	if id := sh.Item.LiveID; id == nil || *id == sh.Version.ID || sh.Item.State != StatePublished && sh.Item.State != StateSuspended {
		return nil
	}
	live, err := store{tx}.itemVersion(ctx, *sh.Item.LiveID)
	if err != nil {
		return err
	}
	sh.Live = &live
	sh.LiveFlow, err = s.flowOf(ctx, tx, &live)
	return err
}

func (s *Service) flowOf(ctx context.Context, tx *db.Tx, v *Version) ([]byte, error) {
	if v.FlowID == nil {
		return nil, nil
	}
	return s.flows.XML(ctx, tx, v.TenantID, *v.FlowID)
}

// may asks policy about every act that the state leaves open.
func (s *Service) may(ctx context.Context, tx *db.Tx, sh Sheet) (map[policies.Action]string, error) {
	out := map[policies.Action]string{}
	ask := func(a policies.Action, r policies.Resource) {
		out[a] = ""
		if f, ok := fault.As(s.authz.Allow(ctx, a, r)); ok {
			out[a] = f.Text
			if f.Detail != "" {
				out[a] = f.Detail
			}
		}
	}
	r, err := s.resource(ctx, tx, &sh.Version)
	if err != nil {
		return nil, err
	}
	switch sh.Version.State {
	case StateDraft:
		ask(policies.ItemsEdit, r)
		ask(policies.ItemsSubmit, r)
	case StateReviewing:
		ask(policies.ItemsPublish, r)
	case StateScheduled:
		ask(policies.ItemsWithdraw, r)
	default:
		ask(policies.ItemsEdit, policies.Resource{"tenant": sh.Item.TenantID, "state": StateDraft})
	}
	if sh.Item.State == StatePublished && sh.Item.TenantID != tx.Scope.Tenant && inForce(tx.Scope, sh.Item.TenantID) {
		r := Change{}.resource(sh.Version.Body, Fields{})
		r["tenant"] = tx.Scope.Tenant
		ask(policies.ItemsOverride, r)
	}
	return out, nil
}

// MayCreate reports whether the actor may start items of her tenant.
func (s *Service) MayCreate(ctx context.Context) bool {
	sc, err := tenancy.From(ctx)
	return err == nil && s.authz.Allow(ctx, policies.ItemsCreate, policies.Resource{"tenant": sc.Tenant, "list": ImplementingList}) == nil
}

// Review is one version that waits for review.
type Review struct {
	Version

	ItemName string // as it is in force; empty for a new item
}

// Reviews lists the versions of the actor's tenant that wait for review, those
// waiting longest first.
func (s *Service) Reviews(ctx context.Context, q Query) (p Page[Review], err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		p, err = store{tx}.reviews(ctx, q)
		return err
	})
	return p, err
}

// CountReviews is the number beside the review queue.
func (s *Service) CountReviews(ctx context.Context) (n int, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select count(*) from item_versions where tenant_id = ? and state = 'reviewing' and lead_id is null`, tx.Scope.Tenant).Scan(ctx, &n)
	})
	return n, err
}

func (s store) reviews(ctx context.Context, q Query) (p Page[Review], err error) {
	limit, offset := q.bounds()
	var rows []struct {
		Version
		ItemName string
		Total    int
	}
	sel := s.tx.NewSelect().TableExpr("item_versions AS v").ColumnExpr("v.*").
		ColumnExpr("CASE WHEN i.live_id IS NULL THEN '' ELSE i.name END AS item_name").ColumnExpr("count(*) OVER () AS total").
		Join("JOIN items i ON i.tenant_id = v.tenant_id AND i.id = v.item_id").
		Where("v.tenant_id = ?", s.tx.Scope.Tenant).Where("v.state = 'reviewing'")
	if q.Text != "" {
		sel = sel.Where("(position(lower(?) in lower(v.body->>'name')) > 0 or position(? in i.basic_code) > 0)", q.Text, q.Text)
	}
	if err := sel.OrderExpr("v.updated_at, v.id").Limit(limit).Offset(offset).Scan(ctx, &rows); err != nil {
		return p, err
	}
	for _, r := range rows {
		p.Total = r.Total
		p.Rows = append(p.Rows, Review{Version: r.Version, ItemName: r.ItemName})
	}
	return p, nil
}
