package flows

// Wait (等待) is what a message event waits for: somebody outside of the administration.
type Wait struct {
	For string // applicant, payment or external
	Key string // which answer: the caller's own name for it, such as that of an exchange
}

func (w Wait) fault() string {
	switch {
	case !oneOf(w.For, "applicant", "payment", "external"):
		return "for=" + w.For
	case w.Key != "" && !anyCode.MatchString(w.Key), w.For == "external" && w.Key == "":
		return "key=" + w.Key
	}
	return ""
}

// Ending says why an end is lawful although nothing was decided on the way to it.
type Ending string

// The endings without a decision; the zero Ending says nothing.
const (
	Refused    Ending = "refuse"    // 不予受理
	Withdrawn  Ending = "withdraw"  // 撤回
	Terminated Ending = "terminate" // 终止办理
)
