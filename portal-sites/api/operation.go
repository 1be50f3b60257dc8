package api

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"

	"github.com/danielgtaylor/huma/v2"

	"liandong/tenancy/fault"
)

// operation says what an operation is besides its types.
type operation struct {
	id, path, tag string

	public  bool // for everybody, within the limits of partners
	keyed   bool // for partners alone: nobody else may keep an answer
	stamped bool // changes only with what the tenant offers: judged before it is answered
	forever bool // never changes
}

// answer is a response of an operation. Status is 200, or 304 when the caller has
// this very body. Unless it is forever, caches must ask again: what a level above
// changes is seen below at once.
type answer[T any] struct {
	Status       int
	CacheControl string `header:"Cache-Control"`
	ETag         string `header:"ETag"`
	Vary         string `header:"Vary"`
	Body         T
}

const (
	askAgain = "no-cache"
	yours    = "private, no-cache"
	keep     = "public, max-age=31536000, immutable"
)

// located is an input that names its tenant.
type located interface{ at() string }

// get registers an operation that only reads.
func get[I, T any](api huma.API, s site, o operation, do func(context.Context, *I) (T, error)) {
	op := s.document(api, o)
	op.Middlewares = append(op.Middlewares, remembering)
	if o.public && s.Partners != nil {
		op.Middlewares = append(op.Middlewares, s.admit(api))
	}
	huma.Register(api, op, func(ctx context.Context, in *I) (*answer[T], error) {
		out, err := reply(ctx, s, o, in, do)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		if out.CacheControl = askAgain; o.forever {
			out.CacheControl = keep
		}
		if o.keyed {
			out.CacheControl, out.Vary = yours, "Authorization"
		}
		if out.Status = http.StatusOK; askedOf(ctx).holds(out.ETag) {
			out.Status = http.StatusNotModified
		}
		return out, nil
	})
}

// reply does the work, unless the stamp of the tenant tells that the caller has its
// result already.
func reply[I, T any](ctx context.Context, s site, o operation, in *I, do func(context.Context, *I) (T, error)) (*answer[T], error) {
	var out answer[T]
	where, ok := any(in).(located)
	if ok {
		if err := s.within(ctx, where.at()); err != nil {
			return nil, err
		}
	}
	if o.stamped && ok {
		tag, err := s.stamp(ctx, where.at())
		if err != nil {
			return nil, err
		}
		if a := askedOf(ctx); a.noneMatch != "*" && a.holds(tag) {
			return &answer[T]{ETag: tag}, nil
		}
		out.ETag = tag
	}
	body, err := do(ctx, in)
	if out.Body = body; err == nil && out.ETag == "" {
		out.ETag, err = tagOf(body)
	}
	return &out, err
}

// stamp is the entity tag of an answer that depends on nothing but the question, the
// program, and what the tenant offers. A relative order by use is not told apart:
// the tag is weak.
func (s site) stamp(ctx context.Context, code string) (string, error) {
	inside, err := s.Enter(ctx, code)
	if err != nil {
		return "", err
	}
	stamp, err := s.Items.Stamp(inside)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256([]byte(s.Version + " " + stamp + " " + askedOf(ctx).url))
	return `W/"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, nil
}

// tagOf is the entity tag of a body: the same for the same bytes.
func tagOf(body any) (string, error) {
	raw, err := json.Marshal(body)
	if err != nil {
		return "", fault.New(fault.Internal, "internal").Because(fmt.Errorf("tag an answer: %w", err))
	}
	sum := sha256.Sum256(raw)
	return `"` + base64.RawURLEncoding.EncodeToString(sum[:12]) + `"`, nil
}

// asked is what an answer must know of its question.
type asked struct{ url, noneMatch string }

type askedKey struct{}

// remembering keeps what of the question is not in the input.
func remembering(ctx huma.Context, next func(huma.Context)) {
	u := ctx.URL()
	next(huma.WithValue(ctx, askedKey{}, asked{u.RequestURI(), ctx.Header("If-None-Match")}))
}

func askedOf(ctx context.Context) asked {
	a, _ := ctx.Value(askedKey{}).(asked)
	return a
}

// holds reports whether the caller says that it has the answer with a tag
// (RFC 9110, 13.1.2: weak comparison).
func (a asked) holds(tag string) bool {
	for part := range strings.SplitSeq(a.noneMatch, ",") {
		part = strings.TrimSpace(part)
		if part == "*" && tag != "" || part != "" && strings.TrimPrefix(part, "W/") == strings.TrimPrefix(tag, "W/") {
			return true
		}
	}
	return false
}
