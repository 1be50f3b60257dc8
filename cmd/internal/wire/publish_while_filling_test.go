package wire

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
)

// fair is an item that is changed again and again while people fill it in and clerks handle it.
type fair struct {
	formTown

	t       *testing.T
	item    string
	form    string
	drafts  []*filler
	running []*kase
	pace    time.Duration // between two versions
	issues  int           // how many follow the first
	slowest time.Duration // of a publication

	mu       sync.Mutex
	versions map[string]int // number of a version of the item by its id; form and flow have the same
}

// filler is somebody with a draft.
type filler struct {
	ctx     context.Context
	version string // of the item, when she began
	sheet   string // id of her draft of the form
	typed   int
	filed   *cases.Case
}

// kase is a case on its way.
type kase struct {
	c       cases.Case
	version string // that it was filed on
}

// newFair is a fair with so many drafts and running cases; LIANDONG_TEST_FULL makes it as large as a province's.
func newFair(t *testing.T) *fair {
	t.Helper()
	w := &fair{formTown: newFormTown(t), t: t, versions: map[string]int{}, pace: 300 * time.Millisecond, issues: 6}
	n := 100
	if os.Getenv("LIANDONG_TEST_FULL") != "" {
		n, w.pace, w.issues = 10_000, time.Second, 60
	}
	editor := as(t, dbtest.League, "01", policies.ItemEditor)
	f := must[forms.Form](t, "form")(w.forms.Create(editor, forms.Schema{Title: "申请表", Fields: []forms.Field{{ID: "v1", Kind: forms.Text, Label: "第一版", Required: true}}}, "k"))
	w.form = f.ID
	must[*forms.Version](t, "publish form")(w.forms.Publish(as(t, dbtest.League, "02", policies.ItemReviewer), f.ID, f.Version, ""))
	w.issue(1)
	w.drafts, w.running = make([]*filler, n), make([]*kase, n)
	for i := range n {
		w.drafts[i] = &filler{ctx: dbtest.WithActor(t, dbtest.Village, tenancy.Actor{Kind: tenancy.Person, ID: fmt.Sprintf("00000000-0000-7000-8000-%012x", 1000+i), Name: "演示甲"})}
		w.running[i] = &kase{}
	}
	return w
}

// flowOf is the flow of a version: it is told by the name of every step. From each version to the next the
// step of the county is another, so that a case that stands there cannot be moved.
func flowOf(version int) []byte {
	all := climbing()
	for i := range all {
		all[i].Name += fmt.Sprintf("·%d", version)
	}
	all[2].ID = fmt.Sprint("review", version)
	return flows.Linear("草原作业许可", all)
}

// issue puts a version into force: of the form, which it gives one field more, of the flow and of the item.
func (w *fair) issue(number int) {
	w.t.Helper()
	began := time.Now()
	editor, reviewer := as(w.t, dbtest.League, "01", policies.ItemEditor), as(w.t, dbtest.League, "02", policies.ItemReviewer)
	b := catalog.Body{
		Name: "草原作业许可", BasicCode: "000116001000", Kind: "01", Level: "league", Origins: []string{"village"}, Department: "林业和草原局",
		LegalBasis: []catalog.LegalBasis{{Law: "中华人民共和国草原法", Article: "第五十条"}}, StatutoryDays: 20, PromisedDays: 15, EForm: catalog.EForm{ID: w.form, Number: number},
	}
	var v catalog.Version
	if number == 1 {
		v = must[catalog.Version](w.t, "item")(w.items.Create(editor, catalog.Draft{Body: b, Flow: flowOf(number)}))
	} else {
		sh := must[forms.Sheet](w.t, "form")(w.forms.Show(editor, w.form))
		changed := must[forms.Form](w.t, "edit")(w.forms.Edit(editor, w.form, sh.Form.Version, "added", func(s *forms.Schema) error {
			_, err := s.Insert(forms.Field{ID: fmt.Sprint("v", number), Kind: forms.Text, Label: fmt.Sprint("第", number, "版"), Required: true}, "", 0)
			return err
		}))
		must[*forms.Version](w.t, "publish form")(w.forms.Publish(reviewer, w.form, changed.Version, ""))
		v = must[catalog.Version](w.t, "revise")(w.items.Revise(editor, w.item))
		v = must[catalog.Version](w.t, "edit")(w.items.Edit(editor, v.ID, v.Version, catalog.Draft{Body: b, Flow: flowOf(number)}))
	}
	w.mu.Lock()
	w.item, w.versions[v.ID] = v.ItemID, number
	w.mu.Unlock()
	must[catalog.Version](w.t, "submit")(w.items.Submit(editor, v.ID))
	must[catalog.Version](w.t, "publish")(w.items.Publish(reviewer, v.ID, "同意"))
	w.slowest = max(w.slowest, time.Since(began))
}

