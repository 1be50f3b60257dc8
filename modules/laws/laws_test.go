package laws_test

import (
	"context"
	"strings"
	"testing"

	"liandong/modules/laws"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// standing answers that one item stands on every law that is asked for.
type standing struct{}

func (standing) FormsOn(context.Context, *db.Tx, string) ([]laws.Paper, error) {
	return nil, nil
}

func (standing) StandingOn(_ context.Context, tx *db.Tx, title string) ([]laws.Dependant, error) {
	return []laws.Dependant{{ItemID: itemID, Name: "草原征占用审批", TenantID: tx.Scope.Tenant, Articles: []string{title}}}, nil
}

const itemID = "00000000-0000-7000-8000-0000000000cc"

func setup(t *testing.T) (*laws.Service, *db.DB) {
	t.Helper()
	engine, err := policies.New(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	d := dbtest.New(t)
	return laws.New(d, engine, standing{}), d
}

const editorID, reviewerID = "00000000-0000-7000-8000-0000000000e1", "00000000-0000-7000-8000-0000000000e2"

func editor(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: editorID, Name: "编辑", Roles: []string{policies.ItemEditor}})
}

func reviewer(t *testing.T, at tenancy.ID) context.Context {
	t.Helper()
	return dbtest.WithActor(t, at, tenancy.Actor{Kind: tenancy.Staff, ID: reviewerID, Name: "审核", Roles: []string{policies.ItemReviewer}})
}

func kind(t *testing.T, what string, err error, want fault.Kind) {
	t.Helper()
	if err == nil || fault.KindOf(err) != want {
		t.Errorf("%s: %v, want kind %d", what, err, want)
	}
}

func facts() laws.Facts {
	return laws.Facts{Title: "《中华人民共和国草原法》", Kind: laws.Statute, Issuer: "全国人民代表大会常务委员会", PassedOn: "2002-12-28", EffectiveOn: "2003-03-01", Source: "https://flk.npc.gov.cn/"}
}

