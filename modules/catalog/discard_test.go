package catalog_test

import (
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// A revision can be undone: what is in force stays, and another may be begun. An
// item that was never published is gone with its draft, and its code is free.
func TestDiscard(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := published(t, svc)
	editor := person(t, dbtest.League, "1", "item_editor")
	v, err := svc.Revise(editor, id)
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		ctx  []string
		at   tenancy.ID
		seen int
		want fault.Kind
	}{
		"a reviewer":        {[]string{"item_reviewer"}, dbtest.League, v.Version, fault.Forbidden},
		"a county":          {[]string{"item_editor"}, dbtest.County, v.Version, fault.NotFound},
		"an old impression": {[]string{"item_editor"}, dbtest.League, v.Version + 1, fault.Conflict},
	} {
		if err := svc.Discard(person(t, c.at, "5", c.ctx...), v.ID, c.seen); fault.KindOf(err) != c.want {
			t.Errorf("%s discarded a revision: %v", name, err)
		}
	}
	if err := svc.Discard(editor, v.ID, v.Version); err != nil {
		t.Fatal(err)
	}
	sh, err := svc.Show(editor, id)
	if err != nil || sh.Version.State != catalog.StatePublished || sh.Version.Number != 1 {
		t.Errorf("after the revision: version %d is %s, %v", sh.Version.Number, sh.Version.State, err)
	}
	if err := svc.Discard(editor, sh.Version.ID, sh.Version.Version); fault.KindOf(err) != fault.Precondition {
		t.Errorf("what is in force was discarded: %v", err)
	}
	if n := offered(t, svc, dbtest.Village); n != 1 {
		t.Errorf("%d items offered", n)
	}
	if _, err := svc.Revise(editor, id); err != nil {
		t.Errorf("no second revision: %v", err)
	}

	fresh := body()
	fresh.BasicCode = "000116009000"
	for range 2 { // the code is free again
		if v, err = svc.Create(editor, catalog.Draft{Body: fresh}); err != nil {
			t.Fatal(err)
		}
		if err := svc.Discard(editor, v.ID, v.Version); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Show(editor, v.ItemID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("a discarded item is still there: %v", err)
		}
	}
}
