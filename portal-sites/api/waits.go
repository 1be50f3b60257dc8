package api

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"liandong/modules/cases"
	"liandong/modules/partners"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/fault"
)

// WaitAnswer (外部结果) is what another system has to say.
type WaitAnswer struct {
	Answer string `json:"answer" maxLength:"500" doc:"结果，写入办件的办理记录" example:"检测合格，报告号 2026-0318"`
}

// WaitAnswered says what was answered, the first time and every other.
type WaitAnswered struct {
	No   string    `json:"no" doc:"办件编号"`
	Wait string    `json:"wait" doc:"等待的标识"`
	At   time.Time `json:"at" doc:"登记时间"`
}

type waitInput struct {
	Where

	No   string `path:"no" maxLength:"40" doc:"办件编号"`
	Wait string `path:"wait" maxLength:"60" doc:"等待的标识，与流程图中等待元素的标识一致"`
	Key  string `header:"Idempotency-Key" required:"true" maxLength:"80" doc:"由调用方生成的唯一标识：同一标识重复提交只登记一次，回答相同"`
	Body WaitAnswer
}

// answerWait lets a partner answer what a case waits for, if its key may do so where the case was born.
func (s site) answerWait(ctx context.Context, in *waitInput) (WaitAnswered, error) {
	pass, _ := ctx.Value(passKey{}).(partners.Pass)
	if !pass.Answers {
		return WaitAnswered{}, fault.New(fault.Forbidden, "api_key_answers")
	}
	n, err := s.Tree.ByCode(ctx, in.Code)
	if err != nil {
		return WaitAnswered{}, err
	}
	// What comes behind the wait may fall to tenants above the partner's.
	scope := tenancy.Scope{
		Tenant: n.ID, Over: tenancy.Whole(), Ancestors: []tenancy.ID{tenancy.Platform},
		Actor: tenancy.Actor{Kind: tenancy.System, ID: pass.Partner, Name: pass.Name}, RequestID: kit.RequestIDFrom(ctx),
	}
	over := tenancy.Interval{Lo: n.ID, Hi: n.Hi}
	done, err := s.Cases.Answer(tenancy.With(ctx, scope), cases.Message{Over: over, No: in.No, Wait: in.Wait, Answer: in.Body.Answer, Key: in.Key})
	return WaitAnswered{No: done.No, Wait: done.Wait, At: done.At}, err
}

// post registers an operation that changes something: for partners with a key alone, never kept by a cache.
func post[I, T any](api huma.API, s site, o operation, do func(context.Context, *I) (T, error)) {
	op := s.document(api, o)
	op.Method, op.Parameters = http.MethodPost, nil
	delete(op.Responses, "304")
	op.Responses["409"] = problemResponse(api, http.StatusConflict)
	if s.Partners != nil {
		op.Middlewares = append(op.Middlewares, s.admit(api))
	}
	op.Middlewares = append(op.Middlewares, s.known(api))
	huma.Register(api, op, func(ctx context.Context, in *I) (*posted[T], error) {
		if where, ok := any(in).(located); ok {
			if err := s.within(ctx, where.at()); err != nil {
				return nil, s.problem(ctx, err)
			}
		}
		out, err := do(ctx, in)
		if err != nil {
			return nil, s.problem(ctx, err)
		}
		return &posted[T]{CacheControl: "no-store", Body: out}, nil
	})
}

// known refuses who has no key before anything that was sent is read.
func (s site) known(api huma.API) func(huma.Context, func(huma.Context)) {
	return func(ctx huma.Context, next func(huma.Context)) {
		if pass, _ := ctx.Context().Value(passKey{}).(partners.Pass); pass.Partner == "" {
			s.refuse(api, ctx, s.problem(ctx.Context(), errKey))
			return
		}
		next(ctx)
	}
}

type posted[T any] struct {
	CacheControl string `header:"Cache-Control"`
	Body         T
}