func (w *fair) number(version string) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.versions[version]
}

// begin opens a draft on the version in force, and the form of that version.
func (w *fair) begin(f *filler) error {
	if err := w.cases.SaveDraft(f.ctx, w.item, func([]byte) ([]byte, error) { return []byte(`{"step":1}`), nil }); err != nil {
		return fmt.Errorf("draft: %w", err)
	}
	d, err := w.cases.Draft(f.ctx, w.item)
	if err != nil {
		return err
	}
	f.version = d.Version
	sheet, _, err := w.forms.Enter(f.ctx, forms.Entry{FormID: w.form, Number: w.number(d.Version), For: draftOf(w.item)})
	f.sheet = sheet.ID
	return err
}

// fill types one more answer into a draft, or opens it first.
func (w *fair) fill(f *filler) error {
	if f.filed != nil {
		return nil
	}
	if f.version == "" {
		return w.begin(f)
	}
	n := w.number(f.version)
	f.typed = min(f.typed+1, n)
	_, err := w.forms.Keep(f.ctx, f.sheet, forms.Typed{Seen: 1 << 20, Values: forms.Values{fmt.Sprint("v", f.typed): "答"}, Device: forms.Device{ID: "a"}})
	if err == nil {
		err = w.cases.SaveDraft(f.ctx, w.item, func([]byte) ([]byte, error) { return fmt.Appendf(nil, `{"step":%d}`, f.typed), nil })
	}
	return err
}

// hand in a draft that holds all that its version asks for.
func (w *fair) handIn(f *filler) error {
	for f.version == "" || f.typed < w.number(f.version) {
		if err := w.fill(f); err != nil {
			return err
		}
	}
	c, err := w.cases.File(f.ctx, formFiling(w.item, f.sheet, f.sheet))
	f.filed = &c
	return err
}

