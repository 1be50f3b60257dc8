package sites_test

import (
	"reflect"
	"strings"
	"testing"

	"liandong/modules/sites"
)

func TestParse(t *testing.T) {
	t.Parallel()
	one := func(s string) []sites.Span { return []sites.Span{{Text: s}} }
	got := sites.Parse("# 标题\n一行\n二行 **重** 点\n\n- 甲\n- [乙](https://x.cn/a?b=1)\n1. 子\n2、丑\n<script>alert(1)</script>\n[坏](javascript:alert(1))\n[坏](//evil.cn) #")
	want := []sites.Block{
		{Kind: "heading", Lines: [][]sites.Span{one("标题")}},
		{Kind: "paragraph", Lines: [][]sites.Span{one("一行"), {{Text: "二行 "}, {Text: "重", Bold: true}, {Text: " 点"}}}},
		{Kind: "list", Lines: [][]sites.Span{one("甲"), {{Text: "乙", Href: "https://x.cn/a?b=1"}}}},
		{Kind: "numbered", Lines: [][]sites.Span{one("子"), one("丑")}},
		{Kind: "paragraph", Lines: [][]sites.Span{one("<script>alert(1)</script>"), {{Text: "[坏](javascript:alert(1)"}, {Text: ")"}}, {{Text: "[坏](//evil.cn)"}, {Text: " #"}}}},
	}
	for i := range want {
		if i >= len(got) || flat(got[i]) != flat(want[i]) || got[i].Kind != want[i].Kind {
			t.Errorf("block %d: %+v, want %+v", i, got, want[i])
		}
	}
	if !reflect.DeepEqual(got[:4], want[:4]) {
		t.Errorf("%+v", got[:4])
	}
}

func flat(b sites.Block) string {
	var s strings.Builder
	for _, l := range b.Lines {
		for _, x := range l {
			s.WriteString(x.Text + "<" + x.Href + ">")
		}
	}
	return strings.ReplaceAll(s.String(), "<>", "")
}

// Whatever is typed, no text is lost or made up and no link leads to a script.
func FuzzParse(f *testing.F) {
	for _, s := range []string{"# a\n- b\n**c**", "[x](javascript:1)", "[x](/y)", "** [", "1.", "[a](data:text/html,x)", "[a](/\\evil.cn)"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var n int
		for _, b := range sites.Parse(body) {
			for _, l := range b.Lines {
				for _, s := range l {
					n += len(s.Text)
					scheme, _, _ := strings.Cut(s.Href, ":")
					if s.Href != "" && !strings.HasPrefix(s.Href, "/") && scheme != "http" && scheme != "https" && scheme != "tel" && scheme != "mailto" {
						t.Errorf("link to %q", s.Href)
					}
					if strings.HasPrefix(s.Href, "//") || strings.HasPrefix(s.Href, "/\\") {
						t.Errorf("link to another host: %q", s.Href)
					}
				}
			}
		}
		if n > len(body) {
			t.Errorf("%d bytes became %d", len(body), n)
		}
	})
}
