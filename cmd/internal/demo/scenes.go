package demo

import (
	"context"
	"slices"

	"liandong/modules/cases"
	"liandong/policies"
)

const shownVillage = "152502200200"

// The items that scenes are about.
const (
	health   = "公共场所卫生许可"
	estate   = "国有建设用地使用权及房屋所有权转移登记"
	elder    = "老年人优待证办理"
	drainage = "城镇污水排入排水管网许可"
	rental   = "公共租赁住房保障资格确认"
	food     = "食品经营许可"
	animals  = "动物防疫条件合格证核发"
	welfare  = "最低生活保障审核确认"
)

// everyScene lists the scenes. The first part of a key says what they show.
func (st *Stage) everyScene() []scene {
	return slices.Concat(st.originals(), st.branches(), st.waits(), st.turns())
}

// originals are the modes of filing online in which somebody still has to come once.
func (st *Stage) originals() []scene {
	city := shownCity
	return []scene{
		{key: "precheck-0", item: health, at: city, who: 2, acts: []act{filed(1)}},
		{key: "precheck-1", item: health, at: city, who: 2, acts: []act{filed(4), st.usual(3)}},
		{key: "precheck-2", item: health, at: city, who: 0, acts: []act{filed(9), st.usual(8), st.usual(6), st.usual(4), {3, her, collected}}},
		{key: "verify-0", item: estate, at: city, who: 0, choices: []string{"s1a", "s2a", "s3a"}, acts: []act{filed(3), st.usual(2)}},
		{key: "verify-1", item: estate, at: city, who: 2, choices: []string{"s1a", "s2a", "s3a"}, acts: append([]act{filed(6)}, st.usually(5, 3)...)},
		{key: "verify-2", item: estate, at: city, who: 1, choices: []string{"s1b", "s2a", "s3a"}, acts: append([]act{filed(9)}, st.usually(8, 4)...)},
		{key: "verify-3", item: elder, at: shownVillage, who: nobody, choices: []string{"s1a", "s2a"}, acts: []act{filed(2), st.usual(1)}},
	}
}

// collected hands a result over at the window, for which the applicant comes once more.
func collected(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Seen(cases.Originals{All: true}).Deliver(ctx, c.ID, c.Version, "本人到窗口领取许可证")
}

// branches are cases that two departments review at the same time, and decide together.
func (st *Stage) branches() []scene {
	pass := func(ago int, who, said string) act {
		return act{ago, login(who), func(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
			return mine(ctx, s, c, func(s *cases.Service, c cases.Case) (cases.Case, error) { return s.Pass(ctx, c.ID, c.Version, said) })
		}}
	}
	agree := func(ago int, who, said string) act {
		return act{ago, login(who), func(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
			return mine(ctx, s, c, func(s *cases.Service, c cases.Case) (cases.Case, error) {
				return s.Decide(ctx, c.ID, c.Version, true, said)
			})
		}}
	}
	housing := func(ago int) act {
		return pass(ago, "xlht-housing", "预处理设施和排放口符合要求，同意")
	}
	ecology := func(ago int) act { return pass(ago, "xlht-ecology", "水质检测达标，同意") }
	first := func(ago int) act { return agree(ago, "xlht-housing-head", "符合城镇排水规划，同意") }
	second := func(ago int) act { return agree(ago, "xlht-ecology-head", "排放标准符合要求，同意") }
	of := func(key string, acts ...act) scene {
		return scene{key: "branches-" + key, item: drainage, at: shownCity, who: nobody, acts: acts}
	}
	return []scene{
		of("0", filed(2), st.usual(1)),
		of("1", filed(4), st.usual(3), housing(2)),
		of("2", filed(3), st.usual(3), ecology(1)),
		of("3", filed(6), st.usual(5), housing(4), ecology(3), first(1)),
		of("4", filed(9), st.usual(8), ecology(7), housing(6), first(5), second(4), st.usual(3)),
	}
}

// mine acts on the branch that falls to the actor: she sees the case at her own step.
func mine(ctx context.Context, s *cases.Service, c cases.Case, do func(*cases.Service, cases.Case) (cases.Case, error)) (cases.Case, error) {
	v, err := s.Show(ctx, c.ID)
	if err != nil {
		return c, err
	}
	if _, err := do(s, v.Case); err != nil {
		return c, err
	}
	v, err = s.Show(ctx, c.ID)
	return v.Case, err
}

// waits are cases whose flow waits: for the days of a publication, for the applicant.
func (st *Stage) waits() []scene {
	of := func(key string, who int, acts ...act) scene {
		return scene{key: "waits-" + key, item: rental, at: shownVillage, who: who, choices: []string{"s1a", "s2a"}, acts: acts}
	}
	return []scene{
		of("0", nobody, filed(3), st.usual(2), st.usual(1)),
		of("1", nobody, filed(8), st.usual(7), st.usual(6), fire(2)),
		of("2", 0, filed(11), st.usual(10), st.usual(9), fire(5), st.usual(3)),
	}
}

