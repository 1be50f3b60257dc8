package catalog_test

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// taker is what the model knows of one county's item.
type taker struct {
	at    tenancy.ID
	item  string       // empty: not claimed yet
	taken catalog.Body // what the entry said when it was last taken over
	own   [2]string    // department and hours
}

// ledgerOfClaims is one entry of the basic list with what two counties made of it.
type ledgerOfClaims struct {
	svc    *catalog.Service
	entry  string
	now    catalog.Body // what the entry says
	takers []*taker
}

// fixed are the locked parts of a body.
func fixed(b catalog.Body) []any { return []any{b.Name, b.BasicCode, b.Kind, b.LegalBasis} }

func (l *ledgerOfClaims) editor(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return person(t, at, "1", "item_editor")
}

// put takes the open draft of an item through its review.
func (l *ledgerOfClaims) put(t *testing.T, at tenancy.ID, v catalog.Version, err error) error {
	t.Helper()
	if err == nil {
		_, err = l.svc.Submit(l.editor(t, at), v.ID)
	}
	if err == nil {
		_, err = l.svc.Publish(person(t, at, "2", "item_reviewer"), v.ID, "同意")
	}
	return err
}

// draft is the open draft of a county's item, begun when there is none.
func (l *ledgerOfClaims) draft(t *testing.T, x *taker) (catalog.Version, error) {
	t.Helper()
	sh, err := l.svc.Show(l.editor(t, x.at), x.item)
	if err != nil || sh.Version.State == catalog.StateDraft {
		return sh.Version, err
	}
	return l.svc.Revise(l.editor(t, x.at), x.item)
}

// do is one random thing that somebody does.
func (l *ledgerOfClaims) do(t *testing.T, r *rapid.T, n int) error {
	t.Helper()
	x := rapid.SampledFrom(l.takers).Draw(r, "who")
	verb := rapid.SampledFrom([]string{"entry", "entry", "claim", "claim", "complete", "complete", "forge", "publish", "take over", "lock"}).Draw(r, "verb")
	switch {
	case verb == "entry":
		return l.change(t, r, n)
	case verb == "lock":
		return l.svc.Lock(l.editor(t, dbtest.League), catalog.LockWish{Element: "hours", Reason: fmt.Sprint("统一 ", n)})
	case verb == "claim":
		return l.claim(t, x)
	case x.item == "":
		return nil
	case verb == "complete":
		return l.complete(t, x, n)
	case verb == "forge":
		return l.forge(t, r, x)
	case verb == "publish":
		v, err := l.draft(t, x)
		return l.put(t, x.at, v, err)
	}
	v, err := l.svc.TakeOver(l.editor(t, x.at), x.item)
	x.taken = l.now
	if err == nil && !reflect.DeepEqual(fixed(v.Body), fixed(l.now)) {
		err = fmt.Errorf("taken over as %v, the entry says %v", fixed(v.Body), fixed(l.now))
	}
	return err
}

// change gives the entry a new version: another name, another provision, or what
// nobody below is bound by.
func (l *ledgerOfClaims) change(t *testing.T, r *rapid.T, n int) error {
	t.Helper()
	v, err := l.svc.Revise(l.editor(t, dbtest.League), l.entry)
	if err != nil {
		return err
	}
	b := v.Body
	switch rapid.SampledFrom([]string{"name", "basis", "keywords"}).Draw(r, "of the entry") {
	case "name":
		b.Name = fmt.Sprint("许可", n)
	case "basis":
		b.LegalBasis = []catalog.LegalBasis{{Law: "某法", Article: fmt.Sprintf("第%d条", n)}}
	default:
		b.Keywords = []string{fmt.Sprint("词", n)}
	}
	v, err = l.svc.Edit(l.editor(t, dbtest.League), v.ID, v.Version, catalog.Draft{Body: b})
	if err := l.put(t, dbtest.League, v, err); err != nil {
		return err
	}
	l.now = b
	return nil
}

func (l *ledgerOfClaims) claim(t *testing.T, x *taker) error {
	t.Helper()
	c, err := l.svc.Claim(l.editor(t, x.at), []string{l.entry})
	switch {
	case err != nil:
		return err
	case x.item != "":
		if c.Had != 1 || len(c.Made) != 0 {
			return fmt.Errorf("claimed again: %+v", c)
		}
		return nil
	}
	x.item, x.taken = c.Made[0], l.now
	return l.complete(t, x, 0)
}

