package catalog_test

import (
	"context"
	"slices"
	"testing"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

func TestWhatStandsOnALaw(t *testing.T) {
	t.Parallel()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t)
	svc := catalog.New(d, engine, shelf{})
	published(t, svc)
	for law, want := range map[string]int{"中华人民共和国草原法": 1, "草原法": 0, "": 0} {
		err := d.InTx(dbtest.As(t, dbtest.Township, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
			on, err := svc.StandingOn(ctx, tx, law)
			if len(on) != want || want > 0 && !slices.Equal(on[0].Articles(law), []string{"第五十条"}) {
				t.Errorf("%s: %+v", law, on)
			}
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
}
