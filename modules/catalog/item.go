package catalog

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"liandong/modules/catalog/codes"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// Item (事项) is something that people may apply for. It belongs to the tenant
// that defined it.
type Item struct {
	bun.BaseModel `bun:"table:items"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	BasicCode string
	Name      string
	Kind      string
	List      string // BasicList or ImplementingList
	State     string // draft until first published, then published, suspended or withdrawn
	LiveID    *string
	CreatedAt time.Time
	Version   int

	BasicTenant *tenancy.ID // of the entry of the basic list that an implementing item was taken from
	BasicID     *string
}

// The two lists.
const (
	BasicList        = "basic"        // 基本目录: what a law empowers to
	ImplementingList = "implementing" // 实施清单: what an organ offers
)

// The states of a version; the transitions are in this file.
const (
	StateDraft     = "draft"
	StateReviewing = "reviewing"
	StateScheduled = "scheduled" // approved, in force from a later day
	StatePublished = "published"
	StateReplaced  = "replaced"
	StateWithdrawn = "withdrawn"
	StateSuspended = "suspended" // of an item only: nobody may apply for a while
)

// What a version does to its item once it is in force. All go through the same
// review.
const (
	ActCreate  = "create"
	ActChange  = "change"
	ActSuspend = "suspend" // 暂停
	ActResume  = "resume"  // 恢复
	ActCancel  = "cancel"  // 取消
	ActSplit   = "split"   // 拆分
	ActMerge   = "merge"   // 合并
)

// Version (事项版本) is one dated, immutable edition of an item; only a draft may change.
type Version struct {
	bun.BaseModel `bun:"table:item_versions"`

	TenantID     tenancy.ID `bun:",pk"`
	ID           string     `bun:",pk"`
	ItemID       string
	Number       int
	State        string
	Body         Body `bun:"type:jsonb"`
	Act          string
	Reason       string
	FlowID       *string
	AuthorID     string
	AuthorName   string
	ReviewerID   *string
	ReviewerName *string
	Opinion      string
	PublishedAt  *time.Time
	EndedAt      *time.Time
	UpdatedAt    time.Time
	Version      int

	Chain       []ReviewStep   `bun:"type:jsonb"` // as it was when the version was submitted
	Round       int            // how often it was submitted
	Step        int            // how many steps of Chain it has passed in this round
	EffectiveOn *calendar.Date // the day on which it comes into force; nil: once it is approved
	CancelOn    *calendar.Date // the day on which the item ends by itself
	ApprovedAt  *time.Time
	LeadID      *string  // of a part of a split: the version that splits the old item
	Replaces    []string `bun:"type:jsonb"` // of a merger: the items that end with it
}

// AfterScanRow lets the body read its codes in the book of whoever fetches it.
func (v *Version) AfterScanRow(ctx context.Context) error {
	v.Body.book = codes.From(ctx)
	return nil
}

// see makes the save that follows fail unless the version is still as it was shown.
func (v *Version) see(seen int) {
	if seen != 0 {
		v.Version = seen
	}
}

// open reports whether the version is not in force yet.
func (v *Version) open() bool {
	return v.State == StateDraft || v.State == StateReviewing || v.State == StateScheduled
}

// next is the step that the version waits for.
func (v *Version) next() ReviewStep {
	if v.Step < len(v.Chain) {
		return v.Chain[v.Step]
	}
	return ReviewStep{}
}

func (v *Version) resource() policies.Resource {
	return policies.Resource{"tenant": v.TenantID, "state": v.State, "author_id": v.AuthorID}
}
