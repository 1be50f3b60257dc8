package catalog_test

import (
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// TestHotIsOfThePlace opens one item in one village, more often another in another: each
// shows its own first, and the level where both are counted shows what is used most.
func TestHotIsOfThePlace(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	ids := map[string]string{}
	for name, origin := range map[string]string{"草原甲许可": "village", "草原乙许可": "village", "草原丙许可": "league"} {
		b := named(name, "00011602"+string(rune('0'+len(ids)))+"000")
		b.Origins = []string{origin}
		ids[name] = publish(t, svc, dbtest.League, b)
	}
	open := func(at tenancy.ID, name string, times int) {
		t.Helper()
		ctx := dbtest.As(t, at, tenancy.Public)
		g, err := svc.Guide(ctx, ids[name])
		if err != nil {
			t.Fatal(err)
		}
		if err := svc.OpenedBy(ctx, g.Item, times); err != nil {
			t.Fatal(err)
		}
	}
	open(dbtest.Village, "草原甲许可", 12)
	open(dbtest.Village3, "草原乙许可", 40)
	open(dbtest.Village3, "草原丙许可", 90)
	if _, err := svc.FoldHeat(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		at          tenancy.ID
		level, want string
	}{
		{dbtest.Village, "village", "草原甲许可 草原乙许可"},
		{dbtest.Village3, "village", "草原乙许可 草原甲许可"},
		{dbtest.Village2, "village", "草原甲许可 草原乙许可"}, // nobody was there: as in the township
		{dbtest.League, "league", "草原丙许可"},
		{dbtest.Township, "township", "草原甲许可 草原丙许可 草原乙许可"}, // nothing may be filed there
	} {
		d, err := svc.Browse(dbtest.As(t, c.at, tenancy.Public), catalog.Browse{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, h := range d.Hot(c.level, 5) {
			got = append(got, h.Name)
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s at %s: %v, want %s", c.level, c.at, got, c.want)
		}
	}
}
