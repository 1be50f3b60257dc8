package catalog

import (
	"context"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"liandong/tenancy/db"
	"liandong/tenancy/fault"
)

// ThemePart (组成事项) is one of the items that a theme (一件事) brings about: an item with
// parts is filed once, and handled by the offices of all of them at once (并联审批).
type ThemePart struct {
	Key        string   `json:"key"`                  // unique in its theme
	Item       string   `json:"item"`                 // id of an item that is offered wherever the theme is
	Name       string   `json:"name"`                 // as it was called when it was chosen
	Department string   `json:"department,omitempty"` // whose it is, as people read it
	Stage      int      `json:"stage"`                // 1…: it begins once whatever has a lower stage has ended
	When       []string `json:"when,omitempty"`       // only after one of these options or handlings of the theme; empty: always
	Choices    []string `json:"choices,omitempty"`    // options and handlings of the part's own item that are meant
	Reviews    []string `json:"reviews,omitempty"`    // what it takes part in together with others; see Reviews
}

// The joint reviews (联合环节) of a theme.
const (
	ReviewVisit      = "visit"      // 联合勘验
	ReviewAcceptance = "acceptance" // 联合验收
	ReviewDrawings   = "drawings"   // 联合审图
)

// Reviews lists the joint reviews, in the order in which they come.
func Reviews() []string { return []string{ReviewDrawings, ReviewVisit, ReviewAcceptance} }

// Bounds of a theme.
const (
	// JointDays is what a theme may take, in working days: 行政许可法 art. 42 ¶2 with art. 26.
	JointDays     = 45
	maxThemeParts = 30
	maxStage      = 9
)

// Theme reports whether the item is made of others.
func (b Body) Theme() bool { return len(b.Parts) > 0 }

// partsOf are the parts that follow from choices, by stage.
func (b Body) partsOf(chosen []string) (out []ThemePart) {
	for _, p := range b.Parts {
		if len(p.When) == 0 || slices.ContainsFunc(p.When, func(id string) bool { return slices.Contains(chosen, id) }) {
			out = append(out, p)
		}
	}
	slices.SortStableFunc(out, func(a, b ThemePart) int { return a.Stage - b.Stage })
	return out
}

var (
	partKey  = regexp.MustCompile(`^[a-z][a-z0-9]{0,19}$`)
	uuidForm = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)
)

// checkTheme looks at the parts; whether their items are offered is asked when the theme
// is put in force.
func (b Body) checkTheme(bad map[string]string) {
	if !b.Theme() {
		return
	}
	if len(b.Parts) > maxThemeParts {
		bad["parts"] = "item_too_many_rows"
	}
	if b.StatutoryDays > JointDays {
		bad["statutory_days"] = "item_theme_days"
	}
	ids := b.choiceIDs()
	for i := range b.Parts {
		if why := b.wrongPart(i, ids); why != "" {
			bad["parts."+strconv.Itoa(i)] = why
		}
	}
}

func (b Body) wrongPart(i int, ids map[string]bool) string {
	p := b.Parts[i]
	switch {
	case !partKey.MatchString(p.Key), slices.ContainsFunc(b.Parts[:i], func(o ThemePart) bool { return o.Key == p.Key }):
		return "item_theme_key"
	case !uuidForm.MatchString(p.Item), strings.TrimSpace(p.Name) == "":
		return "item_theme_item"
	case slices.ContainsFunc(b.Parts[:i], func(o ThemePart) bool { return o.Item == p.Item && slices.Equal(o.Choices, p.Choices) }):
		return "item_theme_twice"
	case p.Stage < 1 || p.Stage > maxStage:
		return "item_theme_stage"
	case slices.ContainsFunc(p.When, func(id string) bool { return !ids[id] }):
		return "item_theme_when"
	case slices.ContainsFunc(p.Reviews, func(r string) bool { return !slices.Contains(Reviews(), r) }):
		return "item_theme_review"
	}
	return ""
}

// choiceIDs are the ids of what an applicant may choose.
func (b Body) choiceIDs() map[string]bool {
	ids := map[string]bool{}
	for _, h := range b.Handlings {
		ids[h.ID] = true
	}
	for _, q := range b.Situations {
		for _, o := range q.Options {
			ids[o.ID] = true
		}
	}
	return ids
}

// partEntries spells the parts for exchange: key, item, name, department, stage, and three
// lists divided by semicolons.
func (b Body) partEntries() (out [][]string) {
	for _, p := range b.Parts {
		out = append(out, trimEnd([]string{
			p.Key, p.Item, p.Name, p.Department, spellNumber(p.Stage),
			strings.Join(p.When, listMark), strings.Join(p.Choices, listMark), strings.Join(p.Reviews, listMark),
		}))
	}
	return out
}

func (b *Body) setParts(cell string) string {
	var all []ThemePart
	for _, e := range read(cell, 8) {
		p := ThemePart{Key: e[0], Item: e[1], Name: e[2], Department: e[3], When: divided(e[5]), Choices: divided(e[6]), Reviews: divided(e[7])}
		if why := readNumber(&p.Stage, e[4]); why != "" {
			return why
		}
		all = append(all, p)
	}
	b.Parts = all
	return ""
}

// divided reads a list whose members stand between semicolons.
func divided(s string) []string {
	return slices.DeleteFunc(strings.FieldsFunc(s, func(r rune) bool { return r == '；' || r == ';' }), blank)
}

// joined returns what keeps a theme from being put in force: each part is offered where the
// theme is and may be filed wherever the theme may, asks nothing more, and all of them
// together keep what the theme promises; and its flow waits for them.
func (s *Service) joined(ctx context.Context, tx *db.Tx, v *Version) error {
	b := v.Body
	if v.FlowID != nil {
		waits, err := s.flows.Joins(ctx, tx, v.TenantID, *v.FlowID)
		if err != nil {
			return err
		}
		if waits != b.Theme() {
			return fault.InvalidField("bpmn", map[bool]string{true: "item_theme_wait", false: "item_theme_wait_without"}[b.Theme()])
		}
	}
	longest := map[int]int{} // promised working days by stage
	for i, p := range b.Parts {
		days, why, err := s.partFits(ctx, tx, b, p)
		if err != nil {
			return err
		}
		if why != "" {
			return fault.InvalidField("parts."+strconv.Itoa(i), why).With(p.Name)
		}
		longest[p.Stage] = max(longest[p.Stage], days)
	}
	total := 0
	for _, d := range longest {
		total += d
	}
	if total > b.PromisedDays {
		return fault.InvalidField("promised_days", "item_theme_promise").With(strconv.Itoa(total))
	}
	return nil
}

// partFits is what a part promises, in working days, or the key of what is wrong with it.
func (s *Service) partFits(ctx context.Context, tx *db.Tx, b Body, p ThemePart) (days int, why string, err error) {
	g, err := s.read(ctx, tx, p.Item)
	switch {
	case fault.KindOf(err) == fault.NotFound:
		return 0, "item_theme_not_offered", nil
	case err != nil:
		return 0, "", err
	}
	mine := g.Body.For(p.Choices)
	switch {
	case g.Item.State != StatePublished:
		why = "item_theme_not_offered"
	case g.Body.Theme():
		why = "item_theme_in_theme"
	case slices.ContainsFunc(b.Origins, func(o string) bool { return !slices.Contains(g.Body.Origins, o) }):
		why = "item_theme_origins"
	case mine.Unanswered > 0 || slices.ContainsFunc(p.Choices, func(id string) bool { return !slices.Contains(mine.Chosen, id) }):
		why = "item_theme_choices"
	}
	return mine.PromisedDays, why, nil
}
