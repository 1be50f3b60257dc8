package citizen

import (
	"context"
	"net/http"
	"slices"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/text"
)

// mine asks the questions of an item one after the other, and ends in my own list
// (我的清单). The address carries the answers.
func (h handlers) mine(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	return h.still(w, r, s, guideGround(), func(ctx context.Context) (leaf, error) {
		v, err := h.readGuide(r)
		if err != nil {
			return leaf{}, err
		}
		p := v.page(ctx, minePage(v, v.interview(itemURL(ctx, v.id)+"/mine")))
		p.Title = text.T("citizen.mine")
		p.Crumbs = append(p.Crumbs, kit.Crumb{Label: v.b.Name, Href: itemURL(ctx, v.id)})
		return leaf{page: p, item: v.item}, nil
	})
}

// paperSections leaves out what a paper does not need, of my list also what does
// not depend on me.
func (v guideView) paperSections() (out []kit.Link) {
	mine := []string{"#where", "#materials", "#form", "#flow", "#fees", "#contact"}
	for _, s := range v.sections() {
		if s.Href != "#next" && (len(v.mine.Chosen) == 0 || slices.Contains(mine, s.Href)) {
			out = append(out, s)
		}
	}
	return out
}

// chosenTerms are the choices in words.
func chosenTerms(b catalog.Body, m catalog.Mine) (out []kit.Term) {
	for _, c := range b.Chosen(m) {
		out = append(out, kit.Term{Label: orText(c.Question, text.T("citizen.which_handling")), Value: c.Label, Full: true})
	}
	return out
}

// wanted counts the required materials.
func wanted(ms []catalog.Material) (n int) {
	for _, m := range ms {
		if m.Need == "1" {
			n++
		}
	}
	return n
}
