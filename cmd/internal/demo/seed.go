package demo

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"time"

	"liandong/modules/cases"
	"liandong/modules/catalog"
	"liandong/modules/files"
	"liandong/tenancy"
	"liandong/tenancy/db"
	"liandong/tenancy/fault"
	"liandong/tenancy/identity"
	"liandong/tenancy/tree"
)

// Password is what every demonstration account signs in with. It is public: a
// real installation never seeds them.
const Password = "Liandong-2026"

// Identities makes the accounts; *identity.Client is one.
type Identities interface {
	Import(ctx context.Context, all []identity.NewIdentity) ([]identity.Imported, error)
}

// Services are what the demonstration is played on. All of them stand on DB,
// and DB on the clock of Options. The functions may be nil: that part of the
// story is then left out, and the report says so.
type Services struct {
	DB         *db.DB
	Tree       *tree.Service
	Catalog    *catalog.Service
	Files      *files.Service
	Cases      *cases.Service
	Identities Identities
	HashID     func(idNumber string) string // identity.Identifiers.HashID
	SealID     func(idNumber string) string
	// Org gives the accounts their departments, posts, grants and appointments.
	Org func(ctx context.Context, s *Stage) error
	// Supervision sets the rules of the league.
	Supervision func(ctx context.Context, s *Stage) error
	// Laws fills the legal library.
	Laws func(ctx context.Context, s *Stage) error
	// Forms designs and publishes the electronic forms that items name.
	Forms func(ctx context.Context, s *Stage) error
	// Sites fills settings and articles.
	Sites func(ctx context.Context, s *Stage) error
}

// Options say how the story is told.
type Options struct {
	Clock    *Clock       // the one behind Services.DB; it stands at Now when Seed returns
	Now      time.Time    // when the story ends
	Cases    int          // cases (办件) to play; 0 means 200
	Progress func(string) // hears every part, in Chinese; may be nil
}

// seedOfChance makes every installation tell the same story.
const seedOfChance = 1525

// defaultCases is how many cases a demonstration shows.
const defaultCases = 200

// Report says what stands after seeding.
type Report struct {
	Tenants, Accounts, Items, Cases int
	ByStatus                        map[string]int // of the cases played, by status; granted and denied beside completed
	Late, Soon                      int            // open cases past their due time, or within three days of it
	Warnings                        []string       // parts left out, in Chinese
	Logins                          []Login
	Took                            time.Duration
}

// Login (登录账号) is a line of the list that a visitor is given.
type Login struct {
	Role, Tenant, Login, Password, Note string
}

// Seed plays the demonstration into an installation. It may be broken off and
// run again: what stands is found and not made twice. ctx carries no scope; every
// act runs in the scope of the person who would do it.
func Seed(ctx context.Context, s Services, o Options) (Report, error) {
	began := time.Now()
	if o.Cases == 0 {
		o.Cases = defaultCases
	}
	if o.Progress == nil {
		o.Progress = func(string) {}
	}
	defer o.Clock.Set(o.Now)
	st := &Stage{Services: s, Options: o, scopes: map[scopeKey]tenancy.Scope{}, rng: rand.New(rand.NewPCG(seedOfChance, seedOfChance))}
	for _, part := range []struct {
		name string
		play func(context.Context) error
	}{
		{"导入区划", st.plant},
		{"创建演示账号", st.enrol},
		{"设立部门、岗位和授权", st.appoint},
		{"收录政策法规", st.collect},
		{"设计并发布电子表单", st.design},
		{"编写并发布事项", st.publish},
		{"设计一件事", st.together},
		{"设置电子监察规则", st.supervise},
		{"布置站点和文章", st.decorate},
		{"办理演示办件", st.play},
		{"调整事项", st.tend},
		{"申请一件事", st.openShops},
		{"办理特别的办件", st.scenes},
		{"异地收件、批量录入", st.lists},
		{"关注办件、分派任务", st.desks},
	} {
		o.Progress(part.name + "……")
		if err := part.play(ctx); err != nil {
			return st.report, fmt.Errorf("demo: %s: %w", part.name, err)
		}
	}
	st.report.Took = time.Since(began)
	return st.report, nil
}

// longAgo is when the platform opened its doors in the story.
func (st *Stage) longAgo() time.Time { return st.Now.AddDate(0, 0, -150) }

// Platform is ctx as the job that may do anything in the tree.
func Platform(ctx context.Context) context.Context {
	return tenancy.With(ctx, tenancy.Scope{
		Tenant: tenancy.Platform, Over: tenancy.Whole(), Ancestors: []tenancy.ID{tenancy.Platform},
		Actor: tenancy.Actor{Kind: tenancy.System, Name: "demo"}, RequestID: "demo",
	})
}

// plant imports the divisions of the league, all or none, unless they stand.
func (st *Stage) plant(ctx context.Context) error {
	if err := st.readTree(); err != nil {
		return err
	}
	_, err := st.Tree.ByCode(ctx, st.places[0].Code)
	if fault.KindOf(err) != fault.NotFound {
		return err
	}
	st.Clock.Set(st.longAgo())
	_, err = st.Tree.Import(Platform(ctx), Divisions(), "演示数据")
	return err
}

func (st *Stage) appoint(ctx context.Context) error { return st.part(ctx, "组织机构", st.Org) }

func (st *Stage) collect(ctx context.Context) error { return st.part(ctx, "政策法规库", st.Laws) }

func (st *Stage) design(ctx context.Context) error { return st.part(ctx, "电子表单", st.Forms) }

func (st *Stage) supervise(ctx context.Context) error {
	return st.part(ctx, "电子监察", st.Supervision)
}

func (st *Stage) decorate(ctx context.Context) error { return st.part(ctx, "站点", st.Sites) }

// part plays a part that another module brings, if it is there.
func (st *Stage) part(ctx context.Context, name string, play func(context.Context, *Stage) error) error {
	if play == nil {
		st.warn(name + "尚未接入，已跳过")
		return nil
	}
	return play(ctx, st)
}

func (st *Stage) warn(s string) { st.report.Warnings = append(st.report.Warnings, s) }

// Print writes the accounts as a table that fits a terminal and a README.
func (r Report) Print(w io.Writer) {
	_, _ = fmt.Fprintf(w, "| 角色 | 单位 | 账号 | 密码 | 说明 |\n|--|--|--|--|--|\n")
	for _, l := range r.Logins {
		_, _ = fmt.Fprintf(w, "| %s | %s | %s | %s | %s |\n", l.Role, l.Tenant, l.Login, l.Password, l.Note)
	}
}
