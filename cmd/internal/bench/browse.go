package bench

import (
	"context"
	"errors"
	"fmt"
	"html"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"liandong/policies"
	"liandong/tenancy/identity"
)

// browserSecret is the cookie that form tokens are bound to; a browser gets one
// at its first visit.
const browserSecret = "ld_csrf=BENCHBENCHBENCHBENCHBENCHBENCH"

// hidden finds the hidden fields of a form.
//

var (
	hidden = regexp.MustCompile(`<input[^>]*type="hidden"[^>]*>`)
	named  = regexp.MustCompile(`name="([^"]*)"`)
	valued = regexp.MustCompile(`value="([^"]*)"`)
)

// get reads a page as whoever carries cookie.
func (s *site) get(ctx context.Context, path, cookie string) (string, error) {
	return s.send(ctx, http.MethodGet, path, cookie, "", http.StatusOK)
}

func (s *site) send(ctx context.Context, method, path, cookie, body string, want int) (string, error) {
	req, err := http.NewRequestWithContext(ctx, method, s.url+path, strings.NewReader(body))
	if err != nil {
		return "", err
	}
	if cookie != "" {
		req.Header.Set("Cookie", identity.CookieName+"="+cookie+"; "+browserSecret)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	res, err := s.client.Do(req)
	if err != nil {
		return "", err
	}
	defer func() { _ = res.Body.Close() }()
	page, err := io.ReadAll(res.Body)
	if err != nil {
		return "", err
	}
	if res.StatusCode != want {
		return "", fmt.Errorf("%s %s: %s: %s", method, path, res.Status, plain(string(page)))
	}
	if want == http.StatusSeeOther {
		return res.Header.Get("Location"), nil
	}
	return string(page), nil
}

var tags = regexp.MustCompile(`(?s)<(script|style|svg|nav|header|footer)\b.*?</(script|style|svg|nav|header|footer)>|<[^>]*>|\s+`)

// plain is what a page says, shortened, for an error.
func plain(page string) string {
	s := strings.Join(strings.Fields(tags.ReplaceAllString(page, " ")), " ")
	return string([]rune(s)[:min(len([]rune(s)), 400)])
}

// submit opens the page with a form and sends it back with values; it returns
// where the answer leads.
func (s *site) submit(ctx context.Context, page, to, cookie string, values url.Values) (string, error) {
	body, err := s.get(ctx, page, cookie)
	if err != nil {
		return "", err
	}
	form := url.Values{}
	at := strings.Index(body, `action="`+to)
	if at < 0 {
		return "", fmt.Errorf("%s has no form for %s: %s", page, to, plain(body))
	}
	end := strings.Index(body[at:], "</form>")
	if end < 0 {
		return "", errors.New("the form does not end")
	}
	for _, in := range hidden.FindAllString(body[at:at+end], -1) {
		n, v := named.FindStringSubmatch(in), valued.FindStringSubmatch(in)
		if n != nil && v != nil {
			form.Set(html.UnescapeString(n[1]), html.UnescapeString(v[1]))
		}
	}
	maps.Copy(form, values)
	return s.send(ctx, http.MethodPost, to, cookie, form.Encode(), http.StatusSeeOther)
}

// livePages is the whole life of a case as people click it: every act opens the
// page and sends its form.
func (s *site) livePages(ctx context.Context, item string, c chain, seats map[seatKey]officer) error {
	clerk := seats[seatKey{c.village, policies.Clerk}].cookie
	to := "/desk/assist/" + item
	done, err := s.submit(ctx, to, to, clerk, url.Values{
		"kind": {"person"}, "name": {"演示·压测"}, "number": {"152502199001010020"},
		"phone": {"19900000001"}, "address": {"演示地址"}, "confirm": {"on"},
	})
	if err != nil {
		return describe(err, "file")
	}
	id := done[strings.LastIndexByte(done, '/')+1:]
	id, _, _ = strings.Cut(id, "?")
	for _, a := range []struct {
		by  seatKey
		act string
	}{
		{seatKey{c.village, policies.Clerk}, "accept"},
		{seatKey{c.township, policies.Reviewer}, "pass"},
		{seatKey{c.county, policies.Reviewer}, "pass"},
		{seatKey{c.city, policies.Reviewer}, "pass"},
		{seatKey{c.city, policies.Decider}, "decide"},
	} {
		page := "/desk/cases/" + id
		if _, err := s.submit(ctx, page+"?act="+a.act, page+"/acts/"+a.act, seats[a.by].cookie, url.Values{"opinion": {"同意"}, "outcome": {"granted"}}); err != nil {
			return describe(err, a.act)
		}
	}
	return nil
}
