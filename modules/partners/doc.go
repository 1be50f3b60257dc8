// Package partners keeps who reads the publication API under a name: partners
// (合作方), their keys (密钥), and how much each may read.
//
// A key is shown once, when it is made; what is kept is its SHA-256 and how it
// begins. A rotated key goes on for a grace period that the administrator chooses.
// A key is good for the subtree of the tenant that gave it out, while its partner is
// active and not expired.
//
// Requests are counted without writing a row for each:
//
//   - by minute in a Counter that the servers share. Without it (or while it does not
//     answer) every server counts for itself, so that n servers may together let
//     through n times the limit of a minute.
//   - by day in the memory of every server, folded into partner_usage every few
//     seconds (Fold). A limit of a day is exact on one server, but for keys looked up
//     in the moment of a fold; with several it is overrun by at most what the others
//     let through since they last folded and this one last looked (ten seconds). A
//     server that dies takes with it what it counted since.
//
// A partner that is stopped, or a key that is replaced, is refused at once by the
// server where that was done, and within ten seconds by every other.
package partners
