package api

import (
	"context"
	"fmt"
	"math"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humachi"

	"liandong/modules/partners"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/fault"
)

// Partners judges who asks; *partners.Service answers it.
type Partners interface {
	// Admit counts a request with a key, or without one from an address, and tells
	// whether it may go on.
	Admit(ctx context.Context, key, address string) (partners.Pass, error)
}

type passKey struct{}

// admit lets a request in within the limits of its key or its address, and tells
// both old and new programs what is left (draft-ietf-httpapi-ratelimit-headers: the
// three fields up to -07, RateLimit and RateLimit-Policy since -08).
func (s site) admit(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		r, _ := humachi.Unwrap(ctx)
		key, keyed := strings.CutPrefix(ctx.Header("Authorization"), "Bearer ")
		if !keyed {
			key = ""
		}
		pass, err := s.Partners.Admit(ctx.Context(), strings.TrimSpace(key), s.address(r))
		if err != nil {
			s.refuse(api, ctx, s.problem(ctx.Context(), err))
			return
		}
		tell(ctx, pass.Limits)
		if pass.Refused == "" {
			next(huma.WithValue(ctx, passKey{}, pass))
			return
		}
		status, name := http.StatusUnauthorized, "key"
		if pass.Wait > 0 {
			status, name = http.StatusTooManyRequests, "limit"
			ctx.SetHeader("Retry-After", seconds(pass.Wait))
		} else {
			ctx.SetHeader("WWW-Authenticate", `Bearer realm="liandong"`)
		}
		s.refuse(api, ctx, newProblem(ctx.Context(), status, text.T("api."+name+".title"), text.T(pass.Refused)))
	}
}

func (s site) refuse(api huma.API, ctx huma.Context, p *Problem) {
	ctx.SetHeader("Cache-Control", "no-store")
	ctx.SetHeader("Content-Type", problemType)
	ctx.SetStatus(p.Status)
	_ = api.Marshal(ctx.BodyWriter(), "application/json", p) // the caller went away; nobody is left to tell
}

// tell writes what is left; the narrowest limit comes first.
func tell(ctx huma.Context, limits []partners.Limit) {
	var policy, left []string
	narrow := 0
	for i, l := range limits {
		policy = append(policy, fmt.Sprintf(`"%s";q=%d;w=%s`, l.Name, l.Max, seconds(l.Window)))
		left = append(left, fmt.Sprintf(`"%s";r=%d;t=%s`, l.Name, l.Left, seconds(l.Reset)))
		if l.Left < limits[narrow].Left {
			narrow = i
		}
	}
	if len(limits) == 0 {
		return
	}
	l := limits[narrow]
	ctx.SetHeader("RateLimit-Policy", strings.Join(policy, ", "))
	ctx.SetHeader("RateLimit", strings.Join(left, ", "))
	ctx.SetHeader("RateLimit-Limit", strconv.Itoa(l.Max))
	ctx.SetHeader("RateLimit-Remaining", strconv.Itoa(l.Left))
	ctx.SetHeader("RateLimit-Reset", seconds(l.Reset))
}

func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }

func (s site) address(r *http.Request) string {
	if s.Address != nil {
		return s.Address(r)
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// within refuses what a key does not reach: it is good for the subtree of the tenant
// that gave it out.
func (s site) within(ctx context.Context, code string) error {
	pass, ok := ctx.Value(passKey{}).(partners.Pass)
	if !ok || pass.Partner == "" {
		return nil
	}
	n, err := s.Tree.ByCode(ctx, code)
	if err != nil {
		return err
	}
	if !pass.Over.Contains(n.ID) {
		return fault.New(fault.Forbidden, "api_key_elsewhere")
	}
	return nil
}
