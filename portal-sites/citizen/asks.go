package citizen

import (
	"context"
	"time"

	"liandong/modules/flows"
	"liandong/tenancy"
	"liandong/tenancy/tree"
)

// Tree is what the site asks of the tenant tree; *tree.Service answers it.
type Tree interface {
	Get(ctx context.Context, id tenancy.ID) (tree.Node, error)
	ByCode(ctx context.Context, code string) (tree.Node, error)
	Children(ctx context.Context, id tenancy.ID) ([]tree.Node, error)
	Ancestors(ctx context.Context, id tenancy.ID) ([]tree.Node, error)
	Search(ctx context.Context, q tree.Query) (nodes []tree.Node, total int, err error)
}

// Look is how one site (站点) looks after everything that cascades is folded in.
// Empty fields fall back to what the tenant's name gives.
type Look struct {
	Name, Slogan string
	Organ        string // the government above the site
	LogoURL      string
	Theme        string   // blue, red, green, teal
	HotWords     []string // what people search for
	Centre       string   // name of the hall (政务服务中心)
	Address      string
	Hours        string
	Phone        string
	Complaint    string   // phone for complaints
	Notice       string   // a line on top of the front page
	Sections     []string // columns of articles, in order
	FooterLines  []string // host, record numbers
}

// Article (文章) is a published text: announcement, news, policy.
type Article struct {
	ID, Section, Title string
	Body               string // text with a little markdown, as sites.Parse reads it
	Publisher          string // tenant that published it
	Link               string // path on the site, of what is no text of its own; empty: the text's page
	At                 time.Time
}

// ArticleQuery narrows a list of articles; newest first.
type ArticleQuery struct {
	Section, Text string
	Page, Size    int
}

// Sites is what the site asks of whoever keeps sites and articles.
type Sites interface {
	// Look is that of the tenant in scope.
	Look(ctx context.Context) (Look, error)
	Articles(ctx context.Context, q ArticleQuery) (rows []Article, total int, err error)
	// Article is NotFound when it is not published here.
	Article(ctx context.Context, id string) (Article, error)
}

// Message (消息) is one notice to the person in scope. Link is a path on her site.
type Message struct {
	ID, Title, Text, Link string
	At                    time.Time
	Read                  bool
}

// Notices is what the site asks of whoever keeps messages.
type Notices interface {
	Mine(ctx context.Context, page, size int) (rows []Message, total int, err error)
	Unread(ctx context.Context) (int, error)
	// Read marks messages as read; none means all of them.
	Read(ctx context.Context, ids ...string) error
}

// Flows is what the site asks of whoever keeps flows (流程).
type Flows interface {
	Flow(ctx context.Context, tenant tenancy.ID, id string) (*flows.Definition, error)
}

// Profile is what identity knows about a person. Number is her ID number in
// clear: it is never sent to a browser unmasked. Empty fields are unknown.
type Profile struct {
	Name, Number, Phone string
}

// People is what the site asks of whoever keeps identities.
type People interface {
	Profile(ctx context.Context, identityID string) (Profile, error)
}
