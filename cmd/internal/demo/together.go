package demo

import (
	"context"

	"liandong/modules/catalog"
	"liandong/modules/flows"
	"liandong/modules/forms"
	formsweb "liandong/modules/forms/web"
	"liandong/policies"
	"liandong/portal-sites/kit/text"
)

// shopCode is the basic code of the theme of the story.
const shopCode = "002020901000"

// together puts a theme (一件事) in force: several items of the county that whoever
// opens a restaurant needs, with one set of materials and one form.
func (st *Stage) together(ctx context.Context) error {
	known, err := st.kept(ctx, st.League())
	if err != nil || known[shopCode].State == catalog.StatePublished {
		return err
	}
	st.Clock.Set(st.longAgo().AddDate(0, 0, 20))
	editor, err := st.AsRole(ctx, st.League(), policies.ItemEditor)
	if err != nil {
		return err
	}
	reviewer, err := st.AsRole(ctx, st.League(), policies.ItemReviewer)
	if err != nil {
		return err
	}
	b, err := st.shop(editor)
	if err != nil {
		return err
	}
	flow := flows.NewService().ComposeJoint(b.Name, "等并联事项办完", []flows.Line{
		{Name: "统一受理", Kind: "accept", Level: "own", Post: "clerk", Limit: 1},
		{Name: "汇总办结", Kind: "decide", Level: "own", Post: "decider", Limit: 1},
		{Name: "统一送达", Kind: "deliver", Level: "own", Post: "clerk", Limit: 1},
	})
	row := known[shopCode]
	id, state := row.VersionID, row.OpenState
	if row.ID == "" {
		v, err := st.Catalog.Create(editor, catalog.Draft{Body: b, Flow: flow, Key: "demo-theme"})
		if err != nil {
			return err
		}
		id, state = v.ID, v.State
	}
	if state == catalog.StateDraft {
		if _, err := st.Catalog.Submit(editor, id); err != nil {
			return err
		}
	}
	_, err = st.Catalog.Publish(reviewer, id, "组成和时限合规，同意发布")
	return err
}

// shop is what the theme says.
func (st *Stage) shop(ctx context.Context) (b catalog.Body, err error) {
	b = catalog.Body{
		Name: "开办餐饮店一件事", BasicCode: shopCode, Kind: "20", Level: "county", Origins: []string{"county"}, Department: "政务服务局", ProjectType: "2",
		LegalBasis:    []catalog.LegalBasis{{Law: "中华人民共和国行政许可法", Article: "第二十六条", Text: "行政许可依法由地方人民政府两个以上部门分别实施的，本级人民政府可以确定一个部门受理行政许可申请并转告有关部门分别提出意见后统一办理，或者组织有关部门联合办理、集中办理。"}},
		StatutoryDays: 30, PromisedDays: 10, Audience: []string{"1", "2"}, Keywords: []string{"开饭馆", "开餐馆", "餐饮店"}, OnsiteTimes: 1, Forms: []string{"1", "2"},
		Result: catalog.Result{Type: "10", Name: "营业执照、食品经营许可证等"},
		Situations: []catalog.Situation{
			{Question: "经营场所是自有的还是租的？", Options: []catalog.Option{{ID: "s1a", Label: "自有"}, {ID: "s1b", Label: "租用"}}},
			{Question: "店里还有住宿、洗浴、歌舞等服务吗？", Options: []catalog.Option{{ID: "s2a", Label: "有"}, {ID: "s2b", Label: "没有"}}},
		},
	}
	for _, p := range shopParts() {
		o, err := st.called(p.Name)
		if err != nil {
			return b, err
		}
		p.Item, p.Department = o.id, o.Department
		b.Parts = append(b.Parts, p)
	}
	a, err := st.Catalog.Assemble(ctx, b)
	if err != nil {
		return b, err
	}
	a.Into(&b)
	m, err := st.unite(ctx, b)
	if err != nil {
		return b, err
	}
	b.EForm = catalog.EForm{ID: m.FormID, Number: m.Number, Title: m.Title}
	return b, nil
}

// shopParts are what opening a restaurant is made of.
func shopParts() []catalog.ThemePart {
	return []catalog.ThemePart{
		{Key: "own", Name: "个体工商户设立登记", Stage: 1, When: []string{"s1a"}, Choices: []string{"s1a", "s2a", "s3a"}},
		{Key: "rent", Name: "个体工商户设立登记", Stage: 1, When: []string{"s1b"}, Choices: []string{"s1b", "s2a", "s3a"}},
		{Key: "food", Name: "食品经营许可", Stage: 2, Choices: []string{"h1", "s1b"}, Reviews: []string{catalog.ReviewVisit}},
		{Key: "health", Name: "公共场所卫生许可", Stage: 2, When: []string{"s2a"}, Reviews: []string{catalog.ReviewVisit}},
	}
}

// unite makes one form (一表制) of those of the parts of a theme; the one that it has is
// brought up to date, and stays as it is when nothing changed.
func (st *Stage) unite(ctx context.Context, b catalog.Body) (m forms.Merged, err error) {
	if st.eforms == nil {
		return m, nil
	}
	in := forms.Merging{Form: b.EForm.ID, Words: forms.UnionWords{
		Title: text.T("forms.union_title", b.Name), Shared: text.T("forms.union_shared"), Chosen: text.T("forms.union_chosen"), Bound: formsweb.BoundWord,
	}}
	for _, p := range b.Parts {
		if f, ok := st.forms[p.Name]; ok {
			in.Parts = append(in.Parts, forms.Joined{Key: p.Key, Title: p.Name, Choice: len(p.When) > 0, FormID: f.ref.ID, Number: f.ref.Number})
		}
	}
	return st.eforms.Merge(ctx, in)
}
