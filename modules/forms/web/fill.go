package web

import (
	"encoding/json"
	"maps"
	"mime/multipart"
	"net/http"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/forms"
	"liandong/portal-sites/kit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/fault"
)

func (h handlers) begin(w http.ResponseWriter, r *http.Request) error {
	f, err := h.d.Service.Begin(r.Context(), chi.URLParam(r, "id"), "")
	if err != nil {
		return err
	}
	return kit.SeeOther(w, r, h.to("/drafts/"+f.ID))
}

// fillView is a draft on its page.
type fillView struct {
	*View
	base  string
	draft forms.Filling
	title string
	intro string
	newer bool // a newer version was published since
}

func (h handlers) draft(r *http.Request) (v fillView, err error) {
	draft, version, err := h.d.Service.Filling(r.Context(), chi.URLParam(r, "draft"))
	if err != nil {
		return v, err
	}
	if draft.Filed {
		return v, fault.New(fault.Precondition, "forms.is_filed")
	}
	c := h.d.Service.Filing(forms.PersonKind)
	c.Stored = draft.Given
	v = fillView{View: NewView(version.Compiled, draft.Values, c).From(draft), base: h.d.Base, draft: draft, title: version.Schema.Title, intro: version.Schema.Intro}
	h.equip(v.View)
	if newest, err := h.d.Service.Published(r.Context(), draft.FormID); err == nil {
		v.newer = newest.Number > draft.Number
	}
	return v, nil
}

// equip gives a view what fields need besides their values.
func (h handlers) equip(v *View) {
	v.Divisions = h.d.Divisions
	if h.d.Papers != nil {
		v.Files = h.to("/uploads")
	}
}

func (h handlers) fill(w http.ResponseWriter, r *http.Request) error {
	v, err := h.draft(r)
	if err != nil {
		return err
	}
	return h.fillPage(w, r, http.StatusOK, v)
}

func (h handlers) fillPage(w http.ResponseWriter, r *http.Request, status int, v fillView) error {
	return h.page(w, r, status, kit.Page{Title: v.title, Content: fillPage(v)}, kit.Crumb{Label: v.title, Href: h.to("/" + v.draft.FormID)})
}

// file takes the form: sent for good, or looked at again by a button of the form.
func (h handlers) file(w http.ResponseWriter, r *http.Request) error {
	v, err := h.draft(r)
	if err != nil {
		return err
	}
	in, do, err := h.read(r, v.Compiled, v.draft.Values)
	if err != nil {
		return err
	}
	if do != "" {
		v.View = NewView(v.Compiled, in, v.Context)
		h.equip(v.View)
		saved, err := h.d.Service.Save(r.Context(), v.draft.ID, v.draft.Version, in, nil, forms.Device{})
		if err != nil {
			return err
		}
		v.draft.Version = saved.Version
		if kit.WantsPart(r) {
			return h.d.Shell.Part(w, r, http.StatusOK, filling(v))
		}
		return h.fillPage(w, r, http.StatusOK, v)
	}
	done, err := h.d.Service.File(r.Context(), v.draft.ID, in, v.Context)
	if err != nil {
		return err
	}
	if !done.OK() {
		v.View = NewView(v.Compiled, in, v.Context).Blame(done.Result)
		h.equip(v.View)
		return h.fillPage(w, r, http.StatusUnprocessableEntity, v)
	}
	return h.d.Shell.Done(w, r, h.to("/"+v.draft.FormID), "forms.filed")
}

// read is what a form sent, over what was known before: files kept, rows added and
// removed, divisions named.
func (h handlers) read(r *http.Request, c *forms.Compiled, before forms.Values) (in forms.Values, do string, err error) {
	if _, err = kit.ParseForm(r); err != nil {
		return nil, "", err
	}
	in = forms.Values{}
	maps.Copy(in, before)
	maps.Copy(in, c.Unmask(Decode(r.PostForm, c), before))
	do = r.PostForm.Get("do")
	if err := h.keepFiles(r, c, in); err != nil {
		return nil, "", err
	}
	NameDivisions(r.Context(), h.d.Divisions, c, in)
	in = deed(in, do)
	return in, do, nil
}