// grassland publishes a law of two articles at a tenant.
func grassland(t *testing.T, s *laws.Service, at tenancy.ID) laws.Law {
	t.Helper()
	l, err := s.Create(editor(t, at), facts(), at.String())
	if err == nil {
		l, err = s.Import(editor(t, at), l.ID, l.Version, "第一章 总则\n第一条　为了保护草原，制定本法。\n第五十条　本法自公布之日起施行。")
	}
	if err == nil {
		l, err = s.Publish(reviewer(t, at), l.ID, l.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestTheLifeOfALaw(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	ed, rev := editor(t, dbtest.County), reviewer(t, dbtest.County)
	below, public := editor(t, dbtest.Township), dbtest.As(t, dbtest.Village, tenancy.Public)
	l, err := s.Create(ed, facts(), "k")
	if err != nil || l.Title != "中华人民共和国草原法" {
		t.Fatal(l, err)
	}
	if again, err := s.Create(ed, facts(), "k"); err != nil || again.ID != l.ID {
		t.Errorf("the same form twice: %v %v", again.ID, err)
	}
	_, err = s.Publish(rev, l.ID, 1)
	kind(t, "nothing to publish", err, fault.Precondition)
	_, err = s.Import(ed, l.ID, 1, "第一条\n第一条 重复。")
	kind(t, "a text with problems", err, fault.Invalid)
	l, err = s.Import(ed, l.ID, 1, "第一条　为了保护草原。\n第五十条　旧的规定。")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.Import(ed, l.ID, 1, "第一条　晚到的。")
	kind(t, "an old page", err, fault.Conflict)
	for who, ctx := range map[string]context.Context{"below": below, "public": public, "beside": editor(t, dbtest.County2)} {
		_, err := s.Show(ctx, l.ID, "")
		kind(t, who+" reads a draft", err, fault.NotFound)
	}
	_, err = s.Publish(ed, l.ID, l.Version)
	kind(t, "an editor publishes", err, fault.Forbidden)
	both := dbtest.WithActor(t, dbtest.County, tenancy.Actor{Kind: tenancy.Staff, ID: editorID, Roles: []string{policies.ItemEditor, policies.ItemReviewer}})
	_, err = s.Publish(both, l.ID, l.Version)
	kind(t, "the author publishes", err, fault.Forbidden)
	if l, err = s.Publish(rev, l.ID, l.Version); err != nil {
		t.Fatal(err)
	}
	_, err = s.Edit(ed, l.ID, l.Version, facts())
	kind(t, "editing what is published", err, fault.Precondition)
	amend(t, s, ed, rev, below, public, &l)
	repeal(t, s, rev, public, &l)
	if got := emitted(t, d); got != "laws.amended laws.published laws.repealed" {
		t.Errorf("events: %s", got)
	}
}

func amend(t *testing.T, s *laws.Service, ed, rev, below, public context.Context, l *laws.Law) {
	t.Helper()
	in := laws.Amendment{Label: "第五十条", Body: "新的规定。", FromOn: "2026-04-01", By: "《修改草原法的决定》"}
	for what, bad := range map[string]laws.Amendment{
		"label":   {Label: "那一条", Body: "x", FromOn: "2026-04-01", By: "y"},
		"body":    {Label: "第一条", FromOn: "2026-04-01", By: "y"},
		"from_on": {Label: "第一条", Body: "x", FromOn: "2001-01-01", By: "y"},
		"by":      {Label: "第一条", Body: "x", FromOn: "2026-04-01"},
	} {
		_, err := s.Amend(ed, l.ID, l.Version, bad)
		if f, ok := fault.As(err); !ok || f.Fields[what] == "" || len(f.Fields) != 1 {
			t.Errorf("bad %s: %v", what, err)
		}
	}
	var err error
	if *l, err = s.Amend(ed, l.ID, l.Version, in); err != nil {
		t.Fatal(err)
	}
	sheet, err := s.Show(below, l.ID, "2026-05-01")
	if err != nil || len(sheet.Waiting) != 0 || sheet.Articles[1].Body != "旧的规定。" {
		t.Errorf("a draft edition below: %+v %v", sheet, err)
	}
	if *l, err = s.Publish(rev, l.ID, l.Version); err != nil {
		t.Fatal(err)
	}
	for day, want := range map[string]string{"": "旧的规定。", "2026-03-31": "旧的规定。", "2026-04-01": "新的规定。", "1999-01-01": "旧的规定。"} {
		c, err := s.Standing(public, "《中华人民共和国草原法》", "第五十条第一款", day)
		if err != nil || c.Article.Body != want {
			t.Errorf("on %q: %+v %v", day, c, err)
		}
	}
	c, err := s.Standing(public, l.Title, "第五十条", "2026-04-01")
	if err != nil || c.Validity != laws.Amended {
		t.Errorf("%+v %v", c, err)
	}
	_, err = s.Standing(public, l.Title, "第四十条", "")
	kind(t, "an article that is not there", err, fault.NotFound)
	_, err = s.Standing(public, "没有的法", "第一条", "")
	kind(t, "a law that is not there", err, fault.NotFound)
	_, editions, err := s.History(public, l.ID, 50_000)
	if err != nil || len(editions) != 2 || editions[0].Amender != "修改草原法的决定" {
		t.Errorf("history: %+v %v", editions, err)
	}
}

func repeal(t *testing.T, s *laws.Service, rev, public context.Context, l *laws.Law) {
	t.Helper()
	_, err := s.Repeal(rev, l.ID, l.Version, laws.Repeal{On: "2026-06-01"})
	kind(t, "no reason", err, fault.Invalid)
	if *l, err = s.Repeal(rev, l.ID, l.Version, laws.Repeal{On: "2026-06-01", Reason: "新法施行"}); err != nil {
		t.Fatal(err)
	}
	_, err = s.Amend(editor(t, dbtest.County), l.ID, l.Version, laws.Amendment{})
	kind(t, "amending what is repealed", err, fault.Precondition)
	sheet, err := s.Show(public, l.ID, "")
	if err != nil || sheet.Law.Validity("2026-05-31") != laws.Amended || sheet.Law.Validity("2026-06-01") != laws.Void || len(sheet.Revisions) != 3 || sheet.Revisions[0].Reason != "新法施行" {
		t.Errorf("%+v %v", sheet, err)
	}
	items, err := s.StandOn(rev, l.ID)
	if err != nil || len(items) != 1 || items[0].ItemID != itemID {
		t.Errorf("%+v %v", items, err)
	}
}

func emitted(t *testing.T, d *db.DB) string {
	t.Helper()
	var names []string
	err := d.InTx(dbtest.As(t, dbtest.County, tenancy.Staff), func(ctx context.Context, tx *db.Tx) error {
		return tx.NewRaw(`select distinct name from outbox where body->>'law_id' is not null and (name = 'laws.published' or body->'items' @> ?::jsonb) order by 1`, `["`+itemID+`"]`).Scan(ctx, &names)
	})
	if err != nil {
		t.Fatal(err)
	}
	return strings.Join(names, " ")
}

func TestListFindsByTitleNumberAndText(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	league := grassland(t, s, dbtest.League)
	in := facts()
	in.Title, in.Kind, in.Number, in.EffectiveOn = "锡林浩特市草原管护办法", laws.Normative, "锡政发〔2026〕3号", "2026-12-01"
	draft, err := s.Create(editor(t, dbtest.County), in, "d")
	if err != nil {
		t.Fatal(err)
	}
	for what, c := range map[string]struct {
		at    tenancy.ID
		q     laws.Query
		total int
	}{
		"all at the county":        {dbtest.County, laws.Query{}, 2},
		"all at the township":      {dbtest.Township, laws.Query{}, 1},
		"own":                      {dbtest.County, laws.Query{Own: true}, 1},
		"title":                    {dbtest.County, laws.Query{Text: "管护"}, 1},
		"number":                   {dbtest.County, laws.Query{Text: "〔2026〕3号"}, 1},
		"text":                     {dbtest.County, laws.Query{Text: "公布之日"}, 1},
		"pending":                  {dbtest.County, laws.Query{Validity: laws.Pending}, 1},
		"in force":                 {dbtest.County, laws.Query{Validity: laws.InForce, Sort: "effective", Desc: true}, 1},
		"in force, years from now": {dbtest.County, laws.Query{Validity: laws.InForce, Day: "2030-01-01"}, 2},
		"kind":                     {dbtest.County, laws.Query{Kind: laws.Statute, Sort: "kind"}, 1},
		"issuer":                   {dbtest.County, laws.Query{Issuer: "人民代表"}, 2},
		"drafts":                   {dbtest.County, laws.Query{State: laws.Draft, Sort: "title"}, 1},
		"second page":              {dbtest.County, laws.Query{Page: 2, Size: 1}, 2},
	} {
		p, err := s.List(editor(t, c.at), c.q)
		if err != nil || p.Total != c.total || len(p.Rows) == 0 {
			t.Errorf("%s: %+v %v", what, p, err)
		}
	}
	p, err := s.List(dbtest.As(t, dbtest.Village3, tenancy.Public), laws.Query{Text: "公布之日"})
	if err != nil || p.Total != 1 || p.Rows[0].HitLabel != "第五十条" || p.Rows[0].Count != 2 || p.Rows[0].OwnerName == "" {
		t.Errorf("public: %+v %v", p, err)
	}
	found, err := s.Find(dbtest.As(t, dbtest.Village, tenancy.Public), "《中华人民共和国草原法》", "没有的法")
	if err != nil || len(found) != 1 || found["《中华人民共和国草原法》"].ID != league.ID {
		t.Errorf("find: %+v %v", found, err)
	}
	kind(t, "deleting what is published", s.Delete(editor(t, dbtest.League), league.ID, league.Version), fault.Precondition)
	if err := s.Delete(editor(t, dbtest.County), draft.ID, 1); err != nil {
		t.Error(err)
	}
	if !s.MayCreate(editor(t, dbtest.County)) || s.MayCreate(reviewer(t, dbtest.County)) {
		t.Error("who may create")
	}
}

func TestFactsAreChecked(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	in := laws.Facts{Title: " ", Kind: "x", Issuer: strings.Repeat("长", 101), PassedOn: "昨天", Source: "ftp://x"}
	_, err := s.Create(editor(t, dbtest.County), in, "k")
	if f, ok := fault.As(err); !ok || len(f.Fields) != 6 {
		t.Errorf("%v", err)
	}
	in = facts()
	in.EffectiveOn = "2001-01-01"
	_, err = s.Create(editor(t, dbtest.County), in, "k2")
	kind(t, "in force before it is passed", err, fault.Invalid)
	in = facts()
	in.AmendedOn = "2001-01-01"
	_, err = s.Create(editor(t, dbtest.County), in, "k4")
	kind(t, "amended before it is in force", err, fault.Invalid)
	_, err = s.Create(reviewer(t, dbtest.County), facts(), "k3")
	kind(t, "a reviewer writes", err, fault.Forbidden)
	_, err = s.Show(editor(t, dbtest.County), "nonsense", "")
	kind(t, "no id", err, fault.NotFound)
}

func TestDropThrowsADraftEditionAway(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ed := editor(t, dbtest.County)
	l := grassland(t, s, dbtest.County)
	l, err := s.Amend(ed, l.ID, l.Version, laws.Amendment{Label: "第一条之一", Body: "新增。", FromOn: "2026-04-01", By: "决定"})
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := s.Show(ed, l.ID, "")
	if err != nil || len(sheet.Waiting) != 1 || sheet.Waiting[0].Chapter != "第一章 总则" {
		t.Fatalf("%+v %v", sheet.Waiting, err)
	}
	_, err = s.Drop(ed, l.ID, l.Version, sheet.Articles[0].ID)
	kind(t, "dropping what is published", err, fault.NotFound)
	if l, err = s.Drop(ed, l.ID, l.Version, sheet.Waiting[0].ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.Publish(reviewer(t, dbtest.County), l.ID, l.Version)
	kind(t, "nothing waits", err, fault.Precondition)
}

// TestTextOfAnAmendment: what is entered as amended says nothing about the days before.
func TestTextOfAnAmendment(t *testing.T) {
	t.Parallel()
	s, _ := setup(t)
	ed := editor(t, dbtest.County)
	in := facts()
	in.AmendedOn = "2021-04-29"
	l, err := s.Create(ed, in, "k")
	if err == nil {
		l, err = s.Import(ed, l.ID, l.Version, "第四十条　修正后的规定。")
	}
	if err == nil {
		in.AmendedOn = "2021-05-01"
		l, err = s.Edit(ed, l.ID, l.Version, in)
	}
	if err == nil {
		_, err = s.Publish(reviewer(t, dbtest.County), l.ID, l.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	if c, err := s.Standing(ed, l.Title, "第四十条", ""); err != nil || c.Validity != laws.Amended || c.Article.FromOn != "2021-05-01" {
		t.Errorf("%+v %v", c, err)
	}
	_, err = s.Standing(ed, l.Title, "第四十条", "2021-04-30")
	kind(t, "the text before", err, fault.NotFound)
}
