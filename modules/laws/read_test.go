package laws_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"liandong/modules/laws"
)

const sample = `中华人民共和国某某法
（2002年12月28日通过）

目　录
第一章　总则
第二章　许可

第一章　总则
第一条　为了保护草原，制定本法。
第二条　在中华人民共和国领域内适用本法。
本法所称草原，是指天然草原和人工草地。
第二章　许可
第一节　一般规定
第三条 有下列情形之一的，应当申请：
（一）占用草原；
（二）第一条规定的其他情形。
第一百零三条之二　施行办法另行规定。
`

func TestReadTakesALawApart(t *testing.T) {
	t.Parallel()
	r := laws.Read(strings.ReplaceAll(sample, "\n", "\r\n"))
	if !r.Fine() || len(r.Articles) != 4 || len(r.Left) != 3 {
		t.Fatalf("%+v", r)
	}
	second, last := r.Articles[1], r.Articles[3]
	if second.Chapter != "第一章 总则" || second.Body != "在中华人民共和国领域内适用本法。\n本法所称草原，是指天然草原和人工草地。" {
		t.Errorf("%+v", second)
	}
	if last.Label != "第一百零三条之二" || last.Sort != 103_002 || last.Chapter != "第二章 许可 / 第一节 一般规定" {
		t.Errorf("%+v", last)
	}
	if again := laws.Read(laws.Write(r.Articles)); !slices.Equal(again.Articles, r.Articles) {
		t.Errorf("written and read again: %+v", again)
	}
}

func TestReadSaysWhatIsWrongInWhichLine(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]struct {
		no  int
		key string
	}{
		"":                 {1, "laws.no_articles"},
		"没有条文":             {1, "laws.no_articles"},
		"第一条 甲。\n第一条 乙。":   {2, "laws.number_twice"},
		"第二条 甲。\n\n第一条 乙。": {3, "laws.number_backwards"},
		"第一条\n第二条 乙。":      {1, "laws.article_empty"},
		"第十十零条 甲。":         {0, ""},
		"第一条 甲。\n第一章 总则\n游离的一行":            {3, "laws.line_belongs_nowhere"},
		"第一条 " + strings.Repeat("长", 8001): {1, "laws.article_too_long"},
		strings.Repeat("长", 200_001):       {1, "too_long"},
	} {
		r := laws.Read(text)
		if want.key == "" {
			continue
		}
		if r.Fine() || len(r.Problems) != 1 || r.Problems[0].No != want.no || r.Problems[0].Key != want.key {
			t.Errorf("%.20q: %+v", text, r.Problems)
		}
	}
	if r := laws.Read("第一条为了甲。\n第五条规定的除外。\n第二条乙。"); len(r.Articles) != 2 || !strings.HasSuffix(r.Articles[0].Body, "第五条规定的除外。") {
		t.Errorf("without spaces: %+v", r)
	}
}

func TestNumbersAreRead(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"第一条": 1000, "第十条": 10_000, "第十九条": 19_000, "第二十条": 20_000, "第五十条第二款": 50_000, "第一百零一条": 101_000, "第一百一十条": 110_000,
		"第一千零四十九条": 1_049_000, "第一千二百六十条": 1_260_000, "第 50 条": 50_000, "第一百三十三条之一": 133_001, "关于审批时限的规定": 0, "": 0, "第〇条": 0,
	} {
		if got := laws.Number(in); got != want {
			t.Errorf("%s: %d, want %d", in, got, want)
		}
	}
}

// TestReadNeverBreaks hands over whatever there is.
func TestReadNeverBreaks(t *testing.T) {
	t.Parallel()
	piece := rapid.SampledFrom([]string{"第", "一", "十", "〇", "千", "条", "章", "之", " ", "　", "\n", "\r", "为了", "。", "9", "\ufeff"})
	rapid.Check(t, func(t *rapid.T) {
		r := laws.Read(strings.Join(rapid.SliceOf(piece).Draw(t, "text"), ""))
		if r.Fine() && !laws.Read(laws.Write(r.Articles)).Fine() {
			t.Fatalf("%+v is written as what cannot be read", r.Articles)
		}
		for i, a := range r.Articles {
			if a.Body == "" || i > 0 && a.Sort <= r.Articles[i-1].Sort {
				t.Fatalf("%+v", r.Articles)
			}
		}
	})
}
