package citizen

import (
	"context"
	"slices"

	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

// aboutItems is the column of what became of items: nobody writes it.
const aboutItems = "items"

// announcements are what became of the items that this site offers, as articles.
func (h handlers) announcements(ctx context.Context, page, size int) (rows []Article, total int, err error) {
	list, total, err := h.Items.Announcements(ctx, page, size)
	for _, a := range list {
		rows = append(rows, Article{ID: a.ItemID, Section: aboutItems, Title: a.Text, Publisher: a.Owner, Link: "/items/" + a.ItemID, At: a.At})
	}
	return rows, total, err
}

// latest are the newest articles and announcements together.
func (h handlers) latest(ctx context.Context, n int) ([]Article, error) {
	rows, _, err := h.Sites.Articles(ctx, ArticleQuery{Page: 1, Size: n})
	if err != nil {
		return nil, err
	}
	items, _, err := h.announcements(ctx, 1, n)
	if err != nil {
		return nil, err
	}
	rows = append(rows, items...)
	slices.SortStableFunc(rows, func(a, b Article) int { return b.At.Compare(a.At) })
	return rows[:min(n, len(rows))], nil
}

// itemsTab leads to the column of announcements.
func itemsTab(ctx context.Context) kit.Tab {
	return kit.Tab{Key: aboutItems, Label: text.T("citizen.item_news"), Href: query(visit.URL(ctx, "/articles"), "section", aboutItems)}
}
