package citizen

import (
	"container/list"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/go-chi/chi/v5"

	"liandong/modules/catalog"
	"liandong/portal-sites/kit"
	"liandong/portal-sites/kit/visit"
	"liandong/tenancy"
)

// leaf is a page that everybody who is not signed in sees alike.
type leaf struct {
	page  kit.Page
	item  catalog.Item
	until time.Time // when what it says of the hour passes; zero: it does not
}

// ground is what a page that stands still stands on, besides items and the site.
type ground struct {
	params  []string // what of the address counts; with anything else the page is drawn for its visitor alone
	laws    bool     // it is drawn from the library of laws
	shelved bool     // the page is kept for the next visitor, and not only told to be true
}

// guideGround is that of guides.
func guideGround() ground {
	return ground{params: []string{kit.AskParam, "view"}, laws: true, shelved: true}
}

// settled bounds how long a page stands without being drawn again, for what it is
// drawn from besides items and the site: calendars, laws, the tree. What is
// published counts at once.
const settled = 10 * time.Minute

// still answers with a page that stands still until something is published. Its tag
// names what it is drawn from and until when that holds, so that whoever has it
// is told by two short reads that it is still true, on any server, and nothing is drawn.
func (h handlers) still(w http.ResponseWriter, r *http.Request, s kit.Shell, of ground, draw func(context.Context) (leaf, error)) error {
	if !h.calm(r, of) {
		l, err := draw(r.Context())
		if err != nil {
			return err
		}
		h.count(r.Context(), l.item)
		brief(w, r)
		return s.Page(w, r, http.StatusOK, l.page)
	}
	mark, err := h.markOf(r, of)
	if err != nil {
		return err
	}
	now := h.Now()
	if tag := freshTag(r.Header.Get("If-None-Match"), mark, now); tag != "" {
		if id := chi.URLParam(r, "id"); id != "" {
			h.heat.again(heatKey{visit.SiteOf(r.Context()).Tenant, id})
		}
		stillHeaders(w, "no-cache", tag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	p, ok := h.kept.get(mark, now)
	if !ok {
		if p, err = h.draw(r, s, mark, draw); err != nil {
			return err
		}
		if of.shelved {
			h.kept.put(p)
		}
	}
	h.count(r.Context(), p.item)
	stillHeaders(w, "no-cache", p.tag)
	return p.write(w)
}

// calm reports whether the request is one that everybody might make: nobody is
// signed in, nothing is to be said once, and no part of a page is asked for.
func (h handlers) calm(r *http.Request, of ground) bool {
	if _, ok := person(r); ok || kit.WantsPart(r) || visit.Expired(r.Context()) || h.Flash.Waiting(r) {
		return false
	}
	for name := range r.URL.Query() {
		if !slices.Contains(of.params, name) {
			return false
		}
	}
	return true
}

func (h handlers) draw(r *http.Request, s kit.Shell, mark string, draw func(context.Context) (leaf, error)) (stillPage, error) {
	l, err := draw(r.Context())
	if err != nil {
		return stillPage{}, err
	}
	until := h.Now().Add(settled).Truncate(time.Minute)
	if !l.until.IsZero() && l.until.Before(until) {
		until = l.until
	}
	body, err := s.Draw(r.WithContext(kit.Tokenless(r.Context())), l.page)
	return stillPage{mark: mark, tag: tagOf(mark, until), body: body, until: until, item: l.item}, err
}

// plain answers with a page under a tag of its own.
func (h handlers) plain(w http.ResponseWriter, r *http.Request, s kit.Shell, control, tag string, page func(context.Context) kit.Page) error {
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		stillHeaders(w, control, tag)
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	ctx := kit.Tokenless(r.Context())
	body, err := s.Draw(r.WithContext(ctx), page(ctx))
	if err != nil {
		return err
	}
	stillHeaders(w, control, tag)
	return stillPage{body: body}.write(w)
}

// stillHeaders are those of a page that many may share: no cookie goes with it.
func stillHeaders(w http.ResponseWriter, control, tag string) {
	head := w.Header()
	head.Del("Set-Cookie")
	head.Set("Cache-Control", control)
	head.Set("ETag", tag)
	head.Set("Vary", "Cookie, HX-Request")
}

// markOf names everything that the answer to r is drawn from.
func (h handlers) markOf(r *http.Request, of ground) (string, error) {
	ctx := r.Context()
	vector, err := h.Items.Vector(ctx)
	if err != nil {
		return "", err
	}
	library := ""
	if h.Laws != nil && of.laws {
		if library, err = h.Laws.Stamp(ctx); err != nil {
			return "", err
		}
	}
	q := url.Values{}
	for _, name := range of.params {
		q[name] = r.URL.Query()[name]
	}
	raw, err := json.Marshal([]any{buildMark(), library, visit.SiteOf(ctx), r.URL.Path, q, kit.IsElder(r), h.look(r), vector})
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:12]), nil
}

