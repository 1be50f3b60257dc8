package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// bureau is a catalogue whose events are delivered by hand, each of them twice.
type bureau struct {
	*catalog.Service
	t    *testing.T
	db   *db.DB
	seen map[string]bool
}

func newBureau(t *testing.T) *bureau {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t)
	return &bureau{catalog.New(d, engine, shelf{}), t, d, map[string]bool{}}
}

// deliver hands every stored event to the opening of tasks, as often as a courier
// that forgets might, and returns the names of those that this gave rise to.
func (b *bureau) deliver() (told []string) {
	b.t.Helper()
	for {
		fresh := b.stored()
		if len(fresh) == 0 {
			return told
		}
		for _, d := range fresh {
			if strings.HasPrefix(d.Name, "catalog.tasks") {
				told = append(told, d.Tenant.String()[:6]+" "+string(d.Body))
			}
			if !slices.Contains(catalog.TasksEvents(), d.Name) {
				continue
			}
			for range 2 {
				if err := b.db.InTx(dbtest.As(b.t, d.Tenant, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return b.OnChangedAbove(ctx, tx, d) }); err != nil {
					b.t.Fatalf("%s: %v", d.Name, err)
				}
			}
		}
	}
}

func (b *bureau) stored() (fresh []db.Delivery) {
	b.t.Helper()
	err := b.db.InTx(tenancy.With(b.t.Context(), tenancy.Scope{Actor: tenancy.Actor{Kind: tenancy.Relay, ID: "relay"}}), func(ctx context.Context, tx *db.Tx) error {
		rows, err := tx.QueryContext(ctx, `select tenant_id, id, name, body::text from outbox order by id`)
		if err != nil {
			return err
		}
		defer func() { _ = rows.Close() }()
		for rows.Next() {
			var d db.Delivery
			var body string
			if err := rows.Scan(&d.Tenant, &d.ID, &d.Name, &body); err != nil {
				return err
			}
			if d.Body = json.RawMessage(body); !b.seen[d.ID] {
				b.seen[d.ID] = true
				fresh = append(fresh, d)
			}
		}
		return rows.Err()
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return fresh
}

func (b *bureau) editor(at tenancy.ID) context.Context { return person(b.t, at, "4", "item_editor") }

func (b *bureau) override(at tenancy.ID, id string, f catalog.Fields) error {
	b.t.Helper()
	st, err := b.Standing(b.editor(at), id)
	if err != nil {
		b.t.Fatal(err)
	}
	_, err = b.Override(b.editor(at), id, catalog.Change{Fields: f, Seen: st.OwnSeen})
	return err
}

// republish puts a new version in force.
func (b *bureau) republish(id string, edit func(*catalog.Body)) {
	b.t.Helper()
	editor, reviewer := person(b.t, dbtest.League, "1", "item_editor"), person(b.t, dbtest.League, "2", "item_reviewer")
	v, err := b.Revise(editor, id)
	if err != nil {
		b.t.Fatal(err)
	}
	edit(&v.Body)
	if v, err = b.Edit(editor, v.ID, v.Version, catalog.Draft{Body: v.Body}); err == nil {
		if _, err = b.Submit(editor, v.ID); err == nil {
			_, err = b.Publish(reviewer, v.ID, "同意")
		}
	}
	if err != nil {
		b.t.Fatal(err)
	}
}

// open lists the open tasks of a tenant: kind and element.
func (b *bureau) open(at tenancy.ID) (ts []catalog.Task) {
	b.t.Helper()
	p, err := b.Tasks(b.editor(at), catalog.TaskQuery{State: catalog.TaskOpen})
	if err != nil {
		b.t.Fatal(err)
	}
	return p.Rows
}

func spelled(ts []catalog.Task) string {
	out := make([]string, len(ts))
	for i, t := range ts {
		out[i] = t.Kind + " " + t.Element
	}
	slices.Sort(out)
	return strings.Join(out, ", ")
}

func TestChangesAboveOpenTasksOnce(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	id := published(t, b.Service)
	own := catalog.Fields{PromisedDays: new(10), DropMaterials: []string{"身份证"}, Values: map[string]string{"address": "额尔敦路 1 号", "phone": "0479-1111111"}}
	if err := b.override(dbtest.County, id, own); err != nil {
		t.Fatal(err)
	}
	if err := b.override(dbtest.Village, id, catalog.Fields{Values: map[string]string{"address": "嘎查"}}); err != nil {
		t.Fatal(err)
	}
	if told := b.deliver(); len(told) != 0 || len(b.open(dbtest.County)) != 0 {
		t.Fatalf("nothing has changed above, told %v", told)
	}
	b.republish(id, func(x *catalog.Body) {
		x.PromisedDays, x.Address = 8, "盟政务服务中心二楼"
		x.Materials = []catalog.Material{{Name: "申请书", Need: "1"}, {Name: "身份证明", Need: "1"}}
	})
	told := b.deliver()
	if want := "override_collides address, override_collides materials, override_collides promised_days"; spelled(b.open(dbtest.County)) != want {
		t.Fatalf("open %s, want %s", spelled(b.open(dbtest.County)), want)
	}
	if len(told) != 1 || !strings.Contains(told[0], `"count": 3`) {
		t.Errorf("told %v, want one word of three tasks", told)
	}
	if ts := b.open(dbtest.Village); len(ts) != 0 {
		t.Errorf("what the county says has not moved, yet the village is asked %s", spelled(ts))
	}
	if ts, err := b.Tasks(b.editor(dbtest.County2), catalog.TaskQuery{Below: true}); err != nil || ts.Total != 0 {
		t.Errorf("another county sees %d tasks, %v", ts.Total, err)
	}
	for _, task := range b.open(dbtest.County) {
		if _, err := b.Task(b.editor(dbtest.County2), task.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("another county reads a task: %v", err)
		}
		b.answer(t, task)
	}
	b.deliver()
	if ts := b.open(dbtest.County); len(ts) != 0 {
		t.Errorf("answered, yet open: %s", spelled(ts))
	}
	if ts := b.open(dbtest.Village); spelled(ts) != "override_collides address" {
		t.Errorf("the county took up the new address, the village is asked %q", spelled(ts))
	}
	g, err := b.Guide(b.editor(dbtest.County), id)
	if err != nil || g.Body.PromisedDays != 6 || g.Body.Address != "盟政务服务中心二楼" || len(g.Body.Materials) != 2 || g.Body.Phone != "0479-1111111" {
		t.Errorf("after the answers: %+v, %v", g.Own, err)
	}
	if h, err := b.OverrideHistory(b.editor(dbtest.County), id); err != nil || len(h) < 4 {
		t.Errorf("history %+v, %v", h, err)
	}
}

// answer keeps what is lawful, shortens the promise, and takes up the address.
func (b *bureau) answer(t *testing.T, task catalog.Task) {
	t.Helper()
	in := catalog.Reply{Act: catalog.AnswerKeep, Seen: task.Version}
	switch task.Element {
	case catalog.ElementPromise:
		if _, err := b.AnswerTask(b.editor(dbtest.County), task.ID, in); fault.KindOf(err) != fault.Precondition {
			t.Errorf("a promise longer than above was kept: %v", err)
		}
		in.Act, in.Take.PromisedDays = catalog.AnswerChange, new(9)
		if _, err := b.AnswerTask(b.editor(dbtest.County), task.ID, in); fault.KindOf(err) != fault.Forbidden {
			t.Errorf("a promise longer than above was set: %v", err)
		}
		in.Take.PromisedDays = new(6)
	case "address":
		in.Act = catalog.AnswerAdopt
	}
	stale := in
	stale.Seen--
	if _, err := b.AnswerTask(b.editor(dbtest.County), task.ID, stale); fault.KindOf(err) != fault.Conflict {
		t.Errorf("an answer to an older state: %v", err)
	}
	if _, err := b.AnswerTask(person(t, dbtest.County, "5", "clerk"), task.ID, in); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk answered: %v", err)
	}
	for range 2 {
		if _, err := b.AnswerTask(b.editor(dbtest.County), task.ID, in); err != nil {
			t.Errorf("%s: %v", task.Element, err)
		}
	}
	in.Act = "keep-or-not"
	if _, err := b.AnswerTask(b.editor(dbtest.County), task.ID, in); fault.KindOf(err) != fault.Conflict {
		t.Errorf("another answer: %v", err)
	}
}

// A question whose cause goes away is asked no more.
func TestTasksSettleThemselves(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	id := published(t, b.Service)
	if err := b.override(dbtest.County, id, catalog.Fields{Values: map[string]string{"phone": "1", "address": "x"}}); err != nil {
		t.Fatal(err)
	}
	b.republish(id, func(x *catalog.Body) { x.Phone = "2" })
	b.deliver()
	if spelled(b.open(dbtest.County)) != "override_collides phone" {
		t.Fatal(spelled(b.open(dbtest.County)))
	}
	if err := b.override(dbtest.County, id, catalog.Fields{Values: map[string]string{"phone": "1", "address": "y"}}); err != nil {
		t.Fatal(err)
	}
	if spelled(b.open(dbtest.County)) != "override_collides phone" {
		t.Error("saving another element answered the question of the phone")
	}
	b.republish(id, func(x *catalog.Body) { x.Phone = "" })
	b.deliver()
	if ts := b.open(dbtest.County); len(ts) != 0 {
		t.Errorf("the phone above is as it was, yet asked: %s", spelled(ts))
	}
	b.republish(id, func(x *catalog.Body) { x.Phone = "3" })
	b.deliver()
	if err := b.ResetElement(b.editor(dbtest.County), id, "phone", 2); err != nil {
		t.Fatal(err)
	}
	if ts := b.open(dbtest.County); len(ts) != 0 {
		t.Errorf("given back, yet asked: %s", spelled(ts))
	}
}

func TestLocksBindThoseBelow(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	id := published(t, b.Service)
	if err := b.override(dbtest.Township, id, catalog.Fields{Values: map[string]string{"phone": "1"}}); err != nil {
		t.Fatal(err)
	}
	head := person(t, dbtest.County, "4", "item_editor")
	if err := b.Lock(person(t, dbtest.County, "5", "clerk"), catalog.LockWish{Element: "phone", Reason: "x"}); fault.KindOf(err) != fault.Forbidden {
		t.Fatalf("a clerk locked: %v", err)
	}
	if err := b.Lock(head, catalog.LockWish{Element: "phone", Reason: "全旗统一热线"}); err != nil {
		t.Fatal(err)
	}
	if told := b.deliver(); len(told) != 1 || spelled(b.open(dbtest.Township)) != "locked_above phone" {
		t.Fatalf("told %v, open %s", told, spelled(b.open(dbtest.Township)))
	}
	g, err := b.Guide(b.editor(dbtest.Village), id)
	if err != nil || g.Body.Phone != "1" {
		t.Errorf("the value was dropped before anybody answered: %q, %v", g.Body.Phone, err)
	}
	err = b.override(dbtest.Village, id, catalog.Fields{Values: map[string]string{"phone": "2"}})
	if f, ok := fault.As(err); !ok || f.Kind != fault.Forbidden || !strings.Contains(f.Detail, "全旗统一热线") || !strings.Contains(f.Detail, "锁定") {
		t.Errorf("below the lock: %v", err)
	}
	for _, at := range []tenancy.ID{dbtest.County, dbtest.County2} {
		if err := b.override(at, id, catalog.Fields{Values: map[string]string{"phone": "3"}}); err != nil {
			t.Errorf("the lock binds only those below it: %v", err)
		}
	}
	if err := b.override(dbtest.Township, id, catalog.Fields{Values: map[string]string{"phone": "1", "address": "苏木"}}); err != nil {
		t.Errorf("another element beside a locked one: %v", err)
	}
	task := b.open(dbtest.Township)[0]
	if _, err := b.AnswerTask(b.editor(dbtest.Township), task.ID, catalog.Reply{Act: catalog.AnswerKeep, Seen: task.Version}); fault.KindOf(err) != fault.Precondition {
		t.Errorf("kept what is locked: %v", err)
	}
	if _, err := b.AnswerTask(b.editor(dbtest.Township), task.ID, catalog.Reply{Act: catalog.AnswerAdopt, Seen: task.Version}); err != nil {
		t.Fatal(err)
	}
	b.deliver()
	locks, err := b.Locks(head)
	if err != nil || len(locks) != 1 {
		t.Fatalf("%v, %v", locks, err)
	}
	if err := b.Unlock(b.editor(dbtest.Township), locks[0].ID); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("unlocked from below: %v", err)
	}
	if err := b.Unlock(head, locks[0].ID); err != nil {
		t.Fatal(err)
	}
	if err := b.override(dbtest.Village, id, catalog.Fields{Values: map[string]string{"phone": "2"}}); err != nil {
		t.Errorf("after the lock: %v", err)
	}
}

