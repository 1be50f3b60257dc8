package catalog

import (
	"context"
	_ "embed"
	"encoding/csv"
	"slices"
	"strings"
	"sync"
	"time"

	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// found keeps the search indexes of tenants whose items were looked for, in
// memory. An index is asked for by tenant and by the number of item_marks that
// the very transaction has read, so what was published or withdrawn counts from
// the commit on, on every server. Measured: an index of 800 items is built in
// about 100 ms and used for microseconds; a table of terms would have to
// be read for every word of every search.
type found struct {
	mu    sync.Mutex
	held  map[tenancy.ID]*index
	docs  int
	clock int64
}

// index is one tenant's.
type index struct {
	mark  int64
	shard *finder.Shard
	size  int
	used  int64

	heat   finder.Heat
	heated time.Time
}

// sought is what a search goes over: the chain of the scope, from the top down.
type sought struct {
	shards []*finder.Shard
	heat   finder.Heat
}

// Bounds of the memory and of the age of what need not be exact.
const (
	maxHeld = 60_000          // items; some 4 kB each
	coolAt  = 5 * time.Minute // how old a count of uses may be
	lately  = 30              // days that count
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
	c.shards, c.heat = []*finder.Shard{generalShard()}, finder.Heat{}
	for _, m := range marks {
		x := f.get(m.TenantID, m.N)
		if x == nil {
			if x, err = build(ctx, tx, m); err != nil {
				return c, err
			}
			f.put(m.TenantID, x)
		}
		heat, err := f.heat(ctx, tx, m.TenantID, x)
		if err != nil {
			return c, err
		}
		c.shards = append(c.shards, x.shard)
		for id, n := range heat {
			c.heat[id] = n
		}
	}
	return c, nil
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

// heat is how often the items of x were used lately, no older than coolAt.
func (f *found) heat(ctx context.Context, tx *db.Tx, t tenancy.ID, x *index) (finder.Heat, error) {
	f.mu.Lock()
	heat, fresh := x.heat, tx.Now.Sub(x.heated) < coolAt && x.heat != nil
	f.mu.Unlock()
	if fresh {
		return heat, nil
	}
	heat, err := store{tx}.heat(ctx, t, tx.Now.AddDate(0, 0, -lately))
	if err != nil {
		return nil, err
	}
	f.mu.Lock()
	x.heat, x.heated = heat, tx.Now
	f.mu.Unlock()
	return heat, nil
}

func build(ctx context.Context, tx *db.Tx, m mark) (*index, error) {
	st := store{tx}
	rows, err := st.inForceOf(ctx, m.TenantID)
	if err != nil {
		return nil, err
	}
	synonyms, err := st.synonyms(ctx, []tenancy.ID{m.TenantID})
	if err != nil {
		return nil, err
	}
	docs := make([]finder.Doc, len(rows))
	for i, r := range rows {
		docs[i] = document(r.ID, r.Body)
	}
	words := make([]finder.Synonym, len(synonyms))
	for i, s := range synonyms {
		words[i] = finder.Synonym{Word: s.Word, Means: s.Means}
	}
	return &index{mark: m.N, shard: finder.Build(docs, words), size: len(docs) + 1}, nil
}

// document is what is looked at of an item: nothing that a lower level may change.
func document(id string, b Body) finder.Doc {
	d := finder.Doc{
		ID: id, Code: b.BasicCode, Name: b.Name, Department: b.Department, Result: b.Result.Name, Keywords: b.Keywords,
		More: slices.Clone(b.Conditions), Kind: b.Kind, Level: b.Level, Origins: b.Origins, Audience: b.Audience, Person: b.TopicsPerson, Legal: b.TopicsLegal,
	}
	for _, m := range b.Materials {
		d.More = append(d.More, m.Name)
	}
	for _, q := range b.Questions {
		d.More = append(d.More, q.Q)
	}
	return d
}

// normalText is what is left of a search when nothing but letters and digits counts.
func normalText(s string) string { return finder.Normal(s) }
