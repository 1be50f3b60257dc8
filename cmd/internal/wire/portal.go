package wire

import (
	"context"

	"liandong/modules/sites"
	"liandong/portal-sites/citizen"
	"liandong/portal-sites/desk"
	"liandong/tenancy"
	"liandong/tenancy/tree"
)

// portal answers the citizen site out of the settings and articles that cascade.
type portal struct{ sites *sites.Service }

func (p portal) Look(ctx context.Context) (citizen.Look, error) {
	s, err := p.sites.Effective(ctx)
	if err != nil {
		return citizen.Look{}, err
	}
	l := citizen.Look{Name: s.Get(sites.Name), Slogan: s.Get(sites.Slogan), Organ: s.Get(sites.Sponsor), Theme: s.Get(sites.Theme),
		Address: s.Get(sites.Address), Hours: s.Get(sites.Hours), Phone: s.Get(sites.Phone)}
	for _, f := range []sites.Field{sites.Sponsor, sites.SiteCode, sites.ICP, sites.Police} {
		if v := s.Get(f); v != "" {
			l.FooterLines = append(l.FooterLines, v)
		}
	}
	return l, nil
}

func (p portal) Articles(ctx context.Context, q citizen.ArticleQuery) ([]citizen.Article, int, error) {
	page, err := p.sites.Published(ctx, sites.Query{Section: sites.Section(q.Section), Text: q.Text, Page: q.Page, Size: q.Size})
	out := make([]citizen.Article, len(page.Rows))
	for i, r := range page.Rows {
		out[i] = article(r)
	}
	return out, page.Total, err
}

func (p portal) Article(ctx context.Context, id string) (citizen.Article, error) {
	r, err := p.sites.Article(ctx, id)
	return article(r), err
}

func article(r sites.Shown) citizen.Article {
	a := citizen.Article{ID: r.ID, Section: string(r.Section), Title: r.Title, Body: r.Body, Publisher: r.TenantName}
	if r.PublishedAt != nil {
		a.At = *r.PublishedAt
	}
	return a
}

// news is what the workbench announces: what the tenant's own site does.
type news struct {
	sites *sites.Service
	tree  *tree.Service
}

func (n news) Latest(ctx context.Context, many int) ([]desk.Announcement, error) {
	scope, err := tenancy.From(ctx)
	if err != nil {
		return nil, err
	}
	here, err := n.tree.Get(ctx, scope.Tenant)
	if err != nil {
		return nil, err
	}
	page, err := n.sites.Published(ctx, sites.Query{Section: sites.Bulletin, Size: many})
	out := make([]desk.Announcement, len(page.Rows))
	for i, r := range page.Rows {
		a := article(r)
		out[i] = desk.Announcement{Title: a.Title, At: a.At, Href: "/sites/" + here.Code + "/articles/" + a.ID}
	}
	return out, err
}
