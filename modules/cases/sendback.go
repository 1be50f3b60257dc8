package cases

import (
	"context"
	"slices"
	"strings"

	"liandong/policies"
	"liandong/tenancy/fault"
)

// SendBack (退回) returns the case to the step that it came from, with the reason.
func (s *Service) SendBack(ctx context.Context, id string, seen int, reason string, papers ...string) (Case, error) {
	return s.SendBackTo(ctx, id, seen, "", false, reason, papers...)
}

// SendBackTo is SendBack to a step by its id; empty is the one that it came from. A branch
// cannot go back to before its branches parted while the others are under way (Precondition
// flow_back_unsound), unless alone is asked: then those are called off.
func (s *Service) SendBackTo(ctx context.Context, id string, seen int, to string, alone bool, reason string, papers ...string) (Case, error) {
	return s.act(ctx, id, seen, policies.CasesSendback, papers, func(ctx context.Context, d *deed) error {
		if err := d.c.at(Handling); err != nil {
			return err
		}
		if strings.TrimSpace(reason) == "" {
			return fault.InvalidField("opinion", "case_reason_missing")
		}
		if err := d.c.undecided(); err != nil {
			return err
		}
		rs, err := d.st.steps(ctx, d.c)
		if err != nil {
			return err
		}
		ways := backFrom(rs, d.c.StepID)
		i := slices.IndexFunc(ways, func(r StepRecord) bool { return to == "" || r.StepID == to })
		if i < 0 {
			return fault.New(fault.Precondition, "case_nowhere_back")
		}
		sh, err := d.shift(ctx, Move{Do: "back", Ticket: d.visit.Ticket, To: ways[i].StepID, Alone: alone}, reason)
		if err != nil {
			return err
		}
		if err := d.leave(ctx, "send_back", reason); err != nil {
			return err
		}
		return d.apply(ctx, sh)
	})
}

// backFrom are the earlier steps that handed the case on, the nearest first, each once.
// Acceptance is not among them: the clock has started, an accepted case is not unaccepted.
func backFrom(rs []StepRecord, stepID string) (out []StepRecord) {
	for _, r := range slices.Backward(rs) {
		handed := r.Act == "pass" || r.Act == Granted || r.Act == Denied || r.Act == Forwarded
		if handed && r.Work == workStep && r.Kind != "accept" && r.StepID != stepID &&
			!slices.ContainsFunc(out, func(o StepRecord) bool { return o.StepID == r.StepID }) {
			out = append(out, r)
		}
	}
	return out
}
