package demo

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"liandong/modules/cases"
	"liandong/policies"
	"liandong/tenancy/db"
)

// moment is one deed of one case on the common time line.
type moment struct {
	plot *plot
	deed int
}

// play lets all cases happen, in the order of time.
func (st *Stage) play(ctx context.Context) error {
	if err := st.recall(ctx); err != nil {
		return err
	}
	all := st.plots()
	var line []moment
	for i := range all {
		for d := range all[i].deeds {
			line = append(line, moment{&all[i], d})
		}
	}
	slices.SortStableFunc(line, func(a, b moment) int { return a.at().Compare(b.at()) })
	now := map[*plot]cases.Case{}
	for i, m := range line {
		c, err := st.happen(ctx, m, now[m.plot])
		if err != nil {
			return fmt.Errorf("case %s of %q at %s, %s: %w", m.plot.key, m.plot.item.Name, m.plot.origin.Name, m.plot.deeds[m.deed].what, err)
		}
		now[m.plot] = c
		if done := (i + 1) * 10 / len(line); done > i*10/len(line) {
			st.Progress(fmt.Sprintf("办理演示办件 %d%%", done*10))
		}
	}
	st.Clock.Set(st.Now)
	for _, c := range now {
		st.count(c)
	}
	_, err := st.Services.Cases.Fold(ctx) // dashboards show the story at once
	return err
}

func (m moment) at() time.Time { return m.plot.deeds[m.deed].at }

// recall learns which cases an earlier run has filed.
func (st *Stage) recall(ctx context.Context) error {
	st.done = map[string]string{}
	return st.DB.InTx(Platform(ctx), func(ctx context.Context, tx *db.Tx) error {
		var rows []struct{ Key, Answer string }
		err := tx.NewRaw(`select key, answer from idempotency where key ^@ 'case:demo-' or key ^@ 'taken:demo-'`).Scan(ctx, &rows)
		for _, r := range rows {
			st.done[r.Key[strings.Index(r.Key, ":")+1:]] = r.Answer
		}
		return err
	})
}

// happen does one deed, unless an earlier run has done it: every deed raises
// the version of its case by one.
func (st *Stage) happen(ctx context.Context, m moment, c cases.Case) (cases.Case, error) {
	p := m.plot
	if m.deed > 0 && c.Version > m.deed {
		return c, nil
	}
	st.Clock.Set(p.deeds[m.deed].at)
	what := p.deeds[m.deed].what
	ctx, err := st.actor(ctx, p, c, what)
	if err != nil {
		return c, err
	}
	if what == "file" {
		return st.file(ctx, p)
	}
	return st.act(ctx, c, what)
}

// actor is whoever would do it: the applicant's side, or the post that the case waits for.
func (st *Stage) actor(ctx context.Context, p *plot, c cases.Case, what string) (context.Context, error) {
	switch what {
	case "file", "answer", "withdraw":
		if p.who != nil {
			return st.As(ctx, p.who, p.origin.ID)
		}
		return st.AsRole(ctx, p.origin.ID, policies.Clerk)
	}
	return st.AsRole(ctx, c.AtTenant, c.StepPost)
}

func (st *Stage) act(ctx context.Context, c cases.Case, what string) (cases.Case, error) {
	say := func(lines ...string) string { return lines[int(c.CreatedAt.Unix())%len(lines)] }
	seen := st.Services.Cases.Seen(cases.Originals{All: true})
	switch what {
	case "accept":
		return seen.Accept(ctx, c.ID, c.Version, say("材料齐全，符合法定形式，予以受理", "材料已核对，予以受理"))
	case "refuse":
		return st.Services.Cases.Refuse(ctx, c.ID, c.Version, say("申请事项不属于本机关职权范围，已告知向有关机关申请", "经一次性告知后仍不符合受理条件"))
	case "ask":
		names := []string{"申请表签名页"}
		return st.Services.Cases.AskSupplement(ctx, c.ID, c.Version, names, say("签名不清，请重新签署后提交", "缺少签名页，请补正"))
	case "answer":
		return st.Services.Cases.Resubmit(ctx, c.ID, c.Version, say("已重新签署并提交", "已补齐"), nil)
	case "pass":
		return st.Services.Cases.Pass(ctx, c.ID, c.Version, say("情况属实，同意上报", "经审查符合条件，同意", "已现场核实，材料与实际一致"))
	case "grant":
		return st.Services.Cases.Decide(ctx, c.ID, c.Version, true, say("准予", "符合法定条件，准予"))
	case "deny":
		return st.Services.Cases.Decide(ctx, c.ID, c.Version, false, "不符合法定条件，不予批准；如不服可依法申请行政复议或者提起行政诉讼")
	case "deliver":
		if c.Channel != cases.Assisted && c.Mode != cases.Verify && c.Trips >= c.TripsPromised && c.No[len(c.No)-1] != '7' { // seldom is she called once more
			return st.Services.Cases.HandOver(ctx, c.ID, c.Version, cases.Handover{Way: cases.Electronic, Note: "网上领取电子件"})
		}
		return seen.Deliver(ctx, c.ID, c.Version, say("本人领取", "当面交付", "帮办员送达"))
	case "withdraw":
		return st.Services.Cases.Withdraw(ctx, c.ID, c.Version, "申请人主动撤回")
	}
	return c, errors.New("the story knows no such deed")
}

// filing is the application of a plot, without its materials.
func (st *Stage) filing(p *plot) cases.Filing {
	return cases.Filing{ItemID: p.item.id, Kind: p.kind, Name: p.name, Number: p.number, Phone: p.phone, Address: p.origin.Name + "(演示地址)", Choices: p.choices, Key: p.key}
}

// file hands an application in with its materials, or finds the one of an earlier run.
func (st *Stage) file(ctx context.Context, p *plot) (c cases.Case, err error) {
	in := st.filing(p)
	in.Answers = st.answers(p)
	if st.done[p.key] == "" {
		if in.Files, err = st.upload(ctx, p); err != nil {
			return c, err
		}
	}
	return st.Services.Cases.File(ctx, in)
}

func (st *Stage) count(c cases.Case) {
	r := &st.report
	if r.ByStatus == nil {
		r.ByStatus = map[string]int{}
	}
	r.Cases++
	r.ByStatus[string(c.Status)]++
	if c.Outcome != "" {
		r.ByStatus[c.Outcome]++
	}
	if c.Open() && c.DueAt != nil {
		if c.DueAt.Before(st.Now) {
			r.Late++
		} else if c.DueAt.Before(st.Now.AddDate(0, 0, 3)) {
			r.Soon++
		}
	}
}

// paper is the smallest PDF that centres take: one empty page.
//

var paper = []byte("%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\nxref\n0 4\n0000000000 65535 f \n0000000009 00000 n \n0000000052 00000 n \n0000000101 00000 n \ntrailer<</Size 4/Root 1 0 R>>\nstartxref\n164\n%%EOF\n")
