package api

import (
	"cmp"
	"context"
	"slices"
	"time"

	"liandong/modules/cases"
	"liandong/tenancy"
	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// Case (办件) is one application in a list.
type Case struct {
	ID           string     `json:"id"`
	No           string     `json:"no" doc:"办件编号"`
	ItemID       string     `json:"item_id"`
	ItemName     string     `json:"item_name"`
	Applicant    string     `json:"applicant" doc:"申请人，隐去部分"`
	Status       string     `json:"status" doc:"submitted, supplement, handling, completed, refused, withdrawn"`
	StatusName   string     `json:"status_name"`
	Outcome      string     `json:"outcome,omitempty" doc:"granted 或 denied"`
	Origin       string     `json:"origin" doc:"申请所在单位"`
	At           string     `json:"at" doc:"现在所在单位"`
	Step         string     `json:"step" doc:"当前环节"`
	PromisedDays int        `json:"promised_days" doc:"承诺办结时限，工作日"`
	CreatedAt    time.Time  `json:"created_at"`
	AcceptedAt   *time.Time `json:"accepted_at,omitempty"`
	DueAt        *time.Time `json:"due_at,omitempty" doc:"承诺到期时间；暂停计时期间没有"`
	EndedAt      *time.Time `json:"ended_at,omitempty"`
}

// CaseDetail is a case with its history.
type CaseDetail struct {
	Case

	Number    string   `json:"number" doc:"证件号码，隐去部分"`
	Phone     string   `json:"phone" doc:"手机号码，隐去部分"`
	Used      int      `json:"used_days" doc:"已用工作日"`
	Remaining int      `json:"remaining_days" doc:"剩余工作日，超期为负"`
	Steps     []Step   `json:"steps"`
	Notices   []Notice `json:"notices" doc:"补正告知"`
}

// Step (环节) is one visit of a case to a step.
type Step struct {
	Name      string     `json:"name"`
	At        string     `json:"at"`
	LimitDays int        `json:"limit_days"`
	EnteredAt time.Time  `json:"entered_at"`
	EndedAt   *time.Time `json:"ended_at,omitempty"`
	UsedDays  *int       `json:"used_days,omitempty"`
	Act       string     `json:"act,omitempty"`
	Opinion   string     `json:"opinion,omitempty"`
}

// Notice (补正告知) lists what is still wanted.
type Notice struct {
	No         string     `json:"no"`
	Wanted     []string   `json:"wanted"`
	Note       string     `json:"note,omitempty"`
	AskedAt    time.Time  `json:"asked_at"`
	AnswerBy   time.Time  `json:"answer_by"`
	AnsweredAt *time.Time `json:"answered_at,omitempty"`
}

type casesInput struct {
	Paging

	Q      string `query:"q" maxLength:"100" doc:"办件编号，或申请人、事项名称的一部分"`
	Status string `query:"status" enum:"submitted,supplement,handling,completed,refused,withdrawn"`
	ItemID string `query:"item_id" maxLength:"36"`
}

type caseInput struct {
	ID string `path:"id" maxLength:"36"`
}

func (s site) myCases(ctx context.Context, in *casesInput) (List[Case], error) {
	if err := signedIn(ctx, tenancy.Person, tenancy.Staff); err != nil {
		return List[Case]{}, err
	}
	return s.list(ctx, in)
}

func (s site) staffCases(ctx context.Context, in *casesInput) (List[Case], error) {
	if err := signedIn(ctx, tenancy.Staff); err != nil {
		return List[Case]{}, err
	}
	return s.list(ctx, in)
}

func (s site) list(ctx context.Context, in *casesInput) (List[Case], error) {
	out := List[Case]{Page: in.Page, Size: in.Size, Rows: []Case{}}
	if in.ItemID != "" && !isUUID(in.ItemID) {
		return out, nil
	}
	p, err := s.Cases.List(ctx, cases.Query{Page: in.Page, Size: in.Size, Text: in.Q, Status: cases.Status(in.Status), ItemID: in.ItemID})
	out.Total = p.Total
	for _, r := range p.Rows {
		out.Rows = append(out.Rows, caseOf(r.Case, r.OriginName, r.AtName))
	}
	return out, err
}

func caseOf(c cases.Case, origin, at string) Case {
	return Case{
		ID: c.ID, No: c.No, ItemID: c.ItemID, ItemName: c.ItemName, Applicant: idcode.MaskName(c.ApplicantName),
		Status: string(c.Status), StatusName: word("api.status.", string(c.Status)), Outcome: c.Outcome, Origin: origin, At: at, Step: c.StepName,
		PromisedDays: c.PromisedDays, CreatedAt: c.CreatedAt, AcceptedAt: c.AcceptedAt, DueAt: c.DueAt, EndedAt: c.EndedAt,
	}
}

func (s site) myCase(ctx context.Context, in *caseInput) (CaseDetail, error) {
	if err := signedIn(ctx, tenancy.Person, tenancy.Staff); err != nil {
		return CaseDetail{}, err
	}
	return s.show(ctx, in.ID)
}

func (s site) staffCase(ctx context.Context, in *caseInput) (CaseDetail, error) {
	if err := signedIn(ctx, tenancy.Staff); err != nil {
		return CaseDetail{}, err
	}
	return s.show(ctx, in.ID)
}

func (s site) show(ctx context.Context, id string) (CaseDetail, error) {
	if !isUUID(id) {
		return CaseDetail{}, fault.New(fault.NotFound, "case_not_found")
	}
	v, err := s.Cases.Show(ctx, id)
	if err != nil {
		return CaseDetail{}, err
	}
	out := CaseDetail{
		Case: caseOf(v.Case, v.OriginName, v.AtName), Number: idcode.MaskIDNumber(v.Number), Phone: idcode.MaskPhone(v.Phone),
		Used: v.Used, Remaining: v.Remaining, Steps: []Step{}, Notices: []Notice{},
	}
	for _, t := range v.Steps {
		out.Steps = append(out.Steps, Step{Name: t.Name, At: t.AtName, LimitDays: t.LimitDays, EnteredAt: t.EnteredAt, EndedAt: t.EndedAt, UsedDays: t.UsedDays, Act: t.Act, Opinion: t.Opinion})
	}
	for _, n := range v.Notices {
		out.Notices = append(out.Notices, Notice{No: n.No, Wanted: n.Wanted, Note: n.Note, AskedAt: n.AskedAt, AnswerBy: n.AnswerBy, AnsweredAt: n.AnsweredAt})
	}
	return out, nil
}

func sortSources(ss []Source) {
	slices.SortFunc(ss, func(a, b Source) int { return cmp.Compare(a.Field, b.Field) })
}
