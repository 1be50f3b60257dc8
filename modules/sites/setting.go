package sites

import (
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Field is one setting of a site.
type Field string

// The fields.
const (
	Name     Field = "name"      // 网站名称; not inherited
	Theme    Field = "theme"     // 主题色: one of Themes
	Slogan   Field = "slogan"    // 横幅标语
	Notice   Field = "notice"    // 顶部提示
	Phone    Field = "phone"     // 咨询电话
	Address  Field = "address"   // 办事大厅地址
	Hours    Field = "hours"     // 办公时间
	Columns  Field = "columns"   // 首页栏目: Sections in order, comma separated
	Sponsor  Field = "sponsor"   // 主办单位
	SiteCode Field = "site_code" // 政府网站标识码
	ICP      Field = "icp"       // 备案号
	Police   Field = "police"    // 公安备案号
)

// Fields lists them in the order of a form.
func Fields() []Field {
	return []Field{Name, Theme, Slogan, Notice, Phone, Address, Hours, Columns, Sponsor, SiteCode, ICP, Police}
}

// Themes lists the colours that the kit can draw.
func Themes() []string { return []string{"blue", "red", "green", "teal"} }

// longest says how many characters a field takes.
func longest(f Field) int {
	switch f {
	case Notice, Address, Hours:
		return 200
	case Name, Slogan, Sponsor, ICP, Police:
		return 60
	case Theme, Phone, Columns, SiteCode:
		return 40
	}
	return 0
}

// Row is what one tenant says about its site.
type Row struct {
	bun.BaseModel `bun:"table:sites"`

	TenantID  tenancy.ID       `bun:",pk"`
	Settings  map[Field]string `bun:"type:jsonb"`
	UpdatedAt time.Time
	UpdatedBy string
	Version   int
}

// Site (站点) is a portal as its visitors see it.
type Site struct {
	Tenant     tenancy.ID
	TenantName string
	Values     map[Field]string
	Source     map[Field]tenancy.ID // the level that each value comes from; absent for empty ones
}

// Get returns a value, "" when no level fills it in.
func (s Site) Get(f Field) string { return s.Values[f] }

// Sections are the columns of the front page, in order; all of them when no level chose.
func (s Site) Sections() []Section {
	if s.Values[Columns] == "" {
		return Sections()
	}
	var out []Section
	for c := range strings.SplitSeq(s.Values[Columns], ",") {
		out = append(out, Section(c))
	}
	return out
}

// fold lays the rows of a path, from the top down, over each other.
func fold(tenant tenancy.ID, rows []Row) Site {
	s := Site{Tenant: tenant, Values: map[Field]string{}, Source: map[Field]tenancy.ID{}}
	for _, r := range rows {
		for f, v := range r.Settings {
			if v != "" && (f != Name || r.TenantID == tenant) {
				s.Values[f], s.Source[f] = v, r.TenantID
			}
		}
	}
	return s
}

var (
	phonePattern = regexp.MustCompile(`^[0-9][0-9 ()\-—,，/]{2,39}$`)
	codePattern  = regexp.MustCompile(`^[0-9A-Za-z]{6,20}$`)
)

// cleaned trims the values of a form, drops the empty ones and checks the rest.
func cleaned(in map[Field]string) (map[Field]string, error) {
	out, bad := map[Field]string{}, map[string]string{}
	for _, f := range Fields() {
		v := strings.TrimSpace(in[f])
		if v == "" {
			continue
		}
		out[f] = v
		switch {
		case len([]rune(v)) > longest(f):
			bad[string(f)] = "too_long"
		case f == Theme && !slices.Contains(Themes(), v), f == Columns && !sectionsOnly(v):
			bad[string(f)] = "not_an_option"
		case f == Phone && !phonePattern.MatchString(v):
			bad[string(f)] = "sites.phone_shape"
		case f == SiteCode && !codePattern.MatchString(v):
			bad[string(f)] = "sites.site_code_shape"
		}
	}
	return out, fault.InvalidFields(bad)
}

func sectionsOnly(v string) bool {
	seen := map[string]bool{}
	for c := range strings.SplitSeq(v, ",") {
		if seen[c] || !slices.Contains(Sections(), Section(c)) {
			return false
		}
		seen[c] = true
	}
	return true
}
