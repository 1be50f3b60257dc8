package api

import (
	"context"
	"time"

	"liandong/modules/catalog"
)

// Code (事项编码) is one code that an item has now.
type Code struct {
	Kind    string    `json:"kind" enum:"basic,implementing,handling" doc:"basic 基本编码，implementing 实施编码，handling 业务办理项编码"`
	Code    string    `json:"code" example:"000116001000"`
	Name    string    `json:"name,omitempty" doc:"业务办理项名称；事项不分办理项时没有"`
	GivenAt time.Time `json:"given_at" doc:"赋码时间"`
}

func codesOf(given []catalog.GivenCode) []Code {
	out := make([]Code, len(given))
	for i, c := range given {
		out[i] = Code{c.Kind, c.Code, c.Name, c.GivenAt}
	}
	return out
}

// Edition (事项版本) is one published version in a list.
type Edition struct {
	Number      int        `json:"number" doc:"版本号，从 1 起" example:"2"`
	VersionID   string     `json:"version_id"`
	PublishedAt *time.Time `json:"published_at" doc:"发布时间"`
	EndedAt     *time.Time `json:"ended_at,omitempty" doc:"被新版本替代或撤回的时间；现行版本没有"`
	State       string     `json:"state" enum:"published,replaced,withdrawn" doc:"published 现行，replaced 已被替代，withdrawn 已撤回"`
}

// EditionDetail is what a version said. It never changes, so whether it is still in
// force is not said here.
type EditionDetail struct {
	ItemID      string       `json:"item_id"`
	VersionID   string       `json:"version_id"`
	Number      int          `json:"number"`
	PublishedAt *time.Time   `json:"published_at"`
	Body        catalog.Body `json:"guide" doc:"发布时的内容，不含下级细化"`
	Choices     []Ask        `json:"choices" doc:"申请前要选择的业务办理项和情形，按提问的顺序；没有则为空"`
}

type editionInput struct {
	Where

	ID     string `path:"id" maxLength:"36" doc:"事项的标识，见事项列表"`
	Number int    `path:"number" minimum:"1" maximum:"100000" doc:"版本号"`
}

func (s site) editions(ctx context.Context, in *itemInput) (List[Edition], error) {
	out := List[Edition]{Page: 1, Rows: []Edition{}}
	ctx, err := s.Enter(ctx, in.Code)
	if err != nil {
		return out, err
	}
	vs, err := s.Items.Editions(ctx, in.ID)
	for _, v := range vs {
		out.Rows = append(out.Rows, Edition{Number: v.Number, VersionID: v.ID, PublishedAt: v.PublishedAt, EndedAt: v.EndedAt, State: v.State})
	}
	out.Total, out.Size = len(vs), len(vs)
	return out, err
}

func (s site) edition(ctx context.Context, in *editionInput) (out EditionDetail, err error) {
	if ctx, err = s.Enter(ctx, in.Code); err != nil {
		return out, err
	}
	v, err := s.Items.Edition(ctx, in.ID, in.Number)
	return EditionDetail{ItemID: v.ItemID, VersionID: v.ID, Number: v.Number, PublishedAt: v.PublishedAt, Body: v.Body, Choices: choicesOf(v.Body)}, err
}

// Change (变更) says that something happened to an item.
type Change struct {
	ItemID    string    `json:"item_id"`
	What      string    `json:"what" enum:"published,changed_below,withdrawn,suspended,resumed" doc:"published 发布或有了新版本，changed_below 下级细化，withdrawn 撤回，suspended 暂停，resumed 恢复；今后可能增加，遇到不认识的请重新读取该事项"`
	VersionID *string   `json:"version_id,omitempty" doc:"此后的现行版本；版本没有变的没有"`
	Number    *int      `json:"number,omitempty" doc:"此后的现行版本号"`
	At        time.Time `json:"at" doc:"发生时间"`
}

// Changes is one page of a feed.
type Changes struct {
	Changes []Change `json:"changes"`
	Next    string   `json:"next" doc:"下一次请求的游标，请原样保存和带回"`
	More    bool     `json:"more" doc:"还有后续，可以马上再取；没有时请过一段时间再取"`
}

type changesInput struct {
	Where

	Cursor string `query:"cursor" maxLength:"400" doc:"上一次回答的 next；不带时从头开始：先逐页给出现行事项，再给出此后的变更"`
	Limit  int    `query:"limit" default:"100" minimum:"1" maximum:"500" doc:"最多返回几条"`
}

func (s site) changes(ctx context.Context, in *changesInput) (Changes, error) {
	out := Changes{Changes: []Change{}}
	ctx, err := s.Enter(ctx, in.Code)
	if err != nil {
		return out, err
	}
	p, err := s.Items.Feed(ctx, in.Cursor, in.Limit)
	out.Next, out.More = p.Next, p.More
	for _, c := range p.Changes {
		out.Changes = append(out.Changes, Change{ItemID: c.ItemID, What: c.What, VersionID: c.VersionID, Number: c.Number, At: c.At})
	}
	return out, err
}
