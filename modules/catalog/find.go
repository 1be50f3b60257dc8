package catalog

import (
	"context"
	"slices"

	"liandong/modules/catalog/internal/finder"
	"liandong/tenancy/db"
)

// Hit is an item that was found (检索), best first.
type Hit struct {
	Row
	Score float64
	Parts []Part // of the name, in order
	By    string // the keyword that fitted, when the name did not
}

// Part is a piece of a name; a marked one is what was looked for.
type Part struct {
	Text   string
	Marked bool
}

// Hint is an item in a short list: what suggests itself while typing, what is
// asked for most, what is related.
type Hint struct {
	ID, Name string
	Parts    []Part
	By       string
}

// Find looks for q.Text among the items that may be applied for at the tenant in
// scope: Chinese words, pinyin, initials, everyday words of the list of synonyms,
// and all of these with a slip. q narrows as in Offered; the order is that of
// relevance, and how much an item is used. Without Text it is Offered.
func (s *Service) Find(ctx context.Context, q Query) (p Page[Hit], err error) {
	if len(normalText(q.Text)) == 0 {
		return s.unsought(ctx, q)
	}
	err = s.inTx(ctx, func(ctx context.Context, tx *db.Tx) error {
		c, err := s.found.chain(ctx, tx)
		if err != nil {
			return err
		}
		matches := finder.Search(c.shards, q.Text, c.heat, q.keeps)
		p, err = store{tx}.hits(ctx, matches, q)
		return err
	})
	return p, err
}

func (s *Service) unsought(ctx context.Context, q Query) (p Page[Hit], err error) {
	q.Text = ""
	rows, err := s.Offered(ctx, q)
	p.Total = rows.Total
	for _, r := range rows.Rows {
		p.Rows = append(p.Rows, Hit{Row: r, Parts: []Part{{Text: r.Body.Name}}})
	}
	return p, err
}

// hits reads the page of q out of the database, as the scope sees it: the index
// says what is found, never what may be read.
func (s store) hits(ctx context.Context, ms []finder.Match, q Query) (p Page[Hit], err error) {
	limit, offset := q.bounds()
	p.Total = len(ms)
	ms = ms[min(int(offset), len(ms)):min(int(offset+limit), len(ms))]
	rows, err := s.picked(ctx, ids(ms))
	if err != nil {
		return p, err
	}
	for _, m := range ms {
		if r, ok := rows[m.Doc.ID]; ok {
			p.Rows = append(p.Rows, Hit{Row: r, Score: m.Score, Parts: pieces(r.Body.Name, m.Marks), By: m.By})
		}
	}
	return p, nil
}

func ids(ms []finder.Match) []string {
	out := make([]string, len(ms))
	for i, m := range ms {
		out[i] = m.Doc.ID
	}
	return out
}

// pieces cuts a name at the marks.
func pieces(name string, marks []finder.Span) (out []Part) {
	rs, at := []rune(name), 0
	put := func(to int, marked bool) {
		if to = min(to, len(rs)); to > at {
			out = append(out, Part{string(rs[at:to]), marked})
			at = to
		}
	}
	for _, m := range marks {
		put(m.From, false)
		put(m.To, true)
	}
	put(len(rs), false)
	return out
}

// keeps reports whether an item may be found at all; what it looks at is locked,
// so that no level below says otherwise.
func (q Query) keeps(d *finder.Doc) bool {
	for _, c := range []struct{ want, have string }{{q.Kind, d.Kind}, {q.Department, d.Department}, {q.Level, d.Level}} {
		if c.want != "" && c.want != c.have {
			return false
		}
	}
	if q.Origin != "" && !slices.Contains(d.Origins, q.Origin) {
		return false
	}
	switch q.Audience {
	case "person":
		return slices.Contains(d.Audience, "1") && (q.Topic == "" || slices.Contains(d.Person, q.Topic))
	case "legal":
		return slices.ContainsFunc(d.Audience, func(a string) bool { return a != "1" }) && (q.Topic == "" || slices.Contains(d.Legal, q.Topic))
	}
	return q.Topic == "" || slices.Contains(d.Person, q.Topic) || slices.Contains(d.Legal, q.Topic)
}

// maxHints bounds a short list.
const maxHints = 20

// Suggest returns up to n items that what was typed so far may mean; origin, when
// given, is the level at which they may be filed.
func (s *Service) Suggest(ctx context.Context, typed, origin string, n int) ([]Hint, error) {
	c, err := s.seek(ctx)
	if err != nil {
		return nil, err
	}
	return hints(finder.Search(c.shards, typed, c.heat, Query{Origin: origin}.keeps), n), nil
}

func hints(ms []finder.Match, n int) (out []Hint) {
	for _, m := range ms[:min(n, maxHints, len(ms))] {
		out = append(out, Hint{ID: m.Doc.ID, Name: m.Doc.Name, Parts: pieces(m.Doc.Name, m.Marks), By: m.By})
	}
	return out
}
