package catalog_test

import (
	"slices"
	"strconv"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/catalog"
)

// What is asked of an applicant after her choices: what no choice names always,
// what one names only after it; never a longer promise, and nothing that the item
// does not ask for itself.
func TestChoicesDecideWhatIsAsked(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		b, ids := choosing(t)
		choices := rapid.SliceOfDistinct(rapid.SampledFrom(append(ids, "nonsense")), rapid.ID[string]).Draw(t, "choices")
		m := b.For(choices)
		taken, conditional := map[string]bool{}, map[string]bool{}
		days := b.PromisedDays
		for id, e := range effects(b) {
			for _, n := range e.Materials {
				conditional[n] = true
				taken[n] = taken[n] || slices.Contains(m.Chosen, id)
			}
			if slices.Contains(m.Chosen, id) && e.Days > 0 {
				days = min(days, e.Days)
			}
		}
		for _, x := range b.Materials {
			want := taken[x.Name] || !conditional[x.Name]
			if got := slices.ContainsFunc(m.Materials, func(g catalog.Material) bool { return g.Name == x.Name }); got != want {
				t.Fatalf("%s asked for: %t, want %t", x.Name, got, want)
			}
		}
		if m.PromisedDays != days || m.PromisedDays > b.PromisedDays {
			t.Fatalf("promise %d, want %d", m.PromisedDays, days)
		}
		for _, id := range m.Chosen {
			if !slices.Contains(choices, id) {
				t.Fatalf("%s was never chosen", id)
			}
		}
		if again := b.For(m.Chosen); !slices.Equal(again.Chosen, m.Chosen) || again.Unanswered != m.Unanswered {
			t.Fatalf("%v of itself gives %v", m.Chosen, again.Chosen)
		}
	})
}

func effects(b catalog.Body) map[string]catalog.Effect {
	all := map[string]catalog.Effect{}
	for _, h := range b.Handlings {
		all[h.ID] = h.Effect
	}
	for _, q := range b.Situations {
		for _, o := range q.Options {
			all[o.ID] = o.Effect
		}
	}
	return all
}

// choosing draws an item with choices, and their ids.
func choosing(t *rapid.T) (b catalog.Body, ids []string) {
	names := []string{"a", "b", "c", "d"}
	for _, n := range names {
		b.Materials = append(b.Materials, catalog.Material{Name: n, Need: "1"})
	}
	b.PromisedDays = 20
	effect := func() catalog.Effect {
		return catalog.Effect{Materials: rapid.SliceOfDistinct(rapid.SampledFrom(names), rapid.ID[string]).Draw(t, "materials"), Days: rapid.IntRange(0, 20).Draw(t, "days")}
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "handlings") {
		ids = append(ids, "h"+strconv.Itoa(i))
		b.Handlings = append(b.Handlings, catalog.Handling{ID: ids[len(ids)-1], Name: "h", Effect: effect()})
	}
	for i := range rapid.IntRange(0, 4).Draw(t, "questions") {
		q := catalog.Situation{Question: "q", Many: rapid.Bool().Draw(t, "many")}
		if len(ids) > 0 && rapid.Bool().Draw(t, "after") {
			q.When = []string{rapid.SampledFrom(ids).Draw(t, "when")}
		}
		for k := range 3 {
			ids = append(ids, strconv.Itoa(i)+strconv.Itoa(k))
			q.Options = append(q.Options, catalog.Option{ID: ids[len(ids)-1], Label: "o", Effect: effect()})
		}
		b.Situations = append(b.Situations, q)
	}
	return b, ids
}

// The example of one grassland item: a single person and a unit bring different
// things, and who is no unit is not asked for its kind.
func TestSituationsOfOneItem(t *testing.T) {
	t.Parallel()
	b := catalog.Body{
		PromisedDays: 15, Materials: []catalog.Material{{Name: "申请表", Need: "1"}, {Name: "身份证", Need: "1"}, {Name: "营业执照", Need: "1"}, {Name: "原许可证", Need: "1"}},
		Handlings: []catalog.Handling{{ID: "h1", Name: "新办"}, {ID: "h2", Name: "延续", Effect: catalog.Effect{Materials: []string{"原许可证"}, Days: 5}}},
		Situations: []catalog.Situation{
			{Question: "您是单位还是个人？", Options: []catalog.Option{{ID: "unit", Label: "单位", Effect: catalog.Effect{Materials: []string{"营业执照"}}}, {ID: "self", Label: "个人", Effect: catalog.Effect{Materials: []string{"身份证"}}}}},
			{Question: "哪种单位？", When: []string{"unit"}, Options: []catalog.Option{{ID: "firm", Label: "企业"}, {ID: "coop", Label: "合作社"}}},
		},
	}
	for _, c := range []struct {
		choices    []string
		required   []string
		unanswered int
		days       int
	}{
		{nil, []string{"申请表"}, 2, 15},
		{[]string{"h1", "self"}, []string{"申请表", "身份证"}, 0, 15},
		{[]string{"h2", "unit"}, []string{"申请表", "营业执照", "原许可证"}, 1, 5},
		{[]string{"h2", "unit", "coop"}, []string{"申请表", "营业执照", "原许可证"}, 0, 5},
		{[]string{"h1", "self", "unit"}, []string{"申请表", "营业执照"}, 1, 15}, // one answer only: the first in the question's order
		{[]string{"h1", "self", "coop"}, []string{"申请表", "身份证"}, 0, 15},  // not asked
	} {
		m := b.For(c.choices)
		if !slices.Equal(m.Required(), c.required) || m.Unanswered != c.unanswered || m.PromisedDays != c.days {
			t.Errorf("%v: %v, %d open, %d days; want %v, %d, %d", c.choices, m.Required(), m.Unanswered, m.PromisedDays, c.required, c.unanswered, c.days)
		}
	}
}