func (h handlers) keepFiles(r *http.Request, c *forms.Compiled, in forms.Values) error {
	if r.MultipartForm == nil || h.d.Papers == nil {
		return nil
	}
	for name, headers := range r.MultipartForm.File {
		id, ok := strings.CutSuffix(strings.TrimPrefix(name, prefix), ".new")
		f := c.Schema.Find(id)
		if !ok || f == nil || f.Kind != forms.File {
			continue
		}
		list := []any{}
		for _, m := range files(in[id]) {
			list = append(list, map[string]any{"id": m["id"], "name": m["name"]})
		}
		for _, header := range headers {
			kept, err := h.keep(r, header)
			if err != nil {
				return err
			}
			list = append(list, map[string]any{"id": kept, "name": header.Filename})
		}
		in[id] = list
	}
	return nil
}

func (h handlers) keep(r *http.Request, header *multipart.FileHeader) (string, error) {
	file, err := header.Open()
	if err != nil {
		return "", fault.New(fault.Invalid, "form_unreadable").Because(err)
	}
	defer func() { _ = file.Close() }()
	return h.d.Papers.Keep(r.Context(), header.Filename, file)
}

// upload keeps a file that a script sends, and says what to put into the form.
func (h handlers) upload(w http.ResponseWriter, r *http.Request) error {
	if _, err := kit.ParseForm(r); err != nil {
		return err
	}
	if h.d.Papers == nil || r.MultipartForm == nil || len(r.MultipartForm.File["file"]) == 0 {
		return fault.InvalidField("file", "required")
	}
	header := r.MultipartForm.File["file"][0]
	id, err := h.keep(r, header)
	if err != nil {
		return err
	}
	return answer(w, map[string]any{"id": id, "name": header.Filename})
}

func answer(w http.ResponseWriter, v any) error {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	return json.NewEncoder(w).Encode(v)
}

// clash is a field that two devices changed, in words.
type clash struct {
	Field  string `json:"field"`
	Label  string `json:"label"`
	Theirs string `json:"theirs"`
	At     string `json:"at"`
	Device string `json:"device"`
}

// save (自动保存) takes the fields that changed.
func (h handlers) save(w http.ResponseWriter, r *http.Request) error {
	in, err := kit.ParseForm(r)
	if err != nil {
		return err
	}
	if err := signedIn(r); err != nil {
		return err
	}
	draft, version, err := h.d.Service.Filling(r.Context(), chi.URLParam(r, "draft"))
	if err != nil {
		return err
	}
	values := Decode(r.PostForm, version.Compiled)
	NameDivisions(r.Context(), h.d.Divisions, version.Compiled, values)
	saved, err := h.d.Service.Keep(r.Context(), draft.ID, forms.Typed{
		Seen: in.Int("seen"), Values: values, Over: in.All("over"), Device: forms.Device{ID: short(in.Get("device")), Label: short(in.Get("label"))}, Page: pageFields(r),
	})
	if err != nil {
		return err
	}
	out := map[string]any{"version": saved.Version, "at": clock(saved.At), "clashes": clashes(version, saved), "others": labels(version, saved.Others)}
	return answer(w, out)
}

// signedIn tells a script whose session has ended so, instead of that there is no draft.
func signedIn(r *http.Request) error {
	if sc, err := tenancy.From(r.Context()); err != nil || sc.Actor.ID == "" {
		return fault.New(fault.Forbidden, "sign_in")
	}
	return nil
}

// deviceName is how much of what a browser calls itself is kept, in characters.
const deviceName = 40

func short(s string) string {
	if r := []rune(s); len(r) > deviceName {
		return string(r[:deviceName])
	}
	return s
}

func clock(t time.Time) string { return t.In(calendar.Zone()).Format("15:04") }

func clashes(v *forms.Version, saved forms.Saved) []clash {
	out := []clash{}
	for _, c := range saved.Clashes {
		f := v.Schema.Find(c.Field)
		out = append(out, clash{c.Field, named(f), Words(f, c.Theirs), clock(c.At), c.Label})
	}
	return out
}

func labels(v *forms.Version, ids []string) []string {
	out := []string{}
	for _, id := range ids {
		if f := v.Schema.Find(id); f != nil {
			out = append(out, named(f))
		}
	}
	return out
}

func (h handlers) drop(w http.ResponseWriter, r *http.Request) error {
	c := kit.Confirm{Action: r.URL.Path, Label: labelDrop, Title: askDrop, Body: bodyDrop, Variant: "danger"}
	if ok, err := h.d.Shell.Confirmed(w, r, c); !ok {
		return err
	}
	if err := h.d.Service.Drop(r.Context(), chi.URLParam(r, "draft")); err != nil {
		return err
	}
	return h.d.Shell.Done(w, r, h.to(""), "forms.dropped")
}
