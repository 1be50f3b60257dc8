package notices_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"sync"
	"testing"

	cases "liandong/modules/cases/events"
	catalog "liandong/modules/catalog/events"
	"liandong/modules/notices"
	org "liandong/modules/org/events"
	supervision "liandong/modules/supervision/events"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

const citizen = "00000000-0000-7000-8000-0000000000c1"

// phones is who left which phone; everybody left the same.
type phones string

func (p phones) CasePhone(context.Context, *db.Tx, tenancy.ID, string) (string, error) {
	return string(p), nil
}

// post is a gateway that remembers, and fails as told.
type post struct {
	mu   sync.Mutex
	sent []notices.Message
	fail error
}

func (p *post) Send(_ context.Context, m notices.Message) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.fail != nil {
		return "", p.fail
	}
	p.sent = append(p.sent, m)
	return "ref", nil
}

type office struct {
	t    *testing.T
	db   *db.DB
	svc  *notices.Service
	post *post
}

func newOffice(t *testing.T) *office {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	o := &office{t: t, db: dbtest.New(t), post: &post{}}
	words := func(kind string, params map[string]string) string { return kind + " " + params["no"] }
	o.svc = notices.New(o.db, engine, notices.Asks{Contacts: phones("13800000001"), Sealer: sealer, Words: words}, o.post)
	return o
}

// deliver gives an event of the village to the subscriber the way jobs does.
func (o *office) deliver(id string, e db.Event) {
	o.t.Helper()
	body, err := json.Marshal(e)
	if err != nil {
		o.t.Fatal(err)
	}
	s, err := tenancy.From(dbtest.As(o.t, dbtest.League, tenancy.System))
	if err != nil {
		o.t.Fatal(err)
	}
	s.Tenant = dbtest.Village
	if err := o.db.InTx(tenancy.With(o.t.Context(), s), func(ctx context.Context, tx *db.Tx) error {
		return o.svc.On(ctx, tx, db.Delivery{ID: id, Tenant: dbtest.Village, Name: e.EventName(), Body: body})
	}); err != nil {
		o.t.Fatalf("%s: %v", e.EventName(), err)
	}
}

func (o *office) unread(ctx context.Context) int {
	o.t.Helper()
	n, err := o.svc.Unread(ctx)
	if err != nil {
		o.t.Fatal(err)
	}
	return n
}

func aCase() cases.Case {
	return cases.Case{
		CaseID: db.NewID(), Tenant: dbtest.Village, No: "152502200200202603040001", ItemName: "草原作业许可", Subject: citizen,
		AtTenant: dbtest.County, StepName: "旗县审查", StepPost: policies.Reviewer,
	}
}

func person(t *testing.T) context.Context {
	t.Helper()
	return dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Person, ID: citizen, Name: "其其格"})
}

