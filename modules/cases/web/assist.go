package web

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/tenancy/fault"
)

// choose is the first step of filing on somebody's behalf: which item.
func (h handlers) choose(w http.ResponseWriter, r *http.Request) error {
	if err := h.d.Service.MayFile(r.Context(), ""); err != nil {
		return err
	}
	l := kit.ParseList(r, nil, kit.ListQuery{Size: 12})
	items, total, err := h.d.Offers.Search(r.Context(), l.Q, l.Page, l.Size)
	if err != nil {
		return err
	}
	return h.page(w, h.stage(r, 0), http.StatusOK, kit.Page{Title: h.look().assist(), Active: "assist", Content: choosePage(h.look(), l, items, total, h.d.Places != nil)})
}

func (h handlers) stage(r *http.Request, n int) *http.Request {
	if h.d.Steps == nil {
		return r
	}
	return r.WithContext(h.d.Steps(r.Context(), n))
}

// application is the form of one item.
type application struct {
	look
	guide            Guide
	form             kit.FormValues
	found            map[string][]Found // by material: what may be used again
	shares, searched bool
	kept             map[int]File // uploads of an earlier try, by the number of their material
	sheet            *Draft       // the form of the item; nil: it has none
	list             *Listing     // the form of the item as columns of a list; nil: it has none
	again            string       // of what is taken in once more, corrected: the row that was refused
	place            Place        // the competent office, of what is taken in for another; the zero one: here
	settle           string       // why an instant case cannot be settled here at once; empty: it can
}

func (h handlers) application(r *http.Request, answers []string) (a application, err error) {
	a.look, a.shares = h.look(), h.d.Library != nil
	itemID, err := id(r, "item")
	if err != nil {
		return a, err
	}
	if a.guide, err = h.d.Offers.Guide(r.Context(), itemID, answers); err != nil {
		return a, err
	}
	return a, h.maySettle(r.Context(), &a)
}

// interview are the questions that come before the form.
func (a *application) interview() kit.Interview {
	return kit.Interview{ID: "mine", Action: a.action(), Asks: a.guide.Asks, Answers: a.guide.Answers}
}

func (h handlers) fill(w http.ResponseWriter, r *http.Request) error {
	a, err := h.application(r, kit.Answers(r.URL.Query()))
	if err != nil {
		return err
	}
	if err := h.d.Service.MayFile(r.Context(), a.guide.ID); err != nil {
		return err
	}
	if a.interview().Done() {
		if err := h.openForm(r.Context(), &a); err != nil {
			return err
		}
	}
	return h.showForm(w, r, http.StatusOK, a)
}

func (h handlers) showForm(w http.ResponseWriter, r *http.Request, status int, a application) error {
	content := fillPage(a)
	if !a.interview().Done() {
		content = askPage(a)
	}
	return h.page(w, h.stage(r, 1), status, kit.Page{Title: a.guide.Name, Active: "assist", Content: content},
		kit.Crumb{Label: a.assist(), Href: a.to("/assist")})
}

// file hands the application in. The form's key makes a second submit harmless:
// it leads to the case that the first one filed.
func (h handlers) file(w http.ResponseWriter, r *http.Request) error {
	form, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	a, err := h.application(r, form.All(kit.AskParam))
	if err != nil {
		return err
	}
	return h.submit(w, r, a, form)
}

// submit hands in what was typed, here or for the office of another place.
func (h handlers) submit(w http.ResponseWriter, r *http.Request, a application, form kit.FormValues) (err error) {
	a.form = form
	if a.shares && form.Get("do") == finding {
		return h.find(w, r, a)
	}
	in := cases.Filing{
		ItemID: a.guide.ID, Kind: a.form.Get("kind"), Name: a.form.Get("name"), Number: a.form.Get("number"),
		Phone: a.form.Get("phone"), Address: a.form.Get("address"), Choices: a.guide.Chosen, Key: a.form.Posted(),
	}
	if done, err := h.takeForm(w, r, &a); done || err != nil {
		return err
	}
	if a.sheet != nil {
		in.Sheet, in.Answers = a.sheet.ID, a.sheet.Answers
	}
	in.Form = a.answers()
	if !a.form.Bool("confirm") {
		a.form.Wrong("confirm", "case_confirm_missing")
	}
	if in.Files, err = h.takeMaterials(r, &a); err != nil {
		return err
	}
	if a.away() {
		return h.send(w, r, a, in)
	}
	err = a.form.Err()
	var c cases.Case
	switch {
	case err != nil:
	case a.settles():
		c, err = h.d.Service.Seen(originals(a.form)).FileAndSettle(r.Context(), in, verdict(a.form))
	default:
		c, err = h.d.Service.File(r.Context(), in)
	}
	if err == nil {
		return kit.SeeOther(w, r, a.to("/assist/done/"+c.ID))
	}
	return h.refile(w, r, a, err)
}

