package catalog_test

import (
	"bytes"
	"context"
	"encoding/csv"
	"fmt"
	"os"
	"testing"
	"time"

	"liandong/modules/catalog"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
)

// upload reads a file and keeps the guessed columns.
func upload(t testing.TB, svc *catalog.Service, ctx context.Context, content []byte, partial bool) catalog.Preview {
	t.Helper()
	im, err := svc.Upload(ctx, "list.csv", content)
	if err != nil {
		t.Fatal(err)
	}
	if err := svc.Map(ctx, im.ID, catalog.Mapping{Columns: im.Columns, Scheme: "sichuan", Partial: partial}); err != nil {
		t.Fatal(err)
	}
	p, err := svc.Preview(ctx, im.ID)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func csvOf(t testing.TB, rows ...[]string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	if err := w.WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func kept(t testing.TB, svc *catalog.Service, ctx context.Context) int {
	t.Helper()
	p, err := svc.Kept(ctx, catalog.Query{Span: catalog.SpanOwn, Size: 1})
	if err != nil {
		t.Fatal(err)
	}
	return p.Total
}

// A list of another province's scheme comes in under its own codes; a second time
// nothing is doubled, and a change finds its item.
func TestLocalListIsImportedOnce(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	ctx := person(t, dbtest.County, "3", "item_editor")
	content, err := os.ReadFile("testdata/local-list.csv")
	if err != nil {
		t.Fatal(err)
	}
	for round, want := range []catalog.Report{{Created: 8}, {Same: 8}, {Changed: 1, Same: 7}} {
		if round == 2 {
			content = bytes.Replace(content, []byte("区经信局"), []byte("区工信局"), 1)
		}
		p := upload(t, svc, ctx, content, false)
		if p.Would != want || p.Errors != 0 {
			t.Fatalf("round %d would %+v, %d errors: %+v", round, p.Would, p.Errors, p.Rows)
		}
		im, err := svc.Start(ctx, p.ID)
		if err != nil || im.State != catalog.ImportDone || im.Report != want {
			t.Fatalf("round %d: %+v, %v", round, im.Report, err)
		}
		if n := kept(t, svc, ctx); n != 8 {
			t.Fatalf("%d items after round %d", n, round)
		}
		if _, err := svc.Start(ctx, p.ID); fault.KindOf(err) != fault.Precondition {
			t.Errorf("imported again: %v", err)
		}
	}
	page, err := svc.Kept(ctx, catalog.Query{Span: catalog.SpanOwn, Text: "教师资格认定"})
	if err != nil || len(page.Rows) != 1 {
		t.Fatalf("%v, %v", page, err)
	}
	r := page.Rows[0]
	if r.Kind != "07" || r.OpenState != catalog.StateDraft || r.Body.LocalCodes[0].System != "sichuan" || r.BasicCode != "" {
		t.Errorf("%+v", r)
	}
}

// One wrong cell keeps everything out, or its own row only; the report names the cell.
func TestWrongCellsAreNamed(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	ctx := person(t, dbtest.County, "3", "item_editor")
	content := csvOf(
		t, []string{"事项名称", "基本编码", "事项类型", "统一社会信用代码", "承诺时限（工作日）", "备注"},
		[]string{"好事项", "000116001000", "行政许可", organ, "10", "x"},
		[]string{"坏类型", "000116002000", "行政什么", "", "", ""},
		[]string{"坏机关", "000116003000", "01", "11370800MB28559185", "", ""},
		[]string{"坏时限", "000116004000", "01", "", "很快", ""},
		[]string{"没编码", "", "01", "", "", ""},
		[]string{"重复", "000116001000", "01", "", "", ""},
		[]string{"", "", "", "", "", ""},
	)
	p := upload(t, svc, ctx, content, false)
	want := map[int]string{3: "2 import_code_unknown", 4: "3 credit_code_check", 5: "4 import_number", 6: "1 item_basic_code_shape", 7: "-1 import_row_twice"}
	for _, r := range p.Rows {
		got := ""
		if len(r.Errors) > 0 {
			got = fmt.Sprint(r.Errors[0].Column, " ", r.Errors[0].Key)
		}
		if got != want[r.Row] || len(r.Errors) > 1 {
			t.Errorf("row %d: %v, want %s", r.Row, r.Errors, want[r.Row])
		}
	}
	if len(p.Rows) != 6 {
		t.Errorf("%d rows", len(p.Rows))
	}
	if _, err := svc.Start(ctx, p.ID); fault.KindOf(err) != fault.Precondition || kept(t, svc, ctx) != 0 {
		t.Errorf("wrong rows: %v, %d items", err, kept(t, svc, ctx))
	}
	if err := svc.Map(ctx, p.ID, catalog.Mapping{Columns: p.Columns, Scheme: "local", Partial: true}); err != nil {
		t.Fatal(err)
	}
	im, err := svc.Start(ctx, p.ID)
	if err != nil || im.Report != (catalog.Report{Created: 1, Refused: 5}) || kept(t, svc, ctx) != 1 {
		t.Errorf("%+v, %v", im.Report, err)
	}
}

// What is in force is revised by an import, never changed.
func TestImportRevisesWhatIsInForce(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	id := published(t, svc)
	ctx := person(t, dbtest.League, "1", "item_editor")
	content := csvOf(t, []string{"事项名称", "基本编码", "咨询电话"}, []string{"草原作业许可", "000116001000", "0479-1111111"})
	p := upload(t, svc, ctx, content, false)
	if p.Would != (catalog.Report{Revised: 1}) || p.Rows[0].ItemID != id {
		t.Fatalf("%+v", p.Rows)
	}
	if _, err := svc.Start(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	sh, err := svc.Show(ctx, id)
	if err != nil || sh.Version.Number != 2 || sh.Version.Body.Phone != "0479-1111111" || len(sh.Version.Body.Materials) != 2 || sh.Version.FlowID == nil || sh.Live.Body.Phone != "" {
		t.Errorf("%+v, %v", sh.Version, err)
	}
}

func TestImportIsForEditorsOfTheTenant(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	content := csvOf(t, []string{"事项名称", "基本编码"}, []string{"草原许可", "000116001000"})
	if _, err := svc.Upload(person(t, dbtest.County, "4", "clerk"), "x.csv", content); fault.KindOf(err) != fault.Forbidden {
		t.Errorf("a clerk: %v", err)
	}
	p := upload(t, svc, person(t, dbtest.County, "3", "item_editor"), content, false)
	for what, ctx := range map[string]context.Context{"the league": person(t, dbtest.League, "1", "item_editor"), "a village": person(t, dbtest.Village, "5", "item_editor")} {
		if _, err := svc.Preview(ctx, p.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s sees the county's import: %v", what, err)
		}
		if _, err := svc.Start(ctx, p.ID); fault.KindOf(err) != fault.NotFound {
			t.Errorf("%s starts the county's import: %v", what, err)
		}
	}
}

// long is a list of n items.
func long(t testing.TB, n int) []byte {
	t.Helper()
	rows := [][]string{{"事项名称", "基本编码", "事项类型", "实施部门", "申请材料", "设定依据"}}
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("事项%05d", i), fmt.Sprintf("0001%05d000", i), "行政许可", "部门", "申请表|必要|申请人自备|电子|1|\n身份证|必要", "某法|第一条"})
	}
	return csvOf(t, rows...)
}

