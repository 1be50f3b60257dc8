package datasets

import (
	"strings"
	"time"
)

// 业务动作.
const (
	passed   = "1"
	sentBack = "2"
	other    = "3"
)

// 环节办理状态.
const (
	waiting = "1"
	done    = "2"
)

// process lists what was done: every visit that an act has ended, every notice to
// supplement, and every turn beside the steps that is no special procedure. Turns
// that end or begin a visit themselves (voiding) are told by the visit.
func process(d *Dossier) (rows []Row) {
	for _, s := range d.Steps {
		if s.Ended != nil {
			rows = append(rows, Row{ProcessTable, s.ID, stepRow(d, s)})
		}
	}
	for _, n := range d.Notices {
		rows = append(rows, Row{ProcessTable, n.ID, noticeRow(d, n)})
	}
	for _, p := range d.Procedures {
		if special(p.Kind) == "" && p.Kind != "voiding" && p.Kind != "trip" && p.Kind != "originals" {
			rows = append(rows, Row{ProcessTable, p.ID, turnRow(d, p)})
		}
	}
	return rows
}

func event(act string) string {
	switch act {
	case "accept", "pass", "granted", "deliver":
		return passed
	case "refuse", "send_back":
		return sentBack
	}
	return other
}

func stepRow(d *Dossier, s Step) map[string]string {
	return filled(map[string]string{
		"project_no": d.No, "event_name": event(s.Act), "process_name": s.Name, "handle_explain": said(s.Opinion, s.Act), "handle_user_name": d.actor(s),
		"event_start_time": moment(s.Entered), "event_end_time": momentOf(s.Ended), "handle_state": done, "org_name": s.At,
	})
}

// said is an opinion, or the word for the act where nobody wrote one.
func said(opinion, act string) string {
	if o := strings.TrimSpace(opinion); o != "" {
		return o
	}
	if w := word(act); w != "" {
		return w
	}
	return act
}

func noticeRow(d *Dossier, n Notice) map[string]string {
	state, note := waiting, n.Note
	if n.Answered != nil {
		state = done
	}
	return filled(map[string]string{
		"project_no": d.No, "event_name": other, "process_name": word("supplement"), "handle_explain": joined(append(n.Wanted, note)...), "handle_user_name": n.By,
		"event_start_time": moment(n.Asked), "event_end_time": moment(until(n.Asked, n.Answered)), "handle_state": state,
	})
}

func turnRow(d *Dossier, p Procedure) map[string]string {
	state := waiting
	if p.Ended != nil {
		state = done
	}
	return filled(map[string]string{
		"project_no": d.No, "event_name": other, "process_name": word(p.Kind), "handle_explain": joined(p.Name, p.Reason, p.Basis, p.Answer), "handle_user_name": p.BegunBy,
		"event_start_time": moment(p.Begun), "event_end_time": moment(until(p.Begun, p.Ended)), "handle_state": state,
	})
}

// until is when something ended; where it has not, the exchange takes its beginning.
func until(begun time.Time, ended *time.Time) time.Time {
	if ended == nil {
		return begun
	}
	return *ended
}

// joined puts what was written into one text.
func joined(parts ...string) string {
	var out []string
	for _, p := range parts {
		if p = strings.TrimSpace(p); p != "" {
			out = append(out, p)
		}
	}
	return strings.Join(out, word("separator"))
}

// special is 特别程序种类 (GB/T 39046 A.7) of a turn; "" when it is none.
func special(kind string) string {
	switch kind {
	case "extension":
		return "1"
	case "special", "suspension":
		return "2"
	}
	return ""
}

func specialRow(d *Dossier, p Procedure) map[string]string {
	name, result, explain := p.Name, p.Answer, ""
	if p.Kind != "special" {
		name = word(p.Kind)
	}
	if p.Kind == "extension" {
		result, explain = word(p.State), p.Answer
	}
	by := p.BegunBy
	if p.EndedBy != "" {
		by = p.EndedBy
	}
	return filled(map[string]string{
		"project_no": d.No, "special_type": special(p.Kind), "special_name": name, "special_time": moment(p.Begun), "end_time": moment(until(p.Begun, p.Ended)),
		"special_reason": joined(p.Reason, p.Basis), "applyer_user_name": p.BegunBy, "result": result, "special_explain": explain, "handle_user": by,
		"org_name": d.Item.Organ, "org_code": d.Item.OrganCode,
	})
}