// turns are what the law allows a case beside its steps.
func (st *Stage) turns() []scene {
	h1 := []string{"h1", "s1b"}
	return []scene{
		{key: "tolerated-0", item: food, at: shownCity, who: 2, choices: h1, acts: []act{filed(3), {2, her, tolerated}}},
		{key: "tolerated-1", item: food, at: shownCity, who: nobody, choices: h1, acts: []act{filed(12), {11, her, tolerated}, st.usual(10), {8, her, st.supplied}, st.usual(7)}},
		{key: "correct-0", item: welfare, at: shownVillage, who: 0, acts: []act{filed(2), {1, her, corrected}}},
		{key: "correct-1", item: animals, at: shownCity, who: 0, acts: []act{filed(6), {5, her, asked}, {4, applicant, answered}, st.usual(3)}},
		{key: "longer-0", item: animals, at: shownCity, who: 0, acts: []act{filed(9), st.usual(8), {2, her, longer}}},
		{key: "longer-1", item: animals, at: shownCity, who: 2, acts: []act{filed(11), st.usual(10), {6, her, longer}, {5, login("xlht-decider"), lengthened}}},
		{key: "special-0", item: food, at: shownCity, who: nobody, choices: h1, acts: []act{filed(5), st.usual(4), {3, her, tested}}},
		{key: "special-1", item: animals, at: shownCity, who: nobody, acts: []act{filed(14), st.usual(13), {12, her, tested}, {4, her, passed}}},
		{key: "stopped-0", item: animals, at: shownCity, who: nobody, acts: []act{filed(7), st.usual(6), {3, login("xlht-decider"), stopped}}},
		{key: "refused-0", item: drainage, at: shownCity, who: nobody, acts: []act{filed(5), {4, her, refusal}}},
		{key: "denied-0", item: animals, at: shownCity, who: 0, acts: []act{filed(13), st.usual(12), st.usual(9), {7, her, denial}, st.usual(6)}},
		{key: "withdrawn-0", item: estate, at: shownCity, who: 0, choices: []string{"s1a", "s2a", "s3a"}, acts: []act{filed(5), {4, applicant, withdrawal}}},
		{key: "reopened-0", item: animals, at: shownCity, who: nobody, acts: append(append([]act{filed(16)}, st.usually(15, 4)...), act{3, login("xlht-decider"), reopening})},
		{key: "void-0", item: animals, at: shownCity, who: nobody, acts: []act{filed(8), st.usual(7), {5, login("xlht-decider"), voiding}}},
	}
}

func tolerated(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.AcceptTolerating(ctx, c.ID, c.Version, "其余材料齐全，容缺受理", cases.Toleration{Materials: []string{"从业人员健康证明"}, Days: 10, Reason: "厨师正在体检，承诺十个工作日内补交"})
}

// supplied is the decision, after whoever was tolerated has brought the rest.
func (st *Stage) supplied(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	clerk, err := st.AsRole(ctx, c.TenantID, policies.Clerk)
	if err != nil {
		return c, err
	}
	v, err := s.Show(clerk, c.ID)
	if err != nil {
		return c, err
	}
	for _, p := range v.Procedures {
		if p.Kind == cases.Tolerance && p.Standing() {
			if err := s.Supply(clerk, c.ID, p.ID, nil, "健康证明已补交，窗口核对原件"); err != nil {
				return c, err
			}
		}
	}
	if v, err = s.Show(ctx, c.ID); err != nil {
		return c, err
	}
	return st.handle(ctx, v.Case)
}

func corrected(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.AskCorrection(ctx, c.ID, c.Version, []string{"家庭经济状况核查授权书"}, []string{"zhu_zhi", "kai_hu_yin_hang", "yin_hang_zhang_hao"}, "授权书缺一位家庭成员的签名；家庭住址请写到门牌号；补填发放补助的银行账号")
}

func asked(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.AskSupplement(ctx, c.ID, c.Version, []string{"场所地理位置图"}, "位置图没有标出与居民区的距离，请补充后重新提交")
}

func answered(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Resubmit(ctx, c.ID, c.Version, "已重新绘制，标明与居民区相距 620 米", nil)
}

func longer(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.AskExtension(ctx, c.ID, c.Version, 5, "现场审查需邀请动物防疫专家，专家行程冲突")
}

func lengthened(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.AnswerExtension(ctx, c.ID, c.Version, true, "情况属实，同意延长五个工作日，告知申请人")
}

func tested(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.BeginSpecial(ctx, c.ID, c.Version, cases.Pause{Name: "检验检测", Reason: "需送检样品，等待检测报告", Basis: "《中华人民共和国行政许可法》第四十五条", Days: 15})
}

func passed(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.EndSpecial(ctx, c.ID, c.Version, "检测合格，恢复计时")
}

func stopped(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Suspend(ctx, c.ID, c.Version, cases.Pause{Reason: "申请人的场所权属正在诉讼，等待判决", Basis: "《中华人民共和国行政许可法》第四十五条"})
}

func refusal(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Refuse(ctx, c.ID, c.Version, "排放口位于锡林浩特经济开发区管网范围内，应当向开发区管理委员会申请")
}

func denial(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Decide(ctx, c.ID, c.Version, false, "场所距离居民区不足五百米，不符合《动物防疫条件审查办法》第六条的规定，不予批准。")
}

func withdrawal(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Withdraw(ctx, c.ID, c.Version, "买卖双方协商解除合同，不再办理")
}

func reopening(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Reopen(ctx, c.ID, c.Version, "证书上的场所地址与核查地址不一致，重新审定", "《中华人民共和国行政许可法》第六十九条")
}

func voiding(ctx context.Context, s *cases.Service, c cases.Case) (cases.Case, error) {
	return s.Void(ctx, c.ID, c.Version, "同一场所重复申请，以先受理的一件为准")
}
