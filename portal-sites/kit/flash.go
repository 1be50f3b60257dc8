package kit

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"strings"

	"liandong/portal-sites/kit/text"
)

// Tone is the mood of an alert, badge or message. Colour is never its only
// cue: every tone has its own icon or word.
type Tone string

// The tones. Yellow and Red are also the cards of supervision (黄牌, 红牌).
const (
	Neutral Tone = "neutral"
	Info    Tone = "info"
	Success Tone = "success"
	Yellow  Tone = "warning"
	Red     Tone = "danger"
)

// FlashMessage is shown once, on the page after a redirect.
type FlashMessage struct {
	Tone Tone   `json:"t"`
	Text string `json:"m"`
}

// Flasher keeps one message in a signed cookie until the next page. The zero
// value keeps nothing.
type Flasher struct {
	Secret []byte
	Secure bool
}

const flashCookie = "ld_flash"

// Set leaves a message, a catalogue key with its arguments, for the next page.
func (f Flasher) Set(w http.ResponseWriter, tone Tone, key string, args ...any) {
	if len(f.Secret) == 0 {
		return
	}
	body, err := json.Marshal(FlashMessage{Tone: tone, Text: text.T(key, args...)})
	if err != nil {
		return // strings only: cannot happen
	}
	v := base64.RawURLEncoding.EncodeToString(body)
	f.cookie(w, v+"."+f.mac(v), 60)
}

// Waiting reports whether a message waits for the next page of the visitor.
func (f Flasher) Waiting(r *http.Request) bool {
	_, err := r.Cookie(flashCookie)
	return err == nil && len(f.Secret) > 0
}

func (f Flasher) take(w http.ResponseWriter, r *http.Request) *FlashMessage {
	c, err := r.Cookie(flashCookie)
	if err != nil || len(f.Secret) == 0 {
		return nil
	}
	f.cookie(w, "", -1)
	v, mac, _ := strings.Cut(c.Value, ".")
	if !hmac.Equal([]byte(mac), []byte(f.mac(v))) {
		return nil
	}
	body, err := base64.RawURLEncoding.DecodeString(v)
	if err != nil {
		return nil
	}
	var m FlashMessage
	if json.Unmarshal(body, &m) != nil {
		return nil
	}
	return &m
}

func (f Flasher) mac(v string) string {
	m := hmac.New(sha256.New, f.Secret)
	m.Write([]byte("flash\x00" + v))
	return base64.RawURLEncoding.EncodeToString(m.Sum(nil))
}

func (f Flasher) cookie(w http.ResponseWriter, v string, maxAge int) {
	http.SetCookie(w, &http.Cookie{
		Name: flashCookie, Value: v, Path: "/", MaxAge: maxAge,
		HttpOnly: true, Secure: f.Secure, SameSite: http.SameSiteLaxMode,
	})
}
