package identity

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	ory "github.com/ory/kratos-client-go"

	"liandong/tenancy/fault"
)

// The catalogue keys of this package; their texts are in identity.json of the kit.
const (
	keyUnavailable  = "identity_unavailable"
	keyLoginFailed  = "login_failed"
	keyLoginLocked  = "login_locked"
	keyDisabled     = "identity_disabled"
	keyTaken        = "identity_taken"
	keyNotFound     = "identity_not_found"
	keyIncomplete   = "identity_incomplete"
	keyRefused      = "identity_refused"
	keyCodeWrong    = "code_wrong"
	keyCodeExpired  = "code_expired"
	keyCodeTooOften = "code_too_often"
	keyCodeUsed     = "code_used"
	keyTooSoon      = "code_too_soon"
	keyTOTPMissing  = "totp_missing"
	keyTOTPAlready  = "totp_already"
	keyOldWrong     = "password_old_wrong"
	keyTooShort     = "password_too_short"
	keyTooLong      = "password_too_long"
	keyTooSimilar   = "password_too_similar"
	keyPolicy       = "password_refused"
	keyReauth       = "reauthentication_required"
	keySecondFactor = "second_factor_required"
)

// told maps what Kratos tells the user (ids of its text/id.go) to what we tell.
// The first message of a reply that stands here wins.
func told(m ory.UiText) *fault.Error {
	switch m.Id {
	case 4000001: // generic: only its sentence tells
		if strings.Contains(m.Text, "too often") {
			return invalid("code", keyCodeTooOften)
		}
	case 4000006, 4000035, 4000037: // wrong credentials, no such account: never told apart
		return invalid("password", keyLoginFailed)
	case 4000008, 4010008: // second factor wrong, code wrong or used
		return invalid("code", keyCodeWrong)
	case 4010001, 4050001, 4070005: // the flow ran out
		return invalid("code", keyCodeExpired)
	case 4000011:
		return fault.New(fault.Precondition, keyTOTPMissing)
	case 4000007, 4000028:
		return fault.New(fault.Conflict, keyTaken)
	case 4000003, 4000032:
		return invalid("password", keyTooShort)
	case 4000017, 4000033:
		return invalid("password", keyTooLong)
	case 4000031:
		return invalid("password", keyTooSimilar)
	case 4000005, 4000034:
		return invalid("password", keyPolicy)
	}
	return nil
}

func invalid(field, key string) *fault.Error {
	return &fault.Error{Kind: fault.Invalid, Text: key, Fields: map[string]string{field: key}}
}

// reply is the part of Kratos's error bodies that decides: a flow with messages,
// or a generic error.
type reply struct {
	UI struct {
		Messages []ory.UiText `json:"messages"`
		Nodes    []struct {
			Messages []ory.UiText `json:"messages"`
		} `json:"nodes"`
	} `json:"ui"`
	Error struct {
		ID     string `json:"id"`
		Code   int    `json:"code"`
		Reason string `json:"reason"`
	} `json:"error"`
	State string `json:"state"`
}

func (r reply) texts() []ory.UiText {
	all := r.UI.Messages
	for _, n := range r.UI.Nodes {
		all = append(all, n.Messages...)
	}
	return all
}

// said is what Kratos said, for the log.
func (r reply) said() string {
	all := []string{r.Error.ID, r.Error.Reason}
	for _, m := range r.texts() {
		all = append(all, fmt.Sprint(m.Id, " ", m.Text))
	}
	return strings.Join(all, "; ")
}

// failure maps what a call returned to a fault; nil stays nil.
func failure(op string, res *http.Response, err error) error {
	if err == nil {
		return nil
	}
	if res != nil && res.Body != nil {
		_ = res.Body.Close() // read already, into the error
	}
	cause := fmt.Errorf("%s: %w", op, err)
	if res == nil || res.StatusCode >= http.StatusInternalServerError || res.StatusCode == http.StatusTooManyRequests {
		return fault.New(fault.Unavailable, keyUnavailable).Because(cause)
	}
	r := bodyOf(err)
	for _, m := range r.texts() {
		if f := told(m); f != nil {
			return f.Because(cause)
		}
	}
	if f := generic(res.StatusCode, r); f != nil {
		return f.Because(cause)
	}
	return fault.New(fault.Internal, "internal").Because(fmt.Errorf("%w: %s", cause, r.said()))
}

// generic maps refusals that are not about a form field.
func generic(status int, r reply) *fault.Error {
	switch r.Error.ID {
	case "session_aal2_required":
		return fault.New(fault.Precondition, keySecondFactor)
	case "session_refresh_required":
		return fault.New(fault.Precondition, keyReauth)
	case "self_service_flow_expired":
		return invalid("code", keyCodeExpired)
	}
	switch {
	case status == http.StatusUnauthorized && r.Error.Reason == "This account was disabled.":
		return fault.New(fault.Forbidden, keyDisabled)
	case status == http.StatusGone:
		return invalid("code", keyCodeExpired)
	case status == http.StatusNotFound:
		return fault.New(fault.NotFound, keyNotFound)
	case status == http.StatusConflict:
		return fault.New(fault.Conflict, keyTaken)
	}
	return nil
}

func bodyOf(err error) (r reply) {
	if e, ok := errors.AsType[*ory.GenericOpenAPIError](err); ok {
		_ = json.Unmarshal(e.Body(), &r) // what is no JSON says nothing
	}
	return r
}

// has reports whether Kratos said id among the messages of err.
func has(err error, ids ...int64) bool {
	for _, m := range bodyOf(err).texts() {
		if slices.Contains(ids, m.Id) {
			return true
		}
	}
	return false
}
