package kit

import (
	"net/url"
	"slices"
	"strconv"
)

// AskParam is the parameter that carries the answers of an Interview in an address,
// once for each.
const AskParam = "c"

// maxAnswers bounds what one address may answer.
const maxAnswers = 200

// Ask is one question of an Interview.
type Ask struct {
	Question string
	Many     bool // several answers may be chosen, or none
	Options  []Option
}

// Interview asks one question after the other. It is plain links and GET forms, so
// that the address of a page carries the answers: it can be shared, printed and
// gone back from. Asks are those that the answers so far lead to.
type Interview struct {
	ID      string // of the element on the page that htmx replaces; the page gives it that id
	Action  string // the page that reads the answers, by Answers
	Keep    [][2]string
	Asks    []Ask
	Answers []string
}

// Answers are those that an address carries.
func Answers(q url.Values) []string {
	all := q[AskParam]
	return all[:min(len(all), maxAnswers)]
}

// WithAnswers adds answers to a path.
func WithAnswers(path string, answers []string) string {
	if len(answers) == 0 {
		return path
	}
	return path + "?" + url.Values{AskParam: answers}.Encode()
}

// Current is the number of the question that wants an answer, or -1.
func (v Interview) Current() int {
	return slices.IndexFunc(v.Asks, func(a Ask) bool { return len(v.chosen(a)) == 0 && !v.skipped(a) })
}

// Done reports that every question is answered.
func (v Interview) Done() bool { return v.Current() < 0 }

func (v Interview) chosen(a Ask) (labels []string) {
	for _, o := range a.Options {
		if slices.Contains(v.Answers, o.Value) && (a.Many || len(labels) == 0) {
			labels = append(labels, o.Label)
		}
	}
	return labels
}

// skipMark begins the answer that none of several options fits.
const skipMark = "~"

// none is that answer to a: a question is known by its first option.
func none(a Ask) string { return skipMark + a.Options[0].Value }

func (v Interview) skipped(a Ask) bool {
	return a.Many && len(a.Options) > 0 && slices.Contains(v.Answers, none(a))
}

// before are the answers to the first n questions.
func (v Interview) before(n int) (out []string) {
	for _, a := range v.Asks[:n] {
		given := len(out)
		for _, o := range a.Options {
			if slices.Contains(v.Answers, o.Value) && (a.Many || len(out) == given) {
				out = append(out, o.Value)
			}
		}
		if len(out) == given && v.skipped(a) {
			out = append(out, none(a))
		}
	}
	return out
}

// Given are the answers that count, marks of questions without one among them.
func (v Interview) Given() []string { return v.before(len(v.Asks)) }

// answered are the numbers of the questions before the current one.
func (v Interview) answered() (out []int) {
	last := v.Current()
	if last < 0 {
		last = len(v.Asks)
	}
	for i := range last {
		out = append(out, i)
	}
	return out
}

// again is the address at which question n is asked anew.
func (v Interview) again(n int) string {
	q := url.Values{AskParam: v.before(n)}
	for _, k := range v.Keep {
		q.Set(k[0], k[1])
	}
	return v.Action + "?" + q.Encode() + "#" + v.ID
}

func ordinal(n int) string { return strconv.Itoa(n + 1) }
