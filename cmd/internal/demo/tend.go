package demo

import (
	"context"
	"fmt"
	"slices"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
	"liandong/policies"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
)

// The places of this part of the story.
const (
	shownCity = "152502000000"
	shownTown = "152502200000"
)

// tend lets the catalogue live on after it was published: things are changed,
// locked, asked for, suspended, split and merged, some of it still under way.
func (st *Stage) tend(ctx context.Context) error {
	for _, part := range []func(context.Context) error{st.arrange, st.refine, st.split, st.merge, st.entryChanges, st.improve, st.hold, st.ask, st.suspend, st.plan} {
		if err := part(ctx); err != nil {
			return err
		}
	}
	st.Clock.Set(st.Now)
	return nil
}

// called is the item of the story with this name.
func (st *Stage) called(name string) (offered, error) {
	i := slices.IndexFunc(st.offered, func(o offered) bool { return o.Name == name })
	if i < 0 {
		return offered{}, fmt.Errorf("no item is called %s", name)
	}
	return st.offered[i], nil
}

// daysAgo sets the clock to the morning of an earlier day.
func (st *Stage) daysAgo(n int) { st.Clock.Set(st.Now.AddDate(0, 0, -n)) }

// turn is something that is done to an item in force.
type turn struct {
	name, act, reason string
	edit              func(*catalog.Body)
	dates             catalog.Dates
	open              bool // stays under review
}

// take does a turn, from where an earlier run has left it: its reason is what it
// is known by.
func (st *Stage) take(ctx context.Context, t turn) error {
	o, err := st.called(t.name)
	if err != nil {
		return err
	}
	return st.turn(ctx, o.owner, o.id, t)
}

func (st *Stage) turn(ctx context.Context, owner tenancy.ID, id string, t turn) error {
	editor, err := st.AsRole(ctx, owner, policies.ItemEditor)
	if err != nil {
		return err
	}
	sheet, err := st.Catalog.Show(editor, id)
	if err != nil {
		return err
	}
	v := sheet.Version
	if v.Act != t.act || v.Reason != t.reason {
		if v, err = st.Catalog.Begin(editor, id, t.act, t.reason); err != nil {
			return fmt.Errorf("%s %s: %w", t.act, t.name, err)
		}
	}
	if v.State == catalog.StateDraft && t.edit != nil {
		t.edit(&v.Body)
		if v, err = st.Catalog.Edit(editor, v.ID, v.Version, catalog.Draft{Body: v.Body}); err != nil {
			return fmt.Errorf("edit %s: %w", t.name, err)
		}
	}
	if v.State == catalog.StateDraft && t.dates != (catalog.Dates{}) {
		if v, err = st.Catalog.SetDates(editor, v.ID, v.Version, t.dates); err != nil {
			return fmt.Errorf("dates of %s: %w", t.name, err)
		}
	}
	if err := st.carry(ctx, owner, v, !t.open); err != nil {
		return fmt.Errorf("%s %s: %w", t.act, t.name, err)
	}
	return nil
}

// arrange sets what the league and a township have of their own: words, a code, a
// notice, a chain of reviews.
func (st *Stage) arrange(ctx context.Context) error {
	st.daysAgo(30)
	editor, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
	if err != nil {
		return err
	}
	if err := st.words(editor); err != nil {
		return err
	}
	reviewer, err := st.AsRole(ctx, st.League(), policies.ItemReviewer)
	if err != nil {
		return err
	}
	all, err := st.Catalog.Templates(reviewer)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(all, func(t catalog.Template) bool { return t.Key == catalog.TellSuspended })
	if !all[i].Own {
		if err := st.Catalog.SetTemplate(reviewer, catalog.TellSuspended, "“{事项}”自{日期}起暂停办理：{原因}。急需办理的，请致电各级政务服务大厅；已经提交的办件继续办理，未提交的草稿为您保留。", 0); err != nil {
			return err
		}
	}
	town, err := st.AsRole(ctx, label(shownTown), policies.ItemReviewer)
	if err != nil {
		return err
	}
	chain, err := st.Catalog.Chain(town)
	if err != nil || chain.Own {
		return err
	}
	return st.Catalog.SetChain(town, []catalog.ReviewStep{{Name: "科室初审", Department: "党群服务中心"}, {Name: "分管负责人审定", Department: "党政综合办公室"}}, 0)
}

func (st *Stage) words(editor context.Context) error {
	own, err := st.Catalog.Synonyms(editor, "")
	if err != nil {
		return err
	}
	for _, w := range [][2]string{{"草场证", "草原使用权"}, {"接羔点", "临时占用草原"}, {"80岁补贴", "高龄津贴"}} {
		if slices.ContainsFunc(own, func(s catalog.Synonym) bool { return s.Own && s.Word == w[0] }) {
			continue
		}
		if err := st.Catalog.AddSynonym(editor, w[0], w[1]); err != nil {
			return err
		}
	}
	d, err := st.Catalog.Dictionary(editor, codes.LifeEvent)
	if err != nil {
		return err
	}
	if slices.ContainsFunc(d.Words, func(w catalog.Word) bool { return w.Own }) {
		return nil
	}
	return st.Catalog.AddCode(editor, codes.LifeEvent, "herding", "我要放牧（畜牧业生产）")
}

