package partners

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

// The states of a partner.
const (
	Active  = "active"
	Stopped = "stopped"
)

// Partner (合作方) is an organisation that a tenant lets read its items by programs.
type Partner struct {
	bun.BaseModel `bun:"table:partners"`

	TenantID    tenancy.ID `bun:",pk"`
	ID          string     `bun:",pk"`
	Name        string
	Contact     string
	PhoneSealed string
	PhoneTail   string
	Note        string
	PerMinute   int
	PerDay      int
	State       string
	CaseData    string     // what it reads of cases: CasesMasked, CasesFull or nothing
	Answers     bool       // whether it may answer what cases wait for from another system
	EndsOn      *time.Time // the last day on which its keys are good, in China; nil: no end
	CreatedBy   string
	CreatedAt   time.Time
	Version     int

	TenantName string `bun:"-"`
	Today      int64  `bun:"-"` // requests of this day, as far as they are folded
	Own        bool   `bun:"-"` // of the tenant in scope, which alone may change it
}

// What a partner may read of cases (办件) beside what is public.
const (
	CasesNone   = ""       // nothing
	CasesMasked = "masked" // without what is about people
	CasesFull   = "full"   // as it is
)

// Ended reports whether the last day is over at a moment.
func (p Partner) Ended(at time.Time) bool {
	return p.EndsOn != nil && calendarDay(at) > p.EndsOn.Format(time.DateOnly)
}

// MaskedPhone is the phone as lists show it.
func (p Partner) MaskedPhone() string {
	if p.PhoneTail == "" {
		return ""
	}
	return strings.Repeat("*", 7) + p.PhoneTail
}

func calendarDay(at time.Time) string { return at.In(calendar.Zone()).Format(time.DateOnly) }

// Key (密钥) is one key of a partner, without the secret.
type Key struct {
	bun.BaseModel `bun:"table:partner_keys"`

	TenantID  tenancy.ID `bun:",pk"`
	ID        string     `bun:",pk"`
	PartnerID string
	Hash      string
	Prefix    string // its first characters, to tell keys apart
	CreatedBy string
	CreatedAt time.Time
	EndsAt    *time.Time // nil: as long as the partner
}

// Good reports whether the key is still to be accepted at a moment.
func (k Key) Good(at time.Time) bool { return k.EndsAt == nil || at.Before(*k.EndsAt) }

// Usage (用量) is what a partner asked on one day.
type Usage struct {
	Day     time.Time
	N       int64 // answered
	Refused int64 // refused because a limit was reached
}

// prefixLength is how much of a key is kept in the clear: ld_ and six characters,
// 30 of its 130 bits.
const prefixLength = 9

// newKey makes a key of 130 random bits that is recognised as ours.
func newKey() (secret string) { return "ld_" + strings.ToLower(rand.Text()) }

// hashOf is what is kept of a key. Being random it needs no slow hash.
func hashOf(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// Input is what an administrator typed about a partner.
type Input struct {
	Name, Contact, Phone, Note string

	PerMinute, PerDay int
	Answers           bool
	CaseData          string // one of CasesNone, CasesMasked and CasesFull
	EndsOn            string // a date, or empty
	Seen              int    // version counter that the editor was shown
}

// Bounds of what is asked for.
const (
	maxPerMinute = 100_000
	maxPerDay    = 100_000_000
	maxName      = 100
	maxNote      = 500
)

var phone = regexp.MustCompile(`^[0-9+ -]{7,20}$`)

// check names every wrong field.
func (in Input) check() (endsOn *time.Time, err error) {
	bad := map[string]string{}
	if n := utf8.RuneCountInString(in.Name); n < 2 || n > maxName {
		bad["name"] = "partner_name"
	}
	if utf8.RuneCountInString(in.Contact) > maxName {
		bad["contact"] = "partner_too_long"
	}
	if utf8.RuneCountInString(in.Note) > maxNote {
		bad["note"] = "partner_too_long"
	}
	if in.Phone != "" && !phone.MatchString(in.Phone) {
		bad["phone"] = "partner_phone"
	}
	if in.PerMinute < 1 || in.PerMinute > maxPerMinute {
		bad["per_minute"] = "partner_per_minute"
	}
	if in.PerDay < 1 || in.PerDay > maxPerDay {
		bad["per_day"] = "partner_per_day"
	}
	if in.CaseData != CasesNone && in.CaseData != CasesMasked && in.CaseData != CasesFull {
		bad["case_data"] = "partner_case_data"
	}
	if in.EndsOn != "" {
		day, err := time.Parse(time.DateOnly, in.EndsOn)
		if err != nil {
			bad["ends_on"] = "partner_ends_on"
		}
		endsOn = &day
	}
	return endsOn, fault.InvalidFields(bad)
}

func (in Input) trimmed() Input {
	for _, s := range []*string{&in.Name, &in.Contact, &in.Phone, &in.Note, &in.EndsOn} {
		*s = strings.TrimSpace(*s)
	}
	return in
}

// onto writes what was typed into p.
func (in Input) onto(p *Partner, seal func(string) string, endsOn *time.Time) {
	p.Name, p.Contact, p.Note, p.PerMinute, p.PerDay, p.EndsOn, p.CaseData, p.Answers = in.Name, in.Contact, in.Note, in.PerMinute, in.PerDay, endsOn, in.CaseData, in.Answers
	p.PhoneSealed, p.PhoneTail = "", ""
	if in.Phone != "" {
		p.PhoneSealed, p.PhoneTail = seal(in.Phone), in.Phone[len(in.Phone)-4:]
	}
}

func (p Partner) resource() policies.Resource { return policies.Resource{"tenant": p.TenantID} }

// untilTomorrow is how long the day in China goes on.
func untilTomorrow(now time.Time) time.Duration {
	y, m, d := now.In(calendar.Zone()).Date()
	return time.Date(y, m, d+1, 0, 0, 0, 0, calendar.Zone()).Sub(now)
}
