package web

import (
	"context"

	"liandong/modules/catalog"
	"liandong/tenancy/fault"
)

// Clause is what a citation stands for in the legal library (法规库) today. It is an
// alias of its shape, so that whoever keeps laws needs no type of ours.
type Clause = struct {
	Text     string
	Validity string // in_force, amended, void, pending
	Href     string // of the law at the desk
}

// Laws is what the editor asks of the legal library.
type Laws interface {
	// Titles lists the laws that may be cited here.
	Titles(ctx context.Context) ([]string, error)
	// Articles lists the labels of a law's articles; NotFound when the library has it not.
	Articles(ctx context.Context, title string) ([]string, error)
	// Clause resolves a citation; NotFound when there is no such law or article.
	Clause(ctx context.Context, title, article string) (Clause, error)
}

// library is what the editor shows of the legal library beside the provisions.
type library struct {
	titles   []string
	articles map[string][]string // by title
	clauses  map[catalog.LegalBasis]Clause
}

// consult looks up what the form cites.
func (h handlers) consult(ctx context.Context, f *form) error {
	if h.Laws == nil {
		return nil
	}
	f.laws = &library{articles: map[string][]string{}, clauses: map[catalog.LegalBasis]Clause{}}
	var err error
	if f.laws.titles, err = h.Laws.Titles(ctx); err != nil {
		return err
	}
	for i := range lawRows().count(f.FormValues) {
		r := lawRows().row(f.FormValues, i)
		if r[0] == "" {
			continue
		}
		if _, known := f.laws.articles[r[0]]; !known {
			f.laws.articles[r[0]], err = h.Laws.Articles(ctx, r[0])
			if err != nil && fault.KindOf(err) != fault.NotFound {
				return err
			}
		}
		if r[1] == "" {
			continue
		}
		c, err := h.Laws.Clause(ctx, r[0], r[1])
		switch {
		case err == nil:
			f.laws.clauses[catalog.LegalBasis{Law: r[0], Article: r[1]}] = c
		case fault.KindOf(err) != fault.NotFound:
			return err
		}
	}
	return nil
}

// quote fills in the text of a provision from the library.
func (h handlers) quote(ctx context.Context, f *form, row string) error {
	for i := range lawRows().count(f.FormValues) {
		keys := lawRows().keys(i)
		if row != keys[0] || h.Laws == nil {
			continue
		}
		c, err := h.Laws.Clause(ctx, f.Get(keys[0]), f.Get(keys[1]))
		if fault.KindOf(err) == fault.NotFound && err != nil {
			f.Wrong(keys[0], "item_clause_unknown")
			return nil //nolint:nilerr // the form says it
		}
		if err != nil {
			return err
		}
		f.Set(keys[2], c.Text)
	}
	return nil
}

// clause is what the library says about row i; ok is false when it does not.
func (f *form) clause(i int) (c Clause, ok bool) {
	if f.laws == nil {
		return c, false
	}
	r := lawRows().row(f.FormValues, i)
	c, ok = f.laws.clauses[catalog.LegalBasis{Law: r[0], Article: r[1]}]
	return c, ok
}

// listedLaw reports whether the library has the law of row i.
func (f *form) listedLaw(i int) bool {
	return f.laws != nil && len(f.laws.articles[f.Get(lawRows().keys(i)[0])]) > 0
}
