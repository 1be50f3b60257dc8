// Package desk is the staff workbench (工作台): the frame around the web pages of
// all modules, and what belongs to none of them: the way in, the home page, the
// choice of post, the help.
//
// Whoever is signed in acts in one seat (席位), a post or an administration grant.
// Nothing about it is remembered between requests but which one was chosen: what
// it gives is read anew each time, so a revocation holds from the next click on.
package desk
