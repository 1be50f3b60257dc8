package wire

import (
	"bytes"
	"context"
	"encoding/json"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/materials"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

// keeper is a town with a library of materials.
type keeper struct {
	*gatherer

	lib *materials.Service
}

func newKeeper(t *testing.T) *keeper {
	t.Helper()
	g := newGatherer(t)
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{7}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return &keeper{g, materials.New(g.db, engine, Materials(g.cases, g.items, g.files, sealer))}
}

// work hands every event that the library wants to it, as jobs do; twice, for jobs may.
func (k *keeper) work(t *testing.T) {
	t.Helper()
	for range 2 {
		err := k.db.InTx(k.root, func(ctx context.Context, tx *db.Tx) error {
			var es []struct {
				ID       string
				TenantID tenancy.ID
				Name     string
				Body     json.RawMessage
			}
			if err := tx.NewRaw(`select id, tenant_id, name, body from outbox where name in ('cases.touched', 'materials.judged') order by id`).Scan(ctx, &es); err != nil {
				return err
			}
			for _, e := range es {
				if err := k.lib.On(ctx, tx, db.Delivery{ID: e.ID, Tenant: e.TenantID, Name: e.Name, Body: e.Body}); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

const (
	herNumber = "152502199001010012"
	contract  = "草原承包合同"
)

// accepted is a case with a contract, filed by her or by a clerk for her, and accepted.
func (k *keeper) accepted(t *testing.T, key string, clerk bool) cases.Case {
	t.Helper()
	by := as(t, dbtest.Village, "10")
	if clerk {
		by = as(t, dbtest.Village, "11", policies.Clerk)
	}
	w := &walk{g: k.gatherer, t: t}
	in := filing(k.item, key)
	in.Files = []string{w.upload(by, contract)}
	c, err := k.cases.File(by, in)
	if err != nil {
		t.Fatal(err)
	}
	if c, err = k.cases.Accept(as(t, dbtest.Village, "11", policies.Clerk), c.ID, c.Version, "齐全"); err != nil {
		t.Fatal(err)
	}
	k.work(t)
	return c
}

// called are materials of which only the names are known.
func called(names ...string) (out []materials.Wanted) {
	for _, n := range names {
		out = append(out, materials.Wanted{Name: n})
	}
	return out
}

// What is the same standard material is offered whatever an item calls it; the same name
// alone is a weaker sign, and none at all when it is known to be something else.
func TestMaterialsAreMatchedByCode(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.accepted(t, "k", false)
	const code = "M303" // 草原承包合同
	for name, c := range map[string]struct {
		wanted materials.Wanted
		number string
		want   int
		weak   bool
	}{
		"the same thing under another name": {materials.Wanted{Name: "草牧场使用依据", Code: code}, herNumber, 1, false},
		"the same thing and name":           {materials.Wanted{Name: contract, Code: code}, herNumber, 1, false},
		"the name alone":                    {materials.Wanted{Name: contract}, herNumber, 1, true},
		"something else of that name":       {materials.Wanted{Name: contract, Code: "M304"}, herNumber, 0, false},
		"neither":                           {materials.Wanted{Name: "草牧场使用依据"}, herNumber, 0, false},
		"another person's":                  {materials.Wanted{Name: contract, Code: code}, "152502199001010020", 0, false},
	} {
		for who, find := range map[string]func() (map[string][]materials.Offer, error){
			"herself": func() (map[string][]materials.Offer, error) {
				return k.lib.Mine(as(t, dbtest.Village2, "10"), "person", c.number, []materials.Wanted{c.wanted})
			},
			"at a window": func() (map[string][]materials.Offer, error) {
				return k.lib.Theirs(as(t, dbtest.County, "22", policies.Clerk), "person", c.number, []materials.Wanted{c.wanted})
			},
		} {
			os, err := find()
			if got := os[c.wanted.Name]; err != nil || len(got) != c.want || c.want > 0 && got[0].Weak != c.weak {
				t.Errorf("%s, %s: %+v, %v", name, who, got, err)
			}
		}
	}
	if os, err := k.lib.Mine(as(t, dbtest.Village, "31"), "person", herNumber, []materials.Wanted{{Name: contract, Code: code}}); err != nil || len(os) != 0 {
		t.Errorf("another citizen with her number is offered %v, %v", os, err)
	}
}

func TestMaterialsAreUsedAgain(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	citizen := as(t, dbtest.Village2, "10") // at another site
	names := []string{"草原承包合同（复印件）", "身份证"}
	offers := func(ctx context.Context) []materials.Offer {
		t.Helper()
		os, err := k.lib.Mine(ctx, "person", herNumber, called(names...))
		if err != nil {
			t.Fatal(err)
		}
		return os[names[0]]
	}
	w := &walk{g: k.gatherer, t: t}
	in := filing(k.item, "unaccepted")
	in.Files = []string{w.upload(as(t, dbtest.Village, "10"), contract)}
	if _, err := k.cases.File(as(t, dbtest.Village, "10"), in); err != nil {
		t.Fatal(err)
	}
	k.work(t)
	if os := offers(citizen); len(os) != 0 {
		t.Fatalf("a case that was not accepted gives %v", os)
	}
	first := k.accepted(t, "first", false)
	os := offers(citizen)
	if len(os) != 1 || os[0].Grade != materials.Upload || os[0].Basis != materials.ByUpload || os[0].CaseNo != first.No || os[0].Origin != "第一嘎查" {
		t.Fatalf("offered %+v", os)
	}

	// One use makes a file of hers over the same bytes, in the tenant where she files.
	file, err := k.lib.Use(citizen, "person", herNumber, os[0].TenantID, os[0].ID, names[0])
	if err != nil {
		t.Fatal(err)
	}
	f, err := k.files.Get(citizen, file)
	if err != nil || f.TenantID != dbtest.Village2 || f.Material != names[0] || f.CaseID != nil || f.ID == os[0].FileID {
		t.Fatalf("the copy is %+v, %v", f, err)
	}
	_, content, err := k.files.Open(citizen, file)
	if err != nil {
		t.Fatal(err)
	}
	_ = content.Close()
	lib, err := k.lib.Library(citizen)
	if err != nil || len(lib) != 1 || len(lib[0].Uses) != 1 || lib[0].Uses[0].Grade != materials.Upload {
		t.Fatalf("her library %+v, %v", lib, err)
	}

	// The case in which it is used does not put it in again, and its office judges it.
	again := filing(k.item, "second")
	again.Files = []string{file}
	c, err := k.cases.File(citizen, again)
	if err == nil {
		c, err = k.cases.Accept(as(t, dbtest.Village2, "21", policies.Clerk), c.ID, c.Version, "齐全")
	}
	if err != nil {
		t.Fatal(err)
	}
	k.work(t)
	if lib, err = k.lib.Library(citizen); err != nil || len(lib) != 1 {
		t.Fatalf("%d entries, %v", len(lib), err)
	}
	reviewer := as(t, c.AtTenant, "12", policies.Reviewer)
	judge := func(ctx context.Context, j materials.Judgement) error {
		return k.lib.Judge(ctx, c.TenantID, c.AtTenant, c.StepPost, file, j)
	}
	if err := judge(reviewer, materials.Judgement{Verdict: materials.Regraded, Grade: materials.Checked}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("without a reason: %v", err)
	}
	if err := judge(reviewer, materials.Judgement{Verdict: materials.Regraded, Grade: materials.Issued, Reason: "x"}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("nobody else issues: %v", err)
	}
	if err := judge(as(t, dbtest.League, "12", policies.Reviewer), materials.Judgement{Verdict: materials.Accepted}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("from above: %v", err)
	}
	if err := judge(reviewer, materials.Judgement{Verdict: materials.Regraded, Grade: materials.Checked, Reason: "已核对原件", ValidUntil: "2026-12-31"}); err != nil {
		t.Fatal(err)
	}
	if err := judge(reviewer, materials.Judgement{Verdict: materials.Accepted}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("judged twice: %v", err)
	}
	k.work(t)
	os = offers(citizen)
	if len(os) != 1 || os[0].Grade != materials.Checked || os[0].Basis != materials.ByOriginal || os[0].ValidUntil == nil || os[0].ValidUntil.Format(time.DateOnly) != "2026-12-31" {
		t.Fatalf("after the office looked at the original: %+v", os)
	}
	uses, err := k.lib.InCase(reviewer, []string{file})
	if err != nil || uses[file].Grade != materials.Upload || uses[file].Verdict != materials.Regraded {
		t.Errorf("the case was told %+v, %v", uses[file], err)
	}
}

// A clerk finds what the applicant before her handed in, in her own subtree alone.
func TestMaterialsAtAWindow(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	k.accepted(t, "k", true)
	for name, c := range map[string]struct {
		ctx    context.Context
		number string
		want   int
		kind   fault.Kind
	}{
		"the clerk of the place":  {as(t, dbtest.Village, "11", policies.Clerk), herNumber, 1, 0},
		"a clerk above":           {as(t, dbtest.County, "22", policies.Clerk), herNumber, 1, 0},
		"a clerk elsewhere":       {as(t, dbtest.County2, "23", policies.Clerk), herNumber, 0, 0},
		"with another's number":   {as(t, dbtest.Village, "11", policies.Clerk), "152502199001010020", 0, 0},
		"without a number":        {as(t, dbtest.Village, "11", policies.Clerk), "", 0, 0},
		"a watcher":               {as(t, dbtest.League, "16", policies.Supervisor), herNumber, 0, fault.Forbidden},
		"another citizen":         {as(t, dbtest.Village, "31"), herNumber, 0, 0},
		"herself with an account": {as(t, dbtest.Village, "10"), herNumber, 0, 0}, // filed for her without one: not in her library
	} {
		find := k.lib.Theirs
		if sc, _ := tenancy.From(c.ctx); sc.Actor.Kind == tenancy.Person {
			find = k.lib.Mine
		}
		os, err := find(c.ctx, "person", c.number, called(contract))
		if (err != nil) != (c.kind != 0) || err != nil && fault.KindOf(err) != c.kind || len(os[contract]) != c.want {
			t.Errorf("%s finds %d, %v", name, len(os[contract]), err)
		}
	}
	clerk := as(t, dbtest.Village, "11", policies.Clerk)
	os, err := k.lib.Theirs(clerk, "person", herNumber, called(contract))
	if err != nil || os[contract][0].Grade != materials.Checked || os[contract][0].Basis != materials.ByWindow {
		t.Fatalf("%+v, %v", os, err)
	}
	m := os[contract][0]
	for name, use := range map[string]func() (string, error){
		"for somebody else": func() (string, error) {
			return k.lib.Use(clerk, "person", "152502199001010020", m.TenantID, m.ID, contract)
		},
		"for an organisation": func() (string, error) { return k.lib.Use(clerk, "legal", herNumber, m.TenantID, m.ID, contract) },
		"by a citizen": func() (string, error) {
			return k.lib.Use(as(t, dbtest.Village, "31"), "person", herNumber, m.TenantID, m.ID, contract)
		},
		"from another branch": func() (string, error) {
			return k.lib.Use(as(t, dbtest.County2, "23", policies.Clerk), "person", herNumber, m.TenantID, m.ID, contract)
		},
		"of an id that is none": func() (string, error) { return k.lib.Use(clerk, "person", herNumber, m.TenantID, "x", contract) },
	} {
		if id, err := use(); fault.KindOf(err) != fault.NotFound || id != "" {
			t.Errorf("%s: %s, %v", name, id, err)
		}
	}
	if _, err := k.lib.Use(clerk, "person", herNumber, m.TenantID, m.ID, contract); err != nil {
		t.Fatal(err)
	}
}

// What is removed, rejected or expired is offered and used no more; what cases hold stays.
func TestMaterialsEnd(t *testing.T) {
	t.Parallel()
	k := newKeeper(t)
	c := k.accepted(t, "k", false)
	citizen := as(t, dbtest.Village, "10")
	get := func() []materials.Offer {
		t.Helper()
		os, err := k.lib.Mine(citizen, "person", herNumber, called(contract))
		if err != nil {
			t.Fatal(err)
		}
		return os[contract]
	}
	m := get()[0]
	set := func(what string, args ...any) {
		t.Helper()
		err := k.db.InTx(k.root, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("update materials set "+what, args...).Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	gone := func(why string) {
		t.Helper()
		if os := get(); len(os) != 0 {
			t.Errorf("%s is offered: %+v", why, os)
		}
		if _, err := k.lib.Use(citizen, "person", herNumber, m.TenantID, m.ID, contract); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s is used: %v", why, err)
		}
	}
	set("valid_until = ?", "2026-03-03")
	gone("what ended yesterday")
	set("valid_until = ?", "2026-03-04")
	if len(get()) != 1 {
		t.Error("the last day still counts")
	}
	set("state = 'rejected'")
	gone("what was rejected")
	set("state = 'held'")
	if err := k.lib.Remove(as(t, dbtest.Village, "31"), m.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another citizen removes it: %v", err)
	}
	if err := k.lib.Remove(as(t, dbtest.Village, "11", policies.Clerk), m.ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk removes it: %v", err)
	}
	if err := k.lib.Remove(citizen, m.ID); err != nil {
		t.Fatal(err)
	}
	gone("what she removed")
	k.work(t)
	gone("what she removed, after the jobs ran again")
	if fs, err := k.files.OfCase(citizen, c.ID); err != nil || len(fs) != 1 {
		t.Errorf("the file of the case: %d, %v", len(fs), err)
	}
}
