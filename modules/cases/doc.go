// Package cases handles cases (办件) from filing to the result.
//
// A case is born in one tenant and climbs: each step of its item's flow stands at
// a level relative to that origin. Whoever does not stand where the case stands
// may look at it from above, but not operate on it: policy says so with a reason,
// and row security would say so without it.
//
//	submitted ──accept──▶ handling ──decide, deliver──▶ completed
//	    │  ▲                 │  ▲
//	    ▼  │ (supplement)    ▼  │ (supplement: the clock stands)
//	supplement            supplement
//	submitted ──refuse──▶ refused        submitted, supplement ──withdraw──▶ withdrawn
//
// Promised: state, step record, audit line and events are one transaction; of two
// people who act on the same step exactly one wins; a form sent twice files one
// case; deadlines count working days of the origin's calendar (行政许可法 art. 82)
// and can be recomputed from case_clocks at any time.
package cases