func (l *ledgerOfClaims) complete(t *testing.T, x *taker, n int) error {
	t.Helper()
	v, err := l.draft(t, x)
	if err != nil {
		return err
	}
	x.own = [2]string{fmt.Sprint("部门", n), fmt.Sprint("时间", n)}
	b := v.Body
	b.Department, b.Hours, b.Origins, b.StatutoryDays, b.PromisedDays = x.own[0], x.own[1], []string{"county"}, 20, 10
	_, err = l.svc.Edit(l.editor(t, x.at), v.ID, v.Version, catalog.Draft{Body: b, Flow: []byte("<x/>")})
	return err
}

// forge tries to say something else than the entry.
func (l *ledgerOfClaims) forge(t *testing.T, r *rapid.T, x *taker) error {
	t.Helper()
	v, err := l.draft(t, x)
	if err != nil {
		return err
	}
	b, key := v.Body, rapid.SampledFrom(catalog.Locked()).Draw(r, "forged")
	switch key {
	case "name":
		b.Name = "别的许可"
	case "basic_code":
		b.BasicCode = "000199999000"
	case "type":
		b.Kind, b.BasicCode = "05", "000599999000"
	default:
		b.LegalBasis = []catalog.LegalBasis{{Law: "别的法"}}
	}
	_, err = l.svc.Edit(l.editor(t, x.at), v.ID, v.Version, catalog.Draft{Body: b})
	if f, _ := fault.As(err); f == nil || f.Fields[key] == "" && (key != "type" || f.Fields["basic_code"] == "") { // the code goes with the type, and may be refused first
		return fmt.Errorf("%s could be said otherwise: %w", key, err)
	}
	return nil
}

// hold are the laws of what was claimed.
func (l *ledgerOfClaims) hold(t *testing.T, r *rapid.T) {
	t.Helper()
	for _, x := range l.takers {
		ctx := l.editor(t, x.at)
		p, err := l.svc.Claimables(ctx, catalog.ClaimQuery{IDs: []string{l.entry}})
		if err != nil || len(p.Rows) != 1 {
			r.Fatalf("at %s: %+v, %v", x.at, p, err)
		}
		want := catalog.ClaimOpen
		if x.item != "" {
			want = catalog.ClaimTaken
			if !reflect.DeepEqual(fixed(x.taken), fixed(l.now)) {
				want = catalog.ClaimChanged
			}
		}
		if p.Rows[0].State != want {
			r.Fatalf("at %s it is %s, want %s: taken %v, now %v", x.at, p.Rows[0].State, want, fixed(x.taken), fixed(l.now))
		}
		if x.item == "" {
			continue
		}
		sh, err := l.svc.Show(ctx, x.item)
		if err != nil {
			r.Fatal(err)
		}
		if b := sh.Version.Body; !reflect.DeepEqual(fixed(b), fixed(x.taken)) || [2]string{b.Department, b.Hours} != x.own {
			r.Fatalf("at %s: says %v and %v, want %v and %v", x.at, fixed(b), [2]string{b.Department, b.Hours}, fixed(x.taken), x.own)
		}
		e, ok, err := l.svc.Entry(ctx, sh.Item)
		if err != nil || !ok || (len(e.Moved(sh.Version.Body)) > 0) != (want == catalog.ClaimChanged) || !slices.Equal(e.Moved(sh.Version.Body), p.Rows[0].Moved()) {
			r.Fatalf("at %s: moved %v and %v, want %s; %v", x.at, e.Moved(sh.Version.Body), p.Rows[0].Moved(), want, err)
		}
	}
}

// TestLawsOfClaims lets the league change an entry and lock elements while two
// counties claim it, complete it, try to say it otherwise and take it over, in any
// order. What is locked is as the entry was when it was taken, what is the county's
// own stays, and the banner is there exactly when the entry has changed since.
func TestLawsOfClaims(t *testing.T) {
	t.Parallel()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	svc := catalog.New(dbtest.New(t), engine, shelf{})
	code := 0
	rapid.Check(t, func(r *rapid.T) {
		code++
		b := foodEntry()
		b.BasicCode = fmt.Sprintf("000131%06d", code)
		l := &ledgerOfClaims{svc: svc, now: b, takers: []*taker{{at: dbtest.County}, {at: dbtest.County2}}}
		l.entry = listed(t, svc, b)
		for n := range rapid.IntRange(2, 8).Draw(r, "deeds") {
			if err := l.do(t, r, n+1); err != nil {
				r.Fatal(err)
			}
			l.hold(t, r)
		}
	})
}
