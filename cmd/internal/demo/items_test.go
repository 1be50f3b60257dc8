package demo

import (
	"regexp"
	"slices"
	"strconv"
	"testing"
	"unicode"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/modules/flows"
)

// ranks orders the levels from the bottom of the tree; the tenant above each
// is the next one.
//

var ranks = []string{"village", "township", "county", "league"}

var (
	basicCode  = regexp.MustCompile(`^00(01|05|07|09|10|20)\d{5}\d{3}$`)
	lengthOfID = 12
)

func all(t *testing.T) []Item {
	t.Helper()
	items, err := Items()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

// each runs check on every item and says which one failed.
func each(t *testing.T, check func(t *testing.T, i Item)) {
	t.Helper()
	t.Parallel()
	for _, i := range all(t) {
		t.Run(i.Name, func(t *testing.T) {
			t.Parallel()
			check(t, i)
		})
	}
}

func holds(t *testing.T, ok bool, what string, found any) {
	t.Helper()
	if !ok {
		t.Errorf("%s: %v", what, found)
	}
}

func TestEveryLevelHasItems(t *testing.T) {
	t.Parallel()
	levels := map[string]int{}
	climb := 0
	for _, i := range all(t) {
		levels[i.Level]++
		if i.climbs() {
			climb++
		}
	}
	for _, l := range ranks {
		holds(t, levels[l] >= 8, "items decided in a "+l, levels[l])
	}
	holds(t, len(all(t)) >= 64, "items", len(all(t)))
	holds(t, climb >= 12, "items that climb the whole tree", climb)
}

// climbs reports whether a case goes from a village through every level.
func (i Item) climbs() bool {
	at := make([]string, 0, len(i.Flow))
	for _, s := range i.Flow {
		if s.Kind != flows.Deliver {
			at = append(at, string(s.Level))
		}
	}
	return slices.Contains(i.Origins, "village") && slices.Equal(at, []string{"own", "parent", "county", "league"})
}

func TestNamesAndCodesAreUnique(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, i := range all(t) {
		holds(t, !seen[i.Name] && !seen[i.BasicCode], "twice", i.Name+" "+i.BasicCode)
		seen[i.Name], seen[i.BasicCode] = true, true
	}
}

func TestCodesAreInTheirLists(t *testing.T) {
	each(t, func(t *testing.T, i Item) {
		t.Helper()
		m := basicCode.FindStringSubmatch(i.BasicCode)
		holds(t, m != nil && len(i.BasicCode) == lengthOfID && m[1] == i.Kind, "basic code", i.BasicCode)
		holds(t, slices.Contains(ranks, i.Level), "level", i.Level)
		holds(t, i.Level != "village" || i.Kind == "20", "kind of what a village decides", i.Kind)
		holds(t, len(i.Audience) > 0, "audience", i.Audience)
		for system, said := range map[string][]string{codes.Audience: i.Audience, codes.TopicPerson: i.TopicsPerson, codes.TopicLegal: i.TopicsLegal, codes.ResultType: {i.Result.Type}} {
			for _, c := range said {
				_, ok := codes.Get(system, c)
				holds(t, ok, system, c)
			}
		}
		holds(t, len(i.TopicsPerson)+len(i.TopicsLegal) > 0, "topics", "none")
		holds(t, slices.Contains(i.Audience, "1") || len(i.TopicsPerson) == 0, "topics for persons", i.TopicsPerson)
		holds(t, i.Result.Name != "", "result", i.Result)
		holds(t, i.OnsiteTimes == 0 || i.OnsiteTimes == 1, "visits", i.OnsiteTimes)
	})
}

func TestMaterialsAreComplete(t *testing.T) {
	each(t, func(t *testing.T, i Item) {
		t.Helper()
		holds(t, len(i.Required()) > 0, "required materials", "none")
		seen := map[string]bool{}
		for _, m := range i.Materials {
			holds(t, m.Name != "" && !seen[m.Name], "material", m.Name)
			seen[m.Name] = true
			for system, c := range map[string]string{codes.MaterialNeed: m.Need, codes.MaterialSource: m.Source, codes.MaterialForm: m.Form} {
				_, ok := codes.Get(system, c)
				holds(t, ok, system, c)
			}
			holds(t, m.Copies >= 1, "copies", m.Copies)
		}
	})
}

func TestGuideIsWritten(t *testing.T) {
	each(t, func(t *testing.T, i Item) {
		t.Helper()
		holds(t, i.Department != "", "department", i.Department)
		holds(t, len(i.Conditions) > 0 && len(i.Questions) > 0 && len(i.Keywords) >= 2, "guide", i.Name)
		holds(t, len(i.LegalBasis) > 0, "legal basis", "none")
		for _, l := range i.LegalBasis {
			holds(t, l.Law != "" && l.Article != "" && hanEnough(l.Text), "legal basis", l)
		}
		for _, q := range i.Questions {
			holds(t, q.Q != "" && q.A != "", "question", q)
		}
		for _, f := range i.Fees {
			holds(t, f.Name != "" && f.Standard != "" && f.Basis != "", "fee", f)
		}
	})
}

// hanEnough: a provision is quoted, not hinted at, and not reprinted either.
func hanEnough(s string) bool {
	n := 0
	for _, r := range s {
		if unicode.Is(unicode.Han, r) {
			n++
		}
	}
	return n >= 15 && n <= 300
}

func TestLimitsAreKept(t *testing.T) {
	each(t, func(t *testing.T, i Item) {
		t.Helper()
		holds(t, i.PromisedDays >= 1 && i.PromisedDays <= i.StatutoryDays, "limits", []int{i.StatutoryDays, i.PromisedDays})
		holds(t, (i.ProjectType == "1") == (i.PromisedDays == 1), "project type", i.ProjectType)
		sum := 0
		for _, s := range i.Flow {
			sum += s.Limit
		}
		holds(t, sum <= i.PromisedDays, "days in the flow", sum)
	})
}

// The flow must be one that may be published, from every level where a case may be born.
func TestFlowsMayBePublished(t *testing.T) {
	each(t, func(t *testing.T, i Item) {
		t.Helper()
		d, err := flows.Parse(flows.Linear(i.Name, i.Steps()))
		if err != nil {
			t.Fatal(err)
		}
		holds(t, len(d.Check(flows.Check{PromisedDays: i.PromisedDays})) == 0, "problems", d.Check(flows.Check{PromisedDays: i.PromisedDays}))
		for _, s := range i.Flow {
			holds(t, slices.Contains([]string{"clerk", "reviewer", "decider"}, s.Post), "post", s.Post)
			holds(t, (s.Kind == flows.Decide) == (s.Post == "decider"), "who decides", s.Post)
		}
		holds(t, len(i.Origins) > 0, "origins", i.Origins)
		for _, o := range i.Origins {
			i.checkClimb(t, o)
		}
	})
}

// A drawn flow is held to the same.
func TestDrawnFlowsMayBePublished(t *testing.T) {
	t.Parallel()
	n := 0
	for _, i := range all(t) {
		if i.Drawn == "" {
			continue
		}
		n++
		src, err := i.BPMN()
		if err != nil {
			t.Fatal(err)
		}
		d, err := flows.Parse(src)
		if err != nil {
			t.Fatal(err)
		}
		holds(t, len(d.Check(flows.Check{PromisedDays: i.PromisedDays})) == 0, i.Name, d.Check(flows.Check{PromisedDays: i.PromisedDays}))
	}
	holds(t, n >= 2, "drawn flows", n)
}

// checkClimb follows a case born at origin: it never goes down before the
// decision, and the decision falls at the level of the item.
func (i Item) checkClimb(t *testing.T, origin string) {
	t.Helper()
	at := slices.Index(ranks, origin)
	holds(t, at >= 0, "origin", origin)
	for _, s := range i.Flow {
		to := rankOf(s.Level, slices.Index(ranks, origin))
		if s.Kind == flows.Deliver {
			holds(t, ranks[to] == origin, "delivered at", ranks[to])
			continue
		}
		holds(t, to >= at && to < len(ranks), "from "+origin+" back down", s)
		at = to
		if s.Kind == flows.Decide {
			holds(t, ranks[at] == i.Level, "decided at", strconv.Itoa(at))
		}
	}
}

func rankOf(l flows.Level, origin int) int {
	switch l {
	case flows.Parent:
		return origin + 1
	case flows.County, flows.League:
		return slices.Index(ranks, string(l))
	case flows.Own, flows.Origin, flows.Township, flows.Named:
	}
	return origin
}

// No rule finds anything wrong, and nothing that an office could not explain.
func TestTheCheckerIsContent(t *testing.T) {
	each(t, func(t *testing.T, i Item) {
		t.Helper()
		for _, f := range catalog.Examine(i.Body) {
			holds(t, f.Severity != catalog.SeverityError, "against the law or the standard", f)
			holds(t, f.Severity != catalog.SeverityWarning || f.Rule == "no_organ_code" && (i.Level == "village" || i.Level == "township"), "a warning", f)
		}
	})
}

// The items show what a catalogue can say.
func TestTheItemsShowEverything(t *testing.T) {
	t.Parallel()
	n := map[string]int{}
	for _, i := range all(t) {
		fees := 0
		for _, q := range i.Situations {
			for _, o := range q.Options {
				fees += len(o.Fees)
			}
		}
		for what, shown := range map[string]bool{
			"situations": len(i.Situations) >= 2 && len(i.Situations) <= 4, "handlings": len(i.Handlings) >= 2, "fees": len(i.Fees) > 0, "several fees": len(i.Fees) >= 2, "fees by situation": fees > 0,
			"specials": len(i.Specials) > 0, "joint": len(i.CoDepartments) > 0, "review organ": i.ReviewOrgan != "", "online": len(i.OnlineDepth) > 0,
		} {
			if shown {
				n[what]++
			}
		}
		for _, e := range append(slices.Clone(i.LifeEvents), i.Groups...) {
			n[e]++
		}
	}
	for what, least := range map[string]int{
		"situations": 10, "handlings": 5, "fees": 4, "several fees": 2, "fees by situation": 2, "specials": 8, "joint": 8, "review organ": 40, "online": 60,
		"birth": 2, "school": 2, "work": 3, "marry": 2, "home": 3, "travel": 1, "health": 2, "help": 4, "retire": 3, "farewell": 2, "open": 3, "license": 4, "build": 3, "operate": 2, "herder": 6, "elder": 2,
	} {
		holds(t, n[what] >= least, what, n[what])
	}
}
