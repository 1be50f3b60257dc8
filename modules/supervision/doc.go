// Package supervision (电子监察) watches the clocks of cases and asks offices that
// are late for an explanation.
//
// A rule (监察规则) set at a level binds every level below it; a lower level may
// tighten what it inherits and never loosen it, so what holds in an office is the
// strictest of all rules from the platform down to it.
//
// A sweep finds what falls due and raises cards: a warning (预警) when the last
// days begin, a yellow card (黄牌) when most of the limit is used up, a red card
// (红牌) when it is exceeded. A card belongs to the office where the case stood at
// that moment and is raised once. What has happened is not warned of: a case that
// is found overdue gets its red card and no late yellow one. While a case waits
// for the applicant its clock stands and no card is raised.
//
// A card is a record and is never deleted:
//
//	open ──(the case moves on)──────────────► closed     the office has caught up
//	open ──(a supervisor withdraws it)──────► withdrawn  it was not the office's fault
//	open ──(order)─► ordered ──(order closed)► closed
//
// A supervision order (督办单) demands an answer to one card within working days:
//
//	issued ──answer──► answered ──close──► closed
//	   ▲                  │
//	   └── returned ◄─return          (returned ──answer──► answered)
//
// The order lives where the card lives, in the office that must answer; its
// number is the issuer's. Only the issuing level closes it.
package supervision