func TestEveryEventReachesItsPeople(t *testing.T) {
	t.Parallel()
	c := aCase()
	card := supervision.Card{CardID: db.NewID(), Tenant: dbtest.Village, CaseID: c.CaseID, CaseNo: c.No, StepPost: policies.Reviewer}
	order := supervision.Order{OrderID: db.NewID(), Tenant: dbtest.Village, Issuer: dbtest.County, AnswerBy: dbtest.Now()}
	red, yellow := card, card
	red.Colour, yellow.Colour = "red", "yellow"
	type who struct {
		at   tenancy.ID
		role string
	}
	for name, tc := range map[string]struct {
		e       db.Event
		citizen int
		sms     int
		staff   []who
	}{
		"filed":               {cases.CaseFiled{Case: c}, 1, 0, []who{{dbtest.County, policies.Reviewer}}},
		"accepted":            {cases.CaseAccepted{Case: c}, 1, 1, nil},
		"refused":             {cases.CaseRefused{Case: c}, 1, 1, nil},
		"arrived":             {cases.CaseArrived{Case: c}, 1, 0, []who{{dbtest.County, policies.Reviewer}}},
		"supplement asked":    {cases.SupplementAsked{Case: c}, 1, 1, nil},
		"supplement answered": {cases.SupplementAnswered{Case: c}, 0, 0, []who{{dbtest.County, policies.Reviewer}}},
		"decided":             {cases.CaseDecided{Case: c}, 1, 0, nil},
		"completed":           {cases.CaseCompleted{Case: c}, 1, 1, nil},
		"withdrawn":           {cases.CaseWithdrawn{Case: c}, 0, 0, []who{{dbtest.County, policies.Reviewer}}},
		"urged":               {cases.CaseUrged{Case: c}, 0, 0, []who{{dbtest.County, policies.Reviewer}}},
		"yellow card":         {supervision.CardRaised{Card: yellow}, 0, 0, []who{{dbtest.Village, policies.Reviewer}, {dbtest.Village, policies.OfficeHead}}},
		"red card":            {supervision.CardRaised{Card: red}, 0, 0, []who{{dbtest.Village, policies.Reviewer}, {dbtest.Village, policies.Supervisor}}},
		"card withdrawn":      {supervision.CardWithdrawn{Card: red}, 0, 0, []who{{dbtest.Village, policies.Reviewer}}},
		"order issued":        {supervision.OrderIssued{Order: order}, 0, 0, []who{{dbtest.Village, policies.OfficeHead}}},
		"order answered":      {supervision.OrderAnswered{Order: order}, 0, 0, []who{{dbtest.County, policies.Supervisor}}},
		"order returned":      {supervision.OrderReturned{Order: order}, 0, 0, []who{{dbtest.Village, policies.OfficeHead}}},
		"order closed":        {supervision.OrderClosed{Order: order}, 0, 0, []who{{dbtest.Village, policies.OfficeHead}}},
		"appointed":           {org.PersonAppointed{Holder: citizen}, 1, 0, nil},
		"granted":             {org.GrantGiven{Holder: citizen}, 1, 0, nil},
		"item held":           {catalog.ItemHeld{ItemID: db.NewID(), Text: "未能生效"}, 0, 0, []who{{dbtest.Village, policies.ItemEditor}, {dbtest.Village, policies.ItemReviewer}}},
		"item asked for":      {catalog.RequestMade{RequestID: db.NewID(), To: dbtest.County, ItemName: "草原作业许可", FromName: "嘎查"}, 0, 0, []who{{dbtest.County, policies.ItemEditor}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := newOffice(t)
			id := db.NewID()
			o.deliver(id, tc.e)
			o.deliver(id, tc.e) // twice: nobody is told twice
			if n := o.unread(person(t)); n != tc.citizen {
				t.Errorf("the citizen has %d, want %d", n, tc.citizen)
			}
			for _, w := range tc.staff {
				if n := o.unread(dbtest.As(t, w.at, tenancy.Staff, w.role)); n != 1 {
					t.Errorf("%s at %s has %d, want 1", w.role, w.at, n)
				}
			}
			if n := o.unread(dbtest.As(t, dbtest.County2, tenancy.Staff, policies.Reviewer, policies.OfficeHead)); n != 0 {
				t.Errorf("another county has %d", n)
			}
			if n, err := o.svc.Send(t.Context()); err != nil || n != tc.sms {
				t.Errorf("%d messages sent, want %d; %v", n, tc.sms, err)
			}
		})
	}
}

// What is asked of the platform reaches it, once, and nobody else.
func TestThePlatformIsAsked(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	tell := func(to tenancy.ID) {
		t.Helper()
		e := catalog.RequestMade{RequestID: db.NewID(), To: to, ItemName: "草原作业许可", FromName: "锡林郭勒盟"}
		body, err := json.Marshal(e)
		if err != nil {
			t.Fatal(err)
		}
		d, scope := db.Delivery{ID: db.NewID(), Tenant: dbtest.League, Name: e.EventName(), Body: body}, dbtest.As(t, tenancy.Platform, tenancy.System)
		for range 2 {
			if err := o.db.InTx(scope, func(ctx context.Context, tx *db.Tx) error { return o.svc.OnPlatform(ctx, tx, d) }); err != nil {
				t.Fatal(err)
			}
		}
	}
	tell(tenancy.Platform)
	tell(dbtest.League)
	for at, want := range map[tenancy.ID]int{tenancy.Platform: 1, dbtest.League: 0} {
		if n := o.unread(dbtest.As(t, at, tenancy.Staff, policies.ItemEditor)); n != want {
			t.Errorf("%d at %s, want %d", n, at, want)
		}
	}
}

func TestReading(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 3 {
		o.deliver(db.NewID(), cases.CaseFiled{Case: aCase()})
	}
	clerk := dbtest.As(t, dbtest.County, tenancy.Staff, policies.Reviewer)
	list, total, err := o.svc.List(clerk, notices.Query{Size: 2})
	if err != nil || total != 3 || len(list) != 2 || list[0].Params["item"] != "草原作业许可" {
		t.Fatalf("%d of %d, %v", len(list), total, err)
	}
	for range 2 {
		if n, err := o.svc.Read(clerk, list[0].ID); err != nil || n.ReadAt == nil || n.ReadBy != "tester" {
			t.Errorf("read %+v, %v", n, err)
		}
	}
	if _, total, err := o.svc.List(clerk, notices.Query{Unread: true, Size: 9}); err != nil || total != 2 {
		t.Errorf("%d unread, %v", total, err)
	}
	for name, ctx := range map[string]context.Context{
		"another role":    dbtest.As(t, dbtest.County, tenancy.Staff, policies.Clerk),
		"the level above": dbtest.As(t, dbtest.League, tenancy.Staff, policies.Reviewer),
		"the applicant":   person(t),
	} {
		if _, err := o.svc.Read(ctx, list[0].ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s read it: %v", name, err)
		}
	}
	if n, err := o.svc.ReadAll(person(t)); err != nil || n != 3 || o.unread(person(t)) != 0 || o.unread(clerk) != 2 {
		t.Errorf("the citizen read %d, %v", n, err)
	}
	if _, _, err := o.svc.List(dbtest.As(t, dbtest.Village, tenancy.Public), notices.Query{}); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a visitor listed: %v", err)
	}
}

