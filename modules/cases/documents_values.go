package cases

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"liandong/tenancy/fault"
	"liandong/tenancy/idcode"
)

// values tells what the fields of a text stand for. Numbers, phones and addresses
// are masked: a document goes through many hands.
type values struct {
	*deed
	doc   *Document
	in    said
	offer *Offer
	err   error
}

func (v *values) get(ctx context.Context, key string) string {
	if v.err != nil {
		return ""
	}
	s, err := v.tell(ctx, key)
	v.err = err
	return s
}

// tell finds the value among those of the case, of the act and of others.
func (v *values) tell(ctx context.Context, key string) (string, error) {
	if s, ok := v.ofCase(key); ok {
		return s, nil
	}
	if s, ok := v.ofAct(key); ok {
		return s, nil
	}
	switch key {
	case "number":
		return v.masked(SealApplicant, v.c.ApplicantSealed, idcode.MaskIDNumber)
	case "phone":
		return v.masked(SealPhone, v.c.PhoneSealed, idcode.MaskPhone)
	case "address":
		return v.masked(SealAddress, v.c.AddressSealed, idcode.MaskAddress)
	case "origin":
		p, err := v.office(ctx, v.c.TenantID)
		return p.Name, err
	case "contact", "place":
		return v.ofItem(ctx, key)
	case "materials":
		return v.materials(ctx)
	case "delivered":
		return v.delivered(ctx)
	}
	return "", nil
}

func (v *values) ofCase(key string) (string, bool) {
	c := v.c
	switch key {
	case "no":
		return c.No, true
	case "filed_on":
		return hanDay(&c.CreatedAt), true
	case "channel":
		return word(c.Channel), true
	case "accepted_on":
		return hanDay(c.AcceptedAt), true
	case "statutory":
		return hanDays(c.StatutoryDays), true
	case "promised":
		return hanDays(c.PromisedDays + c.ExtendedDays), true
	case "due_on":
		return lastDay(c.DueAt), true
	case "decided_on":
		return hanDay(c.DecidedAt), true
	case "outcome":
		return word(c.Outcome), true
	case "choices":
		labels := make([]string, len(c.Choices))
		for i, x := range c.Choices {
			labels[i] = x.Label
		}
		return strings.Join(labels, builtin().Formats["list"]), true
	case "helper":
		return c.HelperName, true
	case "step":
		return c.StepName, true
	case "applicant":
		return c.ApplicantName, true
	case "item":
		return c.ItemName, true
	}
	return "", false
}

func (v *values) ofAct(key string) (string, bool) {
	in, d := v.in, v.doc
	switch key {
	case "organ":
		return d.OrganName, true
	case "officer":
		return d.IssuedName, true
	case "title":
		return d.Title, true
	case "doc_no":
		return d.No, true
	case "doc_on":
		return hanDay(&d.IssuedAt), true
	case "term":
		return d.Term(), true
	case "scope":
		return d.Scope, true
	case "basis":
		return word(in.basis), true
	case "opinion":
		return in.opinion, true
	case "remedy":
		return word("remedy"), true
	case "way":
		return word(in.handover.Way), true
	case "receiver":
		return in.handover.Receiver, true
	case "courier":
		return in.handover.Courier, true
	case "delivery_note":
		return in.handover.Note, true
	case "tolerated":
		return strings.Join(in.tolerated, "\n"), true
	}
	if in.notice != nil {
		switch key {
		case "wanted":
			return strings.Join(in.notice.Wanted, "\n"), true
		case "wanted_note":
			return in.notice.Note, true
		case "answer_by":
			return lastDay(&in.notice.AnswerBy), true
		}
	}
	return v.ofTurn(key)
}

func (v *values) ofTurn(key string) (string, bool) {
	p := v.in.turn
	if p == nil {
		return "", false
	}
	switch key {
	case "turn":
		return p.Name, true
	case "turn_reason":
		return p.Reason, true
	case "turn_basis":
		return p.Basis, true
	case "turn_days":
		if p.Days == 0 {
			return "", true
		}
		return hanDays(p.Days), true
	case "turn_by", "tolerated_by":
		if p.Until == nil {
			return "", true
		}
		return lastDay(p.Until), true
	case "turn_result":
		return p.Answer, true
	}
	return "", false
}

func (v *values) masked(purpose, sealed string, mask func(string) string) (string, error) {
	if sealed == "" {
		return "", nil
	}
	plain, err := v.asks.Sealer.Open(purpose, sealed)
	return mask(plain), err
}

// ofItem is where to ask about the item, as it is offered now.
func (v *values) ofItem(ctx context.Context, key string) (string, error) {
	if v.offer == nil {
		o, err := v.offered(ctx, v.tx, v.c.ItemID, v.c.ItemVersionID, v.c.choiceIDs())
		switch fault.KindOf(err) {
		case fault.NotFound, fault.Precondition, fault.Forbidden: // gone since, or another centre's
			if err != nil {
				o = Offer{}
			}
		default:
			if err != nil {
				return "", err
			}
		}
		v.offer = &o
	}
	if key == "place" {
		return strings.TrimSpace(v.offer.Address + " " + v.offer.Hours), nil
	}
	if v.offer.Phone == "" {
		return word("phone"), nil
	}
	return v.offer.Phone, nil
}

// materials are what was handed in up to now, a line for a file.
func (v *values) materials(ctx context.Context) (string, error) {
	all, err := v.asks.Files.Handed(ctx, v.tx, v.c.TenantID, v.c.ID)
	lines := make([]string, 0, len(all))
	for _, f := range all {
		name := f[0]
		if name == "" {
			name = word("materials_other")
		}
		lines = append(lines, fmt.Sprintf("%d|%s|%s", len(lines)+1, strings.ReplaceAll(name, "|", " "), f[1]))
	}
	if len(lines) == 0 {
		lines = append(lines, "|"+word("materials_none")+"|")
	}
	return strings.Join(lines, "\n"), err
}

// delivered are the decisions that are handed over.
func (v *values) delivered(ctx context.Context) (string, error) {
	ds, err := v.st.documents(ctx, v.c)
	var lines []string
	for _, d := range ds {
		if slices.Contains([]string{docGrant, docDeny, docForward}, d.Kind) {
			lines = append(lines, fmt.Sprintf(word("delivered"), d.Title, d.No))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, word("result"))
	}
	return strings.Join(lines, "\n"), err
}

func hanDay(t *time.Time) string {
	if t == nil {
		return word("none")
	}
	return chinaDay(*t).Format(builtin().Formats["date"])
}

// lastDay is the last day before an end, which is the midnight after it.
func lastDay(t *time.Time) string {
	if t == nil {
		return word("none")
	}
	before := t.Add(-1)
	return hanDay(&before)
}

func hanDays(n int) string { return fmt.Sprintf(builtin().Formats["days"], n) }
