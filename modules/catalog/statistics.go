package catalog

import (
	"context"
	"time"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// Census says what Statistics counts. Zero values mean: everything.
type Census struct {
	Region     tenancy.ID // the actor's tenant or one below it; zero: the actor's tenant
	List       string     // BasicList or ImplementingList
	Kind       string     // 事项类型
	Department string
	State      string    // as in Query
	From, To   time.Time // of changes, To excluded; numbers of items are always those of now
}

// Share is how many items have something in common, by where they come from.
type Share struct {
	Key                   string // a code, a name, a period
	Own, Below, Inherited int    // defined by the region itself, below it, above it and in force there
}

// All is how many there are.
func (s Share) All() int { return s.Own + s.Below + s.Inherited }

// Here is how many the region and those below it define.
func (s Share) Here() int { return s.Own + s.Below }

// Speed (提速) compares what items in force promise with what the law allows.
type Speed struct {
	Key             string
	Items           int
	Statute, Effect int // working days, summed: statutory limits, promises with overrides folded in
}

// Saved is how many working days the promises are shorter, summed.
func (s Speed) Saved() int { return s.Statute - s.Effect }

// Rate is 1 − promise ÷ statute (压缩比例), 0 when there is nothing to compare.
func (s Speed) Rate() float64 {
	if s.Statute == 0 {
		return 0
	}
	return 1 - float64(s.Effect)/float64(s.Statute)
}

// Region is one part of a region: the region itself, or a tenant right below it.
type Region struct {
	tree.Node

	Defined int   // items defined in its subtree; for the region itself its own only
	Speed   Speed // of what is in force at that tenant
}

// Turn is how many items an act was done to in a period.
type Turn struct {
	Period string // 2026-03 or 2026
	Acts   map[string]int
}

// Lean (精简) is what became less in the time asked for, in the region and below.
type Lean struct {
	Ended, Merged int // items cancelled; merged into others

	RevisedMaterials, RevisedDays, RevisedVisits int // that revisions took away, summed
	Relieved, Dropped                            int // items of which lower levels dropped materials; how many, today
	Shortened                                    int // promises that lower levels shorten, today
}

// DepthNone stands for items that say no depth of online handling.
const DepthNone = "none"

// Statistics (统计) is a census of the catalogue.
type Statistics struct {
	Way  []tree.Node // from the actor's tenant down to the region, which is the last
	Self tree.Node   // the region

	Total                                 Share
	Levels, Exercised, Kinds, Departments []Share // by level of the defining tenant, 行使层级, 事项类型, 部门
	Visits                                []Share // by 到现场次数: 0, 1, 2 for more
	Depths                                []Share // by 网上办理深度: an item counts under each of its codes; DepthNone: it has none
	States                                []Share // of all items, whatever state was asked for
	Regions                               []Region
	Speed                                 Speed
	Faster                                []Speed // by department
	Months, Years                         []Turn  // oldest first, none left out
	Lean                                  Lean
}

// Statistics counts the items that the region defines, those below it and those
// it inherits. NotFound when the region is not the actor's or below it.
func (s *Service) Statistics(ctx context.Context, c Census) (out Statistics, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := s.authz.Allow(ctx, policies.ItemsView, policies.Resource{"tenant": tx.Scope.Tenant, "published": false}); err != nil {
			return err
		}
		if _, err := tx.NewRaw(`set local work_mem = '32MB'`).Exec(ctx); err != nil { // a whole country is grouped in memory
			return err
		}
		n := census{store{tx}, c, standing{}}
		if n.at, err = n.stand(ctx, c.Region); err != nil {
			return err
		}
		for _, step := range []func(context.Context, *Statistics) error{n.place, n.count, n.turns, n.lean} {
			if err := step(ctx, &out); err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

// census is a Census on its way through the database.
type census struct {
	store

	Census
	at standing
}

// place fills in where the census is taken.
func (n census) place(ctx context.Context, out *Statistics) error {
	way, err := tree.In(n.tx).Ancestors(ctx, n.at.tenant)
	if err != nil {
		return err
	}
	out.Self = way[len(way)-1]
	for _, w := range way {
		if n.tx.Scope.Over.Contains(w.ID) {
			out.Way = append(out.Way, w)
		}
	}
	parts, err := tree.In(n.tx).Children(ctx, n.at.tenant)
	if err != nil {
		return err
	}
	out.Regions = []Region{{Node: out.Self}}
	for _, p := range parts {
		out.Regions = append(out.Regions, Region{Node: p})
	}
	return nil
}
