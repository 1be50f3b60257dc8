// Package web draws electronic forms (电子表单) and reads them: Fields and Decode for
// every page that holds one, and on the desk the designer, the filling page with
// its drafts, and what was submitted.
//
// How another page holds a form (an item's application, a step of a case):
//
//	v, err := svc.Published(ctx, id)            // or the version that a draft was begun with
//	ctx := svc.Filing(forms.PersonKind)         // with Step, Rights and Stored at a step
//	values := formsweb.Decode(r.PostForm, v.Compiled)
//	view := formsweb.NewView(v.Compiled, values, ctx)
//	@formsweb.Fields(view)                      // inside a kit.Form, Multipart when it takes files
//	res, err := svc.Submit(ctx, tx, forms.Submission{Version: v, ID: caseID, Values: values, Context: ctx})
//	view.Blame(res)                             // shows what is wrong, beside the fields
package web
