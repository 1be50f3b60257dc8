// Package laws keeps the legal library (政策法规库): laws and rules of every rank,
// article by article, with the text that was in force on any day.
//
// A law belongs to the tenant that entered it and, once published, is read by
// everybody below it. Nobody edits what is published: a change is a new edition
// of an article with the day from which it is in force, and the text before it
// stays. Who writes does not put in force:
//
//	draft ──Publish──► published ──Repeal──► repealed
//	                    │     ▲
//	                  Amend  Publish
//	                    ▼     │
//	                draft editions of articles
//
// The edition of an article in force on a day is the published one with the
// latest FromOn that is not after it. Whether a law is in force (时效) follows
// from its days alone: see Law.Validity.
//
// Items (事项) name laws by title. What stands on a law is answered by Asks, so
// that amending or repealing one shows which items are affected.
package laws