func TestRequestsGoUpAndAnswersComeBack(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	id := published(t, b.Service)
	county, league := b.editor(dbtest.County), person(t, dbtest.League, "1", "item_editor")
	if _, err := b.Ask(county, catalog.RequestWish{ItemID: id, Element: "address", Wish: "x", Reason: "y"}); fault.KindOf(err) != fault.Precondition {
		t.Errorf("asked for what is open: %v", err)
	}
	wish := catalog.RequestWish{ItemID: id, Element: "conditions", Wish: "增加一条", Reason: "群众反映", Key: "0b6ef1a8-9d0b-4b39-8f0d-5b1c1a6c0001"}
	r, err := b.Ask(county, wish)
	if err != nil || r.State != catalog.RequestOpen || r.ToTenant != dbtest.League {
		t.Fatalf("%+v, %v", r, err)
	}
	if again, err := b.Ask(county, wish); err != nil || again.ID != r.ID {
		t.Errorf("asked twice: %v", err)
	}
	if _, err := b.Request(b.editor(dbtest.County2), r.ID); fault.KindOf(err) != fault.NotFound {
		t.Errorf("another county reads it: %v", err)
	}
	if _, err := b.AnswerRequest(county, r.ID, catalog.Verdict{Accept: true}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("answered by the asker: %v", err)
	}
	if _, err := b.AnswerRequest(league, r.ID, catalog.Verdict{}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("declined without a reason: %v", err)
	}
	if r, err = b.AnswerRequest(league, r.ID, catalog.Verdict{Accept: true}); err != nil || r.LedTo != catalog.LedToDraft {
		t.Fatalf("%+v, %v", r, err)
	}
	if sh, err := b.Show(league, id); err != nil || sh.Version.State != catalog.StateDraft || sh.Version.Reason != "增加一条" {
		t.Errorf("draft %+v, %v", sh.Version, err)
	}
	if r, err = b.Request(county, r.ID); err != nil || r.State != catalog.RequestAccepted {
		t.Errorf("the asker sees %s, %v", r.State, err)
	}
	if err := b.WithdrawRequest(county, r.ID); fault.KindOf(err) != fault.Conflict {
		t.Errorf("withdrawn after the answer: %v", err)
	}
	if err := b.Lock(league, catalog.LockWish{Element: "phone", ItemID: id, Reason: "统一"}); err != nil {
		t.Fatal(err)
	}
	second, err := b.Ask(county, catalog.RequestWish{ItemID: id, Element: "phone", Wish: "用本地电话", Reason: "方便"})
	if err != nil {
		t.Fatal(err)
	}
	if second, err = b.AnswerRequest(league, second.ID, catalog.Verdict{Accept: true}); err != nil || second.LedTo != catalog.LedToUnlocked {
		t.Errorf("%+v, %v", second, err)
	}
	if err := b.override(dbtest.County, id, catalog.Fields{Values: map[string]string{"phone": "1"}}); err != nil {
		t.Errorf("after it was freed: %v", err)
	}
	third, err := b.Ask(county, catalog.RequestWish{ItemID: id, Element: "fees", Wish: "免费", Reason: "财政补贴"})
	if err == nil {
		err = b.WithdrawRequest(county, third.ID)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.AnswerRequest(league, third.ID, catalog.Verdict{Accept: true}); fault.KindOf(err) != fault.Conflict {
		t.Errorf("answered what was taken back: %v", err)
	}
	for received, want := range map[bool]int{true: 3, false: 0} {
		if p, err := b.Requests(league, catalog.RequestQuery{Received: received}); err != nil || p.Total != want {
			t.Errorf("received %v: %d, %v", received, p.Total, err)
		}
	}
}

// What a law or an entry of the basic list asks is asked once for each cause.
func TestLawsAndBasicEntriesOpenTasksOnce(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	id := published(t, b.Service)
	b.deliver()
	for i, name := range []string{"laws.amended", "laws.amended", "laws.repealed"} {
		d := db.Delivery{ID: db.NewID(), Tenant: dbtest.League, Name: name, Body: json.RawMessage(`{"law_id":"l","title":"中华人民共和国草原法","from":"2026-05-01"}`)}
		for range 2 {
			if err := b.db.InTx(dbtest.As(t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error { return b.OnChangedAbove(ctx, tx, d) }); err != nil {
				t.Fatal(err)
			}
		}
		p, err := b.Tasks(b.editor(dbtest.League), catalog.TaskQuery{Kind: catalog.TaskLaw})
		if want := []int{1, 1, 2}[i]; err != nil || p.Total != want {
			t.Fatalf("after %d events %d tasks, want %d, %v", i+1, p.Total, want, err)
		}
	}
	task := b.open(dbtest.League)[0]
	if task.Detail.Law != "中华人民共和国草原法" || fmt.Sprint(task.Detail.Articles) != "[第五十条]" {
		t.Errorf("detail %+v", task.Detail)
	}
	if _, err := b.AnswerTask(b.editor(dbtest.League), task.ID, catalog.Reply{Act: catalog.AnswerNoted, Seen: 1}); fault.KindOf(err) != fault.Invalid {
		t.Errorf("noted without a note: %v", err)
	}
	if _, err := b.AnswerTask(b.editor(dbtest.League), task.ID, catalog.Reply{Act: catalog.AnswerNoted, Note: "条文未涉及", Seen: 1}); err != nil {
		t.Error(err)
	}
	if p, err := b.Tasks(b.editor(dbtest.County2), catalog.TaskQuery{Below: true}); err != nil || p.Total != 0 || id == "" {
		t.Errorf("another county sees %d tasks, %v", p.Total, err)
	}
}

// An item that was taken from an entry of the basic list is asked about every new
// version of the entry, once, with what has changed.
func TestNewVersionsOfABasicEntryAskOnce(t *testing.T) {
	t.Parallel()
	b := newBureau(t)
	entry := listed(t, b.Service, foodEntry())
	own := claimed(t, b.Service, person(t, dbtest.County, "3", "item_editor"), entry)
	finish(t, b.Service, dbtest.County, own)
	b.deliver()
	if ts := b.open(dbtest.County); len(ts) != 0 {
		t.Fatalf("a first version asks %s", spelled(ts))
	}
	for n, article := range []string{"第三十五条、第三十六条", "第三十七条"} {
		b.republish(entry, func(x *catalog.Body) {
			x.LegalBasis = []catalog.LegalBasis{{Law: x.LegalBasis[0].Law, Article: article}}
		})
		b.deliver()
		ts := b.open(dbtest.County)
		if len(ts) != n+1 || ts[0].Kind != catalog.TaskBasic || ts[0].ItemID != own {
			t.Fatalf("asked %s: %+v", spelled(ts), ts)
		}
		if c := ts[len(ts)-1].Detail.Changes; len(c) != 1 || c[0].Element != "legal_basis" || !strings.Contains(c[0].Now, "条") {
			t.Errorf("asked about %+v", c)
		}
	}
	if p, err := b.Claimables(b.editor(dbtest.County), catalog.ClaimQuery{}); err != nil || p.Counts[catalog.ClaimChanged] != 1 {
		t.Errorf("the banner: %+v, %v", p.Counts, err)
	}
}
