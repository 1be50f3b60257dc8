package sites

import (
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// Section (栏目) is where an article stands.
type Section string

// The sections.
const (
	News     Section = "news"   // 工作动态
	Bulletin Section = "notice" // 通知公告
	Policy   Section = "policy" // 政策文件
)

// Sections lists them in the order of a front page.
func Sections() []Section { return []Section{Bulletin, News, Policy} }

// State is where an article stands in its life; doc.go draws the transitions.
type State string

// The states of an article.
const (
	Draft     State = "draft"     // 草稿
	Published State = "published" // 已发布
	Withdrawn State = "withdrawn" // 已撤回
)

// States lists them in the order of an article's life.
func States() []State { return []State{Draft, Published, Withdrawn} }

// Article (资讯) is one text on a site.
type Article struct {
	bun.BaseModel `bun:"table:articles"`

	TenantID    tenancy.ID `bun:",pk"`
	ID          string     `bun:",pk"`
	Section     Section
	Title       string
	Body        string // text with a little markdown; see Parse
	Cascades    bool   // the sites below show it as well
	State       State
	PublishedAt *time.Time
	AuthorName  string
	UpdatedAt   time.Time
	Version     int
}

// Text is what an editor typed.
type Text struct {
	Section  Section
	Title    string
	Body     string
	Cascades bool
}

const (
	maxTitle = 80
	maxBody  = 50_000
)

func (t *Text) check() error {
	t.Title, t.Body = strings.TrimSpace(t.Title), strings.TrimSpace(strings.ReplaceAll(t.Body, "\r\n", "\n"))
	bad := map[string]string{}
	if !slices.Contains(Sections(), t.Section) {
		bad["section"] = "not_an_option"
	}
	for _, f := range []struct {
		name, value string
		longest     int
	}{{"title", t.Title, maxTitle}, {"body", t.Body, maxBody}} {
		switch n := len([]rune(f.value)); {
		case n == 0:
			bad[f.name] = "required"
		case n > f.longest:
			bad[f.name] = "too_long"
		}
	}
	return fault.InvalidFields(bad)
}

func (a *Article) write(t Text, by string, at time.Time) error {
	if a.State == Published {
		return fault.New(fault.Precondition, "sites.article_is_published")
	}
	a.Section, a.Title, a.Body, a.Cascades = t.Section, t.Title, t.Body, t.Cascades
	a.State, a.AuthorName, a.UpdatedAt = Draft, by, at
	return nil
}

func (a *Article) publish(at time.Time) error {
	if a.State == Published {
		return fault.New(fault.Precondition, "sites.article_is_published")
	}
	a.State, a.PublishedAt, a.UpdatedAt = Published, &at, at
	return nil
}

func (a *Article) withdraw(at time.Time) error {
	if a.State != Published {
		return fault.New(fault.Precondition, "sites.article_not_published")
	}
	a.State, a.UpdatedAt = Withdrawn, at
	return nil
}
