// Package audit keeps the record (审计日志) of who did what honest, and lets
// people read it.
//
// Lines are written by the transactions that they speak of (db.Tx.Record) and
// by nothing else: no role of the application may change or delete one. Off that
// path a job seals them, tenant by tenant, into a chain:
//
//	hash(n) = SHA-256( hash(n-1) ‖ n ‖ when it was sealed ‖ the line )
//	head    = (n, hash(n), HMAC by a key that the database does not have)
//
// so that Verify notices whatever somebody with every right in the database did
// to a sealed line: altered it, removed it (the last ones too), put one in between, changed
// or removed seals. What it cannot notice: a line made up before it was sealed,
// and the whole chain put back to an older state together with its head; against
// the latter every seal run logs the heads, and logs leave the machine.
//
// The label of the tenant is not part of what is sealed: when a tenant is moved
// in the tree, its lines and its chain move with it.
package audit