func tagOf(mark string, until time.Time) string {
	return `"` + mark + "-" + strconv.FormatInt(until.Unix(), 36) + `"`
}

// freshTag is the tag among those that the visitor has which is still true; "" when none is.
func freshTag(have, mark string, now time.Time) string {
	for tag := range strings.SplitSeq(have, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		of, until, ok := strings.Cut(strings.Trim(tag, `"`), "-")
		if !ok || of != mark {
			continue
		}
		at, err := strconv.ParseInt(until, 36, 64)
		if err == nil && now.Before(time.Unix(at, 0)) && time.Unix(at, 0).Sub(now) <= settled {
			return tagOf(mark, time.Unix(at, 0))
		}
	}
	return ""
}

// stillPage is a page as it goes out.
type stillPage struct {
	mark, tag string
	body      []byte
	until     time.Time
	item      catalog.Item
}

func (p stillPage) write(w http.ResponseWriter) error {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Content-Length", strconv.Itoa(len(p.body)))
	w.WriteHeader(http.StatusOK)
	_, _ = w.Write(p.body) // the visitor went away; nobody is left to tell
	return nil
}

// shelf keeps pages in memory, those used last. A mark holds the tenant, so that no
// tenant is ever given the page of another.
type shelf struct {
	mu    sync.Mutex
	held  map[string]*list.Element
	order *list.List // used last first
	bytes int
}

const maxShelf = 64 << 20 // bytes of pages

func newShelf() *shelf { return &shelf{held: map[string]*list.Element{}, order: list.New()} }

func (s *shelf) get(mark string, now time.Time) (p stillPage, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	e := s.held[mark]
	if e == nil {
		return p, false
	}
	p, _ = e.Value.(stillPage)
	if !now.Before(p.until) {
		s.drop(e)
		return p, false
	}
	s.order.MoveToFront(e)
	return p, true
}

func (s *shelf) put(p stillPage) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if old := s.held[p.mark]; old != nil {
		s.drop(old)
	}
	s.held[p.mark] = s.order.PushFront(p)
	for s.bytes += len(p.body); s.bytes > maxShelf; {
		s.drop(s.order.Back())
	}
}

func (s *shelf) drop(e *list.Element) {
	if p, ok := s.order.Remove(e).(stillPage); ok {
		s.bytes -= len(p.body)
		delete(s.held, p.mark)
	}
}

// heat collects how often guides were opened, so that not every reader costs a
// write: the first is written down, and what follows soon with the next one later.
type heat struct {
	mu   sync.Mutex
	held map[heatKey]*heatCount
}

type heatKey struct {
	tenant tenancy.ID
	item   string
}

type heatCount struct {
	n     int
	since time.Time
}

const (
	heatEvery = 20 * time.Second
	heatMany  = 500  // uses after which a count is written at once
	heatItems = 4096 // guides counted
)

func newHeat() *heat { return &heat{held: map[heatKey]*heatCount{}} }

// used counts one reader and returns how many there are to write down now.
func (c *heat) used(k heatKey, now time.Time) (n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	at := c.held[k]
	if at == nil {
		if len(c.held) >= heatItems {
			clear(c.held)
		}
		at = &heatCount{}
		c.held[k] = at
	}
	at.n++
	if at.n < heatMany && now.Sub(at.since) < heatEvery {
		return 0
	}
	n, at.n, at.since = at.n, 0, now
	return n
}

// again counts a reader who has the page already.
func (c *heat) again(k heatKey) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if at := c.held[k]; at != nil {
		at.n++
	}
}

func (h handlers) count(ctx context.Context, i catalog.Item) {
	if i.ID == "" {
		return
	}
	n := h.heat.used(heatKey{visit.SiteOf(ctx).Tenant, i.ID}, h.Now())
	if n == 0 {
		return
	}
	if err := h.Items.OpenedBy(ctx, i, n); err != nil {
		h.Log.WarnContext(ctx, "use of an item not counted", slog.Any("err", err))
	}
}
