package flows_test

import (
	"context"
	"errors"
	"testing"

	"liandong/modules/flows"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

// TestServiceFollowsCalls: a stored flow is loaded with those of the same tenant that it calls;
// others are refused.
func TestServiceFollowsCalls(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	ctx := dbtest.WithActor(t, dbtest.League, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-000000000001", Name: "编辑", Roles: []string{"item_editor"}})
	many := flows.NewService(flows.Handlers("notify"))
	inner := flows.Linear("内", []flows.Step{{ID: "look", Name: "勘验", Kind: flows.Review, Level: flows.Own, Post: "reviewer", LimitDays: 2}})
	outer := func(called string) []byte {
		return []byte(`<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:ld="https://liandong.cn/bpmn"><process id="p" name="外">
<startEvent id="s"/><userTask id="accept" name="受理"><extensionElements><ld:step kind="accept" level="own" post="clerk" limit="1"/></extensionElements></userTask>
<callActivity id="call" name="审查" calledElement="` + called + `"/>
<userTask id="decide" name="决定"><extensionElements><ld:step kind="decide" level="own" post="decider" limit="3"/></extensionElements></userTask><endEvent id="e"/>
<sequenceFlow id="f1" sourceRef="s" targetRef="accept"/><sequenceFlow id="f2" sourceRef="accept" targetRef="call"/>
<sequenceFlow id="f3" sourceRef="call" targetRef="decide"/><sequenceFlow id="f4" sourceRef="decide" targetRef="e"/></process></definitions>`)
	}
	err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		called, err := many.Keep(ctx, tx, "内", inner)
		if err != nil {
			return err
		}
		id, err := many.Keep(ctx, tx, "外", outer(called))
		if err != nil {
			return err
		}
		def, err := many.Load(ctx, tx, dbtest.League, id)
		if err != nil {
			return err
		}
		if steps := def.Steps(); len(steps) != 3 || steps[1].ID != "call/look" {
			t.Errorf("steps %+v", steps)
		}
		if err := many.Sound(ctx, tx, dbtest.League, id, 5); err != nil {
			t.Errorf("within five days: %v", err)
		}
		var ps flows.Problems
		if err := many.Sound(ctx, tx, dbtest.League, id, 4); !errors.As(err, &ps) || !ps.Has(flows.RuleOverPromise) {
			t.Errorf("within four days: %v", err)
		}
		if f := many.Review(ctx, tx, dbtest.League, outer(id+"0"), 5); len(f) != 1 || f[0].Rule != flows.RuleCalled || f[0].ID != "call" {
			t.Errorf("a call into nothing: %+v", f)
		}
		if s := many.InspectIn(ctx, tx, dbtest.League, outer(called), 5); len(s.Problems) != 0 || len(s.Lines) != 3 || s.Straight {
			t.Errorf("sketch %+v", s.Problems)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestTenantOutsideTheWay: a step may name a tenant above or below whoever publishes, and no other:
// nobody there would see the case.
func TestTenantOutsideTheWay(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	s := flows.NewService()
	ctx := dbtest.WithActor(t, dbtest.County, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-000000000001", Name: "编辑", Roles: []string{"item_editor"}})
	named := func(at tenancy.ID) []byte {
		return flows.Linear("指定单位", []flows.Step{
			{ID: "accept", Name: "受理", Kind: flows.Accept, Level: flows.Own, Post: "clerk", LimitDays: 1},
			{ID: "decide", Name: "决定", Kind: flows.Decide, Level: flows.Named, TenantRef: at.String(), Post: "decider", LimitDays: 2},
		})
	}
	err := d.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		for at, fits := range map[tenancy.ID]bool{dbtest.League: true, dbtest.County: true, dbtest.Township: true, dbtest.Village: true, dbtest.County2: false, 999: false} {
			id, err := s.Keep(ctx, tx, "指定单位", named(at))
			if err != nil {
				return err
			}
			var ps flows.Problems
			err = s.Sound(ctx, tx, dbtest.County, id, 5)
			if outside := errors.As(err, &ps) && ps.Has(flows.RuleTenantOutside); outside == fits {
				t.Errorf("%v: %v", at, err)
			}
			fs := s.Review(ctx, tx, dbtest.County, named(at), 5)
			if !fits && (len(fs) != 1 || fs[0].Rule != flows.RuleTenantOutside || fs[0].ID != "decide") {
				t.Errorf("%v: %+v", at, fs)
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
