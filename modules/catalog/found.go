package catalog

import (
	"context"
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"sync"
	"time"

	"liandong/modules/catalog/codes"
	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// found keeps the search indexes of tenants whose items were looked for, in
// memory. An index is asked for by tenant and by the number of item_marks that
// the very transaction has read, so what was published or withdrawn counts from
// the commit on, on every server. Measured with 100 000 items in a country
// (BenchmarkFind): building takes some 80 µs of processor per item, once per
// publication and server, a search about 0.8 ms over the 2 100 items of a chain,
// an item 4 kB. A table of terms would be read for every word of every search, and
// could not forgive slips without reading all of it.
type found struct {
	mu    sync.Mutex
	held  map[tenancy.ID]*index
	docs  int
	clock int64
	books map[tenancy.ID]keptBook

	places map[tenancy.ID]placeHeat
}

// keptBook is a book with local codes, for as long as the vector stands.
type keptBook struct {
	vector string
	book   *codes.Book
}

// index is one tenant's.
type index struct {
	mark  int64
	shard *finder.Shard
	size  int
	used  int64

	tables  map[string]valueTable // by facet
	changes map[string]Override   // what the tenant changes of items of others (细化), by item
	entries []codes.Entry         // its local codes

	heat   map[string]int
	heated time.Time
}

// sought is what a search goes over: the chain of the scope, from the top down.
type sought struct {
	at     tenancy.ID
	chain  []tenancy.ID
	vector string
	shards []*finder.Shard
	of     []*index // of the shards; nil for the first, which belongs to nobody
	heat   finder.Heat
	places []map[string]int // how often items were used at each place of the chain; only for the directory
}

// seek returns what a search of the tenant in scope goes over. It is the one
// transaction of a page of the directory: what is asked of it is in memory, and as
// true as the marks that were read.
func (s *Service) seek(ctx context.Context, besides ...func(context.Context, *db.Tx, *sought) error) (c sought, err error) {
	err = s.db.InTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		if c, err = s.found.chain(ctx, tx); err != nil {
			return err
		}
		for _, add := range besides {
			if err := add(ctx, tx, &c); err != nil {
				return err
			}
		}
		return nil
	})
	return c, err
}

// Bounds of the memory and of the age of what need not be exact.
const (
	maxBooks = 1_000
	maxHeld  = 60_000          // items; some 4 kB each
	coolAt   = 5 * time.Minute // how old a count of uses may be
	lately   = 30              // days that count
)

// general are the everyday words that every tree begins with.
//
//go:embed synonyms.csv
var generalText string

var general = sync.OnceValue(func() []finder.Synonym { //nolint:gochecknoglobals // read-only after the first use
	rows, err := csv.NewReader(strings.NewReader(generalText)).ReadAll()
	if err != nil {
		panic("catalog: the embedded synonyms: " + err.Error()) // they are part of the program
	}
	out := make([]finder.Synonym, len(rows))
	for i, r := range rows {
		out[i] = finder.Synonym{Word: r[0], Means: r[1]}
	}
	return out
})

var generalShard = sync.OnceValue(func() *finder.Shard { return finder.Build(nil, general()) }) //nolint:gochecknoglobals // read-only after the first use

// chain returns the indexes of the scope's tenants, building those that are new.
func (f *found) chain(ctx context.Context, tx *db.Tx) (c sought, err error) {
	marks, err := store{tx}.marks(ctx)
	if err != nil {
		return c, err
	}
	xs, err := f.indexes(ctx, tx, marks)
	if err != nil {
		return c, err
	}
	if err := f.warm(ctx, tx, marks, xs); err != nil {
		return c, err
	}
	c.at, c.chain, c.vector = tx.Scope.Tenant, tx.Scope.Ancestors, vectorOf(marks)
	c.shards, c.of = []*finder.Shard{generalShard()}, []*index{nil}
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, x := range xs {
		c.shards, c.of, c.heat = append(c.shards, x.shard), append(c.of, x), append(c.heat, x.heat)
	}
	return c, nil
}

// indexes are those of marks, in their order.
func (f *found) indexes(ctx context.Context, tx *db.Tx, marks []mark) ([]*index, error) {
	xs := make([]*index, len(marks))
	var missing []mark
	for i, m := range marks {
		if xs[i] = f.get(m.TenantID, m.N); xs[i] == nil {
			missing = append(missing, m)
		}
	}
	if len(missing) == 0 {
		return xs, nil
	}
	built, err := build(ctx, tx, missing)
	if err != nil {
		return nil, err
	}
	for i, m := range marks {
		if xs[i] == nil {
			xs[i] = built[m.TenantID]
			f.put(m.TenantID, xs[i])
		}
	}
	return xs, nil
}

