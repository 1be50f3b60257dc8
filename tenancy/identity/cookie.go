package identity

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"
)

// CookieName is the one cookie that carries a session.
const CookieName = "ld_session"

var errBadCookie = errors.New("identity: cookie not ours")

// ticket is what the cookie holds; short names keep it far below 4 kB.
type ticket struct {
	Token string `json:"t"`
	JWT   string `json:"j"`
	Seen  int64  `json:"s"` // unix seconds of the last request
	Post  string `json:"p,omitempty"`
	Half  bool   `json:"h,omitempty"` // Session.Pending
}

// Cookies seals sessions into cookie values with AES-256-GCM; the browser can
// neither read nor change them.
type Cookies struct {
	seal   cipher.AEAD
	open   []cipher.AEAD // the sealing key first, then its predecessors
	secure bool
}

// NewCookies takes a 32-byte key; secure is for sites served by https. Values
// sealed with an old key still open, so that a key can be changed in flight.
func NewCookies(key []byte, secure bool, old ...[]byte) (*Cookies, error) {
	c := &Cookies{secure: secure}
	for _, k := range append([][]byte{key}, old...) {
		if len(k) != 32 {
			return nil, fmt.Errorf("cookie key: %d bytes, want 32", len(k))
		}
		block, err := aes.NewCipher(k)
		if err != nil {
			return nil, err
		}
		aead, err := cipher.NewGCM(block)
		if err != nil {
			return nil, err
		}
		c.open = append(c.open, aead)
	}
	c.seal = c.open[0]
	return c, nil
}

// Write sends value as the session cookie; the browser forgets it when closed.
func (c *Cookies) Write(w http.ResponseWriter, value string) { http.SetCookie(w, c.cookie(value)) }

// Clear takes the session cookie back.
func (c *Cookies) Clear(w http.ResponseWriter) {
	k := c.cookie("")
	k.MaxAge = -1
	http.SetCookie(w, k)
}

// Read returns the cookie value of r, empty when there is none.
func (c *Cookies) Read(r *http.Request) string {
	if k, err := r.Cookie(CookieName); err == nil {
		return k.Value
	}
	return ""
}

func (c *Cookies) cookie(value string) *http.Cookie {
	return &http.Cookie{Name: CookieName, Value: value, Path: "/", HttpOnly: true, Secure: c.secure, SameSite: http.SameSiteLaxMode}
}

func (c *Cookies) pack(s Session, seen time.Time) (string, error) {
	b, err := json.Marshal(ticket{Token: s.Token, JWT: s.JWT, Seen: seen.Unix(), Post: s.PostID, Half: s.Pending})
	if err != nil {
		return "", err
	}
	nonce := make([]byte, c.seal.NonceSize())
	rand.Read(nonce)
	return base64.RawURLEncoding.EncodeToString(c.seal.Seal(nonce, nonce, b, []byte(CookieName))), nil
}

func (c *Cookies) unpack(value string) (ticket, error) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil {
		return ticket{}, errBadCookie
	}
	for _, aead := range c.open {
		n := aead.NonceSize()
		if len(raw) < n {
			break
		}
		b, err := aead.Open(nil, raw[:n], raw[n:], []byte(CookieName))
		if err != nil {
			continue
		}
		var t ticket
		if err := json.Unmarshal(b, &t); err != nil {
			return ticket{}, errBadCookie
		}
		return t, nil
	}
	return ticket{}, errBadCookie
}
