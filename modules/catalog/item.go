package catalog

import (
	"time"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/fault"
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
}

func (v *Version) submit(list string) error {
	if v.State != StateDraft {
		return fault.New(fault.Precondition, "item_not_draft")
	}
	if v.FlowID == nil && list != BasicList {
		return fault.InvalidField("bpmn", "item_flow_missing")
	}
	v.State = StateReviewing
	return v.Body.check(list)
}

func (v *Version) review(pass bool, a tenancy.Actor, opinion string, at time.Time) error {
	if v.State != StateReviewing {
		return fault.New(fault.Precondition, "item_not_reviewing")
	}
	if !pass && opinion == "" {
		return fault.InvalidField("opinion", "item_opinion_missing")
	}
	v.ReviewerID, v.ReviewerName, v.Opinion = &a.ID, &a.Name, opinion
	if !pass {
		v.State = StateDraft
		return nil
	}
	v.State, v.PublishedAt = StatePublished, &at
	return nil
}

// see makes the save that follows fail unless the version is still as it was shown.
func (v *Version) see(seen int) {
	if seen != 0 {
		v.Version = seen
	}
}

func (v *Version) resource() policies.Resource {
	return policies.Resource{"tenant": v.TenantID, "state": v.State, "author_id": v.AuthorID}
}
