package bench

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/url"
	"strings"
	"time"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
)

// Limits of the catalogue at national size: an item as a village offers it within
// 2 ms, half of the searches of a place that is known within ten look-ups of one
// row, what the top publishes seen at the bottom within a second.
const (
	resolveAtMost = 2.0  // milliseconds
	searchAtMost  = 50.0 // milliseconds, 95 of 100
	searchAtLeast = 300.0
	seenAtMost    = 1000.0 // milliseconds
	searchClients = 8
	searchCosts   = 2_000 / searchAtLeast // milliseconds of processor each, on two cores
)

// catalogue measures search, the effective item and publication among 100,000
// items, beside a bare look-up of one row as superuser.
func (r *rig) catalogue(ctx context.Context, rep *Report) error {
	h, err := r.house(itemsName)
	if err != nil {
		return err
	}
	defer h.close()
	chains, err := h.chains(ctx, 200)
	if err != nil {
		return err
	}
	if err := h.dress(ctx, chains); err != nil {
		return err
	}
	s, err := r.serve(ctx, h)
	if s != nil {
		defer s.close()
	}
	if err != nil {
		return err
	}
	if err := r.effective(ctx, rep, h, chains); err != nil {
		return err
	}
	if err := r.searching(ctx, rep, s, chains); err != nil {
		return err
	}
	return r.seen(ctx, rep, s, chains[0])
}

// effective compares the effective item of a village with one row by its key.
func (r *rig) effective(ctx context.Context, rep *Report, h *house, chains []chain) error {
	at, err := h.tree.ScopeFor(ctx, chains[0].village, tenancy.Actor{Kind: tenancy.Public})
	if err != nil {
		return err
	}
	village := tenancy.With(ctx, at)
	var item, version string
	if err := h.super.QueryRowContext(ctx, fmt.Sprintf(`select id, live_id from items where tenant_id = %d order by id limit 1`, chains[0].county)).Scan(&item, &version); err != nil {
		return err
	}
	bare := func() error {
		return h.asSuper(ctx, []string{fmt.Sprintf(`select * from item_versions where tenant_id = %d and id = '%s'`, chains[0].county, version)})
	}
	p, err := r.o.interleave(func() error { _, err := h.items.Guide(village, item); return err }, bare)
	if err != nil {
		return err
	}
	took := ms(p.app)
	rep.Figures = append(rep.Figures, Figure{Name: "村级生效事项", Value: took, Unit: "毫秒", Ratio: p.ratio(), Limit: resolveAtMost, OK: took <= resolveAtMost})
	words, err := typed()
	if err != nil {
		return err
	}
	find := func() error {
		_, err := h.items.Find(village, catalog.Query{Text: words(), Size: 10})
		return err
	}
	if p, err = r.o.interleave(find, bare); err != nil {
		return err
	}
	rep.Figures = append(rep.Figures, Figure{Name: "事项检索(服务)", Value: ms(p.app), Unit: "毫秒", Ratio: p.ratio(), OK: true})
	return nil
}

// typed draws what people type from the words of the demonstration's items.
func typed() (func() string, error) {
	s, err := newShelf()
	rng := rand.New(rand.NewPCG(3, 4))
	return func() string {
		b := s.bodies[rng.IntN(len(s.bodies))]
		return b.Keywords[rng.IntN(len(b.Keywords))]
	}, err
}

// searching asks for the pages of the directory over HTTP at places all over the
// country, beside the look-up of one row.
func (r *rig) searching(ctx context.Context, rep *Report, s *site, chains []chain) error {
	ways, err := r.ways(ctx, s, chains)
	if err != nil {
		return err
	}
	var version string
	if err := s.super.QueryRowContext(ctx, fmt.Sprintf(`select live_id from items where tenant_id = %d order by id limit 1`, chains[0].county)).Scan(&version); err != nil {
		return err
	}
	bare := func() error {
		return s.asSuper(ctx, []string{fmt.Sprintf(`select * from item_versions where tenant_id = %d and id = '%s'`, chains[0].county, version)})
	}
	for _, w := range ways {
		if err := r.walk(ctx, rep, w, len(chains), bare); err != nil {
			return err
		}
	}
	if err := r.hot(ctx, rep, s, chains[0], bare); err != nil {
		return err
	}
	return r.impact(ctx, rep, s.house, bare)
}

// hot asks for the hot list of a village, with the marks that say it is still true.
func (r *rig) hot(ctx context.Context, rep *Report, s *site, c chain, bare func() error) error {
	at, err := s.tree.ScopeFor(ctx, c.village, tenancy.Actor{Kind: tenancy.Public})
	if err != nil {
		return err
	}
	found := 0
	p, err := r.o.interleave(func() error {
		d, err := s.items.Browse(tenancy.With(ctx, at), catalog.Browse{Size: 1})
		found = len(d.Hot("village", hotItems))
		return err
	}, bare)
	rep.Figures = append(rep.Figures, Figure{Name: "大家常办(服务)", Value: ms(p.app), Unit: "毫秒", Ratio: p.ratio(), OK: found == hotItems})
	return err
}

const hotItems = 8 // as the site shows

// words is what the i-th visitor types: words of the demonstration's items, as an
// address spells them.
func words() (func(i int) string, error) {
	shelf, err := newShelf()
	return func(i int) string {
		b := shelf.bodies[i*31%len(shelf.bodies)]
		return url.QueryEscape(b.Keywords[i*7%len(b.Keywords)])
	}, err
}

// seen publishes at the top and waits until a village's own site shows it.
func (r *rig) seen(ctx context.Context, rep *Report, s *site, c chain) error {
	id, err := s.item(ctx, climbingCode)
	if err != nil {
		return err
	}
	v, err := s.items.Revise(top(ctx, editorID, policies.ItemEditor), id)
	if err != nil {
		return err
	}
	word := fmt.Sprintf("压测口令%d", time.Now().UnixNano())
	v.Body.Keywords = []string{word}
	if v, err = s.items.Edit(top(ctx, editorID, policies.ItemEditor), v.ID, v.Version, catalog.Draft{Body: v.Body}); err != nil {
		return err
	}
	if _, err := s.items.Submit(top(ctx, editorID, policies.ItemEditor), v.ID); err != nil {
		return err
	}
	if _, err := s.items.Publish(top(ctx, reviewerID, policies.ItemReviewer), v.ID, "同意"); err != nil {
		return err
	}
	began, page := time.Now(), ""
	for !strings.Contains(page, id) && time.Since(began) < time.Minute {
		if page, err = s.get(ctx, fmt.Sprintf("/sites/%012d/items?q=%s", c.village/1000, url.QueryEscape(word)), ""); err != nil {
			return err
		}
	}
	took := ms(time.Since(began))
	rep.Figures = append(rep.Figures, Figure{Name: "顶层发布到村级可见", Value: took, Unit: "毫秒", Limit: seenAtMost, OK: took <= seenAtMost})
	return nil
}
