package cases

import (
	"fmt"
	"strings"
	"time"

	"liandong/tenancy/fault"
)

// Term (有效期和范围) is what a decision grants, where whoever decides says so.
type Term struct {
	From, Until string // dates in China; empty: from the decision on, without an end
	Scope       string
}

// maxScope bounds a scope, in characters.
const maxScope = 200

// Granting returns the service for decisions that say for how long they grant, and what.
// It counts for nothing when they do not grant. Deciding returns Invalid on fields
// valid_from, valid_until and scope.
func (s *Service) Granting(t Term) *Service {
	one := *s
	one.term = t
	return &one
}

// read is the term as it is kept; from and until are nil where it says nothing.
func (t Term) read() (from, until *time.Time, err error) {
	bad := map[string]string{}
	date := func(field, s string) *time.Time {
		if s == "" {
			return nil
		}
		d, err := time.Parse(time.DateOnly, s)
		if err != nil {
			bad[field] = "material_date"
			return nil
		}
		return &d
	}
	from, until = date("valid_from", t.From), date("valid_until", t.Until)
	if from != nil && until != nil && until.Before(*from) {
		bad["valid_until"] = "case_term_backwards"
	}
	if len([]rune(t.Scope)) > maxScope {
		bad["scope"] = "too_long"
	}
	return from, until, fault.InvalidFields(bad)
}

// stamp writes the term of what is granted into its document; a term with an end begins
// with the decision when nobody says otherwise.
func (t Term) stamp(d *Document) (err error) {
	if d.ValidFrom, d.ValidUntil, err = t.read(); err != nil {
		return err
	}
	if d.ValidUntil != nil && d.ValidFrom == nil {
		day, err := time.Parse(time.DateOnly, chinaDay(d.IssuedAt).Format(time.DateOnly))
		if err != nil {
			return err
		}
		d.ValidFrom = &day
	}
	d.Scope = strings.TrimSpace(t.Scope)
	return nil
}

// Term says for how long the document grants something, in words; empty: it does not say.
func (d *Document) Term() string {
	switch {
	case d.ValidFrom != nil && d.ValidUntil != nil:
		return fmt.Sprintf(word("valid_span"), d.ValidFrom.Format(time.DateOnly), d.ValidUntil.Format(time.DateOnly))
	case d.ValidFrom != nil:
		return fmt.Sprintf(word("valid_from"), d.ValidFrom.Format(time.DateOnly))
	}
	return ""
}

// Ended reports whether what the document grants had run out on a day in China.
func (d *Document) Ended(now time.Time) bool {
	return d.ValidUntil != nil && chinaDay(now).Format(time.DateOnly) > d.ValidUntil.Format(time.DateOnly)
}

// granted is an opinion with the term of what it grants, as the document says it.
func (d *Document) granted(opinion string) string {
	if t := d.Term(); t != "" {
		opinion += " " + fmt.Sprintf(word("valid_term"), t)
	}
	if d.Scope != "" {
		opinion += " " + fmt.Sprintf(word("scope"), d.Scope)
	}
	return opinion
}
