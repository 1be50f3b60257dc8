package catalog_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/catalog"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

func realCodes(t *testing.T) []string {
	t.Helper()
	raw, err := os.ReadFile("testdata/item-codes.txt")
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Fields(string(raw))
	if len(all) != 21 {
		t.Fatalf("%d codes", len(all))
	}
	return all
}

// Codes that are in use are what the rule makes of their parts.
func TestRuleMakesTheRealCodes(t *testing.T) {
	t.Parallel()
	levels := map[idcode.Level]string{idcode.Province: "province", idcode.League: "league", idcode.County: "county", idcode.Township: "township", idcode.Village: "village"}
	for _, s := range realCodes(t) {
		c, err := idcode.ParseItemCode(s)
		if err != nil {
			t.Errorf("%s: %v", s, err)
			continue
		}
		b := catalog.Body{OrganCode: c.Organ, Level: levels[c.Level], BasicCode: c.Basic()}
		if got := b.Implementing(); got != s[:31] {
			t.Errorf("%s: the rule gives %s", s, got)
		}
	}
	if got := (catalog.Body{Level: "league", BasicCode: "000116001000"}).Implementing(); got != "" {
		t.Errorf("without an organ: %s", got)
	}
}

// A slip in one character of the organ's code never reaches an item.
func TestOneWrongCharacterOfAnOrganIsCaught(t *testing.T) {
	t.Parallel()
	genuine, svc := realCodes(t), setup(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	rapid.Check(t, func(rt *rapid.T) {
		organ := []byte(rapid.SampledFrom(genuine).Draw(rt, "code")[:18])
		i := rapid.IntRange(0, 17).Draw(rt, "place")
		other := rapid.SampledFrom([]byte("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcxyz *")).Draw(rt, "character")
		if organ[i] == other {
			return
		}
		organ[i] = other
		b := body()
		b.OrganCode = string(organ)
		_, err := svc.Create(editor, catalog.Draft{Body: b})
		if f, ok := fault.As(err); !ok || f.Fields["organ_code"] == "" {
			rt.Fatalf("%s passes: %v", organ, err)
		}
	})
}

// through takes a draft all the way.
func through(t *testing.T, svc *catalog.Service, versionID string) error {
	t.Helper()
	if _, err := svc.Submit(person(t, dbtest.League, "1", "item_editor"), versionID); err != nil {
		return err
	}
	_, err := svc.Publish(person(t, dbtest.League, "2", "item_reviewer"), versionID, "同意")
	return err
}

func inForce(t *testing.T, svc *catalog.Service, id string) (out []string) {
	t.Helper()
	given, err := svc.Codes(dbtest.As(t, dbtest.Village, tenancy.Public), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range given {
		if c.EndedAt == nil {
			out = append(out, c.Code+" "+c.Name)
		}
	}
	return out
}

const organ = "11370800MB28559184"

func TestCodesAreGivenOnceAndForGood(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	b := body()
	b.OrganCode, b.Handlings = organ, []catalog.Handling{{ID: "h1", Name: "新办"}, {ID: "h2", Name: "延续"}}
	v, err := svc.Create(editor, catalog.Draft{Body: b, Flow: []byte("<x/>")})
	if err != nil {
		t.Fatal(err)
	}
	if err := through(t, svc, v.ID); err != nil {
		t.Fatal(err)
	}
	const implementing = organ + "3" + "000116001000"
	want := []string{"000116001000 ", implementing + " ", implementing + "01 新办", implementing + "02 延续"}
	if got := inForce(t, svc, v.ItemID); !slices.Equal(got, want) {
		t.Errorf("given %q, want %q", got, want)
	}
	r, err := svc.Revise(editor, v.ItemID)
	if err != nil {
		t.Fatal(err)
	}
	b.Handlings = []catalog.Handling{{ID: "h3", Name: "变更"}, {ID: "h2", Name: "延续"}}
	if _, err := svc.Edit(editor, r.ID, r.Version, catalog.Draft{Body: b}); err != nil {
		t.Fatal(err)
	}
	if err := through(t, svc, r.ID); err != nil {
		t.Fatal(err)
	}
	want = []string{"000116001000 ", implementing + " ", implementing + "02 延续", implementing + "03 变更"}
	if got := inForce(t, svc, v.ItemID); !slices.Equal(got, want) {
		t.Errorf("after a change %q, want %q", got, want)
	}
	cancel(t, svc, v.ItemID)
	if got := inForce(t, svc, v.ItemID); len(got) > 0 {
		t.Errorf("a withdrawn item still has %q", got)
	}
}

// A code that an item was ever given is refused to every other, in any tenant.
func TestCodeIsNeverReused(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	for _, at := range []string{"first", "second"} {
		where, b := dbtest.League, body()
		b.OrganCode = organ
		if at == "second" {
			where = dbtest.County
		}
		v, err := svc.Create(person(t, where, "1", "item_editor"), catalog.Draft{Body: b, Flow: []byte("<x/>")})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := svc.Submit(person(t, where, "1", "item_editor"), v.ID); err != nil {
			t.Fatal(err)
		}
		_, err = svc.Publish(person(t, where, "2", "item_reviewer"), v.ID, "同意")
		if f, ok := fault.As(err); at == "second" && (!ok || f.Fields["organ_code"] != "item_code_used") || at == "first" && err != nil {
			t.Errorf("%s: %v", at, err)
		}
	}
}

func TestLocalCodesStandBeside(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	editor := person(t, dbtest.League, "1", "item_editor")
	for what, c := range map[string]struct {
		basic string
		local []catalog.LocalCode
		field string
	}{
		"a local code alone": {"", []catalog.LocalCode{{System: "sichuan", Code: "511A0138000000-511602000000-000-115113010833722043-1-00"}}, ""},
		"no code at all":     {"", nil, "basic_code"},
		"an unknown scheme":  {"000116002000", []catalog.LocalCode{{System: "mars", Code: "1"}}, "local_codes"},
		"an empty code":      {"000116003000", []catalog.LocalCode{{System: "local", Code: " "}}, "local_codes"},
		"the same one twice": {"000116004000", []catalog.LocalCode{{System: "local", Code: "1"}, {System: "local", Code: "1"}}, "local_codes"},
	} {
		b := body()
		b.BasicCode, b.LocalCodes = c.basic, c.local
		_, err := svc.Create(editor, catalog.Draft{Body: b})
		f, _ := fault.As(err)
		if c.field == "" && err != nil || c.field != "" && (f == nil || f.Fields[c.field] == "") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
