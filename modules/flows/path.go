package flows

// Path is the steps that a case with the given facts would go through, as far as they tell:
// sure is false when a condition asks for something that is not known yet, and the steps end
// there. Those of branches that are gone at the same time stand one branch after the other. A
// step that is gone through twice stands once.
func (d *Definition) Path(facts map[string]any) (steps []Step, sure bool) {
	if facts == nil {
		facts = map[string]any{}
	}
	return stepsOf(d.Outline(facts))
}

func stepsOf(legs []Leg) (steps []Step, sure bool) {
	for _, l := range legs {
		switch {
		case l.Ways == nil && l.Waits == "":
			steps = append(steps, l.Step)
		case l.Ways != nil && !l.Together:
			return steps, false
		}
		for _, w := range l.Ways {
			some, known := stepsOf(w)
			if steps = append(steps, some...); !known {
				return steps, false
			}
		}
	}
	return steps, true
}

// Branches reports whether cases can go different ways.
func (d *Definition) Branches() bool { return len(d.ofKind(gateway))+len(d.ofKind(inclusive)) > 0 }
