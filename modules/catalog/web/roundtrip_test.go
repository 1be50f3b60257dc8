package web

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/net/html"
	"pgregory.net/rapid"

	"liandong/modules/catalog"
	"liandong/modules/catalog/codes"
)

var aWord = rapid.StringMatching(`[一-龥a-z0-9]{1,8}`)

// randomBody draws a body of which every element may say something.
func randomBody(t *rapid.T, list string) (b catalog.Body) {
	b.Kind = rapid.SampledFrom([]string{"01", "02", "03", "04", "06", "20"}).Draw(t, "kind")
	for _, c := range catalog.Columns() {
		if !c.On(list, b.Kind) || c.Key == "type" || rapid.Bool().Draw(t, c.Key+"?") {
			continue
		}
		var all []string
		if c.List != "" {
			for _, x := range codes.List(c.List) {
				all = append(all, x.Code)
			}
		}
		switch v := b.Value(c.Key).(type) {
		case *string:
			*v = aWord.Draw(t, c.Key)
			if all != nil {
				*v = rapid.SampledFrom(all).Draw(t, c.Key)
			}
			if c.Key == "organ_code" {
				*v = strings.ToUpper(strings.Map(func(r rune) rune {
					if r > 0x7f {
						return 'A'
					}
					return r
				}, *v))
			}
		case *int:
			*v = rapid.IntRange(0, 400).Draw(t, c.Key)
		case *bool:
			*v = true
		case *[]string:
			if all != nil {
				for _, x := range optionsOf(nil, c.List) { // boxes are sent in their own order
					if rapid.IntRange(0, 5).Draw(t, c.Key) == 0 {
						*v = append(*v, x.Value)
					}
				}
				continue
			}
			*v = rapid.SliceOfN(aWord, 1, 3).Draw(t, c.Key)
		}
	}
	for range rapid.IntRange(0, 2).Draw(t, "laws") {
		b.LegalBasis = append(b.LegalBasis, catalog.LegalBasis{Law: aWord.Draw(t, "law"), Article: aWord.Draw(t, "article")})
	}
	if list == catalog.BasicList {
		return b
	}
	for i := range rapid.IntRange(0, 3).Draw(t, "materials") {
		b.Materials = append(b.Materials, catalog.Material{Name: "m" + strconv.Itoa(i), Need: "1", Type: "2", Code: "M101", Originals: i, Copies: i, Spec: aWord.Draw(t, "spec"), Issuer: aWord.Draw(t, "issuer"), Acceptance: aWord.Draw(t, "accept"), Basis: "b", Blank: aWord.Draw(t, "blank"), Sample: "s"})
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "fees") {
		b.Fees = append(b.Fees, catalog.Fee{Name: "f" + strconv.Itoa(i), Standard: aWord.Draw(t, "standard"), Reducible: i == 1, Reduction: aWord.Draw(t, "reduction")})
	}
	for range rapid.IntRange(0, 2).Draw(t, "specials") {
		b.Specials = append(b.Specials, catalog.Special{Name: aWord.Draw(t, "special"), Kind: "2", Days: rapid.IntRange(0, 30).Draw(t, "days"), Basis: "b", Charged: rapid.Bool().Draw(t, "charged"), Counted: rapid.Bool().Draw(t, "counted")})
	}
	effect := func() (e catalog.Effect) {
		for _, m := range b.Materials {
			if rapid.Bool().Draw(t, "takes") {
				e.Materials = append(e.Materials, m.Name)
			}
		}
		for _, f := range b.Fees {
			if rapid.Bool().Draw(t, "takes") {
				e.Fees = append(e.Fees, f.Name)
			}
		}
		e.Days = rapid.IntRange(0, 9).Draw(t, "days")
		return e
	}
	var ids []string
	for i := range rapid.IntRange(0, 2).Draw(t, "handlings") {
		b.Handlings = append(b.Handlings, catalog.Handling{ID: "h" + strconv.Itoa(i+1), Name: "办" + strconv.Itoa(i), Effect: effect()})
		ids = append(ids, "h"+strconv.Itoa(i+1))
	}
	for i := range rapid.IntRange(0, 2).Draw(t, "situations") {
		q := catalog.Situation{Question: "问" + strconv.Itoa(i), Many: rapid.Bool().Draw(t, "many")}
		if len(ids) > 0 && rapid.Bool().Draw(t, "when") {
			q.When = []string{ids[len(ids)-1]}
		}
		for k := range 2 {
			id := "o" + strconv.Itoa(10*i+k)
			ids = append(ids, id)
			q.Options = append(q.Options, catalog.Option{ID: id, Label: "答" + id, Effect: effect()})
		}
		b.Situations = append(b.Situations, q)
	}
	return b
}

// What the editor shows and a browser sends back, nothing changed, is the body again.
func TestEditorSaysTheBodyAgain(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		list := rapid.SampledFrom([]string{catalog.ImplementingList, catalog.BasicList}).Draw(t, "list")
		b := randomBody(t, list)
		rec := httptest.NewRecorder()
		if err := editorContent(handlers{}, fromBody(list, b)).Render(t.Context(), rec); err != nil {
			t.Fatal(err)
		}
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(sent(t, rec.Body.String()).Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		f, err := fromPost(r)
		if err != nil {
			t.Fatal(err)
		}
		got := f.body()
		if err := f.Err(); err != nil {
			t.Fatal(err)
		}
		for _, c := range catalog.Columns() {
			if want, have := b.Element(c.Key), got.Element(c.Key); want != have {
				t.Fatalf("%s is %q, was %q", c.Key, have, want)
			}
		}
		if !reflect.DeepEqual(blanks(b.Materials), blanks(got.Materials)) {
			t.Fatalf("files of materials: %+v", got.Materials)
		}
	})
}

func blanks(ms []catalog.Material) (out []string) {
	for _, m := range ms {
		out = append(out, m.Blank, m.Sample)
	}
	return out
}

// sent is what a browser would send of the item's form.
func sent(t *rapid.T, page string) url.Values {
	root, err := html.Parse(strings.NewReader(page))
	if err != nil {
		t.Fatal(err)
	}
	v := url.Values{}
	var walk func(n *html.Node, in bool)
	walk = func(n *html.Node, in bool) {
		in = in || attr(n, "id") == "item-form"
		if in && n.Type == html.ElementNode {
			control(v, n)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			walk(c, in)
		}
	}
	walk(root, false)
	return v
}

func control(v url.Values, n *html.Node) {
	name := attr(n, "name")
	switch {
	case name == "" || strings.HasPrefix(name, "try."):
	case n.Data == "textarea":
		text := ""
		if n.FirstChild != nil {
			text = n.FirstChild.Data
		}
		v.Add(name, strings.ReplaceAll(text, "\n", "\r\n"))
	case n.Data == "select":
		for o := n.FirstChild; o != nil; o = o.NextSibling {
			if has(o, "selected") {
				v.Add(name, attr(o, "value"))
			}
		}
	case n.Data == "input" && (attr(n, "type") == "checkbox" || attr(n, "type") == "radio"):
		if has(n, "checked") {
			v.Add(name, attr(n, "value"))
		}
	case n.Data == "input" && attr(n, "type") != "file":
		v.Add(name, attr(n, "value"))
	}
}

func has(n *html.Node, key string) bool {
	for _, a := range n.Attr {
		if a.Key == key {
			return true
		}
	}
	return false
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}
