package bench

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"liandong/policies"
	"liandong/tenancy"
)

// decisions counts how many questions the policies answer, one after the other
// and on all processors.
func (r *rig) decisions(ctx context.Context, rep *Report) error {
	as := func(roles ...string) context.Context {
		return tenancy.With(ctx, tenancy.Scope{
			Tenant: busy[1], Over: tenancy.Interval{Lo: busy[1], Hi: busy[1] + 999_999}, Ancestors: []tenancy.ID{0, busyProvince, busy[3], busy[2], busy[1]},
			Actor: tenancy.Actor{Kind: tenancy.Staff, ID: observer, Roles: roles},
		})
	}
	res := policies.Resource{
		"tenant": busy[0], "subject": "", "at_tenant": busy[1], "at_name": "某乡", "step_post": policies.Reviewer, "step_kind": "review",
		"open": true, "accepted_by": "", "filed_by_actor": false, "on_behalf": true,
	}
	for _, q := range []struct{ name, role string }{{"授权判定·准许", policies.Reviewer}, {"授权判定·拒绝并说明理由", policies.Clerk}} {
		ctx := as(q.role)
		ask := func() { _ = r.engine.Allow(ctx, policies.CasesHandle, res) }
		rep.add(q.name, 1e6/r.rate(1, ask), "微秒/次")
		rep.add(q.name+"(全部处理器)", r.rate(runtime.NumCPU(), ask), "次/秒")
	}
	return nil
}

// rate is how often per second workers together do it.
func (r *rig) rate(workers int, do func()) float64 {
	limit := 2 * time.Second
	if r.o.Quick {
		limit /= 4
	}
	var n atomic.Int64
	var wg sync.WaitGroup
	began := time.Now()
	for range workers {
		wg.Go(func() {
			for time.Since(began) < limit {
				do()
				n.Add(1)
			}
		})
	}
	wg.Wait()
	return float64(n.Load()) / time.Since(began).Seconds()
}
