// Package notices tells people what happened: in the application (消息), to the
// applicant or to whoever holds a role in a tenant, and by short message (短信)
// to the applicant's phone.
//
// It subscribes to what other modules publish (On). Promised: one notice and one
// message per event, addressee and kind, however often the event is delivered.
// A message is queued with the notice and sent by a job (Send): at least once,
// and once as long as no worker dies between the gateway's answer and writing it
// down. Phones are sealed at rest; events carry none.
//
// Words are not kept: a notice is a kind with parameters, and the web spells it.
package notices
