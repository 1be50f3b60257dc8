package laws

import (
	"time"

	"github.com/uptrace/bun"

	"liandong/tenancy"
)

// Article (条) is one edition of one article: its text from a day on.
type Article struct {
	bun.BaseModel `bun:"table:law_articles"`

	TenantID tenancy.ID
	ID       string
	LawID    string
	Label    string // as printed
	Sort     int64  // its number: see Number
	Chapter  string // the headings above it
	Body     string // paragraphs (款) end with a line break
	FromOn   string // 2006-01-02, China
	State    State  // draft or published
	Amender  string // the law or decision that made this edition; "" for the first
	MadeAt   time.Time
	MadeBy   string
	Editions int // how many published editions the article has; only lists fill it
}

// Change is what became of a law.
type Change string

// The changes.
const (
	WasPublished Change = "published"
	WasAmended   Change = "amended"
	WasRepealed  Change = "repealed"
)

// Revision (沿革) is one change of a law, by another law when ByTitle says so.
type Revision struct {
	bun.BaseModel `bun:"table:law_revisions"`

	TenantID  tenancy.ID
	ID        string
	LawID     string
	Change    Change
	OnDay     string // from which it counts
	ByTitle   string
	ByTenant  tenancy.ID // of ByID
	ByID      string     // when the library has it
	Articles  []string   `bun:"type:jsonb"` // labels of those amended
	Reason    string
	At        time.Time
	ActorName string
}