// refine lets a township say of inherited items what is its own.
func (st *Stage) refine(ctx context.Context) error {
	st.daysAgo(26)
	town, err := st.AsRole(ctx, label(shownTown), policies.ItemEditor)
	if err != nil {
		return err
	}
	three := 12
	for name, f := range map[string]catalog.Fields{
		"生育登记":      {Values: map[string]string{"hours": "每日 9:00—12:00、14:30—17:00，牧忙时节可以预约上门", "address": "宝力根苏木党群服务中心一层（演示地址）", "phone": "0479-0000021"}},
		"农村村民宅基地审批": {PromisedDays: &three, Values: map[string]string{"address": "宝力根苏木党群服务中心一层（演示地址）"}},
	} {
		o, err := st.called(name)
		if err != nil {
			return err
		}
		g, err := st.Catalog.Guide(town, o.id)
		if err != nil {
			return err
		}
		if g.OwnSeen > 0 {
			continue
		}
		if _, err := st.Catalog.Override(town, o.id, catalog.Change{Fields: f}); err != nil {
			return fmt.Errorf("refine %s: %w", name, err)
		}
	}
	return nil
}

// split puts two items in the place of one of the city's.
func (st *Stage) split(ctx context.Context) error {
	const reason = "占用与挖掘的条件、收费和时限不同，分开办理更清楚"
	st.daysAgo(20)
	old, err := st.called("占用、挖掘城市道路审批")
	if err != nil {
		return err
	}
	editor, err := st.AsRole(ctx, old.owner, policies.ItemEditor)
	if err != nil {
		return err
	}
	sheet, err := st.Catalog.Show(editor, old.id)
	if err != nil || sheet.Item.State == catalog.StateWithdrawn {
		return err
	}
	if sheet.Version.Act != catalog.ActSplit {
		if _, err = st.Catalog.Split(editor, old.id, reason, []string{"临时占用城市道路审批", "挖掘城市道路审批"}); err != nil {
			return err
		}
		if sheet, err = st.Catalog.Show(editor, old.id); err != nil {
			return err
		}
	}
	for i, p := range sheet.Parts {
		if p.State != catalog.StateDraft || p.Body.BasicCode != "" {
			continue
		}
		if _, err := st.Catalog.Edit(editor, p.ID, p.Version, catalog.Draft{Body: part(p.Body, i)}); err != nil {
			return fmt.Errorf("part %s: %w", p.Body.Name, err)
		}
	}
	return st.carry(ctx, old.owner, sheet.Version, true)
}

// part is what the i-th part of the split says: one of the two situations.
func part(b catalog.Body, i int) catalog.Body {
	mine := b.Situations[0].Options[i]
	b.BasicCode = fmt.Sprintf("%s%03d", "000117003", i+1)
	b.Situations = nil
	b.Materials = slices.DeleteFunc(slices.Clone(b.Materials), func(m catalog.Material) bool {
		return i == 0 && m.Name == "修复方案"
	})
	b.Fees = slices.DeleteFunc(slices.Clone(b.Fees), func(f catalog.Fee) bool { return !slices.Contains(mine.Fees, f.Name) })
	return b
}

// merge makes one item of two that villages hand on.
func (st *Stage) merge(ctx context.Context) error {
	st.daysAgo(18)
	var ids []string
	for _, name := range []string{"最低生活保障申请委托代办", "特困人员供养申请委托代办"} {
		o, err := st.called(name)
		if err != nil {
			return err
		}
		ids = append(ids, o.id)
	}
	editor, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
	if err != nil {
		return err
	}
	v, err := st.Catalog.Merge(editor, catalog.Merger{Name: "社会救助申请委托代办", Reason: "两项代办材料和流程相同，合并为一张表", Items: ids, Key: "demo-merge"})
	if err != nil {
		return err
	}
	if v.State == catalog.StateDraft && v.Body.BasicCode == "" {
		v.Body.BasicCode = "002011004000"
		v.Body.Keywords = append(slices.Clone(v.Body.Keywords), "特困代办", "五保")
		if v, err = st.Catalog.Edit(editor, v.ID, v.Version, catalog.Draft{Body: v.Body}); err != nil {
			return err
		}
	}
	return st.carry(ctx, st.League(), v, true)
}

// entryChanges gives an entry of the basic list that the city has claimed another
// provision: the city is asked to look.
func (st *Stage) entryChanges(ctx context.Context) error {
	st.daysAgo(14)
	return st.turn(ctx, st.League(), st.entries["000120011000"], turn{name: "动物诊疗许可", act: catalog.ActChange, reason: "补充办理期限的依据", edit: func(b *catalog.Body) {
		b.LegalBasis = append(slices.Clone(b.LegalBasis[:1]), catalog.LegalBasis{Law: "中华人民共和国行政许可法", Article: "第四十二条", Text: "除可以当场作出行政许可决定的外，行政机关应当自受理行政许可申请之日起二十日内作出行政许可决定。"})
	}})
}