// move lets a case go one step on, until the league has to decide.
func (w *fair) move(k *kase) (err error) {
	actor := func(at tenancy.ID, role string) context.Context {
		return dbtest.WithActor(w.t, at, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-000000000099", Name: "人", Roles: []string{role}})
	}
	switch {
	case k.c.ID == "":
		k.c, err = w.cases.File(actor(dbtest.Village, policies.Clerk), cases.Filing{
			ItemID: w.item, Kind: "person", Name: "演示甲", Number: "152502199001010020", Phone: "13900000001", Key: fmt.Sprintf("%p", k), Answers: w.all(),
		})
		k.version = k.c.ItemVersionID
	case k.c.StepKind == "accept":
		k.c, err = w.cases.Accept(actor(dbtest.Village, policies.Clerk), k.c.ID, k.c.Version, "齐全")
	case k.c.StepKind == "review":
		k.c, err = w.cases.Pass(actor(k.c.AtTenant, policies.Reviewer), k.c.ID, k.c.Version, "同意")
	}
	return err
}

// all answers whatever a version may ask for.
func (w *fair) all() map[string]any {
	out := map[string]any{}
	for i := range w.issues + 1 {
		out[fmt.Sprint("v", i+1)] = "答"
	}
	return out
}

// everybody does something about every draft and case; do must keep to its own.
func (w *fair) everybody(do func(i int, r *rand.Rand) error, until <-chan struct{}) {
	w.t.Helper()
	const hands = 8
	var wg sync.WaitGroup
	for h := range hands {
		wg.Go(func() {
			r := rand.New(rand.NewPCG(uint64(h), 46))
			for round := 0; ; round++ {
				for i := h; i < len(w.drafts); i += hands {
					if err := do(i, r); err != nil {
						w.t.Errorf("draft or case %d: %v", i, err)
						return
					}
					select {
					case <-until:
						return
					default:
					}
				}
				if until == nil {
					return
				}
			}
		})
	}
	wg.Wait()
}

// TestPublishWhileFilling: while drafts are filled in and handed in and cases are handled, a new version of
// the item, with a new form and a new flow, comes into force again and again. No draft and no case is lost,
// each is finished on the version that it began with, and then a migration does what its trial said, case by case.
func TestPublishWhileFilling(t *testing.T) {
	t.Parallel()
	w := newFair(t)
	w.everybody(func(i int, _ *rand.Rand) error {
		if err := w.move(w.running[i]); err != nil || i%2 == 1 {
			return err
		}
		return w.begin(w.drafts[i]) // the others begin while versions change
	}, nil)
	over, all := make(chan struct{}), sync.WaitGroup{}
	all.Go(func() {
		w.everybody(func(i int, r *rand.Rand) error {
			switch n := r.IntN(20); {
			case n == 0:
				return w.handIn(w.drafts[i])
			case n < 12:
				return w.fill(w.drafts[i])
			case n < 14:
				return w.move(w.running[i])
			}
			return nil
		}, over)
	})
	every := time.NewTicker(w.pace)
	defer every.Stop()
	for i := range w.issues {
		w.issue(i + 2)
		<-every.C
	}
	close(over)
	if all.Wait(); t.Failed() {
		return
	}
	w.onTheirVersions()
	w.migrate()
	t.Logf("%d drafts, %d cases, %d versions, the slowest of which took %v to come into force", len(w.drafts), len(w.running), w.issues+1, w.slowest.Round(time.Millisecond))
}

// onTheirVersions hands in what is left, and holds every case against what it began with.
func (w *fair) onTheirVersions() {
	t := w.t
	t.Helper()
	w.everybody(func(i int, _ *rand.Rand) error {
		f := w.drafts[i]
		if f.filed == nil {
			if err := w.handIn(f); err != nil {
				return err
			}
		}
		if err := w.held(*f.filed, f.version); err != nil {
			return err
		}
		_, err := w.cases.Withdraw(f.ctx, f.filed.ID, f.filed.Version, "不办了")
		return err
	}, nil)
	pinned := map[string]int{}
	w.everybody(func(i int, _ *rand.Rand) error { return w.held(w.running[i].c, w.running[i].version) }, nil)
	for _, f := range w.drafts {
		pinned[f.version]++
	}
	if len(pinned) < 3 {
		t.Errorf("the drafts began on %d versions only", len(pinned))
	}
	county := as(t, dbtest.County, "06", policies.OfficeHead)
	if p, err := w.forms.Rows(county, w.form, forms.DataQuery{}); err != nil || p.Total != len(w.drafts)+len(w.running) {
		t.Errorf("%d forms were handed in, %v", p.Total, err)
	}
}

// held reports what of a case as it is stored does not belong to a version.
func (w *fair) held(c cases.Case, version string) error {
	v, err := w.cases.Show(as(w.t, dbtest.League, "14", policies.Decider), c.ID)
	if err != nil {
		return err
	}
	if n := w.number(version); n == 0 || v.Case.ItemVersionID != version || v.Case.Sheet().Number != n || !strings.HasSuffix(v.Case.StepName, fmt.Sprintf("·%d", n)) {
		return fmt.Errorf("%w: began on %d %s, is on %s with form %d at %s", errMoved, n, version, v.Case.ItemVersionID, v.Case.Sheet().Number, v.Case.StepName)
	}
	return nil
}

var errMoved = errors.New("on another version")

// migrate holds what a migration does against what its trial says.
func (w *fair) migrate() {
	t := w.t
	t.Helper()
	keeper := as(t, dbtest.League, "02", policies.ItemReviewer)
	plan := must[[]cases.MigrationRow](t, "trial")(w.cases.PlanMigration(keeper, w.item, nil))
	m := must[cases.Migration](t, "migration")(w.cases.AskMigration(keeper, w.item, nil))
	if err := w.cases.RunMigrations(dbtest.As(t, tenancy.Platform, tenancy.System)); err != nil {
		t.Fatal(err)
	}
	said, tally := map[string]string{}, map[string]int{}
	for _, r := range plan {
		said[r.CaseID] = r.No + r.StepName + r.Outcome + r.Reason
		tally[r.Outcome]++
	}
	report := must[[]cases.MigrationRow](t, "report")(w.cases.MigrationReport(keeper, m.ID))
	for _, r := range report {
		if did := r.No + r.StepName + r.Outcome + r.Reason; said[r.CaseID] != did {
			t.Errorf("%s: the trial said %q, the report says %q", r.CaseID, said[r.CaseID], did)
		}
	}
	if len(report) != len(plan) || tally[cases.CaseMoved] == 0 || tally[cases.CaseKept] == 0 {
		t.Errorf("%d cases in the trial, %d in the report: %v", len(plan), len(report), tally)
	}
	last := ""
	for id, n := range w.versions {
		if n == w.issues+1 {
			last = id
		}
	}
	moved := map[string]bool{}
	for _, r := range report {
		moved[r.CaseID] = r.Outcome == cases.CaseMoved
	}
	w.everybody(func(i int, _ *rand.Rand) error {
		k := w.running[i]
		on := k.version
		if moved[k.c.ID] {
			on = last
		}
		v, err := w.cases.Show(keeper, k.c.ID)
		if err == nil && v.Case.ItemVersionID != on {
			err = fmt.Errorf("%w after the migration: %s, not %s", errMoved, v.Case.ItemVersionID, on)
		}
		return err
	}, nil)
	t.Logf("the migration: %v", tally)
}
