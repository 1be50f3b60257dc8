package wire

import (
	"context"
	"slices"

	catalogweb "liandong/modules/catalog/web"
	"liandong/modules/laws"
	"liandong/tenancy/fault"
)

// citing lets the editor of items pick its provisions from the legal library.
type citing struct {
	laws *laws.Service
	base string
}

// maxTitles bounds what is suggested.
const maxTitles = 500

func (c citing) Titles(ctx context.Context) (titles []string, err error) {
	for page := 1; len(titles) < maxTitles; page++ {
		p, err := c.laws.List(ctx, laws.Query{Page: page, Size: 100, State: laws.Published})
		if err != nil {
			return nil, err
		}
		for _, l := range p.Rows {
			titles = append(titles, l.Title)
		}
		if len(p.Rows) == 0 || len(titles) >= p.Total {
			break
		}
	}
	return slices.Compact(titles), nil
}

func (c citing) Articles(ctx context.Context, title string) (labels []string, err error) {
	found, err := c.laws.Find(ctx, title)
	if err != nil {
		return nil, err
	}
	l, ok := found[title]
	if !ok {
		return nil, fault.New(fault.NotFound, "not_found")
	}
	sheet, err := c.laws.Show(ctx, l.ID, "")
	for _, a := range sheet.Articles {
		labels = append(labels, a.Label)
	}
	return labels, err
}

func (c citing) Clause(ctx context.Context, title, article string) (catalogweb.Clause, error) {
	cl, err := c.laws.Standing(ctx, title, article, "")
	if err != nil {
		return catalogweb.Clause{}, err
	}
	return catalogweb.Clause{Text: cl.Article.Body, Validity: string(cl.Validity), Href: c.base + "/laws/" + cl.Law.ID}, nil
}
