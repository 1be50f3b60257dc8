package policies_test

import (
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"

	"liandong/policies"
	"liandong/tenancy"
)

var update = flag.Bool("update", false, "write MATRIX.md anew")

// TestMatrix holds MATRIX.md, which non-programmers read, to what the engine
// really answers.
func TestMatrix(t *testing.T) {
	t.Parallel()
	got := matrix(t, engine(t))
	if *update {
		if err := os.WriteFile("MATRIX.md", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("MATRIX.md")
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Error("MATRIX.md differs from the law; read the change, then: go test ./policies -run TestMatrix -update")
	}
}

const preface = `# 谁能做什么

本表由现行规则自动生成，规则改动而本表未更新时，测试不会通过。请勿手工修改。

读法：一行是一项操作，一列是一种角色，格内是允许的范围。

- **本级**：只限自己所在的单位 · **辖区**：自己所在的单位和所有下级 · **下级**：只限下级，不含自己所在的单位
- **全部**：与单位无关 · **本人**：只限申请人自己的业务 · **公开**：只限已发布、已公开的内容 · **—**：不允许
- 表中是条件最有利时的结果，“还须满足”一栏的条件同样由系统检查。没有列出的一律不允许。
- 工作人员不在辖区内的其他单位，除已公开的内容、上级下发的事项和通知、本人的授权、参与联办的办件外，一律不允许。
- 任何操作都可以另外要求二次验证。

`

func matrix(t *testing.T, e *policies.Engine) string {
	t.Helper()
	roles, err := policies.Roles()
	if err != nil {
		t.Fatal(err)
	}
	verbs, err := policies.Verbs()
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	b.WriteString(preface)
	b.WriteString("## 角色\n\n| 角色 | 说明 |\n|---|---|\n")
	for _, r := range roles {
		fmt.Fprintf(&b, "| %s | %s |\n", r.Name, r.Description)
	}
	for _, area := range areas {
		fmt.Fprintf(&b, "\n## %s\n\n| 操作 |", area.title)
		for _, r := range roles {
			fmt.Fprintf(&b, " %s |", r.Name)
		}
		b.WriteString(" 申请人 | 社会公众 | 还须满足 |\n" + strings.Repeat("|---", len(roles)+4) + "|\n")
		for _, v := range verbs {
			a := policies.Action(v.Key)
			kind, _, _ := strings.Cut(v.Key, ":")
			if !slices.Contains(area.kinds, kind) {
				continue
			}
			fmt.Fprintf(&b, "| %s |", v.Name)
			for _, r := range roles {
				fmt.Fprintf(&b, " %s |", reach(t, e, a, r.Key))
			}
			fmt.Fprintf(&b, " %s | %s | %s |\n", forApplicant(t, e, a), forPublic(t, e, a), v.Description)
		}
	}
	return b.String()
}

var areas = []struct {
	title string
	kinds []string
}{
	{"授权、岗位与租户", []string{"grants", "posts", "departments", "absences", "staff", "tenants", "calendar", "partners"}},
	{"事项", []string{"items"}},
	{"政策法规", []string{"laws"}},
	{"电子表单", []string{"forms"}},
	{"办件与材料", []string{"cases", "files"}},
	{"共享材料", []string{"materials"}},
	{"数据归集", []string{"datasets"}},
	{"电子监察", []string{"supervision"}},
	{"站点、通知与系统运行", []string{"sites", "articles", "notices", "audit", "jobs", "sms"}},
}

// reach asks as a county's holder of role about its own tenant, the town
// below and, where that matters, the county beside it.
func reach(t *testing.T, e *policies.Engine, a policies.Action, role string) string {
	t.Helper()
	at := func(place tenancy.ID) bool {
		s := staff(county, role)
		r := sample(a, place, role)
		if role == policies.Admin {
			s.Actor.Grants = []tenancy.Grant{{Tier: 1, Over: interval(county), Roles: []string{policies.Clerk}}}
		}
		return e.Allow(tenancy.With(t.Context(), s), a, r) == nil
	}
	own, below, beside := at(county), at(town), at(otherCounty)
	switch {
	case own && below && beside:
		return "全部"
	case beside:
		t.Errorf("%s may %s in a county that is not hers", role, a)
		return "？"
	case own && below:
		return "辖区"
	case own:
		return "本级"
	case below:
		return "下级"
	default:
		return "—"
	}
}

func forApplicant(t *testing.T, e *policies.Engine, a policies.Action) string {
	t.Helper()
	r := sample(a, town, applicant)
	may := func(id string) bool { return e.Allow(tenancy.With(t.Context(), person(id)), a, r) == nil }
	switch hers, others := may(subjectID), may(otherID); {
	case others:
		t.Errorf("a person may %s for somebody else", a)
		return "？"
	case hers:
		return "本人"
	default:
		return forPublic(t, e, a)
	}
}

func forPublic(t *testing.T, e *policies.Engine, a policies.Action) string {
	t.Helper()
	ctx := tenancy.With(t.Context(), public())
	if e.Allow(ctx, a, sample(a, town, applicant)) == nil {
		t.Errorf("anybody may %s what is not published", a)
	}
	if e.Allow(ctx, a, sample(a, town, anyone)) == nil {
		return "公开"
	}
	return "—"
}
