package bench

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// pages measures the product over HTTP: lives of cases as people click them in
// both databases in turn, and what citizens read, at 64 clients, in the full one.
func (r *rig) pages(ctx context.Context, rep *Report) error {
	var in [2]player
	var full *site
	for i, h := range []*house{r.empty, r.full} {
		s, err := r.serve(ctx, h)
		if s != nil {
			defer s.close()
		}
		if err != nil {
			return err
		}
		chains, err := h.chains(ctx, offices)
		if err != nil {
			return err
		}
		item, err := h.item(ctx, climbingCode)
		if err != nil {
			return err
		}
		seats, err := s.staffOffices(ctx, r, chains)
		if err != nil {
			return err
		}
		in[i] = func(ctx context.Context, n int) error { return s.livePages(ctx, item, chains[n%len(chains)], seats) }
		full = s
	}
	if r.o.Lives > 0 {
		if err := r.compareLives(ctx, rep, "办件全过程(网页)", in, r.o.Lives); err != nil {
			return err
		}
	}
	return r.reading(ctx, rep, full)
}

// reading measures the pages that citizens read without signing in.
func (r *rig) reading(ctx context.Context, rep *Report, s *site) error {
	chains, err := s.chains(ctx, 200)
	if err != nil {
		return err
	}
	item, err := s.item(ctx, climbingCode)
	if err != nil {
		return err
	}
	for _, p := range []struct {
		name string
		path func(i int) string
	}{
		{"群众端首页", func(i int) string { return fmt.Sprintf("/sites/%012d", chains[i%len(chains)].village/1000) }},
		{"办事指南", func(i int) string {
			return fmt.Sprintf("/sites/%012d/items/%s", chains[i%len(chains)].village/1000, item)
		}},
	} {
		if _, err := s.get(ctx, p.path(0), ""); err != nil {
			return describe(err, p.name)
		}
		f := r.flood(clients, func(i int) error { _, err := s.get(ctx, p.path(i), ""); return err })
		rep.add(fmt.Sprintf("%s·%d 个客户端", p.name, clients), f.perSecond, "次/秒")
		rep.add(p.name+"·95 百分位", ms(f.p95), "毫秒")
		rep.Figures = append(rep.Figures, Figure{Name: p.name + "·错误", Value: float64(f.failed), Unit: "次", OK: f.failed == 0})
	}
	return nil
}

// flooded is what many clients met.
type flooded struct {
	perSecond     float64
	p95           time.Duration
	asked, failed int
}

// flood lets so many clients ask one after the other for some seconds.
func (r *rig) flood(clients int, ask func(i int) error) (out flooded) {
	limit := 5 * time.Second
	if r.o.Quick {
		limit /= 3
	}
	var mu sync.Mutex
	var all []time.Duration
	var wg sync.WaitGroup
	began := time.Now()
	for c := range clients {
		wg.Go(func() {
			var took []time.Duration
			bad := 0
			for i := c; time.Since(began) < limit; i += clients {
				start := time.Now()
				if err := ask(i); err != nil {
					bad++
				}
				took = append(took, time.Since(start))
			}
			mu.Lock()
			defer mu.Unlock()
			all, out.failed = append(all, took...), out.failed+bad
		})
	}
	wg.Wait()
	out.asked, out.perSecond = len(all), float64(len(all))/time.Since(began).Seconds()
	slices.Sort(all)
	out.p95 = all[len(all)*95/100]
	return out
}
