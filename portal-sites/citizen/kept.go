package citizen

import (
	"context"

	"liandong/modules/sites"
	"liandong/portal-sites/kit/text"
)

// Kept answers the site out of module sites.
func Kept(s *sites.Service) Sites { return kept{s} }

type kept struct{ s *sites.Service }

func (k kept) Look(ctx context.Context) (Look, error) {
	site, err := k.s.Settled(ctx)
	if err != nil {
		return Look{}, err
	}
	l := Look{
		Name: site.Get(sites.Name), Slogan: site.Get(sites.Slogan), Theme: site.Get(sites.Theme), Notice: site.Get(sites.Notice),
		Address: site.Get(sites.Address), Hours: site.Get(sites.Hours), Phone: site.Get(sites.Phone),
	}
	for _, f := range []sites.Field{sites.Sponsor, sites.SiteCode, sites.ICP, sites.Police} {
		if v := site.Get(f); v != "" {
			l.FooterLines = append(l.FooterLines, text.T("citizen.footer."+string(f), v))
		}
	}
	for _, c := range site.Sections() {
		l.Sections = append(l.Sections, string(c))
	}
	return l, nil
}

func (k kept) Articles(ctx context.Context, q ArticleQuery) (rows []Article, total int, err error) {
	p, err := k.s.Published(ctx, sites.Query{Page: q.Page, Size: q.Size, Text: q.Text, Section: sites.Section(q.Section)})
	for _, a := range p.Rows {
		rows = append(rows, shown(a))
	}
	return rows, p.Total, err
}

func (k kept) Article(ctx context.Context, id string) (Article, error) {
	a, err := k.s.Article(ctx, id)
	if err != nil {
		return Article{}, err
	}
	return shown(a), nil
}

func shown(a sites.Shown) Article {
	out := Article{ID: a.ID, Section: string(a.Section), Title: a.Title, Body: a.Body, Publisher: a.TenantName, At: a.UpdatedAt}
	if a.PublishedAt != nil {
		out.At = *a.PublishedAt
	}
	return out
}
