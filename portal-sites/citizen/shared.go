package citizen

import (
	"context"
	"strings"

	"liandong/modules/cases"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
	"liandong/tenancy/calendar"
	"liandong/tenancy/tree"
)

func itemURL(ctx context.Context, id string) string { return visit.URL(ctx, "/items/"+id) }

func caseURL(ctx context.Context, id string) string { return visit.URL(ctx, "/cases/"+id) }

// sites links to the sites of other tenants.
func (h handlers) sites(nodes []tree.Node) (out []kit.Link) {
	for _, n := range nodes {
		out = append(out, kit.Link{Label: n.Name, Href: h.SiteURL(n.Code, n.Host)})
	}
	return out
}

// limit is a promised limit in words.
func limit(days int, project string) string {
	if project == "1" {
		return text.T("citizen.at_once")
	}
	return text.T("citizen.days", days)
}

// Calendars is what the site asks about working days.
type Calendars interface {
	// Calendar is that of a tenant, with every exception that counts there.
	Calendar(ctx context.Context, tenant tenancy.ID) (calendar.Calendar, error)
}

// status is where a case stands, with the outcome once there is one.
func status(c cases.Case) string {
	s := word("status", string(c.Status))
	if c.Status == cases.Completed && c.Outcome != "" {
		s += " · " + word("outcome", c.Outcome)
	}
	return s
}

func tone(c cases.Case) kit.Tone {
	switch c.Status {
	case cases.Supplement:
		return kit.Yellow
	case cases.Refused:
		return kit.Red
	case cases.Withdrawn, cases.Voided:
		return kit.Neutral
	case cases.Completed:
		if c.Outcome == cases.Denied {
			return kit.Red
		}
		return kit.Success
	case cases.Submitted, cases.Handling:
		return kit.Info
	}
	return kit.Neutral
}

// news are articles as lines; short dates leave out the year.
func news(ctx context.Context, as []Article, short bool) (out []kit.NewsItem) {
	for _, a := range as {
		d := day(a.At)
		if short {
			d = d[5:]
		}
		to := a.Link
		if to == "" {
			to = "/articles/" + a.ID
		}
		out = append(out, kit.NewsItem{Title: a.Title, Href: visit.URL(ctx, to), Date: d})
	}
	return out
}

// bare is the address of a list without its query.
func bare(l kit.ListQuery) string {
	path, _, _ := strings.Cut(l.URL(), "?")
	return path
}

// home is the first crumb of every inner page.
func home(ctx context.Context, rest ...kit.Crumb) []kit.Crumb {
	return append([]kit.Crumb{{Label: text.T("citizen.nav.home"), Href: visit.URL(ctx, "/")}}, rest...)
}