// improve changes items of the league; one of the changes meets what the city
// says otherwise.
func (st *Stage) improve(ctx context.Context) error {
	st.daysAgo(12)
	if err := st.take(ctx, turn{name: "公共场所卫生许可", act: catalog.ActChange, reason: "全盟统一延时服务时间和咨询电话", edit: func(b *catalog.Body) {
		b.Hours, b.Phone = "工作日 8:30—12:00、14:30—18:00，周六 9:00—12:00", "0479-0000100"
	}}); err != nil {
		return err
	}
	return st.take(ctx, turn{name: "生育登记", act: catalog.ActChange, reason: "实行全程网办", edit: func(b *catalog.Body) {
		b.Hours, b.OnlineDepth = "工作日 8:30—17:30，网上全天受理", []string{"1", "2", "3", "4", "5", "6", "7"}
	}})
}

// hold locks what everybody below must leave as it is.
func (st *Stage) hold(ctx context.Context) error {
	st.daysAgo(10)
	editor, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
	if err != nil {
		return err
	}
	there, err := st.Catalog.Locks(editor)
	if err != nil || len(there) > 0 {
		return err
	}
	return st.Catalog.Lock(editor, catalog.LockWish{Element: "complaint_phone", Reason: "投诉统一由盟政务服务热线受理，各级不另设号码"})
}

// ask lets levels below ask for what they may not change themselves: one wish is
// open, one was declined.
func (st *Stage) ask(ctx context.Context) error {
	st.daysAgo(8)
	town, err := st.AsRole(ctx, label(shownTown), policies.ItemEditor)
	if err != nil {
		return err
	}
	o, err := st.called("八十周岁以上老年人高龄津贴给付")
	if err != nil {
		return err
	}
	r, err := st.Catalog.Ask(town, catalog.RequestWish{ItemID: o.id, Element: "materials", Wish: "增加近期照片一张", Reason: "便于核对是否健在", Key: "demo-ask-1"})
	if err != nil {
		return err
	}
	league, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
	if err != nil {
		return err
	}
	st.daysAgo(7)
	if r.State == catalog.RequestOpen {
		if _, err := st.Catalog.AnswerRequest(league, r.ID, catalog.Verdict{Reason: "健在情况由系统与公安、医保数据比对，不增加材料"}); err != nil {
			return err
		}
	}
	city, err := st.AsRole(ctx, label(shownCity), policies.ItemEditor)
	if err != nil {
		return err
	}
	st.daysAgo(3)
	_, err = st.Catalog.Ask(city, catalog.RequestWish{ItemID: o.id, Element: "conditions", Wish: "具有本旗县市（区）户籍，或者在本地连续居住满一年，年满八十周岁", Reason: "随子女来锡居住的老人多，建议常住老人同等享受", Key: "demo-ask-2"})
	return err
}

// suspend stops an item for a while.
func (st *Stage) suspend(ctx context.Context) error {
	st.daysAgo(5)
	return st.take(ctx, turn{name: "烟花爆竹经营（批发）许可", act: catalog.ActSuspend, reason: "全盟烟花爆竹批发企业布点规划正在修编，修编完成后恢复受理"})
}

// plan decides today what happens later: an end, a new version, and two that wait
// for their reviewers.
func (st *Stage) plan(ctx context.Context) error {
	today := calendar.DateOf(st.Now)
	end, begin := today+37, today+9
	st.daysAgo(4)
	for _, t := range []turn{
		{name: "个人采伐自留山和承包集体林地上林木的采伐许可（委托乡镇核发）", act: catalog.ActChange, reason: "委托核发期满，由旗县林业和草原局收回办理", dates: catalog.Dates{CancelOn: &end}, edit: func(b *catalog.Body) { b.Entrusted = "旗县林业和草原局" }},
		{name: "工伤认定", act: catalog.ActChange, reason: "压缩承诺时限", dates: catalog.Dates{EffectiveOn: &begin}, edit: func(b *catalog.Body) { b.PromisedNote = "事实清楚、权利义务明确的，十五日内办结" }},
		{name: "结婚登记", act: catalog.ActChange, reason: "增加颁证服务说明", open: true, edit: func(b *catalog.Body) {
			b.Questions = append(slices.Clone(b.Questions[:1]), catalog.Question{Q: "可以在草原上办颁证仪式吗？", A: "可以。提前一周电话预约，颁证员到场，不收费。"})
		}},
	} {
		if err := st.take(ctx, t); err != nil {
			return err
		}
	}
	st.daysAgo(2)
	town, err := st.kept(ctx, label(shownTown))
	if err != nil {
		return err
	}
	return st.turn(ctx, label(shownTown), town["000115010000"].ID, turn{name: "临时建筑", act: catalog.ActChange, reason: "公布现场查看的预约方式", open: true, edit: func(b *catalog.Body) { b.PromisedNote = "现场查看可以电话预约，两个工作日内到场" }})
}
