package demo

import (
	"context"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"

	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/identity"
)

// Stage is the story while it is told: the tree, the people, who stands where.
type Stage struct {
	Services
	Options

	Accounts []*Account // everybody on the staff, the named ones first
	report   Report
	rng      *rand.Rand
	cast     Cast
	places   []place
	stage    []*place // the places that cases are born in or pass
	byCode   map[string]*place
	crew     map[post][]*Account
	citizens []*Account
	offered  []offered
	forms    map[string]formed // by the name of the item
	entries  map[string]string // of the basic list, by basic code
	scopes   map[scopeKey]tenancy.Scope
	done     map[string]string // idempotency key → case
	eforms   *forms.Service    // nil: nobody keeps forms
}

// place is one tenant of the story's tree.
type place struct {
	ID                        tenancy.ID
	Code, Level, Name, Parent string
}

type post struct {
	at   tenancy.ID
	role string
}

type scopeKey struct {
	at   tenancy.ID
	who  string
	post string
}

// Account (账号) is somebody who can sign in, with what the story gives her.
type Account struct {
	Staff
	Citizen *Citizen
	ID      string // identity
	Extra   bool   // invented by the generator, to staff every office of the story
}

// Tenant is the label of the tenant that a post stands in.
func (p Post) Tenant() tenancy.ID { return label(p.Division) }

// labelsPerCode is how many labels one official code spans (tenancy/tree).
const labelsPerCode = 1000

func label(code string) tenancy.ID {
	var n int64
	_, _ = fmt.Sscan(code, &n)
	return tenancy.ID(n * labelsPerCode)
}

// readTree learns the places from the same file that was imported.
func (st *Stage) readTree() error {
	rows, err := csv.NewReader(Divisions()).ReadAll()
	if err != nil {
		return err
	}
	for _, r := range rows[1:] {
		level := r[1]
		if level == "town" {
			level = "township"
		}
		st.places = append(st.places, place{ID: label(r[0]), Code: r[0], Level: level, Name: r[2], Parent: r[3]})
	}
	st.byCode = map[string]*place{}
	for i := range st.places {
		st.byCode[st.places[i].Code] = &st.places[i]
	}
	st.report.Tenants = len(st.places)
	return nil
}

// enrol makes the identities of staff and citizens and remembers where each stands.
func (st *Stage) enrol(ctx context.Context) (err error) {
	if st.cast, err = People(); err != nil {
		return err
	}
	st.assemble()
	hash, err := identity.HashPassword(Password)
	if err != nil {
		return err
	}
	everybody := slices.Concat(st.Accounts, st.citizens)
	wanted := make([]identity.NewIdentity, len(everybody))
	for i, a := range everybody {
		wanted[i] = st.identity(a, hash)
	}
	made, err := st.Identities.Import(ctx, wanted)
	if err != nil {
		return err
	}
	for i, m := range made {
		if m.Err != nil {
			return fmt.Errorf("account %s: %w", everybody[i].Name, m.Err)
		}
		everybody[i].ID = m.ID
	}
	st.report.Accounts = len(made)
	st.logins()
	return nil
}

func (st *Stage) identity(a *Account, hash string) identity.NewIdentity {
	n := identity.NewIdentity{Schema: identity.SchemaStaff, Login: a.Login, Name: a.Name, PasswordHash: hash}
	if a.Phone != "" {
		n.Phone = "+86" + a.Phone
	}
	if c := a.Citizen; c != nil {
		n.Schema, n.Login = identity.SchemaPerson, ""
		n.IDHash, n.IDSealed = st.HashID(c.IDNumber), st.SealID(c.IDNumber)
	}
	return n
}

// assemble gathers the named staff, the citizens, and a crew for every office
// that cases of the story pass through.
func (st *Stage) assemble() {
	st.crew = map[post][]*Account{}
	for _, s := range st.cast.Staff {
		st.hire(&Account{Staff: s})
	}
	for i := range st.cast.Citizens {
		c := &st.cast.Citizens[i]
		st.citizens = append(st.citizens, &Account{Staff: Staff{Name: c.Name, Phone: c.Phone, Note: c.Note}, Citizen: c})
	}
	st.stage = st.storyPlaces()
	for _, p := range st.stage {
		for _, j := range jobsOf(p.Level) {
			if len(st.crew[post{p.ID, j.role}]) == 0 {
				st.hire(&Account{Extra: true, Staff: Staff{
					Login: p.Code + "-" + j.role, Name: "演示·" + st.name(),
					Posts: []Post{{Division: p.Code, Department: j.department, Name: j.name, Roles: []string{j.role}}},
				}})
			}
		}
	}
}