// A long list waits for a worker and is in within the minute that people are promised.
func TestLongListIsImportedByAWorker(t *testing.T) {
	t.Parallel()
	svc := setup(t)
	ctx := person(t, dbtest.County, "3", "item_editor")
	began := time.Now()
	p := upload(t, svc, ctx, long(t, 5000), false)
	im, err := svc.Start(ctx, p.ID)
	if err != nil || im.State != catalog.ImportWaiting {
		t.Fatalf("%s, %v", im.State, err)
	}
	t.Logf("tried in %s", time.Since(began))
	began = time.Now()
	n, err := svc.RunWaiting(dbtest.As(t, tenancy.Platform, tenancy.System))
	if err != nil || n != 1 {
		t.Fatalf("%d, %v", n, err)
	}
	took := time.Since(began)
	if p, err = svc.Preview(ctx, p.ID); err != nil || p.State != catalog.ImportDone || p.Percent != 100 || p.Report.Created != 5000 {
		t.Errorf("%s %d%% %+v, %v", p.State, p.Percent, p.Report, err)
	}
	if c, err := svc.Checkup(ctx, "no_phone"); err != nil || c.Items != 5000 || len(c.Findings) != 5000 {
		t.Errorf("%d items examined, %v", c.Items, err)
	}
	if took > time.Minute {
		t.Errorf("5000 items took %s", took)
	}
	t.Logf("5000 items in %s", took)
	if n, err := svc.RunWaiting(dbtest.As(t, tenancy.Platform, tenancy.System)); err != nil || n != 0 {
		t.Errorf("ran again: %d, %v", n, err)
	}
}

