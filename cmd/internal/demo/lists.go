package demo

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/xuri/excelize/v2"

	"liandong/modules/cases"
	"liandong/policies"
)

// insurance is the item that is handled everywhere and filed in lists.
const insurance = "城乡居民基本医疗保险参保登记"

// lists lets filings come in by other ways than one by one and at home: taken in by another
// office (异地通办), and as a list (批量录入).
func (st *Stage) lists(ctx context.Context) error {
	if err := st.takenIn(ctx); err != nil {
		return fmt.Errorf("taken in elsewhere: %w", err)
	}
	if err := st.inLists(ctx); err != nil {
		return fmt.Errorf("lists: %w", err)
	}
	st.Clock.Set(st.Now)
	_, err := st.Services.Cases.Fold(ctx)
	return err
}

// taken (异地收件) is one filing that the window of the city takes in for another county.
type taken struct {
	at, item string
	ago      int // working days
	acts     int // that the competent office has done since
	handed   bool
	waits    bool // nobody at the competent office has it yet
}

// takenIn lets the window of the city take filings in for other counties: they are done,
// ready to be handed over, in handling, and on their way.
func (st *Stage) takenIn(ctx context.Context) error {
	days := newAlmanac(st.Now)
	for i, t := range []taken{
		{at: "152501000000", item: insurance, ago: 6, acts: 2, handed: true},
		{at: "152526000000", item: insurance, ago: 4, acts: 2},
		{at: "152530000000", item: insurance, ago: 3, acts: 1},
		{at: "152531000000", item: "公司设立登记", ago: 2, acts: 0},
		{at: "152522000000", item: insurance, waits: true},
	} {
		it, err := st.called(t.item)
		if err != nil {
			return err
		}
		p := plot{key: fmt.Sprintf("demo-taken-%d", i), item: it, origin: st.byCode[t.at], choices: st.answer(it, i)}
		st.apply(&p)
		if err := st.takeIn(ctx, &p, t, days); err != nil {
			return fmt.Errorf("%s for %s: %w", t.item, p.origin.Name, err)
		}
	}
	return nil
}

func (st *Stage) takeIn(ctx context.Context, p *plot, t taken, days almanac) error {
	clerk, err := st.AsRole(ctx, label(shownCity), policies.Clerk)
	if err != nil {
		return err
	}
	st.Clock.Set(days.ago(t.ago, 0.1))
	in := st.filing(p)
	if st.done[p.key] == "" {
		if in.Files, err = st.upload(clerk, p); err != nil {
			return err
		}
	}
	row, err := st.Services.Cases.TakeIn(clerk, p.origin.ID, in, p.item.Name, "4")
	if err != nil || t.waits {
		return err
	}
	if row.State == cases.TakenSent {
		row, err = st.settled(ctx, clerk, row.ID)
	}
	if err != nil || row.CaseID == nil {
		return err
	}
	acted, err := st.competent(ctx, *row.CaseID, p.origin, t, days)
	if err == nil && acted {
		row, err = st.settled(ctx, clerk, row.ID)
	}
	if err != nil || !t.handed || row.HandedAt != nil {
		return err
	}
	if err := st.Services.Cases.HandTaken(clerk, row.ID, p.name, "本人到锡林浩特市窗口领取", row.Unseen); err != nil {
		return err
	}
	_, err = st.settled(ctx, clerk, row.ID)
	return err
}

// settled lets the platform's job do what stands, and finds a row again.
func (st *Stage) settled(ctx, clerk context.Context, id string) (cases.Participant, error) {
	if err := st.Services.Cases.RunTaken(ctx); err != nil {
		return cases.Participant{}, err
	}
	for page := 1; ; page++ {
		rows, total, err := st.Services.Cases.Taken(clerk, cases.TakenQuery{Page: page})
		if err != nil {
			return cases.Participant{}, err
		}
		if i := slices.IndexFunc(rows, func(p cases.Participant) bool { return p.ID == id }); i >= 0 {
			return rows[i], nil
		}
		if page*cases.TakenPage >= total {
			return cases.Participant{}, fmt.Errorf("what was taken in as %s is gone", id)
		}
	}
}

