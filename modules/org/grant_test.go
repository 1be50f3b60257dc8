package org

import (
	"testing"
	"time"

	"liandong/tenancy"
)

const today = "2026-03-04"

// three is a chain of grants: league, county, township.
func three() map[string]Grant {
	link := func(id, parent string, tier int, lo, width tenancy.ID, roles ...string) Grant {
		g := Grant{ID: id, Tier: tier, TenantID: lo, Hi: lo + width - 1, Roles: roles, HolderID: "holder of " + id, FromOn: "2026-01-01"}
		if parent != "" {
			g.ParentID = &parent
		}
		return g
	}
	return map[string]Grant{
		"league":   link("league", "", 1, 152500000000000, 1e11, "clerk", "decider", "supervisor"),
		"county":   link("county", "league", 2, 152502000000000, 1e9, "clerk", "decider"),
		"township": link("township", "county", 3, 152502200000000, 1e6, "clerk"),
	}
}

// A grant holds as long as itself and everything above it does, each no wider
// than the one above.
func TestEffective(t *testing.T) {
	t.Parallel()
	now := time.Now()
	self := "township"
	for name, c := range map[string]struct {
		change string
		how    func(*Grant)
		holds  [3]bool // league, county, township
	}{
		"as given":             {"league", func(*Grant) {}, [3]bool{true, true, true}},
		"revoked at the top":   {"league", func(g *Grant) { g.RevokedAt = &now }, [3]bool{}},
		"revoked in between":   {"county", func(g *Grant) { g.RevokedAt = &now }, [3]bool{true, false, false}},
		"last day":             {"county", func(g *Grant) { g.UntilOn = today }, [3]bool{true, true, true}},
		"expired above":        {"county", func(g *Grant) { g.UntilOn = "2026-03-03" }, [3]bool{true, false, false}},
		"begins tomorrow":      {"county", func(g *Grant) { g.FromOn = "2026-03-05" }, [3]bool{true, false, false}},
		"tenant closed":        {"county", func(g *Grant) { g.Asleep = true }, [3]bool{true, false, false}},
		"moved away":           {"township", func(g *Grant) { g.TenantID, g.Hi = 152501000000000, 152501000999999 }, [3]bool{true, true, false}},
		"as wide as above":     {"county", func(g *Grant) { g.TenantID, g.Hi = 152500000000000, 152599999999999 }, [3]bool{true, false, false}},
		"a role more":          {"township", func(g *Grant) { g.Roles = []string{"clerk", "supervisor"} }, [3]bool{true, true, false}},
		"a role less above":    {"county", func(g *Grant) { g.Roles = []string{"decider"} }, [3]bool{true, true, false}},
		"a tier skipped":       {"township", func(g *Grant) { g.Tier = 4 }, [3]bool{true, true, false}},
		"nothing above":        {"county", func(g *Grant) { g.ParentID = nil }, [3]bool{true, false, false}},
		"its own parent":       {"township", func(g *Grant) { g.ParentID = &self }, [3]bool{true, true, false}},
		"nobody knows of that": {"county", func(g *Grant) { id := "x"; g.ParentID = &id }, [3]bool{true, false, false}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			chain := three()
			g := chain[c.change]
			c.how(&g)
			chain[c.change] = g
			for i, id := range []string{"league", "county", "township"} {
				if got := chain[id].effective(chain, today); got != c.holds[i] {
					t.Errorf("%s holds: %v", id, got)
				}
			}
		})
	}
}

func TestIsUUID(t *testing.T) {
	t.Parallel()
	for s, want := range map[string]bool{
		"0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c0001": true, "0B6EF1A8-9D0B-4B39-8F0D-5B1C1A6C0001": true, "": false, "x": false,
		"0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c000": false, "0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c000g": false, "0b6ef1a8_9d0b-4b39-8f0d-5b1c1a6c0001": false,
		"0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c-001": false,
	} {
		if isUUID(s) != want {
			t.Errorf("%q: %v", s, !want)
		}
	}
}
