// Package jobs carries facts to whoever subscribed to them and runs what must
// run again and again. It is the only importer of asynq.
//
// Redis is a courier, never the record. An event is stored in the outbox with
// the transaction that made it; the relay hands it to asynq once per subscriber,
// and the subscriber's effects and its inbox row are one transaction:
//
//	outbox ──relay──▶ asynq ──worker──▶ effects + inbox(event, subscriber)
//	   ▲                                   │
//	   └── done_at, when every subscriber's inbox row exists ◀──┘
//
// Promised: every subscriber's effects of every event happen exactly once,
// though Redis lose everything, a worker die in the middle, two workers get the
// same task or PostgreSQL restart; what fails is tried again with growing
// pauses, and what keeps failing is put aside (dead letter) where Failures
// shows it and Retry or GiveUp ends it. Not promised: order; and a subscriber that
// is new with a release hears of what is stored once every worker knows it.
//
// A schedule runs on one worker at a time, by a lease in PostgreSQL, so it goes
// on while Redis is away.
package jobs
