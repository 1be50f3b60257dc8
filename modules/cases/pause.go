package cases

import (
	"context"
	"strings"

	"liandong/modules/cases/events"
	"liandong/policies"
	"liandong/tenancy/fault"
)

// Pause is what a special procedure or a suspension says.
type Pause struct {
	Name   string // 听证, 检验, 检测, 检疫, 鉴定, 专家评审 …
	Reason string
	Basis  string
	Days   int // announced to the applicant, in working days (行政许可法 art. 45)
}

// maxPause bounds what is announced, in working days.
const maxPause = 500

// BeginSpecial (启动特别程序) stops the clock for a hearing, an inspection or the
// like; the applicant is told how long it will take.
func (s *Service) BeginSpecial(ctx context.Context, id string, seen int, in Pause, papers ...string) (Case, error) {
	return s.pause(ctx, id, seen, policies.CasesSpecial, Special, in, papers)
}

// Suspend (中止) stops the clock for a reason that lies outside the office.
func (s *Service) Suspend(ctx context.Context, id string, seen int, in Pause, papers ...string) (Case, error) {
	return s.pause(ctx, id, seen, policies.CasesSuspend, Suspension, in, papers)
}

func (s *Service) pause(ctx context.Context, id string, seen int, a policies.Action, kind string, in Pause, papers []string) (Case, error) {
	return s.act(ctx, id, seen, a, papers, func(ctx context.Context, d *deed) error {
		if err := d.running(); err != nil {
			return err
		}
		bad := map[string]string{}
		if kind == Special && strings.TrimSpace(in.Name) == "" {
			bad["name"] = "case_special_name"
		}
		if in.Days < 1 && kind == Special || in.Days < 0 || in.Days > maxPause {
			bad["days"] = "case_special_days"
		}
		if err := fault.InvalidFields(bad); err != nil {
			return err
		}
		p := Procedure{Kind: kind, Name: strings.TrimSpace(in.Name), Reason: in.Reason, Basis: strings.TrimSpace(in.Basis), Days: in.Days, State: Open}
		if in.Days > 0 {
			cal, err := d.calendar(ctx)
			if err != nil {
				return err
			}
			until := cal.AddDays(d.tx.Now, in.Days)
			p.Until = &until
		}
		if err := d.begin(ctx, p); err != nil {
			return err
		}
		d.emit(events.CaseSuspended{Case: d.c.fact()})
		if err := d.hold(ctx, kind); err != nil {
			return err
		}
		return d.issue(ctx, map[string]string{Special: docSpecialBegin, Suspension: docSuspend}[kind], said{turn: &p})
	})
}

// EndSpecial (结束特别程序) lets the clock run again, with what came out.
func (s *Service) EndSpecial(ctx context.Context, id string, seen int, result string, papers ...string) (Case, error) {
	return s.resume(ctx, id, seen, policies.CasesSpecial, Special, result, papers)
}

// Resume (恢复办理) lets the clock of a suspended case run again.
func (s *Service) Resume(ctx context.Context, id string, seen int, note string, papers ...string) (Case, error) {
	return s.resume(ctx, id, seen, policies.CasesSuspend, Suspension, note, papers)
}

func (s *Service) resume(ctx context.Context, id string, seen int, a policies.Action, kind, result string, papers []string) (Case, error) {
	return s.act(ctx, id, seen, a, papers, func(ctx context.Context, d *deed) error {
		p, err := d.standing(ctx, "", kind)
		if err != nil {
			return err
		}
		if strings.TrimSpace(result) == "" {
			return fault.InvalidField("opinion", "case_result_missing")
		}
		if err := d.finish(ctx, p, Ended, result); err != nil {
			return err
		}
		d.emit(events.CaseResumed{Case: d.c.fact()})
		if err := d.release(ctx, kind+"_ended"); err != nil {
			return err
		}
		return d.issue(ctx, map[string]string{Special: docSpecialEnd, Suspension: docResume}[kind], said{turn: p})
	})
}
