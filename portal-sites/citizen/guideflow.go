package citizen

import (
	"slices"
	"strconv"

	"liandong/modules/flows"
	"liandong/portal-sites/kit/text"
)

// flowLine is one line of the list of steps: a step, or something that is waited for.
type flowLine struct {
	Name, What, Level, Limit string
	Notes                    []string // how it stands beside others
}

// flowLines are the steps on the way of a case, those that are gone through at the same time
// marked as such; after choices that decide the way only those on it.
func (v guideView) flowLines() (out []flowLine) {
	if v.flow == nil {
		return nil
	}
	var facts map[string]any
	if v.marked() {
		facts = v.facts()
	}
	met := map[string]bool{}
	v.lines(&out, v.flow.Outline(facts), nil, met)
	if facts == nil {
		for _, s := range v.steps {
			if !met[s.ID] { // only come to when something goes wrong
				out = append(out, v.stepLine(s, []string{text.T("citizen.flow_rare")}))
			}
		}
	}
	return out
}

func (v guideView) lines(out *[]flowLine, legs []flows.Leg, notes []string, met map[string]bool) {
	for _, l := range legs {
		switch {
		case l.Ways != nil:
			for i, w := range l.Ways {
				v.lines(out, w, append(slices.Clip(notes), wayNote(l, i)), met)
			}
		case l.Waits != "":
			*out = append(*out, flowLine{orText(l.Step.Name, text.T("citizen.wait."+l.Waits)), text.T("citizen.wait." + l.Waits), "—", "—", notes})
		default:
			met[l.Step.ID] = true
			*out = append(*out, v.stepLine(l.Step, notes))
		}
	}
}

// wayNote says of one of several ways when it is gone.
func wayNote(l flows.Leg, i int) string {
	switch {
	case l.Together:
		return text.T("citizen.flow_together", strconv.Itoa(i+1), strconv.Itoa(len(l.Ways)))
	case l.Names[i] != "":
		return text.T("citizen.flow_when", l.Names[i])
	}
	return text.T("citizen.flow_some")
}

func (v guideView) stepLine(s flows.Step, notes []string) flowLine {
	return flowLine{s.Name, word("step", string(s.Kind)), v.level(s), text.T("citizen.days", max(s.LimitDays, 0)), notes}
}
