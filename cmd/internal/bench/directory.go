package bench

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"runtime/pprof"

	"liandong/modules/catalog"
	"liandong/tenancy"
)

// way is one page of the directory that citizens ask for, as the i-th of them does.
type way struct {
	name    string
	ask     func(ctx context.Context, i int) error
	limited bool // must reach searchAtLeast and keep searchAtMost
	warm    bool // every place has been asked once, as some minutes after a start
}

// ways are the pages of the directory all over the country. The empty one measures
// the client and the net: what all the others cost besides the directory.
func (r *rig) ways(ctx context.Context, s *site, chains []chain) ([]way, error) {
	word, err := words()
	if err != nil {
		return nil, err
	}
	facets, err := s.facets(ctx, chains[0])
	if err != nil {
		return nil, err
	}
	items, err := s.offered(ctx)
	if err != nil {
		return nil, err
	}
	at := func(i int, path string) string {
		return fmt.Sprintf("/sites/%012d%s", chains[i%len(chains)].village/1000, path)
	}
	page := func(path func(i int) string) func(context.Context, int) error {
		return func(ctx context.Context, i int) error { _, err := s.get(ctx, path(i), ""); return err }
	}
	out := []way{
		{"空请求", page(func(int) string { return "/healthz" }), false, false},
		{"群众端首页(各地)", page(func(i int) string { return at(i, "") }), false, true},
		{"事项检索(网页)", page(func(i int) string { return at(i, "/items?q="+word(i)) }), true, true},
		{"事项检索(联想)", page(func(i int) string { return at(i, "/items/suggest?q="+word(i)) }), true, true},
		{"事项检索(304)", s.again(func(i int) string { return at(i%len(chains), "/items?q="+word(i%len(chains))) }), true, true},
		{"事项目录", page(func(i int) string { return at(i, "/items") }), true, true},
		{"事项目录(304)", s.again(func(i int) string { return at(i, "/items") }), true, true},
		{"事项目录(第 2 页)", page(func(i int) string { return at(i, "/items?page=2") }), true, true},
	}
	for _, f := range facets {
		out = append(out, way{"事项目录·" + f[2], page(func(i int) string { return at(i, "/items?"+f[0]+"="+url.QueryEscape(f[1])) }), true, true})
	}
	guide := func(i int) string { return at(i, "/items/"+items[i/len(chains)%len(items)]) }
	return append(out,
		way{"办事指南(首次)", page(func(i int) string { return guide(i + r.cold(len(chains))) }), false, false},
		way{"办事指南(再次)", page(func(i int) string { return guide(i % len(chains)) }), true, true},
		way{"办事指南(304)", s.again(func(i int) string { return guide(i % len(chains)) }), true, true},
	), nil
}

// cold is where guides begin that nobody has opened in this run.
func (*rig) cold(places int) int { return 2 * places }

// facets are one value of every facet at a village: what most items have.
func (s *site) facets(ctx context.Context, c chain) (out [][3]string, err error) {
	at, err := s.tree.ScopeFor(ctx, c.village, tenancy.Actor{Kind: tenancy.Public})
	if err != nil {
		return nil, err
	}
	d, err := s.items.Browse(tenancy.With(ctx, at), catalog.Browse{Size: 10})
	for _, f := range [][2]string{
		{catalog.FacetAudience, "办理对象"},
		{catalog.FacetTopicPerson, "个人主题"},
		{catalog.FacetTopicLegal, "法人主题"},
		{catalog.FacetLife, "人生大事"},
		{catalog.FacetGroup, "人群"},
		{catalog.FacetDepartment, "部门"},
		{catalog.FacetVisits, "跑动次数"},
		{catalog.FacetHall, "进驻大厅"},
		{catalog.FacetDepth, "网办深度"},
		{catalog.FacetKind, "事项类型"},
		{catalog.FacetLevel, "行使层级"},
	} {
		if vs := d.Counts[f[0]]; len(vs) > 0 {
			out = append(out, [3]string{f[0], vs[0].Value, f[1]})
		}
	}
	return out, err
}

// offered are items that every place offers.
func (s *site) offered(ctx context.Context) (ids []string, err error) {
	rows, err := s.super.QueryContext(ctx, `select id from items where tenant_id = 0 and state = 'published' and basic_code <> '`+climbingCode+`' order by md5(id::text) limit 1000`)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id); err != nil {
			return nil, err
		}
		ids = append(ids, id)
	}
	return ids, rows.Err()
}

// again asks for a page that the visitor has already: the first time of a path it
// reads the tag, then it must be told that nothing has changed.
func (s *site) again(path func(i int) string) func(context.Context, int) error {
	var tags tagBook
	return func(ctx context.Context, i int) error {
		p := path(i)
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+p, nil)
		if err != nil {
			return err
		}
		tag := tags.of(p)
		if tag != "" {
			req.Header.Set("If-None-Match", tag)
		}
		res, err := s.client.Do(req)
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if tag != "" && res.StatusCode != http.StatusNotModified {
			err = errors.New(p + ": " + res.Status)
		}
		tags.note(p, res.Header.Get("ETag"))
		return err
	}
}

// walk measures one way: at searchClients clients, then alone beside bare.
func (r *rig) walk(ctx context.Context, rep *Report, w way, places int, bare func() error) error {
	for i := 0; w.warm && i < places; i++ {
		if err := w.ask(ctx, i); err != nil {
			return describe(err, w.name)
		}
	}
	before, err := r.spent()
	if err != nil {
		return err
	}
	end, err := r.profile(w.name)
	if err != nil {
		return err
	}
	f := r.flood(searchClients, func(i int) error { return w.ask(ctx, i) })
	end()
	after, err := r.spent()
	if err != nil {
		return err
	}
	next := f.asked
	one := func() error { next++; return w.ask(ctx, next) }
	p, err := r.o.interleave(one, bare)
	if err != nil {
		return describe(err, w.name)
	}
	each := func(seconds float64) float64 { return 1000 * seconds / float64(f.asked) }
	cpu := Figure{Name: w.name + "·处理器", Value: each(after.all() - before.all()), Unit: "毫秒/次", OK: true}
	rate := Figure{Name: fmt.Sprintf("%s·%d 个客户端", w.name, searchClients), Value: f.perSecond, Unit: "次/秒", OK: true}
	slow := Figure{Name: w.name + "·95 百分位", Value: ms(f.p95), Unit: "毫秒", OK: true}
	if w.limited {
		rate.Limit, rate.OK = searchAtLeast, f.perSecond >= searchAtLeast
		cpu.Limit, cpu.OK = searchCosts, cpu.Value <= searchCosts
		slow.Limit, slow.OK = searchAtMost, ms(f.p95) <= searchAtMost
	}
	rep.Figures = append(rep.Figures, rate, slow, cpu,
		Figure{Name: w.name + "·处理器,其中数据库", Value: each(after.database - before.database), Unit: "毫秒/次", OK: true},
		Figure{Name: w.name + "·单独", Value: ms(p.app), Unit: "毫秒", Ratio: p.ratio(), OK: true},
		Figure{Name: w.name + "·错误", Value: float64(f.failed), Unit: "次", OK: f.failed == 0})
	return nil
}

// profile writes what the processor does until the end is called.
func (r *rig) profile(name string) (end func(), err error) {
	if r.o.Profile == "" {
		return func() {}, nil
	}
	f, err := os.Create(filepath.Join(r.o.Profile, name+".pprof"))
	if err != nil {
		return nil, err
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() { pprof.StopCPUProfile(); _ = f.Close() }, nil
}
