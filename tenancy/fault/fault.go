// Package fault names the few ways work can fail, apart from any transport.
package fault

import (
	"errors"
	"fmt"
)

// Kind is the coarse class of a failure; edges map it to a status or a page.
type Kind uint8

// The closed set of kinds. Zero is Internal, so forgetting one fails safe.
const (
	Internal Kind = iota
	Invalid
	NotFound
	Forbidden
	Conflict
	Precondition
	Unavailable
)

// String is the name of a kind in logs, texts and the API.
func (k Kind) String() string {
	names := []string{"internal", "invalid", "not_found", "forbidden", "conflict", "precondition", "unavailable"}
	if int(k) >= len(names) {
		k = Internal
	}
	return names[k]
}

// Error is a failure worth telling the user about.
type Error struct {
	Kind   Kind
	Text   string            // catalogue key; safe to show
	Detail string            // a sentence for people (a policy's reason), already in Chinese; may be empty
	Fields map[string]string // form field name to catalogue key, for Invalid
	cause  error
}

// New returns an error of kind k shown to the user as text.
func New(k Kind, text string) *Error { return &Error{Kind: k, Text: text} }

// InvalidField returns an Invalid fault that blames one form field.
func InvalidField(field, key string) *Error {
	return &Error{Kind: Invalid, Text: "invalid", Fields: map[string]string{field: key}}
}

// InvalidFields returns an Invalid fault for the fields, or nil when there are none.
func InvalidFields(fields map[string]string) error {
	if len(fields) == 0 {
		return nil
	}
	return &Error{Kind: Invalid, Text: "invalid", Fields: fields}
}

// Because attaches a cause for the log; the user never sees it.
func (e *Error) Because(err error) *Error {
	c := *e
	c.cause = err
	return &c
}

// With attaches a sentence that the user may read.
func (e *Error) With(detail string) *Error {
	c := *e
	c.Detail = detail
	return &c
}

func (e *Error) Error() string {
	s := e.Text
	if e.Detail != "" {
		s += " (" + e.Detail + ")"
	}
	if len(e.Fields) > 0 {
		s += fmt.Sprintf(" %v", e.Fields)
	}
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

func (e *Error) Unwrap() error { return e.cause }

// KindOf classifies any error; what nobody classified is Internal.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// As returns the fault inside err, if there is one.
func As(err error) (*Error, bool) { return errors.AsType[*Error](err) }