func (f *found) get(t tenancy.ID, mark int64) *index {
	f.mu.Lock()
	defer f.mu.Unlock()
	x := f.held[t]
	if x == nil || x.mark != mark {
		return nil
	}
	f.clock++
	x.used = f.clock
	return x
}

// put keeps an index, and gives up those that were not used for longest.
func (f *found) put(t tenancy.ID, x *index) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if old := f.held[t]; old != nil {
		if old.mark > x.mark {
			return // somebody has read a newer state meanwhile
		}
		f.docs -= old.size
	}
	if f.held == nil {
		f.held = map[tenancy.ID]*index{}
	}
	f.clock++
	x.used = f.clock
	f.held[t] = x
	f.docs += x.size
	for f.docs > maxHeld && len(f.held) > 1 {
		f.forget(t)
	}
}

// forget gives up the index that was not used for longest, but not that of keep.
func (f *found) forget(keep tenancy.ID) {
	oldest, at := keep, int64(0)
	for t, x := range f.held {
		if t != keep && (at == 0 || x.used < at) {
			oldest, at = t, x.used
		}
	}
	f.docs -= f.held[oldest].size
	delete(f.held, oldest)
}

// warm reads anew what counts of uses are older than coolAt.
func (f *found) warm(ctx context.Context, tx *db.Tx, marks []mark, xs []*index) error {
	var cold []tenancy.ID
	f.mu.Lock()
	for i, x := range xs {
		if x.heat == nil || tx.Now.Sub(x.heated) >= coolAt {
			cold = append(cold, marks[i].TenantID)
		}
	}
	f.mu.Unlock()
	if len(cold) == 0 {
		return nil
	}
	heat, err := store{tx}.heat(ctx, cold, tx.Now.AddDate(0, 0, -lately))
	if err != nil {
		return err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for i, m := range marks {
		if slices.Contains(cold, m.TenantID) {
			xs[i].heat, xs[i].heated = heat[m.TenantID], tx.Now
		}
	}
	return nil
}

// build makes the indexes of some tenants out of what the scope reads.
func build(ctx context.Context, tx *db.Tx, marks []mark) (map[tenancy.ID]*index, error) {
	st, of := store{tx}, make([]tenancy.ID, len(marks))
	for i, m := range marks {
		of[i] = m.TenantID
	}
	rows, err := st.inForceOf(ctx, of)
	if err != nil {
		return nil, err
	}
	synonyms, err := st.synonyms(ctx, of)
	if err != nil {
		return nil, err
	}
	out, err := st.additions(ctx, of)
	if err != nil {
		return nil, err
	}
	docs, words := map[tenancy.ID][]finder.Doc{}, map[tenancy.ID][]finder.Synonym{}
	slices.SortStableFunc(rows, func(a, b listRow) int { return strings.Compare(a.Body.Name, b.Body.Name) }) // as finder.All wants them
	for _, r := range rows {
		docs[r.TenantID] = append(docs[r.TenantID], document(r))
	}
	for _, y := range synonyms {
		words[y.TenantID] = append(words[y.TenantID], finder.Synonym{Word: y.Word, Means: y.Means})
	}
	for _, m := range marks {
		x := out[m.TenantID]
		x.mark, x.shard, x.tables = m.N, finder.Build(docs[m.TenantID], words[m.TenantID]), tabled(docs[m.TenantID])
		x.size = len(docs[m.TenantID]) + len(x.changes) + len(x.entries) + 1
	}
	return out, nil
}

// document is what is looked at of an item, as its own tenant says it.
func document(r listRow) finder.Doc {
	b := r.Body
	d := finder.Doc{
		ID: r.ID, Code: b.BasicCode, Name: b.Name, Department: b.Department, Result: b.Result.Name, Keywords: b.Keywords,
		More: slices.Clone(b.Conditions), Kind: b.Kind, Level: b.Level, Origins: b.Origins, Audience: b.Audience, Person: b.TopicsPerson, Legal: b.TopicsLegal,
		Life: b.LifeEvents, Groups: b.Groups, Depth: b.OnlineDepth, Hall: b.EntryCentre, Visits: b.OnsiteTimes, Days: b.PromisedDays, AtOnce: b.ProjectType == "1",
		State: r.State, Project: b.ProjectType, Area: b.HandleArea, Terminal: b.Terminal, Fees: len(b.Fees), Parts: len(b.Parts),
	}
	for _, m := range b.Materials {
		d.More, d.Materials = append(d.More, m.Name), append(d.Materials, m.Name)
	}
	for _, q := range b.Questions {
		d.More = append(d.More, q.Q)
	}
	return d
}

// normalText is what is left of a search when nothing but letters and digits counts.
func normalText(s string) string { return finder.Normal(s) }
