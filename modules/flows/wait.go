package flows

import (
	"context"
	"slices"

	"liandong/tenancy"
	"liandong/tenancy/db"
)

// Wait (等待) is what a message event waits for: somebody outside of the administration, or
// the cases of a theme that are handled at once (并联办理).
type Wait struct {
	For string // applicant, payment, external or parts
	Key string // which answer: the caller's own name for it, such as that of an exchange
}

func (w Wait) fault() string {
	switch {
	case !oneOf(w.For, "applicant", "payment", "external", forParts):
		return "for=" + w.For
	case w.Key != "" && !anyCode.MatchString(w.Key), w.For == "external" && w.Key == "":
		return "key=" + w.Key
	}
	return ""
}

// forParts is for whom the case of a theme waits while its parts are handled.
const forParts = "parts"

// Joins reports whether a case waits in a stored flow for the parts of a theme.
func (s *Service) Joins(ctx context.Context, tx *db.Tx, tenant tenancy.ID, id string) (bool, error) {
	d, err := s.Load(ctx, tx, tenant, id)
	if err != nil {
		return false, err
	}
	return slices.ContainsFunc(d.nodes, func(n *node) bool { return n.trigger.wait.For == forParts }), nil
}

// Ending says why an end is lawful although nothing was decided on the way to it.
type Ending string

// The endings without a decision; the zero Ending says nothing.
const (
	Refused    Ending = "refuse"    // 不予受理
	Withdrawn  Ending = "withdraw"  // 撤回
	Terminated Ending = "terminate" // 终止办理
)
