// Package identity knows who is asking. Kratos owns the identities, passwords,
// second factors and sessions; this package is the only one that speaks to it
// and turns what it proves into a tenancy.Actor.
//
// A request costs Kratos nothing: a sign-in is exchanged once for a signed token
// of a few minutes (ES256), the token travels in our own sealed cookie and is
// verified here; Kratos is asked again only when the token has run out. A session
// that must end at once stands in Revocations for as long as a token may outlive it.
//
// Citizens sign in by ID number (居民身份证号) or phone. Kratos never holds an ID
// number: it knows a keyed hash of it, see Identifiers.
package identity