func (st *Stage) hire(a *Account) {
	st.Accounts = append(st.Accounts, a)
	for _, p := range a.Posts {
		for _, role := range p.Roles {
			k := post{p.Tenant(), role}
			st.crew[k] = append(st.crew[k], a)
		}
	}
}

type job struct{ role, department, name string }

// jobsOf are the posts that a case may need at a level.
func jobsOf(level string) []job {
	if level == "village" {
		return []job{{policies.Clerk, "便民服务点", "帮办代办岗"}, {policies.Decider, "嘎查村民委员会", "负责人岗"}}
	}
	return []job{{policies.Clerk, "政务服务大厅", "综合窗口"}, {policies.Reviewer, "行政审批股", "审查岗"}, {policies.Decider, "行政审批股", "审批决定岗"}}
}

// villagesPerCounty is how many villages of each county the story visits,
// beside the homes of the citizens.
const villagesPerCounty = 2

// storyPlaces are the tenants where cases are born or pass: the homes of the
// citizens, some villages of every county, and everything above them.
func (st *Stage) storyPlaces() []*place {
	chosen := map[string]bool{}
	take := func(code string) {
		for p := st.byCode[code]; p != nil && !chosen[p.Code]; p = st.byCode[p.Parent] {
			chosen[p.Code] = true
		}
	}
	for _, c := range st.cast.Citizens {
		take(c.Division)
	}
	byCounty := map[string][]string{}
	for _, p := range st.places {
		if p.Level == "village" && !strings.Contains(p.Name, "社区") {
			byCounty[p.Code[:6]] = append(byCounty[p.Code[:6]], p.Code)
		}
	}
	for _, p := range st.places {
		if p.Level == "county" {
			take(p.Code)
			for range villagesPerCounty {
				if vs := byCounty[p.Code[:6]]; len(vs) > 0 {
					take(vs[st.rng.IntN(len(vs))])
				}
			}
		}
	}
	out := make([]*place, 0, len(chosen))
	for i := range st.places {
		if chosen[st.places[i].Code] {
			out = append(out, &st.places[i])
		}
	}
	return out
}

// name invents one.
func (st *Stage) name() string {
	n := st.cast.Names
	pick := func(s []string) string { return s[st.rng.IntN(len(s))] }
	if st.rng.IntN(2) == 0 {
		return pick(n.Mongolian)
	}
	return pick(n.HanFamily) + pick(n.HanGiven)
}

// Holding returns somebody who holds role in tenant at, or nil.
func (st *Stage) Holding(at tenancy.ID, role string) *Account {
	if who := st.crew[post{at, role}]; len(who) > 0 {
		return who[0]
	}
	return nil
}

// As is ctx with a acting in the post that she holds in tenant at, or, for a
// citizen, on the site of that tenant.
func (st *Stage) As(ctx context.Context, a *Account, at tenancy.ID) (context.Context, error) {
	actor := tenancy.Actor{Kind: tenancy.Person, ID: a.ID, Name: a.Name}
	for _, p := range a.Posts {
		if p.Tenant() == at {
			actor.Kind, actor.Roles, actor.Posted = tenancy.Staff, append(actor.Roles, p.Roles...), append(actor.Posted, p.Department)
		}
	}
	k := scopeKey{at, a.ID, string(actor.Kind)}
	if _, ok := st.scopes[k]; !ok {
		sc, err := st.Tree.ScopeFor(ctx, at, actor)
		if err != nil {
			return nil, err
		}
		sc.RequestID = "demo"
		st.scopes[k] = sc
	}
	return tenancy.With(ctx, st.scopes[k]), nil
}

// AsRole is As for whoever holds role in tenant at.
func (st *Stage) AsRole(ctx context.Context, at tenancy.ID, role string) (context.Context, error) {
	a := st.Holding(at, role)
	if a == nil {
		return nil, fmt.Errorf("nobody holds %s in %s", role, at)
	}
	return st.As(ctx, a, at)
}

// League is the root of the story.
func (st *Stage) League() tenancy.ID { return st.places[0].ID }

// logins lists the accounts that a visitor should try.
func (st *Stage) logins() {
	for _, a := range st.Accounts {
		if a.Extra {
			continue
		}
		roles, where := []string{}, []string{}
		for _, p := range a.Posts {
			roles, where = append(roles, p.Name), append(where, st.byCode[p.Division].Name)
		}
		st.report.Logins = append(st.report.Logins, Login{Role: strings.Join(roles, "、"), Tenant: strings.Join(where, "、"), Login: a.Login, Password: Password, Note: a.Name + ":" + a.Note})
	}
	for _, a := range st.citizens {
		st.report.Logins = append(st.report.Logins, Login{Role: "个人", Tenant: st.byCode[a.Citizen.Division].Name, Login: a.Phone, Password: Password, Note: a.Name + "(" + a.Citizen.IDNumber + "):" + a.Note})
	}
}
