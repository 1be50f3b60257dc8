package demo

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"liandong/modules/cases"
	"liandong/modules/cases/events"
	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/db"
)

// How far an application for a restaurant has come.
const (
	shopFiled    = iota // waits at the window
	shopAccepted        // its first part is being handled
	shopVisited         // the parts of the second stage have been looked at together, and are being decided
	shopOpen            // everything is granted and delivered
)

// shop is somebody's application for opening a restaurant as one thing.
type shop struct {
	*Stage

	plot   plot
	reach  int
	filed  int // working days ago
	days   almanac
	lead   context.Context //nolint:containedctx // the scope of the office that leads, for one story
	parted int             // acts so far, to lay them out in time
}

// openShops lets four people open a restaurant as one thing, one of them to the end.
func (st *Stage) openShops(ctx context.Context) error {
	known, err := st.kept(ctx, st.League())
	if err != nil {
		return err
	}
	county := st.byCode[shownCity]
	clerk, err := st.AsRole(ctx, county.ID, policies.Clerk)
	if err != nil {
		return err
	}
	body := known[shopCode].Body
	theme := offered{id: known[shopCode].ID}
	theme.Body = body
	days := newAlmanac(st.Now)
	for i, s := range []shop{{reach: shopAccepted, filed: 1}, {reach: shopFiled}, {reach: shopVisited, filed: 4}, {reach: shopOpen, filed: 12}} {
		s.Stage, s.lead, s.days = st, clerk, days
		s.plot = plot{key: fmt.Sprintf("demo-joint-%d", i), item: theme, origin: county, who: st.citizens[i], choices: []string{"s1b", "s2a"}}
		st.apply(&s.plot)
		if err := s.play(ctx, body); err != nil {
			return fmt.Errorf("restaurant %d: %w", i, err)
		}
	}
	st.Clock.Set(st.Now)
	_, err = st.Services.Cases.Fold(ctx)
	return err
}

// play files the application and takes it on as far as it is to come, from wherever an
// earlier run has left it.
func (s *shop) play(ctx context.Context, body catalog.Body) error {
	s.tick()
	c, err := s.fileShop(ctx, body)
	for err == nil && s.reach > shopFiled {
		if s.parted > mostActs {
			return fmt.Errorf("it stands at %s after %d acts", c.StepName, s.parted)
		}
		var going bool
		if c, going, err = s.step(ctx, c); !going {
			return err
		}
		s.tick()
	}
	return err
}

// mostActs is more than a restaurant needs.
const mostActs = 40

// tick lets time go on: three acts a working day.
func (s *shop) tick() {
	const each = 3
	s.Clock.Set(s.days.ago(s.filed-s.parted/each, 0.1+0.3*float64(s.parted%each)))
	s.parted++
}

// step does the next thing; going is false once nothing more is to happen.
func (s *shop) step(ctx context.Context, c cases.Case) (_ cases.Case, going bool, err error) {
	if c.Status == cases.Submitted {
		c, err = s.Services.Cases.Accept(s.lead, c.ID, c.Version, "材料齐全，统一受理，转各部门办理")
		if err == nil {
			err = s.join(ctx, c)
		}
		return c, s.reach > shopAccepted, err
	}
	v, err := s.Services.Cases.Show(s.lead, c.ID)
	if err != nil || s.reach == shopAccepted || !v.Case.Open() {
		return v.Case, false, err
	}
	if v.Case.Awaits != cases.ForParts {
		c, err = s.finish(ctx, v.Case)
		return c, true, err
	}
	going, err = s.part(ctx, v)
	if err == nil {
		err = s.join(ctx, v.Case)
	}
	return v.Case, going, err
}

// finish does the steps of the whole after its parts.
func (s *shop) finish(ctx context.Context, c cases.Case) (cases.Case, error) {
	her, err := s.AsRole(ctx, c.AtTenant, c.StepPost)
	if err != nil {
		return c, err
	}
	if c.StepKind == string(flows.Decide) {
		return s.Services.Cases.Decide(her, c.ID, c.Version, true, "各部门均已准予，汇总办结")
	}
	return s.Services.Cases.Deliver(her, c.ID, c.Version, "营业执照和许可证一次领取")
}

// part does something about the first part that is not where it is to come.
func (s *shop) part(ctx context.Context, v cases.View) (going bool, err error) {
	if over, err := s.conclude(v); over || err != nil {
		return true, err
	}
	running := slices.DeleteFunc(slices.Clone(v.Joint.Parts), func(p cases.PartRow) bool { return p.Sub == nil || !p.Sub.Open() })
	if len(running) == 0 {
		return true, nil
	}
	if len(v.Joint.Reviews) == 0 && running[0].Stage > 1 {
		_, err = s.Services.Cases.Convene(s.lead, v.Case.ID, v.Case.Version, cases.Meeting{
			Review: cases.ReviewVisit, Where: "经营场所（演示地址）", Note: "后厨布局、消毒设施和客房卫生一次看完", Parts: []string{"food", "health"},
		})
		return true, err
	}
	for _, p := range running {
		her, err := s.AsRole(ctx, p.Sub.AtTenant, p.Sub.StepPost)
		if err != nil {
			return false, err
		}
		whole, err := s.Services.Cases.Show(her, p.Sub.ID)
		if err != nil {
			return false, err
		}
		if owed := whole.Owed(); len(owed) > 0 {
			_, err := s.Services.Cases.Speak(her, whole.Case.ID, whole.Case.Version, owed[0].ID, true, "布局合理，设施齐全，同意")
			return true, err
		}
		if s.reach == shopVisited && p.Sub.StepKind == string(flows.Decide) && p.Stage > 1 {
			continue
		}
		_, err = s.handle(her, whole.Case)
		return true, err
	}
	return false, nil
}

