package demo

import (
	"encoding/csv"
	"slices"
	"strings"
	"testing"

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
