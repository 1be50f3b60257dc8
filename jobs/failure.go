package jobs

import (
	"encoding/json"

	"github.com/hibiken/asynq"
)

// failureOf reads a task that failed; ok is false for tasks in any other state.
func failureOf(t *asynq.TaskInfo) (f Failure, ok bool) {
	var p parcel
	if json.Unmarshal(t.Payload, &p) != nil || t.State != asynq.TaskStateArchived && t.State != asynq.TaskStateRetry {
		return f, false
	}
	f = Failure{
		Queue: t.Queue, ID: t.ID, Event: p.Name, EventID: p.Event, Tenant: p.Tenant, Subscriber: p.Subscriber, Error: t.LastErr,
		Tries: t.Retried, Most: t.MaxRetry, Aside: t.State == asynq.TaskStateArchived, FailedAt: t.LastFailedAt,
	}
	if !f.Aside {
		f.NextAt = t.NextProcessAt
	}
	return f, true
}
