// Package org knows who works where and who may hand that on: departments (部门)
// with their posts (岗位), appointments (任职) to them, and grants (授权), the three
// tiers of delegated administration.
//
//	league administrator (tier 1) → county (tier 2) → township (tier 3) → posts
//
// A grant is never wider than the one above it: a smaller piece of the tree,
// no other roles, no longer time; a fourth tier is refused. Revoking one marks,
// in the same transaction, every grant and appointment that hangs on it.
//
// Nothing is cached and no session carries a right: Seats and Sit read the
// tables, so that a revocation holds from the next request on, for everybody
// below as well. A grant whose tenant was moved away from under the grant above
// it sleeps: it is kept, and gives nothing.
//
// A seat (席位) is what a person signs in to: a post that she holds, or a grant
// (then as administrator, and nothing else).
//
// Grants and appointments are written as System over the whole tree, because
// what a person holds elsewhere counts (三员分立: the three officers are different
// people) and is visible only there. Policy is asked in the name of the actor
// first, with her grants read anew and locked; then the transaction is narrowed
// to what she sees. Departments are written as the actor.
package org
