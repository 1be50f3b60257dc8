package db_test

import (
	"context"
	"errors"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
)

func TestOnceDoesItOnce(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	as := dbtest.As(t, dbtest.County, tenancy.Staff)
	var made atomic.Int32
	once := func(kind, key string) string {
		var id string
		err := d.InTx(as, func(ctx context.Context, tx *db.Tx) (err error) {
			id, err = tx.Once(ctx, kind, key, func() (string, error) { return strconv.Itoa(int(made.Add(1))), nil })
			return err
		})
		if err != nil {
			t.Error(err)
		}
		return id
	}
	var wg sync.WaitGroup
	ids := make([]string, 8)
	for i := range ids {
		wg.Go(func() { ids[i] = once("case", "k") })
	}
	wg.Wait()
	for _, id := range ids {
		if id != ids[0] {
			t.Errorf("one key made %v", ids)
		}
	}
	if made.Load() != 1 {
		t.Errorf("made %d times", made.Load())
	}
	if a, b, c := once("order", "k"), once("case", ""), once("case", ""); a == ids[0] || b == c {
		t.Errorf("another kind gave %s, no key %s and %s", a, b, c)
	}
}

// What fails leaves no answer behind: the same form, corrected, is let in.
func TestOnceForgetsFailures(t *testing.T) {
	t.Parallel()
	d := dbtest.New(t)
	as := dbtest.As(t, dbtest.County, tenancy.Staff)
	wrong := errors.New("wrong")
	try := func(fail error) error {
		return d.InTx(as, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.Once(ctx, "case", "k", func() (string, error) { return "1", fail })
			return err
		})
	}
	if err := try(wrong); !errors.Is(err, wrong) {
		t.Error(err)
	}
	if err := try(nil); err != nil {
		t.Error(err)
	}
}
