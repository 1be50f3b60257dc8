package citizen

import (
	"context"
	"log/slog"
	"net/http"
	"strconv"
	"strings"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/modules/laws"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
	"liandong/portal-sites/kit/visit"
)

// Laws is what the site asks of the legal library; *laws.Service answers it.
type Laws interface {
	Show(ctx context.Context, id, day string) (laws.Sheet, error)
	// Find resolves titles to the laws that the library has.
	Find(ctx context.Context, titles ...string) (map[string]laws.Law, error)
}

// law shows a law as it reads today.
func (h handlers) law(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	ctx := r.Context()
	if h.Laws == nil {
		return gone()
	}
	sh, err := h.Laws.Show(ctx, chi.URLParam(r, "id"), "")
	if err != nil {
		return err
	}
	brief(w, r)
	return s.Page(w, r, http.StatusOK, kit.Page{Title: sh.Law.Title, Crumbs: home(ctx, kit.Crumb{Label: text.T("citizen.nav.items"), Href: visit.URL(ctx, "/items")}), Content: lawPage(sh)})
}

// grounds finds the pages of the laws that an item stands on, by title. A guide
// is not refused for want of them.
func (h handlers) grounds(ctx context.Context, b catalog.Body) map[string]laws.Law {
	if h.Laws == nil || len(b.LegalBasis) == 0 {
		return nil
	}
	titles := make([]string, len(b.LegalBasis))
	for i, l := range b.LegalBasis {
		titles[i] = l.Law
	}
	found, err := h.Laws.Find(ctx, titles...)
	if err != nil {
		h.Log.WarnContext(ctx, "laws not found for a guide", slog.Any("err", err))
	}
	return found
}

// lawURL is where a provision is read; "" when the library has not the law.
func (v guideView) lawURL(ctx context.Context, l catalog.LegalBasis) string {
	law, ok := v.laws[l.Law]
	if !ok {
		return ""
	}
	to := visit.URL(ctx, "/laws/"+law.ID)
	if n := laws.Number(l.Article); n > 0 {
		to += "#" + articleAnchor(n)
	}
	return to
}

func articleAnchor(sort int64) string { return "a" + strconv.FormatInt(sort, 10) }

func lines(body string) []string { return strings.Split(body, "\n") }
