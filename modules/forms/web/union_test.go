package web_test

import (
	"net/http"
	"testing"

	"liandong/modules/forms"
	"liandong/policies"
	"liandong/portal-sites/kit/kittest"
	"liandong/tenancy/db"
)

// A united form says what it was made of, and nobody is offered to edit it.
func TestUnitedFormSaysWhereItComesFrom(t *testing.T) {
	t.Parallel()
	svc := service(t)
	editor, reviewer := staff(t, policies.ItemEditor), staff(t, policies.ItemReviewer)
	f, err := svc.Create(editor, demo(), db.NewID())
	if err == nil {
		_, err = svc.Publish(reviewer, f.ID, f.Version, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	m, err := svc.Merge(editor, forms.Merging{Words: forms.UnionWords{Title: "开办牧家乐申请表", Shared: "共用信息", Chosen: "事项"}, Parts: []forms.Joined{{Key: "a", Title: "食品经营许可", FormID: f.ID}}})
	if err != nil {
		t.Fatal(err)
	}
	c := kittest.NewClient(t, desk(t, svc, editor))
	page := c.Get("/desk/forms/" + m.FormID).Want(http.StatusOK).Doc()
	page.Has("main", "本表由“食品经营许可”（第 1 版）的表合成")
	if page.Count("a[href=/desk/forms/"+m.FormID+"/design]") != 0 {
		t.Error("the form is offered for editing")
	}
	c.Get("/desk/forms/" + m.FormID + "/design").Want(http.StatusForbidden)
}
