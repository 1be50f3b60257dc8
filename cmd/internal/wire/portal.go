package wire

import (
	"context"

	"liandong/modules/sites"
	"liandong/portal-sites/desk"
	"liandong/tenancy"
	"liandong/tenancy/tree"
)

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
		out[i] = desk.Announcement{Title: r.Title, Href: "/sites/" + here.Code + "/articles/" + r.ID}
		if r.PublishedAt != nil {
			out[i].At = *r.PublishedAt
		}
	}
	return out, err
}