// Two workers at once, and a gateway that is away at first: every message goes
// out once, and its phone is nowhere in the clear.
func TestSendingOnce(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 60 {
		o.deliver(db.NewID(), cases.CaseAccepted{Case: aCase()})
	}
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if _, err := o.svc.Send(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	ids := map[string]bool{}
	for _, m := range o.post.sent {
		ids[m.ID] = true
	}
	if len(o.post.sent) != 60 || len(ids) != 60 || o.post.sent[0].Phone != "13800000001" || o.post.sent[0].Text != "case_accepted 152502200200202603040001" {
		t.Errorf("%d messages, %d ids", len(o.post.sent), len(ids))
	}
	if n := o.count(`select count(*) from messages where phone_sealed like '%138%' or state <> 'sent' or gateway_ref <> 'ref'`); n != 0 {
		t.Errorf("%d messages are open or not sent", n)
	}
}

func TestFailingMessages(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	o.deliver(db.NewID(), cases.CaseAccepted{Case: aCase()})
	o.post.fail = errors.New("away")
	if n, err := o.svc.Send(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d sent, %v", n, err)
	}
	if n := o.count(`select count(*) from messages where state = 'queued' and tries = 1 and error = 'away' and claimed_until > '2026-03-04 02:00:30Z'`); n != 1 {
		t.Error("the message does not wait for another try")
	}
	o.deliver(db.NewID(), cases.CaseRefused{Case: aCase()})
	o.post.fail = fault.New(fault.Invalid, "notices.gateway_refused")
	if _, err := o.svc.Send(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := o.count(`select count(*) from messages where state = 'failed' and tries = 1`); n != 1 {
		t.Error("a refused message was not given up")
	}
}

// A gateway that is away is asked once, not once for every message.
func TestGatewayAway(t *testing.T) {
	t.Parallel()
	o := newOffice(t)
	for range 3 {
		o.deliver(db.NewID(), cases.CaseAccepted{Case: aCase()})
	}
	o.post.fail = fault.New(fault.Unavailable, "notices.gateway_away")
	if n, err := o.svc.Send(t.Context()); err != nil || n != 0 {
		t.Fatalf("%d sent, %v", n, err)
	}
	if n := o.count(`select sum(tries) from messages where state = 'queued' and claimed_until >= '2026-03-04 02:01:00Z'`); n != 1 {
		t.Errorf("%d tries, want 1", n)
	}
}

func (o *office) count(sql string) (n int) {
	o.t.Helper()
	if err := o.db.InTx(dbtest.As(o.t, dbtest.League, tenancy.System), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(sql).Scan(ctx, &n)
	}); err != nil {
		o.t.Fatal(err)
	}
	return n
}

func TestSimulator(t *testing.T) {
	t.Parallel()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	sealer, err := seal.New(bytes.Repeat([]byte{5}, seal.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t)
	s := notices.NewSimulator(d, engine, sealer, true)
	for _, m := range []struct{ source, phone, text string }{{notices.FromLogin, "13800000001", "code 123456"}, {notices.FromNotice, "13900000002", "done"}} {
		if _, err := s.Receive(t.Context(), m.source, m.phone, m.text); err != nil {
			t.Fatal(err)
		}
	}
	officer := dbtest.As(t, dbtest.League, tenancy.Staff, policies.SystemAdmin)
	if all, err := s.Inbox(officer, "", ""); err != nil || len(all) != 2 || all[0].Text != "done" || all[0].ReceivedAt.IsZero() {
		t.Errorf("inbox %+v, %v", all, err)
	}
	if codes, err := s.Inbox(officer, "1380000", notices.FromLogin); err != nil || len(codes) != 1 {
		t.Errorf("codes %+v, %v", codes, err)
	}
	if _, err := s.Inbox(dbtest.As(t, dbtest.League, tenancy.Staff, policies.Clerk), "", ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk looked: %v", err)
	}
	if _, err := notices.NewSimulator(d, engine, sealer, false).Inbox(officer, "", ""); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("the inbox opened beside a real gateway: %v", err)
	}
}
