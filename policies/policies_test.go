package policies_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

func TestRefusalIsForbiddenAndSaysWhy(t *testing.T) {
	t.Parallel()
	e := engine(t)
	step := sample(policies.CasesAccept, town, policies.Clerk)
	step["at_name"] = "白音锡勒镇"
	if err := e.Allow(tenancy.With(t.Context(), staff(town, policies.Clerk)), policies.CasesAccept, step); err != nil {
		t.Fatalf("clerk of the town: %v", err)
	}
	err := e.Allow(tenancy.With(t.Context(), staff(county, policies.Clerk)), policies.CasesAccept, step)
	f, ok := fault.As(err)
	if !ok || f.Kind != fault.Forbidden || f.Text != "forbidden" {
		t.Fatalf("clerk of the county above: got %v", err)
	}
	if want := "办件现在在白音锡勒镇，上级可以查看但不能操作。可以催办、督办，或由负责人转交该处的工作人员办理。"; f.Detail != want {
		t.Errorf("reason = %q, want %q", f.Detail, want)
	}
}

func TestExplainNamesTheRule(t *testing.T) {
	t.Parallel()
	e := engine(t)
	ctx := tenancy.With(t.Context(), staff(county, policies.ItemEditor))
	draft, published := sample(policies.ItemsEdit, county, ""), sample(policies.ItemsEdit, county, "")
	published["state"] = "published"
	if d := e.Explain(ctx, policies.ItemsEdit, draft); !d.Allow || d.Rule != "items:edit/own_draft" || d.Reasons != nil {
		t.Errorf("draft: %+v", d)
	}
	if d := e.Explain(ctx, policies.ItemsEdit, published); d.Allow || d.Rule != "items:edit/!not_draft" || len(d.Reasons) != 1 {
		t.Errorf("published: %+v", d)
	}
}

func TestLockedFieldIsNamed(t *testing.T) {
	t.Parallel()
	for field, name := range map[string]string{
		"legal_basis": "设定依据", "department": "实施部门", "audience": "服务对象", "project_type": "办件类型", "conditions": "申请条件", "result": "审批结果", "flow": "办理流程",
	} {
		r := sample(policies.ItemsOverride, town, "")
		r["fields"] = []string{field}
		err := engine(t).Allow(tenancy.With(t.Context(), staff(town, policies.ItemEditor)), policies.ItemsOverride, r)
		if f, ok := fault.As(err); !ok || !strings.Contains(f.Detail, "“"+name+"”由上级统一规定") {
			t.Errorf("%s: got %v", field, err)
		}
	}
}

func TestFailsClosed(t *testing.T) {
	t.Parallel()
	e := engine(t)
	officer := tenancy.With(t.Context(), staff(county, policies.SystemAdmin))
	for name, ask := range map[string]struct {
		ctx  context.Context
		a    policies.Action
		r    policies.Resource
		kind fault.Kind
	}{
		"unknown action":      {officer, "jobs:burn", nil, fault.Forbidden},
		"no action":           {officer, "", nil, fault.Forbidden},
		"no facts":            {officer, policies.TenantsManage, nil, fault.Forbidden},
		"fact without a form": {officer, policies.JobsView, policies.Resource{"f": func() {}}, fault.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := e.Allow(ask.ctx, ask.a, ask.r)
			if err == nil || fault.KindOf(err) != ask.kind {
				t.Errorf("Allow = %v, want kind %d", err, ask.kind)
			}
			if d := e.Explain(ask.ctx, ask.a, ask.r); d.Allow || d.Rule == "" {
				t.Errorf("Explain = %+v", d)
			}
		})
	}
}

func TestNoScopeIsNobody(t *testing.T) {
	t.Parallel()
	e := engine(t)
	published := policies.Resource{"tenant": county, "published": true}
	if err := e.Allow(t.Context(), policies.ItemsView, published); !errors.Is(err, tenancy.ErrNoScope) {
		t.Errorf("Allow = %v", err)
	}
	if d := e.Explain(t.Context(), policies.ItemsEdit, published); d.Allow || d.Rule != "items:edit/!nobody" {
		t.Errorf("Explain = %+v", d)
	}
}

// TestLabelsAreExact asks one step inside and outside the ends of an interval,
// with the largest labels that exist, and with facts as any integer type.
func TestLabelsAreExact(t *testing.T) {
	t.Parallel()
	e := engine(t)
	const top = tenancy.ID(1<<53 - 1)
	s := staff(county, policies.AuditAdmin)
	s.Over = tenancy.Interval{Lo: top - 2, Hi: top - 1}
	ctx := tenancy.With(t.Context(), s)
	for id, want := range map[tenancy.ID]bool{top - 3: false, top - 2: true, top - 1: true, top: false} {
		for _, fact := range []any{id, int64(id), int(id), uint64(id), float64(id)} {
			if got := e.Allow(ctx, policies.AuditView, policies.Resource{"tenant": fact}) == nil; got != want {
				t.Errorf("%T %v: allowed = %v, want %v", fact, fact, got, want)
			}
		}
	}
}

func TestManyAskAtOnce(t *testing.T) {
	t.Parallel()
	e := engine(t)
	ctx := tenancy.With(t.Context(), staff(county, policies.Clerk))
	var wg sync.WaitGroup
	for i := range 16 {
		place := []tenancy.ID{county, town}[i%2]
		wg.Go(func() {
			for range 50 {
				if got := e.Allow(ctx, policies.CasesAccept, sample(policies.CasesAccept, place, policies.Clerk)) == nil; got != (place == county) {
					t.Errorf("at %v: allowed = %v", place, got)
				}
			}
		})
	}
	wg.Wait()
}
