package demo

import (
	"context"
	"fmt"
	"slices"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/tenancy"
)

// scene is one case that shows something that chance would not: who applies for what, where,
// and what is done to it, by whom and when.
type scene struct {
	key, item, at string // at is the 12-digit code of where it is filed
	who           int    // which citizen files online; nobody: a clerk helps somebody
	choices       []string
	acts          []act
}

// nobody is who files in a scene that begins at the window.
const nobody = -1

// act is one thing that somebody does to the case of a scene. It raises the version of the case by one.
type act struct {
	ago int // working days before the end of the story
	by  by
	do  func(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error)
}

// by finds who acts.
type by func(ctx context.Context, st *Stage, p *plot, c cases.Case) (context.Context, error)

// filed is when a scene begins.
func filed(ago int) act { return act{ago: ago} }

// her is whoever holds the post of the step at which the case stands.
func her(ctx context.Context, st *Stage, _ *plot, c cases.Case) (context.Context, error) {
	return st.AsRole(ctx, c.AtTenant, c.StepPost)
}

// applicant is the citizen who filed, or the clerk who helps.
func applicant(ctx context.Context, st *Stage, p *plot, c cases.Case) (context.Context, error) {
	return st.actor(ctx, p, c, "file")
}

// login is somebody by name, where the case stands.
func login(name string) by {
	return func(ctx context.Context, st *Stage, _ *plot, c cases.Case) (context.Context, error) {
		return st.AsLogin(ctx, name, c.AtTenant)
	}
}

// AsLogin is As for a member of staff by her login.
func (st *Stage) AsLogin(ctx context.Context, login string, at tenancy.ID) (context.Context, error) {
	a := st.account(login)
	if a == nil {
		return nil, fmt.Errorf("nobody signs in as %s", login)
	}
	return st.As(ctx, a, at)
}

// account is a member of staff by her login; nil when there is none.
func (st *Stage) account(login string) *Account {
	if i := slices.IndexFunc(st.Accounts, func(a *Account) bool { return a.Login == login }); i >= 0 {
		return st.Accounts[i]
	}
	return nil
}

// usual is what the step wants, done in the ordinary way.
func (st *Stage) usual(ago int) act {
	return act{ago, her, func(ctx context.Context, _ *cases.Service, c cases.Case) (cases.Case, error) {
		return st.handle(ctx, c)
	}}
}

// usually is usual, several times, a working day apart.
func (st *Stage) usually(from, times int) (out []act) {
	for i := range times {
		out = append(out, st.usual(max(from-i, 0)))
	}
	return out
}

// scenes plays what chance would not show.
func (st *Stage) scenes(ctx context.Context) error {
	days := newAlmanac(st.Now)
	for i, s := range st.everyScene() {
		if err := st.scene(ctx, s, days, float64(i%8)/10); err != nil {
			return fmt.Errorf("scene %s: %w", s.key, err)
		}
	}
	st.Clock.Set(st.Now)
	return nil
}

func (st *Stage) scene(ctx context.Context, s scene, days almanac, part float64) error {
	it, err := st.called(s.item)
	if err != nil {
		return err
	}
	p := plot{key: "demo-" + s.key, item: it, origin: st.byCode[s.at], choices: s.choices}
	if s.who != nobody {
		p.who = st.citizens[s.who]
	}
	st.apply(&p)
	if len(p.choices) == 0 {
		p.choices = st.answer(it, 0)
	}
	var c cases.Case
	for n, a := range s.acts {
		if n > 0 && c.Version > n {
			continue // an earlier run has done it
		}
		st.Clock.Set(days.ago(a.ago, min(part+0.02*float64(n), 1)))
		if c, err = st.perform(ctx, &p, a, c); err != nil {
			return fmt.Errorf("act %d: %w", n, err)
		}
	}
	return nil
}

func (st *Stage) perform(ctx context.Context, p *plot, a act, c cases.Case) (cases.Case, error) {
	if a.do == nil {
		ctx, err := st.actor(ctx, p, c, "file")
		if err != nil {
			return c, err
		}
		return st.file(ctx, p)
	}
	as, err := a.by(ctx, st, p, c)
	if err != nil {
		return c, err
	}
	return a.do(as, st.Services.Cases, c)
}

// fire lets the timers of flows run out, as the platform does every minute, and looks at the case again.
func fire(ago int) act {
	return act{ago, func(ctx context.Context, st *Stage, p *plot, _ cases.Case) (context.Context, error) {
		return st.AsRole(ctx, p.origin.ID, policies.Clerk)
	}, func(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
		if _, err := s.Fire(platform(ctx)); err != nil {
			return c, err
		}
		v, err := s.Show(ctx, c.ID)
		return v.Case, err
	}}
}

// platform is ctx as the job of the platform that works in the same place.
func platform(ctx context.Context) context.Context {
	sc, err := tenancy.From(ctx)
	if err != nil {
		return ctx
	}
	sc.Actor = tenancy.Actor{Kind: tenancy.System, Name: "schedule"}
	return tenancy.With(ctx, sc)
}
