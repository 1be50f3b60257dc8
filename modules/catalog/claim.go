package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

// ClaimState says how an entry of the basic list stands with the actor's tenant.
type ClaimState string

// The states.
const (
	ClaimOpen    ClaimState = "open"    // 待认领
	ClaimTaken   ClaimState = "taken"   // 已认领
	ClaimChanged ClaimState = "changed" // the entry has changed, or ended, since
)

// ClaimStates lists them as people ask for them.
func ClaimStates() []ClaimState { return []ClaimState{ClaimOpen, ClaimChanged, ClaimTaken} }

// Claimable (待认领目录) is an entry that the actor's tenant may implement, with
// what it has made of it.
type Claimable struct {
	EntryTenant tenancy.ID
	EntryID     string
	EntryBody   Body `bun:"type:jsonb"`
	EntryNumber int
	EntryState  string
	OwnerName   string

	State     ClaimState
	ItemID    *string // the tenant's own item, if any
	ItemState string
	OpenState string // of its draft or review
	Body      *Body  `bun:"type:jsonb"` // its newest version
	Twin      *string
}

// Moved lists what the entry says otherwise than the item.
func (c Claimable) Moved() []string {
	if c.Body == nil {
		return nil
	}
	return c.Body.departs(c.EntryBody)
}

// ClaimQuery narrows a list of entries to claim.
type ClaimQuery struct {
	Page, Size int
	State      ClaimState
	Text       string // part of a name or a code
	Kind       string
	IDs        []string // only these entries
}

// ClaimPage is one page of entries with how many there are of each state.
type ClaimPage struct {
	Page[Claimable]

	Counts map[ClaimState]int
}

// claimables are the entries in force above and here that the tenant's level may
// implement, and those that it did. It takes the tenant, its chain and its level.
const claimables = `claimables as (
	select e.tenant_id as entry_tenant, e.id as entry_id, e.basic_code, e.kind, e.name, ev.body as entry_body, ev.number as entry_number, e.state as entry_state, t.name as owner_name,
		i.id as item_id, coalesce(i.state, '') as item_state, coalesce(nv.open, '') as open_state, nv.body, k.id as twin,
		case when i.id is null then 'open'
			when i.state <> 'withdrawn' and (e.state <> 'published' or jsonb_build_array(nv.body->'name', nv.body->'basic_code', nv.body->'type', nv.body->'legal_basis')
				<> jsonb_build_array(ev.body->'name', ev.body->'basic_code', ev.body->'type', ev.body->'legal_basis')) then 'changed'
			else 'taken' end as state
	from items e join item_versions ev on ev.tenant_id = e.tenant_id and ev.id = e.live_id join tenants t on t.tenant_id = e.tenant_id
	left join items i on i.tenant_id = ?0 and i.basic_id = e.id
	left join lateral (select v.body, case when v.state in ('draft', 'reviewing') then v.state end as open from item_versions v where v.tenant_id = i.tenant_id and v.item_id = i.id order by v.number desc limit 1) nv on true
	left join items k on k.tenant_id = ?0 and k.list = 'implementing' and k.basic_id is null and k.basic_code = e.basic_code and k.basic_code <> ''
	where e.list = 'basic' and e.tenant_id in (?1) and (i.id is not null or e.state = 'published' and jsonb_exists(ev.body->'exercise_levels', ?2)))`

// Claimables lists the entries of the basic lists that the actor's tenant may
// implement or does.
func (s *Service) Claimables(ctx context.Context, q ClaimQuery) (p ClaimPage, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		p, err = store{tx}.claimables(ctx, q)
		return err
	})
	return p, err
}

