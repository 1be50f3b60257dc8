package tree_test

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/db/dbtest"
	"liandong/tenancy/fault"
	"liandong/tenancy/tree"
)

const head = "code12,level,name,parent12\n"

// bare is a service over a tree of nothing but the platform.
func bare(t *testing.T) (*tree.Service, *db.DB) {
	t.Helper()
	s, d := setup(t)
	exec(t, d, `delete from tenants where tenant_id <> 0`)
	return s, d
}

func division(t *testing.T) []byte {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "cmd", "internal", "demo", "division-1525.csv"))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestImportTheLeague(t *testing.T) {
	t.Parallel()
	s, d := bare(t)
	file := division(t)
	done, err := s.Import(system(t), bytes.NewReader(file), "首次导入")
	if err != nil || done.Added != 1201 || done.Unchanged != 0 {
		t.Fatalf("Import = %+v, %v", done, err)
	}
	for level, want := range map[string]int{"league": 1, "county": 13, "township": 99, "village": 1088} {
		if got := ask[int](t, d, `select count(*) from tenants where level = ?`, level); got != want {
			t.Errorf("%d of level %s, want %d", got, level, want)
		}
	}
	if n := ask[int](t, d, `select count(*) from tenants where tenant_id <> code::bigint * 1000`); n != 0 {
		t.Errorf("%d labels are not their code", n)
	}
	checkTree(t, d)
	again, err := s.Import(system(t), bytes.NewReader(file), "")
	if err != nil || again.Added != 0 || again.Unchanged != 1201 {
		t.Errorf("second Import = %+v, %v", again, err)
	}
	var out bytes.Buffer
	if err := s.Export(t.Context(), 152500000000000, &out); err != nil {
		t.Fatal(err)
	}
	if got, want := sorted(out.String()), sorted(strings.ReplaceAll(strings.ReplaceAll(string(file), ",town,", ",township,"), "150000000000", "000000000000")); !slices.Equal(got, want) {
		t.Errorf("export differs from the file: %d and %d lines", len(got), len(want))
	}
}

func sorted(csv string) []string {
	lines := strings.Split(strings.TrimSpace(strings.ReplaceAll(csv, "\r\n", "\n")), "\n")
	slices.Sort(lines[1:])
	return lines
}

// Any root, skipped levels, zones with and without children, units below villages.
func TestImportAnyShape(t *testing.T) {
	t.Parallel()
	s, d := bare(t)
	file := "\uFEFF" + head +
		"440000000000,province,广东省,\n" +
		"441900000000,city,东莞市,440000000000\n" +
		"441900003000,township,东城街道,441900000000\n" +
		"441900003001,village,岗贝社区,441900003000\n" +
		"zone,zone,松山湖,441900000000\n" +
		",unit,服务点一,441900003001\n" +
		",unit,\"服务点,二\",441900003001\n" +
		"z441900900000,zone,滨海湾新区,441900000000\n" +
		",township,新区街道,z441900900000\n"
	done, err := s.Import(system(t), strings.NewReader(file), "")
	if err != nil || done.Added != 9 {
		t.Fatalf("Import = %+v, %v", done, err)
	}
	checkTree(t, d)
	var first bytes.Buffer
	if err := s.Export(t.Context(), tenancy.Platform, &first); err != nil {
		t.Fatal(err)
	}
	other, _ := bare(t)
	if _, err := other.Import(system(t), bytes.NewReader(first.Bytes()), ""); err != nil {
		t.Fatal(err)
	}
	var second bytes.Buffer
	if err := other.Export(t.Context(), tenancy.Platform, &second); err != nil {
		t.Fatal(err)
	}
	if first.String() != second.String() {
		t.Errorf("export does not import to the same tree:\n%s\n%s", &first, &second)
	}
	a, _ := s.Subtree(t.Context(), tenancy.Platform)
	b, _ := other.Subtree(t.Context(), tenancy.Platform)
	if !slices.Equal(a, b) {
		t.Errorf("labels differ:\n%v\n%v", a, b)
	}
}

