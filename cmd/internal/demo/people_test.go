package demo

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

	"liandong/policies"
	"liandong/tenancy/idcode"
)

// divisionLevels reads the divisions and returns the level of each code.
func divisionLevels(t *testing.T) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(Divisions()).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if want := []string{"code12", "level", "name", "parent12"}; !slices.Equal(rows[0], want) {
		t.Fatalf("heading is %v, want %v", rows[0], want)
	}
	levels := map[string]string{"150000000000": "above"}
	for _, r := range rows[1:] {
		if _, err := idcode.ParseDivision(r[0]); err != nil {
			t.Errorf("%v: %v", r, err)
		}
		if levels[r[3]] == "" || levels[r[0]] != "" {
			t.Errorf("%v stands before its parent, or twice", r)
		}
		levels[r[0]] = r[1]
	}
	return levels
}

func TestDivisionsAreAWholeTree(t *testing.T) {
	t.Parallel()
	count := map[string]int{}
	for _, l := range divisionLevels(t) {
		count[l]++
	}
	for level, want := range map[string]int{"league": 1, "county": 13, "town": 99, "village": 1088} {
		if count[level] != want {
			t.Errorf("%d of level %s, want %d", count[level], level, want)
		}
	}
}

func TestCitizensAreInventedAndValid(t *testing.T) {
	t.Parallel()
	cast, err := People()
	if err != nil {
		t.Fatal(err)
	}
	levels, seen := divisionLevels(t), map[string]bool{}
	for _, c := range cast.Citizens {
		n, err := idcode.ParseIDNumber(c.IDNumber)
		holds(t, err == nil && strings.HasPrefix(c.IDNumber, "1525"), "identity number of "+c.Name, c.IDNumber)
		holds(t, n.Male == (c.Sex == "m"), "sex of "+c.Name, c.Sex)
		holds(t, strings.HasPrefix(c.Name, "演示·"), "name", c.Name)
		holds(t, levels[c.Division] == "village", "division of "+c.Name, c.Division)
		_, err = idcode.NormalizeMobile(c.Phone)
		holds(t, err == nil && strings.HasPrefix(c.Phone, "199000000"), "phone of "+c.Name, c.Phone)
		holds(t, !seen[c.IDNumber] && !seen[c.Phone] && !seen[c.Name], "twice", c.Name)
		seen[c.IDNumber], seen[c.Phone], seen[c.Name] = true, true, true
	}
	holds(t, len(cast.Citizens) == 8, "citizens", len(cast.Citizens))
	for _, names := range [][]string{cast.Names.HanFamily, cast.Names.HanGiven, cast.Names.Mongolian} {
		holds(t, len(slices.Compact(slices.Sorted(slices.Values(names)))) == 40, "names", len(names))
	}
}

func TestStaffCoverTheStory(t *testing.T) {
	t.Parallel()
	cast, err := People()
	if err != nil {
		t.Fatal(err)
	}
	levels, seen, holders := divisionLevels(t), map[string]bool{}, map[string]string{}
	twoPosts := 0
	for _, s := range cast.Staff {
		holds(t, !seen[s.Login] && !seen[s.Phone] && s.Login != "", "login", s.Login)
		holds(t, strings.HasPrefix(s.Name, "演示·") && strings.HasPrefix(s.Phone, "1990000"), "name and phone", s.Name)
		holds(t, s.Note != "" && len(s.Posts) > 0, "part", s.Name)
		seen[s.Login], seen[s.Phone] = true, true
		if len(s.Posts) == 2 && s.Posts[0].Division != s.Posts[1].Division {
			twoPosts++
		}
		for _, p := range s.Posts {
			holds(t, levels[p.Division] != "" && p.Department != "" && p.Name != "", "post of "+s.Name, p)
			for _, r := range p.Roles {
				holders[r] = s.Login
			}
		}
	}
	roles, err := policies.Roles()
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range roles {
		holds(t, holders[r.Key] != "", "nobody plays", r.Name)
		delete(holders, r.Key)
	}
	holds(t, len(holders) == 0, "unknown roles", holders)
	holds(t, twoPosts == 1, "people with two posts", twoPosts)
}
