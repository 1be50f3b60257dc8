package citizen

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"strconv"

	"github.com/go-chi/chi/v5"

	"liandong/portal-sites/kit"
)

// editionOf names what a guide says: its number and a digest of everything that
// the page is drawn from. What changes with the hour or with other items is not
// part of an edition.
func editionOf(v guideView) (string, error) {
	raw, err := json.Marshal([]any{buildMark(), v.look, v.b, v.ver.ID, v.ver.PublishedAt, v.given, v.laws, v.suspended, v.here, v.elsewhere, v.down})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return strconv.Itoa(v.ver.Number) + "-" + hex.EncodeToString(sum[:8]), nil
}

// guideEdition is one edition at an address of its own, which never says anything
// else; an edition that has passed leads to the guide in force.
func (h handlers) guideEdition(w http.ResponseWriter, r *http.Request, s kit.Shell) error {
	v, err := h.readGuide(r)
	if err != nil {
		return err
	}
	if chi.URLParam(r, "edition") != v.edition || len(r.URL.RawQuery) > 0 {
		w.Header().Set("Cache-Control", "no-store")
		return kit.SeeOther(w, r, itemURL(r.Context(), v.id))
	}
	control := "public, max-age=31536000, immutable"
	if _, ok := person(r); ok {
		control = "private, no-store" // the head of the page names her
	}
	return h.plain(w, r, s, control, `"`+v.edition+`"`, func(ctx context.Context) kit.Page { return v.page(ctx, guidePage(v)) })
}
