package db

import (
	"encoding/json"
	"fmt"
	"time"

	"liandong/tenancy"
)

// Delivery is an event on its way to a subscriber: what Emit stored. It may
// arrive late and out of order, but its effects happen once.
type Delivery struct {
	ID        string
	Tenant    tenancy.ID // whose fact it is
	Name      string
	Body      json.RawMessage
	ActorID   string // who caused it
	ActorName string
	RequestID string
	At        time.Time // when it happened
}

// Decode reads the event into v.
func (d Delivery) Decode(v any) error {
	if err := json.Unmarshal(d.Body, v); err != nil {
		return fmt.Errorf("decode %s %s: %w", d.Name, d.ID, err)
	}
	return nil
}
