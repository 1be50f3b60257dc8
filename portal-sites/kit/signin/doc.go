// Package signin draws the pages by which people come in and look after their
// account, over Kratos and in our own words: password, short-message code, second
// factor (动态口令), lock-out, sign-out, password change, running sessions. The desk
// mounts it for staff, citizen sites for persons; what differs stands in Deps.
//
// A browser holds one sealed cookie. After the password of somebody with a second
// factor it holds a pending session, which opens nothing but the page that asks for
// the code. Whoever changes a password or a factor ends her other sessions, on all
// servers. No page tells whether an account exists.
package signin
