package cases

import (
	"context"
	"slices"
	"testing"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// What falls to somebody is said three times: to the database, which lists it, to one step that
// a page shows, and by policy, which allows the act. They agree on every kind of step.
func TestWhatFallsToSomebody(t *testing.T) {
	t.Parallel()
	const me, other, absent = "00000000-0000-7000-8000-000000000011", "00000000-0000-7000-8000-000000000012", "00000000-0000-7000-8000-000000000013"
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	ctx := dbtest.WithActor(t, dbtest.County, tenancy.Actor{
		Kind: tenancy.Staff, ID: me, Name: "我", Roles: []string{"reviewer"}, Posted: []string{"林业和草原局"},
		StandsInFor: []tenancy.Away{{ID: absent, Name: "不在岗的人", Roles: []string{"decider"}, Posted: []string{"财政局"}}},
	})
	sc, err := tenancy.From(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var all []StepRecord
	for _, at := range []tenancy.ID{dbtest.County, dbtest.League} {
		for _, kind := range []string{"review", ForApplicant} {
			for _, post := range []string{"", "reviewer", "decider"} {
				for _, substitute := range []string{"", me, other, "reviewer", "decider"} {
					for _, assignee := range []string{"", me, other, absent} {
						for _, department := range []string{"", "林业和草原局", "财政局"} {
							all = append(all, StepRecord{Seq: len(all), AtTenant: at, Kind: kind, Work: workStep, Post: post, Substitute: substitute, AssigneeID: assignee, Department: department})
						}
					}
				}
			}
		}
	}
	var listed []int
	err = db.Over(dbtest.Pool(t), dbtest.Now).InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		rows := tx.NewValues(&all).WithOrder()
		return hers(sc, tx.NewSelect().With("s", rows).TableExpr("s").ColumnExpr("s.seq::int"), "s.", "").Scan(ctx, &listed)
	})
	if err != nil {
		t.Fatal(err)
	}
	for i := range all {
		v := &all[i]
		var c Case
		c.focus(v)
		allowed := v.Kind != ForApplicant && engine.Allow(ctx, policies.CasesHandle, c.resource(sc.Actor, "")) == nil
		if in, falls := slices.Contains(listed, v.Seq), v.fallsTo(sc); in != falls || falls != allowed {
			t.Errorf("%+v is listed %v, falls to her %v, and policy says %v", *v, in, falls, allowed)
		}
	}
	if len(listed) == 0 || len(listed) == len(all) {
		t.Errorf("%d of %d steps are listed", len(listed), len(all))
	}
}