// refile shows the form again as it was, with what is wrong.
func (h handlers) refile(w http.ResponseWriter, r *http.Request, a application, failure error) error {
	f, ok := fault.As(failure)
	if !ok || f.Kind == fault.Internal || f.Kind == fault.NotFound {
		return failure
	}
	for i, m := range a.guide.Materials {
		if key, bad := f.Fields["material:"+m.Name]; bad {
			a.form.Wrong(materialField(i), key)
		}
	}
	if key, bad := f.Fields["originals"]; bad {
		a.form.Wrong("all_originals", key)
	}
	if f.Fields["form"] != "" && f.Detail != "" { // found where it goes to: the fields are named above
		a.form.Wrong("", f.Fields["form"])
		a.form.WrongText("", f.Detail)
	}
	if !a.form.Blame(failure) { // not about a field: the form stays, with the refusal above it
		a.form.Wrong("", f.Text)
		if f.Detail != "" {
			a.form.WrongText("", f.Detail)
		}
	}
	return h.showForm(w, r, kit.StatusOf(f.Kind), a)
}

// answers reads the item's own questions; numbers become numbers, so that the
// conditions of a flow can compare them.
func (a *application) answers() map[string]any {
	out := map[string]any{}
	for _, q := range a.guide.Questions {
		field := questionField(q)
		value := a.form.Get(field)
		if q.Required && value == "" {
			a.form.Wrong(field, "required")
		}
		if !q.takes(a.form.All(field)) {
			a.form.Wrong(field, "not_an_option")
		}
		switch {
		case value == "":
		case len([]rune(value)) > maxAnswer:
			a.form.Wrong(field, "too_long")
		case q.Type == "checkboxes":
			out[q.Name] = a.form.All(field)
		case q.Type == "number":
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				a.form.Wrong(field, "not_a_number")
			}
			out[q.Name] = n
		default:
			out[q.Name] = value
		}
	}
	return out
}

// maxAnswer bounds one answer, in characters.
const maxAnswer = 2000

// takes reports whether values are among the options of a question that has some.
func (q Question) takes(values []string) bool {
	if len(q.Options) == 0 {
		return true
	}
	return !slices.ContainsFunc(values, func(v string) bool { return v != "" && !slices.Contains(q.Options, v) })
}

// takeMaterials stores the uploads; one that is not taken is blamed beside its field.
func (h handlers) takeMaterials(r *http.Request, a *application) (ids []string, err error) {
	a.kept = map[int]File{}
	for i, m := range a.guide.Materials {
		if kept := keptFiles([]string{a.form.Get("kept-" + strconv.Itoa(i))}); len(kept) == 1 {
			a.kept[i] = kept[0]
		}
		if r.MultipartForm == nil {
			continue
		}
		for _, fh := range r.MultipartForm.File[materialField(i)] {
			if fh.Filename == "" {
				continue
			}
			f, err := fh.Open()
			if err != nil {
				return nil, fmt.Errorf("open upload: %w", err)
			}
			up, err := h.d.Files.Upload(r.Context(), fh.Filename, m.Name, f)
			_ = f.Close() // read to its end, or refused
			if err := blameFile(err, materialField(i)); err != nil && !a.form.Blame(err) {
				return nil, err
			}
			if err == nil {
				a.kept[i] = up
			}
		}
	}
	if err := h.useAgain(r, a); err != nil {
		return nil, err
	}
	for i := range a.guide.Materials {
		if f, ok := a.kept[i]; ok {
			ids = append(ids, f.ID)
		}
	}
	return ids, nil
}

func materialField(i int) string { return "material-" + strconv.Itoa(i) }

func questionField(q Question) string { return "q-" + q.Name }

// filed tells the number of the new case and offers its receipt.
func (h handlers) filed(w http.ResponseWriter, r *http.Request) error {
	v, err := h.view(r)
	if err != nil {
		return err
	}
	return h.page(w, h.stage(r, 2), http.StatusOK, kit.Page{Title: titleFiled, Active: "assist", Content: filedPage(v)},
		kit.Crumb{Label: v.assist(), Href: v.to("/assist")})
}
