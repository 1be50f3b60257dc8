package web

import (
	"context"
	"slices"
	"time"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/portal-sites/kit"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// jointActs are what the lead office of a joint case may do, in the order of a page.
func jointActs() []act {
	return []act{
		{"convene", policies.CasesJoin},
		{"conclude", policies.CasesJoin},
		{"trypart", policies.CasesJoin},
		{"leaveout", policies.CasesJoin},
	}
}

// idle reports that a joint case waits for its parts, and what could be done to it meanwhile is done for
// a reason only: no form offers itself.
func (v *view) idle(all []act) bool {
	return v.Case.Awaits == cases.ForParts && !slices.ContainsFunc(all, func(a act) bool { return a.key == "convene" || a.key == "conclude" || a.key == "trypart" })
}

// open reports whether there is anything to do an act of a joint case to.
func (v *view) opens(key string) bool {
	switch key {
	case "convene":
		return v.Joint != nil && len(v.callable()) > 1
	case "conclude":
		return len(v.reviewing()) > 0
	case "trypart":
		return len(v.stuck()) > 0
	case "leaveout":
		return len(v.waiting()) > 0
	}
	return true
}

// speaks is the act by which whoever handles a part says what she thinks of a joint review.
func (v *view) speaks() (act, bool) {
	if len(v.Owed()) == 0 {
		return act{}, false
	}
	for _, a := range []policies.Action{policies.CasesHandle, policies.CasesDecide, policies.CasesDeliver} {
		if _, ok := v.May[a]; ok {
			return act{"speak", a}, true
		}
	}
	return act{}, false
}

// callable are the parts whose offices can be called together.
func (v *view) callable() (out []kit.Option) {
	for _, p := range v.Joint.Parts {
		if p.Sub == nil || !p.Sub.Open() || p.Sub.DecidedAt != nil {
			continue
		}
		o := kit.Option{Value: p.Key, Label: p.Name, Help: p.Department}
		if len(p.Reviews) > 0 {
			o.Help = join(o.Help, reviewsText(p.Reviews))
		}
		out = append(out, o)
	}
	return out
}

func (v *view) reviewing() (out []kit.Option) {
	if v.Joint == nil {
		return nil
	}
	for _, r := range v.Joint.Reviews {
		if r.Standing() {
			out = append(out, kit.Option{Value: r.ID, Label: reviewText(r.Name) + "：" + r.Basis})
		}
	}
	return out
}

func (v *view) waiting() (out []kit.Option) {
	if v.Joint == nil {
		return nil
	}
	for _, p := range v.Joint.Parts {
		if p.State == cases.PartWaiting {
			out = append(out, kit.Option{Value: p.Key, Label: p.Name})
		}
	}
	return out
}

func (v *view) stuck() (out []kit.Option) {
	for _, o := range v.waiting() {
		if slices.ContainsFunc(v.Joint.Parts, func(p cases.PartRow) bool { return p.Key == o.Value && p.Why != "" }) {
			out = append(out, o)
		}
	}
	return out
}

// join does one of the acts of a joint case.
func (h handlers) join(ctx context.Context, key, caseID string, f *kit.FormValues) (err error) {
	s, seen, said := h.d.Service.At(visitIn(*f)), f.Int("version"), f.Get("opinion")
	if key == "conclude" || key == "speak" {
		if a := f.Get("agree"); a != "0" && a != "1" {
			return fault.InvalidField("agree", "case_agree_missing")
		}
	}
	switch key {
	case "convene":
		m := cases.Meeting{Review: f.Get("review"), Where: f.Get("where"), Note: said, Parts: f.All("parts")}
		if f.Get("when") != "" {
			if m.When, err = time.ParseInLocation("2006-01-02T15:04", f.Get("when"), calendar.Zone()); err != nil {
				return fault.InvalidField("when", "not_a_date")
			}
		}
		_, err = s.Convene(ctx, caseID, seen, m)
	case "conclude":
		_, err = s.Conclude(ctx, caseID, seen, f.Get("review"), f.Get("agree") == "1", said)
	case "speak":
		_, err = s.Speak(ctx, caseID, seen, f.Get("review"), f.Get("agree") == "1", said)
	case "trypart":
		_, err = s.TryPart(ctx, caseID, seen, f.Get("part"))
	case "leaveout":
		_, err = s.LeavePartOut(ctx, caseID, seen, f.Get("part"), said)
	}
	return err
}

// isJoint reports whether an act is one of a joint case.
func isJoint(key string) bool {
	return key == "speak" || slices.ContainsFunc(jointActs(), func(a act) bool { return a.key == key })
}

// ownProcedures are those that the card of joint handling does not show.
func (v *view) ownProcedures() (out []cases.Procedure) {
	for _, p := range v.Procedures {
		if p.Kind != cases.Gathering && p.Kind != cases.Voice {
			out = append(out, p)
		}
	}
	return out
}

// files are those of the case, and for a part before them what its item asks for of what was
// handed in once for the whole.
func (h handlers) files(ctx context.Context, v *cases.View) (out []File, err error) {
	if part := v.Own(); part != nil {
		if out, err = h.d.Files.OfCase(ctx, v.Joint.Case.ID); err != nil {
			return nil, err
		}
		out = slices.DeleteFunc(out, func(f File) bool { return !part.Asks(f.ID, f.Material) })
	}
	own, err := h.d.Files.OfCase(ctx, v.Case.ID)
	return append(out, own...), err
}

// filesNote says why a list of files is shorter than what the applicant handed in; empty
// when it is not.
func (v *view) filesNote() string {
	switch {
	case v.Joint == nil:
		return ""
	case v.Case.JointID != nil:
		return filesOfPart()
	case !v.Joint.Lead:
		return filesOfWhole()
	}
	return ""
}
