package catalog

import (
	"context"
	"slices"
	"strconv"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/tree"
)

// Assembly (组成预览) is a theme with what its parts bring: what an applicant is told at
// once (一次告知), and what keeps the theme from being put in force.
type Assembly struct {
	Parts     []Assembled
	Materials []SharedMaterial
	Fees      []Fee
	Days      int               // working days that the stages take, one after the other
	Wrong     map[string]string // catalogue keys by field: parts.2, promised_days …
}

// Assembled is a part with its item as it is offered now.
type Assembled struct {
	ThemePart

	Offered   bool
	Body      Body // of the item; zero when it is not offered
	Owner     string
	Days      int // promised, after the part's own choices
	Materials []Material
	Fees      []Fee
	Asked     []Situation // what the part's own item asks of an applicant
}

// SharedMaterial (共用材料) is handed in once for all parts that need it.
type SharedMaterial struct {
	Material

	For  []string // keys of the parts that need it
	When []string // only after one of these choices of the theme; empty: always
}

// Assemble looks at what a theme is made of, as its parts are offered where the actor stands.
func (s *Service) Assemble(ctx context.Context, b Body) (a Assembly, err error) {
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		a, err = s.assemble(ctx, tx, b)
		return err
	})
	return a, err
}

func (s *Service) assemble(ctx context.Context, tx *db.Tx, b Body) (a Assembly, err error) {
	a.Wrong = map[string]string{}
	b.checkTheme(a.Wrong)
	longest := map[int]int{}
	for i, p := range b.Parts {
		days, why, err := s.partFits(ctx, tx, b, p)
		if err != nil {
			return a, err
		}
		if field := "parts." + strconv.Itoa(i); why != "" && a.Wrong[field] == "" {
			a.Wrong[field] = why
		}
		x := Assembled{ThemePart: p, Days: days}
		if why != "item_theme_not_offered" {
			g, err := s.read(ctx, tx, p.Item)
			if err != nil {
				return a, err
			}
			mine := g.Body.For(p.Choices)
			x.Offered, x.Body, x.Materials, x.Fees, x.Asked = true, g.Body, mine.Materials, mine.Fees, g.Body.Interview(p.Choices)
			names, err := tree.In(tx).Names(ctx, []tenancy.ID{g.Item.TenantID})
			if err != nil {
				return a, err
			}
			x.Owner = names[g.Item.TenantID]
		}
		longest[p.Stage] = max(longest[p.Stage], days)
		a.Parts = append(a.Parts, x)
	}
	for _, d := range longest {
		a.Days += d
	}
	if b.Theme() && a.Days > b.PromisedDays {
		a.Wrong["promised_days"] = "item_theme_promise"
	}
	a.share()
	return a, nil
}

// share finds the materials of all parts, each once: wanted by one is wanted.
func (a *Assembly) share() {
	at := map[string]int{}
	for _, p := range a.Parts {
		for _, m := range p.Materials {
			i, known := at[m.Name]
			if !known {
				at[m.Name] = len(a.Materials)
				a.Materials = append(a.Materials, SharedMaterial{Material: m, For: []string{p.Key}, When: slices.Clone(p.When)})
				continue
			}
			x := &a.Materials[i]
			x.For = append(x.For, p.Key)
			x.Need = strongest(x.Need, m.Need)
			x.Copies, x.Originals = max(x.Copies, m.Copies), max(x.Originals, m.Originals)
			if len(x.When) == 0 || len(p.When) == 0 {
				x.When = nil
			} else {
				x.When = union(x.When, p.When)
			}
		}
		for _, f := range p.Fees {
			if !slices.ContainsFunc(a.Fees, func(x Fee) bool { return x.Name == f.Name }) {
				a.Fees = append(a.Fees, f)
			}
		}
	}
}

// strongest prefers 必要 to 容缺后补 to 非必要.
func strongest(a, b string) string {
	for _, need := range []string{"1", "3"} {
		if a == need || b == need {
			return need
		}
	}
	return a
}

func union(a, b []string) []string {
	out := slices.Clone(a)
	for _, x := range b {
		if !slices.Contains(out, x) {
			out = append(out, x)
		}
	}
	return out
}

// Into takes the materials and fees of the parts over into the theme, each once, so that
// they are handed in once: what only parts by choice need is asked for with that choice.
// What the theme says of its own beyond its parts stays.
func (a Assembly) Into(b *Body) {
	for _, m := range a.Materials {
		if i := slices.IndexFunc(b.Materials, func(x Material) bool { return x.Name == m.Name }); i >= 0 {
			b.Materials[i] = m.Material
		} else {
			b.Materials = append(b.Materials, m.Material)
		}
	}
	for _, f := range a.Fees {
		if !slices.ContainsFunc(b.Fees, func(x Fee) bool { return x.Name == f.Name }) {
			b.Fees = append(b.Fees, f)
		}
	}
	a.condition(b)
	b.PromisedDays = max(b.PromisedDays, a.Days)
	b.StatutoryDays = max(b.StatutoryDays, b.PromisedDays)
}

// condition lets choices bring the materials that only they need.
func (a Assembly) condition(b *Body) {
	set := func(id string, e *Effect) {
		for _, m := range a.Materials {
			at := slices.Index(e.Materials, m.Name)
			switch wanted := slices.Contains(m.When, id); {
			case wanted && at < 0:
				e.Materials = append(e.Materials, m.Name)
			case !wanted && at >= 0:
				e.Materials = slices.Delete(e.Materials, at, at+1)
			}
		}
	}
	for i := range b.Handlings {
		set(b.Handlings[i].ID, &b.Handlings[i].Effect)
	}
	for i := range b.Situations {
		for k := range b.Situations[i].Options {
			o := &b.Situations[i].Options[k]
			set(o.ID, &o.Effect)
		}
	}
}
