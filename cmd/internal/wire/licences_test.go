package wire

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"

	"liandong/modules/cases"
	casesweb "liandong/modules/cases/web"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/tree"
)

// granted brings a case of hers to a decision that grants for a term.
func (w formTown) granted(t *testing.T, c cases.Case, term cases.Term) cases.Case {
	t.Helper()
	var err error
	for range 8 {
		by := as(t, c.AtTenant, "41", policies.Clerk, policies.Reviewer)
		switch c.StepKind {
		case "accept":
			c, err = w.cases.Accept(by, c.ID, c.Version, "齐全")
		case "decide":
			c, err = w.cases.Granting(term).Decide(as(t, c.AtTenant, "42", policies.Decider), c.ID, c.Version, true, "准予")
			if err != nil {
				t.Fatal(err)
			}
			return c
		default:
			c, err = w.cases.Pass(by, c.ID, c.Version, "通过")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatal("no decision")
	return c
}

// known is what the licences of her earlier cases fill in.
func (w formTown) known(t *testing.T, she context.Context) map[string]any {
	t.Helper()
	facts := map[string]any{}
	s := sheets{App: &App{Cases: w.cases, Items: w.items, Forms: w.forms, DB: w.db}}
	if err := w.db.InTx(she, func(ctx context.Context, tx *db.Tx) error {
		rows, err := w.cases.Earlier(ctx, tx, cases.Whose{Kind: "person"}, earlierCases)
		if err != nil {
			return err
		}
		return s.licences(ctx, tx, rows, facts)
	}); err != nil {
		t.Fatal(err)
	}
	return facts
}

// TestLicencesFillInForms grants for a term: what the licence holds fills in the next form,
// and once it has run out it is named and fills in nothing.
func TestLicencesFillInForms(t *testing.T) {
	t.Parallel()
	w := newFormTown(t)
	item, form := w.bound(t)
	she := as(t, dbtest.Village, "03")
	filed := func(key string) cases.Case {
		t.Helper()
		f := w.begun(t, she, item, form, forms.Values{"area": "12"})
		return must[cases.Case](t, key)(w.cases.File(she, formFiling(item, f.ID, key)))
	}
	old := w.granted(t, filed("old"), cases.Term{From: "2021-03-01", Until: "2026-03-03", Scope: "东侧草场"})
	facts := w.known(t, she)
	ended, _ := facts[endedLicences].([]string)
	if facts["licence.number"] != nil || len(ended) != 1 || !strings.Contains(ended[0], "2026-03-03") {
		t.Errorf("what ended yesterday: %v", facts)
	}
	late := w.reach(t, filed("late"), "decide")
	if _, err := w.cases.Granting(cases.Term{From: "2026-05-01", Until: "2026-04-01"}).Decide(as(t, late.AtTenant, "42", policies.Decider), late.ID, late.Version, true, "准予"); !wrong(err, "valid_until", "case_term_backwards") {
		t.Errorf("a term that ends before it begins: %v", err)
	}
	late = w.granted(t, late, cases.Term{Until: "2026-03-04", Scope: "东侧草场 12 亩"})
	facts = w.known(t, she)
	value := func(source string) any {
		f, _ := facts[source].(forms.Fact)
		return f.Value
	}
	for source, want := range map[string]any{"licence.valid_from": "2026-03-04", "licence.valid_until": "2026-03-04", "licence.scope": "东侧草场 12 亩", "licence.holder": "其木格"} {
		if value(source) != want {
			t.Errorf("%s is %v, want %v", source, value(source), want)
		}
	}
	for _, source := range []string{"licence.name", "licence.number", "licence.organ"} {
		if value(source) == nil {
			t.Errorf("no %s", source)
		}
	}
	if facts[endedLicences] != nil {
		t.Errorf("one that was replaced is named: %v", facts[endedLicences])
	}
	for _, s := range forms.Sources() {
		if strings.HasPrefix(s, "licence.") && facts[s] == nil {
			t.Errorf("designers may choose %s, and nothing fills it in", s)
		}
	}
	w.refers(t, she, item, form, old)
}

// reach passes a case on until it comes to a kind of step.
func (w formTown) reach(t *testing.T, c cases.Case, kind string) cases.Case {
	t.Helper()
	var err error
	for range 8 {
		if c.StepKind == kind {
			return c
		}
		by := as(t, c.AtTenant, "41", policies.Clerk, policies.Reviewer)
		if c.StepKind == "accept" {
			c, err = w.cases.Accept(by, c.ID, c.Version, "齐全")
		} else {
			c, err = w.cases.Pass(by, c.ID, c.Version, "通过")
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	t.Fatalf("never at %s", kind)
	return c
}

// refers files a form that was filled in out of an earlier case, and one of a number that
// is nobody's here: the page of the case leads to the one and names the other.
func (w formTown) refers(t *testing.T, she context.Context, item, form string, old cases.Case) {
	t.Helper()
	const elsewhere = "15252520020020260101000001"
	f, _, err := w.forms.Enter(she, forms.Entry{FormID: form, Number: 1, For: draftOf(item), Facts: map[string]any{
		"person.name": forms.Fact{Value: "其木格", From: "办件 " + old.No}, "person.id_number": forms.Fact{Value: "152502199001010020", From: "办件 " + elsewhere},
	}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.forms.Keep(she, f.ID, forms.Typed{Seen: f.Version, Values: forms.Values{"area": "7"}}); err != nil {
		t.Fatal(err)
	}
	c := must[cases.Case](t, "refers")(w.cases.File(she, formFiling(item, f.ID, "refers")))
	if !slices.Contains(c.Refers, old.No) || !slices.Contains(c.Refers, elsewhere) || len(c.Refers) != 2 {
		t.Fatalf("refers to %v", c.Refers)
	}
	clerk := as(t, dbtest.Village, "41", policies.Clerk)
	scope, err := tenancy.From(clerk)
	if err != nil {
		t.Fatal(err)
	}
	pages := bench(scope, func(r chi.Router, shell kit.Shell) {
		casesweb.Mount(r, casesweb.Deps{
			Service: w.cases, Shell: shell, Base: "/desk", Home: kit.Crumb{Label: homeLabel, Href: "/desk"}, Flows: drawings{w.db, flows.NewService()},
			Files: papers{w.files}, Offers: shelf{w.items, tree.New(w.db, nil)}, Now: dbtest.Now,
		})
	})
	doc := kittest.NewClient(t, pages).Get("/desk/cases/" + c.ID).Want(http.StatusOK).Doc()
	doc.Has("main", "相关办件", old.No, elsewhere, "只显示编号", "申请表单引用了其中内容")
	if !slices.Contains(doc.Attrs("main .ld-history a", "href"), "/desk/cases/"+old.ID) {
		t.Error("nothing leads to the earlier case")
	}
}