func TestImportRefuses(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	before := ask[int](t, d, `select count(*) from tenants`)
	root := "152600000000,league,乌兰察布,\n"
	for name, tt := range map[string]struct {
		file string
		want []tree.LineError
	}{
		"nothing":           {"", []tree.LineError{{1, "line", "tree_import_empty"}}},
		"only a header":     {head, []tree.LineError{{1, "line", "tree_import_empty"}}},
		"another header":    {"code,level,name,parent\n" + root, []tree.LineError{{1, "line", "tree_header"}}},
		"truncated line":    {head + root + "152601000000,county,集宁", []tree.LineError{{3, "line", "tree_columns"}}},
		"truncated code":    {head + root + "152601000000,county,集宁区,1526000", []tree.LineError{{3, "parent12", "tree_code_malformed"}}},
		"truncated rune":    {head + root + "152601000000,county,集宁\xe5\x8c", []tree.LineError{{3, "line", "tree_not_utf8"}}},
		"open quote":        {head + root + "152601000000,county,\"集宁区,152600000000\n", []tree.LineError{{3, "line", "tree_line_broken"}}},
		"GBK":               {head + root + "152601000000,county,\xbc\xaf\xc4\xfe,152600000000\n", []tree.LineError{{3, "line", "tree_not_utf8"}}},
		"UTF-16":            {"\xff\xfec\x00o\x00d\x00e\x00", []tree.LineError{{1, "line", "tree_not_utf8"}}},
		"columns":           {head + root + "152601000000,county,集宁区,152600000000,x\n", []tree.LineError{{3, "line", "tree_columns"}}},
		"unknown parent":    {head + root + "152601000000,county,集宁区,152700000000\n", []tree.LineError{{3, "parent12", "tree_parent_unknown"}}},
		"code twice":        {head + root + "152601000000,county,集宁区,152600000000\n152601000000,county,集宁区,152600000000\n", []tree.LineError{{4, "code12", "tree_code_twice"}}},
		"code taken":        {head + "152500000000,league,别的盟,\n", []tree.LineError{{2, "code12", "tree_code_taken"}}},
		"level above":       {head + root + "152601000000,county,集宁区,152600000000\n152602000000,county,丰镇市,152601000000\n", []tree.LineError{{4, "level", "tree_level_not_below"}}},
		"unknown level":     {head + root + "152601000000,shire,集宁区,152600000000\n", []tree.LineError{{3, "level", "tree_level_unknown"}}},
		"code not of level": {head + root + "152601001000,county,集宁区,152600000000\n", []tree.LineError{{3, "level", "tree_code_level"}}},
		"no name":           {head + root + "152601000000,county, ,152600000000\n", []tree.LineError{{3, "name", "required"}}},
		"circle":            {head + root + "z152601000000,zone,甲,z152602000000\nz152602000000,zone,乙,z152601000000\n", []tree.LineError{{2, "parent12", "tree_parent_circle"}}},
		"its own parent":    {head + root + "152601000000,county,集宁区,152601000000\n", []tree.LineError{{3, "parent12", "tree_parent_unknown"}}},
		"several":           {head + "x,league,盟,\n152601000000,shire,\t,y\n", []tree.LineError{{2, "code12", "tree_code_malformed"}, {3, "parent12", "tree_code_malformed"}, {3, "level", "tree_level_unknown"}, {3, "name", "required"}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			_, err := s.Import(system(t), strings.NewReader(tt.file), "")
			wantKind(t, err, fault.Invalid)
			lines, ok := errors.AsType[tree.LineErrors](err)
			if !ok || !slices.Equal(lines, tt.want) {
				t.Errorf("lines = %v, want %v", []tree.LineError(lines), tt.want)
			}
			if after := ask[int](t, d, `select count(*) from tenants`); after != before {
				t.Errorf("%d tenants, had %d", after, before)
			}
		})
	}
}

func TestImportStaysInsideTheActor(t *testing.T) {
	t.Parallel()
	s, d := setup(t)
	file := head + "152502300000,township,新乡,152502000000\n152502300200,village,新村,152502300000\nzone,zone,园区,152502000000\n"
	county := dbtest.As(t, dbtest.County, tenancy.Staff, "system_admin")
	for _, ctx := range []struct {
		as   tenancy.ID
		role string
	}{{dbtest.County2, "system_admin"}, {dbtest.County, "clerk"}} {
		_, err := s.Import(dbtest.As(t, ctx.as, tenancy.Staff, ctx.role), strings.NewReader(file), "")
		wantKind(t, err, fault.Forbidden)
	}
	if done, err := s.Try(county, strings.NewReader(file)); err != nil || done.Added != 3 {
		t.Errorf("Try = %+v, %v", done, err)
	}
	if _, err := s.ByCode(county, "152502300000"); fault.KindOf(err) != fault.NotFound {
		t.Errorf("a trial left something: %v", err)
	}
	done, err := s.Import(county, strings.NewReader(file), "")
	if err != nil || done.Added != 3 {
		t.Fatalf("Import = %+v, %v", done, err)
	}
	checkTree(t, d)
	_, err = s.Import(county, strings.NewReader(head+"152600000000,league,乌兰察布,\n"), "")
	wantKind(t, err, fault.Forbidden)
}

func FuzzImportLines(f *testing.F) {
	for _, seed := range []string{"", head, head + "152600000000,league,盟,\n", head + "\"", "\xff", head + ",,,\n", head + "zone,zone,z,000000000000\n"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		nodes, errs := tree.Draft(bytes.NewReader(b))
		if len(errs) == 0 && len(nodes) == 0 {
			t.Error("neither a tenant nor an error")
		}
		nest(t, nodes)
	})
}