func (s store) claimables(ctx context.Context, q ClaimQuery) (p ClaimPage, err error) {
	own, err := tree.In(s.tx).Get(ctx, s.tx.Scope.Tenant)
	if err != nil {
		return p, err
	}
	narrow := bun.SafeQuery("(? = '' or position(lower(?) in lower(name)) > 0 or position(? in basic_code) > 0) and (? = '' or kind = ?)", q.Text, q.Text, q.Text, q.Kind, q.Kind)
	if q.IDs != nil {
		narrow = bun.SafeQuery("entry_id in (?)", some(q.IDs))
	}
	var counts []struct {
		State ClaimState
		N     int
	}
	with := bun.SafeQuery(claimables, own.ID, list(s.tx.Scope.Ancestors), own.Level)
	if err := s.tx.NewRaw(`with ? select state, count(*) as n from claimables where ? group by 1`, with, narrow).Scan(ctx, &counts); err != nil {
		return p, fmt.Errorf("count entries to claim: %w", err)
	}
	p.Counts = map[ClaimState]int{}
	for _, c := range counts {
		p.Counts[c.State] = c.N
		if q.State == "" || q.State == c.State {
			p.Total += c.N
		}
	}
	limit, offset := Query{Page: q.Page, Size: q.Size}.bounds()
	err = s.tx.NewRaw(`with ? select entry_tenant, entry_id, entry_body, entry_number, entry_state, owner_name, state, item_id, item_state, open_state, body, twin from claimables
		where ? and (? = '' or state = ?) order by basic_code, entry_id limit ? offset ?`, with, narrow, q.State, q.State, limit, offset).Scan(ctx, &p.Rows)
	if err != nil {
		return p, fmt.Errorf("list entries to claim: %w", err)
	}
	return p, nil
}

// Claimed says what a claim did.
type Claimed struct {
	Made   []string // ids of new items
	Linked []string // ids of items of the tenant's that had the code already
	Had    int      // entries that were claimed before
}

// maxClaim bounds how many entries are claimed at once.
const maxClaim = 200

// Claim (认领) takes entries of the basic list into the actor's tenant: each
// becomes a draft of an implementing item with what the entry fixes filled in, and
// an item that has the entry's code already is linked to it. What is claimed
// already stays as it is. Invalid on field "entries" when one of them is not for
// this level to implement.
func (s *Service) Claim(ctx context.Context, entryIDs []string) (c Claimed, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c = Claimed{}
		if err := s.mayStart(ctx, tx, ImplementingList); err != nil {
			return err
		}
		rows, err := store{tx}.toClaim(ctx, entryIDs)
		if err != nil {
			return err
		}
		own, err := tree.In(tx).Get(ctx, tx.Scope.Tenant)
		if err != nil {
			return err
		}
		for _, r := range rows {
			if err := (store{tx}).claim(ctx, &c, r, own.Level); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

func (s store) toClaim(ctx context.Context, ids []string) ([]Claimable, error) {
	if len(ids) == 0 || len(ids) > maxClaim {
		return nil, fault.InvalidField("entries", "item_claim_none")
	}
	for _, id := range ids {
		if !isID(id) {
			return nil, notFound()
		}
	}
	var rows []Claimable
	for from := 0; from < len(ids); from += 100 {
		p, err := s.claimables(ctx, ClaimQuery{IDs: ids[from:min(from+100, len(ids))], Size: 100})
		if err != nil {
			return nil, err
		}
		rows = append(rows, p.Rows...)
	}
	if len(rows) != len(ids) {
		return nil, fault.InvalidField("entries", "item_claim_level")
	}
	return rows, nil
}

func (s store) claim(ctx context.Context, c *Claimed, r Claimable, level string) error {
	switch {
	case r.ItemID != nil:
		c.Had++
		return nil
	case r.Twin != nil:
		c.Linked = append(c.Linked, *r.Twin)
		return s.link(ctx, r)
	}
	item := Item{
		TenantID: s.tx.Scope.Tenant, ID: db.NewID(), BasicCode: r.EntryBody.BasicCode, Name: r.EntryBody.Name, Kind: r.EntryBody.Kind,
		List: ImplementingList, State: StateDraft, CreatedAt: s.tx.Now, Version: 1, BasicTenant: &r.EntryTenant, BasicID: &r.EntryID,
	}
	if err := s.insertItem(ctx, &item); err != nil {
		return err
	}
	b := r.EntryBody
	b.ExerciseLevels, b.Level = nil, level
	v := draftOf(s.tx, item.ID, 1, b)
	c.Made = append(c.Made, item.ID)
	s.tx.Record(db.Audit{Action: string(policies.ItemsCreate), Kind: "item", Object: item.ID, Detail: map[string]any{"name": item.Name, "entry": r.EntryID}})
	return s.insertVersion(ctx, &v)
}

// link puts an item that stood on its own under the entry that has its code.
func (s store) link(ctx context.Context, r Claimable) error {
	_, err := s.tx.NewUpdate().Model((*Item)(nil)).Set("basic_tenant = ?", r.EntryTenant).Set("basic_id = ?", r.EntryID).Set("version = version + 1").
		Where("tenant_id = ?", s.tx.Scope.Tenant).Where("id = ?", *r.Twin).Exec(ctx)
	if err != nil {
		return fmt.Errorf("link item %s to entry %s: %w", *r.Twin, r.EntryID, err)
	}
	s.tx.Record(db.Audit{Action: string(policies.ItemsEdit), Kind: "item", Object: *r.Twin, Detail: map[string]any{"entry": r.EntryID}})
	return nil
}

// TakeOver (按目录更新) brings what is locked in an item up to its entry: in the open
// draft, or in a new one. Precondition when a version is under review
// (item_draft_exists) or the item has no entry (item_not_claimed).
func (s *Service) TakeOver(ctx context.Context, itemID string) (v Version, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		st := store{tx}
		item, err := st.item(ctx, itemID)
		if err != nil {
			return err
		}
		if err := s.authz.Allow(ctx, policies.ItemsEdit, policies.Resource{"tenant": item.TenantID, "state": StateDraft}); err != nil {
			return err
		}
		if item.BasicID == nil {
			return fault.New(fault.Precondition, "item_not_claimed")
		}
		entry, err := st.entry(ctx, *item.BasicTenant, *item.BasicID)
		if err != nil {
			return err
		}
		vs, err := st.versions(ctx, itemID)
		if err != nil {
			return err
		}
		v, err = st.takeOver(ctx, vs[0], entry.Body)
		return err
	})
	return v, err
}

