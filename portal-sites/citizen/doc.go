// Package citizen is the site group (站群) that people see: one portal per tenant,
// each with its own name and theme and with the items (事项) that are in force there.
//
// Everything hangs below visit.Site: on a host of the tenant's own, or below
// /sites/{code} on a shared one. Links go through visit.URL, so that the same
// pages serve both. Mount expects the whole path in the request (chi's Mount or
// Route, not http.StripPrefix) and, in its context, the site and a scope of kind
// Person or Public.
//
//	/                        home          /cases               my cases (办件)
//	/items                   search        /cases/{id}          progress, supplement, withdraw, urge
//	/items/{id}              guide (办事指南) /cases/{id}/papers/… receipts and notices to print
//	/items/{id}/print        for paper     /files/{id}          one upload
//	/items/{id}/apply        filing        /notices             messages
//	/articles, /regions      news, tree    /help, /accessible   how to
//
// Whoever is not signed in and asks for what is hers is sent to /login and comes
// back by the parameter ReturnParam. A page never says where the value of an item
// comes from: that is the business of its editors.
package citizen
