package flows

// Path is the way that a case with the given facts would go, as far as they tell:
// sure is false when a condition asks for something that is not known yet. A step
// that is gone through twice stands once.
func (d *Definition) Path(facts map[string]any) (steps []Step, sure bool) {
	seen := map[string]bool{}
	for s := d.First(); s.ID != "" && !seen[s.ID]; {
		seen[s.ID] = true
		steps = append(steps, s)
		next, ended, err := d.Next(s.ID, facts)
		if err != nil {
			return steps, false
		}
		if ended {
			return steps, true
		}
		s = next
	}
	return steps, true
}

// Branches reports whether cases can go different ways.
func (d *Definition) Branches() bool { return len(d.ofKind(gateway)) > 0 }
