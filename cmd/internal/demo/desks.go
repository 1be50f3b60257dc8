package demo

import (
	"context"
	"fmt"

	"liandong/modules/cases"
	"liandong/tenancy/fault"
)

// desks lets people of the city watch cases, and its head share work out among her team.
func (st *Stage) desks(ctx context.Context) error {
	st.Clock.Set(st.Now)
	for _, login := range []string{"xlht-decider", "xlht-clerk", "xlht-reviewer"} {
		if err := st.watch(ctx, login); err != nil {
			return fmt.Errorf("watching of %s: %w", login, err)
		}
	}
	return st.share(ctx)
}

// watched is how many cases of each kind of list somebody of the demonstration watches.
const watched = 2

// watch lets somebody follow what is due soon, what is late and what waits for somebody else.
func (st *Stage) watch(ctx context.Context, login string) error {
	as, err := st.AsLogin(ctx, login, label(shownCity))
	if err != nil {
		return err
	}
	there, err := st.Services.Cases.Watched(as, cases.Query{})
	if err != nil || there.Total > 0 {
		return err
	}
	for _, q := range []cases.Query{{Time: "late", Size: watched}, {Type: cases.KindJoint, Whole: true, Size: watched}, {Status: cases.Supplement, Size: watched}} {
		p, err := st.Services.Cases.List(as, q)
		if err != nil {
			return err
		}
		for _, r := range p.Rows {
			if err := st.Services.Cases.Watch(as, r.ID, true); err != nil {
				return err
			}
		}
	}
	return nil
}

// shared is how many cases the head of the city hands out.
const shared = 6

// share hands part of what stands at the review of the city to each of those who may do it.
func (st *Stage) share(ctx context.Context) error {
	head, err := st.AsLogin(ctx, "xlht-decider", label(shownCity))
	if err != nil {
		return err
	}
	given, err := st.Services.Cases.Team(head, cases.Query{Size: shared * 4, Sort: "due"})
	if err != nil {
		return err
	}
	var free []cases.Row
	for _, r := range given.Rows {
		if r.AssigneeID != "" {
			return nil // an earlier run has shared it out
		}
		if r.StepPost == "reviewer" && r.StepDepartment == "" && r.Status == cases.Handling {
			free = append(free, r)
		}
	}
	for i, r := range free[:min(len(free), shared)] {
		to := st.account([]string{"xlht-reviewer", "two-posts"}[i%2])
		_, err := st.Services.Cases.Refer(head, r.ID, r.Version, to.ID, "按月度分工办理")
		if err != nil && fault.KindOf(err) != fault.Precondition {
			return fmt.Errorf("hand %s to %s: %w", r.No, to.Login, err)
		}
	}
	return nil
}
