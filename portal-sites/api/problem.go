package api

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"slices"

	"github.com/danielgtaylor/huma/v2"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

const problemType = "application/problem+json"

// errSignIn reports that the operation is for people who are signed in.
var errSignIn = errors.New("api: not signed in")

// Problem is a failure (RFC 9457) that says what happened and why, in Chinese.
type Problem struct {
	Type      string    `json:"type" doc:"about:blank"`
	Title     string    `json:"title"`
	Status    int       `json:"status"`
	Detail    string    `json:"detail,omitempty"`
	Errors    []Mistake `json:"errors,omitempty"`
	RequestID string    `json:"request_id,omitempty"`
}

// Mistake is what is wrong with one parameter.
type Mistake struct {
	Field   string `json:"field"`
	Message string `json:"message"`
}

// Error makes a Problem an error that huma answers with.
func (p *Problem) Error() string { return p.Title + ": " + p.Detail }

// GetStatus is the HTTP status.
func (p *Problem) GetStatus() int { return p.Status }

// ContentType is that of RFC 9457.
func (p *Problem) ContentType(string) string { return problemType }

// problemOf translates an error once, for every operation.
func problemOf(ctx context.Context, err error) *Problem {
	if errors.Is(err, errSignIn) {
		return newProblem(ctx, http.StatusUnauthorized, text.T("api.sign_in.title"), text.T("api.sign_in.detail"))
	}
	kind := fault.KindOf(err)
	name := kind.String()
	p := newProblem(ctx, kit.StatusOf(kind), text.T("error."+name+".title"), text.T("error."+name+".reason"))
	f, ok := fault.As(err)
	if !ok || kind == fault.Internal {
		return p
	}
	p.Detail = text.T(f.Text)
	if f.Detail != "" {
		p.Detail = f.Detail
	}
	for field, key := range f.Fields {
		p.Errors = append(p.Errors, Mistake{field, text.T(key)})
	}
	slices.SortFunc(p.Errors, func(a, b Mistake) int { return cmp.Compare(a.Field, b.Field) })
	return p
}

func newProblem(ctx context.Context, status int, title, detail string) *Problem {
	return &Problem{Type: "about:blank", Title: title, Status: status, Detail: detail, RequestID: kit.RequestIDFrom(ctx)}
}

// inChinese replaces what the library itself refuses (a page that is no number)
// by the same shape and language as every other problem.
func inChinese(ctx huma.Context, _ string, v any) (any, error) {
	m, ok := v.(*huma.ErrorModel)
	if !ok {
		return v, nil
	}
	name := "invalid"
	if m.Status >= http.StatusInternalServerError {
		name = "internal"
	}
	p := newProblem(ctx.Context(), m.Status, text.T("error."+name+".title"), text.T("error."+name+".reason"))
	for _, d := range m.Errors {
		p.Errors = append(p.Errors, Mistake{d.Location, text.T("api.parameter")})
	}
	return p, nil
}

// unknown answers addresses that no operation has.
func unknown(w http.ResponseWriter, r *http.Request) {
	p := problemOf(r.Context(), fault.New(fault.NotFound, "api_no_operation"))
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(p.Status)
	_ = json.NewEncoder(w).Encode(p) // the caller went away; nobody is left to tell
}