func (s store) takeOver(ctx context.Context, last Version, entry Body) (Version, error) {
	s.tx.Record(db.Audit{Action: string(policies.ItemsEdit), Kind: "item", Object: last.ItemID, Detail: map[string]any{"taken_over": last.Body.departs(entry)}})
	switch last.State {
	case StateReviewing:
		return last, fault.New(fault.Precondition, "item_draft_exists")
	case StateDraft:
		last.Body, last.UpdatedAt = last.Body.taken(entry), s.tx.Now
		if err := s.rename(ctx, &last); err != nil {
			return last, err
		}
		return last, s.saveVersion(ctx, &last)
	}
	v := draftOf(s.tx, last.ItemID, last.Number+1, last.Body.taken(entry))
	v.FlowID = last.FlowID
	return v, s.insertVersion(ctx, &v)
}

// Coverage (认领覆盖) is how far the entries of a basic list are implemented at a level.
type Coverage struct {
	Level     string
	Due       int // entries times tenants that may implement them
	Claimed   int // by an item, if only a draft
	Published int // by an item in force
}

// Coverage counts how far the basic list of the actor's tenant is implemented at
// its own level and those below, from the top.
func (s *Service) Coverage(ctx context.Context) (out []Coverage, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		at, err := store{tx}.stand(ctx, 0)
		if err != nil {
			return err
		}
		err = tx.NewRaw(`with entries as (select e.id, v.body->'exercise_levels' as levels from items e join item_versions v on v.tenant_id = e.tenant_id and v.id = e.live_id
				where e.tenant_id = ?0 and e.list = 'basic' and e.state = 'published'),
			wanted as (select l.level, count(*) as n from entries, jsonb_array_elements_text(levels) as l(level) group by 1),
			units as (select level, count(*) as n from tenants where tenant_id between ?0 and ?1 and state = 'open' group by 1),
			done as (select t.level, count(*) as n, count(*) filter (where i.state = 'published') as live
				from entries e join items i on i.basic_id = e.id join tenants t on t.tenant_id = i.tenant_id where i.tenant_id between ?0 and ?1 and i.state <> 'withdrawn' and jsonb_exists(e.levels, t.level) group by 1)
			select w.level, w.n * u.n as due, coalesce(d.n, 0) as claimed, coalesce(d.live, 0) as published
			from wanted w join units u using (level) left join done d using (level)`,
			at.tenant, at.hi).Scan(ctx, &out)
		if err != nil {
			return fmt.Errorf("coverage of the basic list: %w", err)
		}
		order := tree.Levels()
		slices.SortFunc(out, func(a, b Coverage) int { return slices.Index(order, a.Level) - slices.Index(order, b.Level) })
		return nil
	})
	return out, err
}
