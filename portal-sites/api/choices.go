package api

import (
	"liandong/modules/catalog"
	"liandong/portal-sites/kit/text"
)

// Ask (情形) is one thing that an applicant chooses: which handling item, or the
// answer to a question.
type Ask struct {
	Question string   `json:"question" doc:"向申请人提的问题"`
	Handling bool     `json:"handling,omitempty" doc:"选项是业务办理项"`
	Many     bool     `json:"many,omitempty" doc:"可以多选，也可以一个不选"`
	When     []string `json:"when,omitempty" doc:"选了其中任一选项才问；没有表示总是问"`
	Options  []Answer `json:"options"`
}

// Answer (选项) is one option with what it brings.
type Answer struct {
	ID        string   `json:"id" doc:"申请时按此选择" example:"s1a"`
	Label     string   `json:"label"`
	Materials []string `json:"materials,omitempty" doc:"选了它才要的材料"`
	Fees      []string `json:"fees,omitempty" doc:"选了它才收的费用"`
	Days      int      `json:"days,omitempty" doc:"选了它的承诺时限，工作日；没有表示与事项相同"`
}

// Mine is what an item asks of one applicant.
type Mine struct {
	Chosen       []string           `json:"chosen" doc:"算数的选项"`
	Unanswered   int                `json:"unanswered" doc:"还有几个问题要回答；0 才可以提交"`
	Materials    []catalog.Material `json:"materials"`
	Fees         []catalog.Fee      `json:"fees"`
	PromisedDays int                `json:"promised_days" doc:"承诺办结时限，工作日"`
}

// choicesOf are all questions of an item, in the order in which they are asked.
func choicesOf(b catalog.Body) []Ask {
	out := []Ask{}
	if len(b.Handlings) > 0 {
		which := Ask{Question: text.T("citizen.which_handling"), Handling: true}
		for _, h := range b.Handlings {
			which.Options = append(which.Options, answerOf(h.ID, h.Name, h.Effect))
		}
		out = append(out, which)
	}
	for _, q := range b.Situations {
		a := Ask{Question: q.Question, Many: q.Many, When: q.When}
		for _, o := range q.Options {
			a.Options = append(a.Options, answerOf(o.ID, o.Label, o.Effect))
		}
		out = append(out, a)
	}
	return out
}

func answerOf(id, label string, e catalog.Effect) Answer {
	return Answer{ID: id, Label: label, Materials: e.Materials, Fees: e.Fees, Days: e.Days}
}

// mineOf is nil when nothing was chosen.
func mineOf(b catalog.Body, choices []string) *Mine {
	if len(choices) == 0 {
		return nil
	}
	m := b.For(choices)
	out := &Mine{Chosen: []string{}, Unanswered: m.Unanswered, Materials: []catalog.Material{}, Fees: []catalog.Fee{}, PromisedDays: m.PromisedDays}
	out.Chosen, out.Materials, out.Fees = append(out.Chosen, m.Chosen...), append(out.Materials, m.Materials...), append(out.Fees, m.Fees...)
	return out
}