// competent takes the case on where it belongs, and says whether there was anything left to do.
func (st *Stage) competent(ctx context.Context, id string, at *place, t taken, days almanac) (acted bool, err error) {
	clerk, err := st.AsRole(ctx, at.ID, policies.Clerk)
	if err != nil {
		return false, err
	}
	for n := range t.acts {
		v, err := st.Services.Cases.Show(clerk, id)
		if err != nil {
			return acted, err
		}
		if v.Case.Version > n+1 {
			continue
		}
		st.Clock.Set(days.ago(t.ago-1, 0.2+0.3*float64(n)))
		who, err := st.AsRole(ctx, v.Case.AtTenant, v.Case.StepPost)
		if err != nil {
			return acted, err
		}
		if _, err := st.handle(who, v.Case); err != nil {
			return acted, err
		}
		acted = true
	}
	return acted, nil
}

// listHead are the columns of a list as its template spells them, listFields what they fill in.
func listHead() []string {
	return []string{"申请人类型", "姓名（单位名称）", "证件号码", "联系电话", "联系地址"}
}

func listFields() (out []cases.BatchColumn) {
	for i, field := range []string{"kind", "name", "number", "phone", "address"} {
		out = append(out, cases.BatchColumn{Head: listHead()[i], Field: field})
	}
	return out
}

// inLists lets a township file two lists for insurance: one is done, some lines of it were
// wrong; the other has been checked and waits for the clerk's word.
func (st *Stage) inLists(ctx context.Context) error {
	days := newAlmanac(st.Now)
	clerk, err := st.AsLogin(ctx, "bulgan-clerk", label(shownTown))
	if err != nil {
		return err
	}
	it, err := st.called(insurance)
	if err != nil {
		return err
	}
	there, err := st.Services.Cases.Batches(clerk, it.id)
	if err != nil {
		return err
	}
	for i, name := range []string{"伊利勒特嘎查新生儿参保名单.xlsx", "宝力根苏木学生参保名单.xlsx"} {
		content, err := st.roster(8 - 2*i)
		if err != nil {
			return err
		}
		j := slices.IndexFunc(there, func(b cases.BatchList) bool { return b.FileName == name })
		if j < 0 {
			st.Clock.Set(days.ago(3-3*i, 0.3))
			b, err := st.Services.Cases.ReadBatch(clerk, cases.BatchFile{
				ItemID: it.id, ItemName: it.Name, Name: name, Content: content, Choices: st.answer(it, 0), OnPaper: "纸质材料已核对，由窗口收存（批量录入）",
				Columns: listFields(), Legal: []string{"单位"}, Answers: noAnswers,
			})
			if err != nil {
				return err
			}
			there, j = append(there, b), len(there)
		}
		if i == 0 && there[j].State == cases.BatchRead {
			if err := st.Services.Cases.FileBatch(clerk, there[j].ID); err != nil {
				return err
			}
		}
	}
	return st.Services.Cases.RunBatches(ctx)
}

// noAnswers is what a list says of the questions of an item that has none.
func noAnswers(map[string]string) (form map[string]any, wrong map[string]string) {
	return map[string]any{}, nil
}

// roster invents a list: its last three lines cannot be filed.
func (st *Stage) roster(good int) ([]byte, error) {
	f := excelize.NewFile()
	defer func() { _ = f.Close() }() // drops temporary files only
	at := 1
	var broken error
	write := func(cells ...string) {
		broken = errors.Join(broken, f.SetSheetRow(f.GetSheetName(0), fmt.Sprintf("A%d", at), &cells))
		at++
	}
	line := func(number, phone string) {
		write("个人", "演示·"+st.name(), number, phone, "锡林浩特市宝力根苏木（演示地址）")
	}
	phone := func() string { return fmt.Sprintf("199000%05d", 20_000+st.rng.IntN(70_000)) }
	write(listHead()...)
	first := idNumber(st.rng, "152502")
	line(first, phone())
	for range good - 1 {
		line(idNumber(st.rng, "152502"), phone())
	}
	wrong := []byte(idNumber(st.rng, "152502"))
	wrong[len(wrong)-2] = '0' + (wrong[len(wrong)-2]-'0'+1)%10 // the check digit no longer fits
	line(string(wrong), phone())
	line(idNumber(st.rng, "152502"), "1990000")
	line(first, phone()) // stands there twice
	var out bytes.Buffer
	_, err := f.WriteTo(&out)
	return out.Bytes(), errors.Join(broken, err)
}