// FuzzImport throws files at the import: whatever comes, all rows that it would
// write are written, or none.
func FuzzImport(f *testing.F) {
	f.Add([]byte("事项名称,基本编码,事项类型\n草原许可,000116001000,1\n草原许可,000116001000,1\n"), false)
	f.Add([]byte("事项名称,地方编码,申请材料\n许可,a,申请表|必要\n许可,b,x|y\n"), true)
	f.Add(long(f, 3), false)
	engine, err := policies.New(f.Context())
	if err != nil {
		f.Fatal(err)
	}
	svc := catalog.New(dbtest.New(f), engine, shelf{})
	f.Fuzz(func(t *testing.T, content []byte, partial bool) {
		ctx := person(t, dbtest.County, "3", "item_editor")
		im, err := svc.Upload(ctx, "fuzz", content)
		if err != nil {
			if fault.KindOf(err) != fault.Invalid {
				t.Fatal(err)
			}
			return
		}
		if err := svc.Map(ctx, im.ID, catalog.Mapping{Columns: im.Columns, Scheme: "local", Partial: partial}); err != nil {
			return
		}
		p, err := svc.Preview(ctx, im.ID)
		if err != nil {
			t.Fatal(err)
		}
		before := kept(t, svc, ctx)
		im, err = svc.Start(ctx, im.ID)
		want := before
		if err == nil && im.State == catalog.ImportDone {
			want += p.Would.Created
			if !partial && p.Would.Refused > 0 {
				t.Errorf("imported beside wrong rows: %+v", p.Would)
			}
		} else if err != nil && fault.KindOf(err) != fault.Precondition {
			t.Fatal(err)
		}
		if n := kept(t, svc, ctx); n != want {
			t.Errorf("%d items, then %d, want %d", before, n, want)
		}
	})
}

// BenchmarkRealList tries and imports the list that ITEM_LIST names, and logs the report.
func BenchmarkRealList(b *testing.B) {
	content, err := os.ReadFile(os.Getenv("ITEM_LIST"))
	if err != nil {
		b.Log("ITEM_LIST names no file: the sample is imported instead")
		if content, err = os.ReadFile("testdata/local-list.csv"); err != nil {
			b.Fatal(err)
		}
	}
	engine, err := policies.New(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		svc := catalog.New(dbtest.New(b), engine, shelf{})
		ctx := dbtest.WithActor(b, dbtest.County, tenancy.Actor{Kind: tenancy.Staff, ID: "00000000-0000-7000-8000-000000000003", Name: "人3", Roles: []string{"item_editor"}})
		p := upload(b, svc, ctx, content, true)
		if _, err := svc.Start(ctx, p.ID); err != nil {
			b.Fatal(err)
		}
		if _, err := svc.RunWaiting(dbtest.WithActor(b, tenancy.Platform, tenancy.Actor{Kind: tenancy.System, Name: "worker"})); err != nil {
			b.Fatal(err)
		}
		done, err := svc.Preview(ctx, p.ID)
		if err != nil || done.State != catalog.ImportDone || kept(b, svc, ctx) != done.Report.Created {
			b.Fatalf("%s, %v", done.State, err)
		}
		b.Logf("%d rows: %+v", done.Total, done.Report)
		for _, r := range p.Rows {
			if len(r.Errors) > 0 {
				b.Logf("row %d %s: %+v", r.Row, r.Name, r.Errors)
			}
		}
		c, err := svc.Checkup(ctx, "")
		if err != nil {
			b.Fatal(err)
		}
		for _, n := range c.Counts {
			if n.Items > 0 {
				b.Logf("%-24s %4d items", n.Rule.Name, n.Items)
			}
		}
	}
}