// conclude ends the joint visit once everybody has spoken.
func (s *shop) conclude(v cases.View) (bool, error) {
	for _, r := range v.Joint.Reviews {
		if r.Standing() && !slices.ContainsFunc(r.Voices, func(x cases.Voiced) bool { return x.Standing() }) {
			_, err := s.Services.Cases.Conclude(s.lead, v.Case.ID, v.Case.Version, r.ID, true, "联合踏勘通过，不再另行到场")
			return true, err
		}
	}
	return false, nil
}

// handle takes a case one step on in the ordinary way.
func (st *Stage) handle(ctx context.Context, c cases.Case) (cases.Case, error) {
	usual := map[string]string{string(flows.Accept): "accept", string(flows.Decide): "grant", string(flows.Deliver): "deliver"}
	return st.act(ctx, c, cmp.Or(usual[c.StepKind], "pass"))
}

// join does what the platform's job does for a joint case whenever something moved.
func (s *shop) join(ctx context.Context, c cases.Case) error {
	body, err := json.Marshal(events.JointMoved{Case: events.Case{CaseID: c.ID, Tenant: c.TenantID, Joint: c.ID}})
	if err != nil {
		return err
	}
	e := db.Delivery{ID: db.NewID(), Tenant: c.TenantID, Name: cases.JointEvents()[0], Body: body}
	sc, err := tenancy.From(s.lead)
	if err != nil {
		return err
	}
	sc.Actor = tenancy.Actor{Kind: tenancy.System, ID: cases.JointJob, Name: cases.JointJob}
	return s.DB.InTx(tenancy.With(ctx, sc), func(ctx context.Context, tx *db.Tx) error { return s.Services.Cases.OnJointMoved(ctx, tx, e) })
}

// fileShop fills the one form in and files, or finds what an earlier run has filed.
func (s *shop) fileShop(ctx context.Context, body catalog.Body) (cases.Case, error) {
	p := &s.plot
	her, err := s.As(ctx, p.who, p.origin.ID)
	if err != nil {
		return cases.Case{}, err
	}
	in := s.filing(p)
	if s.done[p.key] == "" {
		if in.Files, err = s.upload(her, p); err != nil {
			return cases.Case{}, err
		}
		if in.Sheet, err = s.oneForm(ctx, her, body); err != nil {
			return cases.Case{}, err
		}
	}
	return s.Services.Cases.File(her, in)
}

// oneForm begins a draft of the united form (一表制) with what every chosen part asks for.
func (s *shop) oneForm(ctx, her context.Context, body catalog.Body) (string, error) {
	editor, err := s.AsRole(ctx, s.League(), policies.ItemEditor)
	if err != nil || s.eforms == nil {
		return "", err
	}
	m, err := s.unite(editor, body)
	if err != nil {
		return "", err
	}
	mine := theme(body, s.plot.choices)
	values, picked := forms.Values{}, []string{}
	for _, up := range m.Union.Parts {
		i := slices.IndexFunc(mine, func(p catalog.ThemePart) bool { return p.Key == up.Key })
		if i < 0 {
			continue
		}
		if up.Choice {
			picked = append(picked, up.Key)
		}
		fill(values, up, Fill(s.forms[mine[i].Name].Sample, s.known(&s.plot)))
	}
	f, _, err := s.eforms.Enter(her, forms.Entry{
		FormID: m.FormID, Number: m.Number, For: "item:" + s.plot.item.id, Facts: map[string]any{forms.ElementFact(forms.ChosenElement): picked},
	})
	if err != nil {
		return "", err
	}
	_, err = s.eforms.Keep(her, f.ID, forms.Typed{Seen: f.Version, Values: values})
	return f.ID, err
}

// theme are the parts that choices lead to.
func theme(b catalog.Body, choices []string) []catalog.ThemePart { return b.For(choices).Parts }

// fill writes the answers to a part's own form under the ids of the united one.
func fill(into forms.Values, p forms.UnionPart, own map[string]any) {
	for id, v := range own {
		rows, table := v.([]any)
		if !table || len(p.Tables[id]) == 0 {
			into[p.Fields[id]] = v
			continue
		}
		var out []any
		for _, r := range rows {
			row := map[string]any{}
			cells, _ := r.(map[string]any)
			for cell, x := range cells {
				row[p.Fields[cell]] = x
			}
			out = append(out, row)
		}
		into[p.Fields[id]] = out
	}
}

// upload hands in a paper for everything that is required.
func (st *Stage) upload(ctx context.Context, p *plot) (ids []string, err error) {
	for _, material := range p.item.For(p.choices).Required() {
		f, err := st.Files.Upload(ctx, material+".pdf", material, bytes.NewReader(paper))
		if err != nil {
			return nil, fmt.Errorf("material %s: %w", material, err)
		}
		ids = append(ids, f.ID)
	}
	return ids, nil
}
