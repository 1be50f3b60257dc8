package catalog_test

import (
	"testing"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// The same code is another topic for a person than for a firm; and a list can be
// narrowed to what may be filed at a level.
func TestTopicsOfTheirAudience(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor, reviewer := person(t, dbtest.League, "1", "item_editor"), person(t, dbtest.League, "2", "item_reviewer")
	for i, b := range []catalog.Body{{TopicsPerson: []string{"085"}, Audience: []string{"1"}}, {TopicsLegal: []string{"085"}, Audience: []string{"2"}}, {TopicsPerson: []string{"040"}, TopicsLegal: []string{"085"}, Audience: []string{"1", "2"}}} {
		full := body()
		full.Name, full.BasicCode = "事项"+string(rune('A'+i)), "00011600"+string(rune('1'+i))+"000"
		full.TopicsPerson, full.TopicsLegal, full.Audience = b.TopicsPerson, b.TopicsLegal, b.Audience
		if i == 0 {
			full.Origins = []string{"village", "township"}
		}
		v, err := svc.Create(editor, catalog.Draft{Body: full, Flow: []byte("<x/>")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Submit(editor, v.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Publish(reviewer, v.ID, "同意"); err != nil {
			t.Fatal(err)
		}
	}
	for q, want := range map[*catalog.Query]string{
		{Topic: "085", Audience: "person"}: "事项A", {Topic: "085", Audience: "legal"}: "事项B事项C", {Topic: "085"}: "事项A事项B事项C",
		{Topic: "040", Audience: "legal"}: "", {Topic: "040", Audience: "person"}: "事项C",
		{Origin: "township"}: "事项A", {Origin: "village"}: "事项A事项B事项C", {Origin: "county"}: "",
	} {
		q.Sort = "name"
		p, err := svc.Offered(dbtest.As(t, dbtest.Village, tenancy.Public), *q)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, r := range p.Rows {
			got += r.Body.Name
		}
		if got != want {
			t.Errorf("topic %q for %q at %q: %q, want %q", q.Topic, q.Audience, q.Origin, got, want)
		}
	}
}
