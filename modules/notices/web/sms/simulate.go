package sms

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"strings"

	"liandong/modules/notices"
	"liandong/portal-sites/kit/text"
	"liandong/tenancy/idcode"
)

// SimulatorPath is where Simulate is mounted: the path of norsubmit, on us.
const SimulatorPath = "/internal/sms/norsubmit"

// maxBody is far above what one message takes.
const maxBody = 64 << 10

// Inbox keeps what a simulated gateway received.
type Inbox interface {
	Receive(ctx context.Context, source, phone, text string) (id string, err error)
}

// Simulate is the 云MAS gateway as far as Gateway can see: it checks account and
// mac, and puts the text into the inbox instead of a phone.
func Simulate(a Account, in Inbox, log *slog.Logger) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s, code := unpack(r, a)
		ans := answer{Code: code}
		if code == codeSuccess {
			id, err := in.Receive(r.Context(), notices.FromNotice, s.Mobiles, s.Content)
			if err != nil {
				log.ErrorContext(r.Context(), "message not simulated", slog.Any("err", err))
				w.WriteHeader(http.StatusInternalServerError)
				return
			}
			ans = answer{Success: true, Code: codeSuccess, MsgGroup: id}
		}
		w.Header().Set("Content-Type", "application/json; charset=utf-8")
		_ = json.NewEncoder(w).Encode(ans) // the client went away; nobody is left to tell
	})
}

func unpack(r *http.Request, a Account) (s submit, code string) {
	raw, err := io.ReadAll(io.LimitReader(base64.NewDecoder(base64.StdEncoding, r.Body), maxBody))
	if err != nil || json.Unmarshal(raw, &s) != nil {
		return s, codeBadNumber
	}
	switch {
	case s.EcName != a.EcName || s.ApID != a.ApID:
		return s, codeNoSuchUser
	case subtle.ConstantTimeCompare([]byte(s.Mac), []byte(s.mac(a.SecretKey))) != 1:
		return s, codeBadMac
	case s.Content == "" || !phone(s.Mobiles):
		return s, codeBadNumber
	}
	return s, codeSuccess
}

func phone(s string) bool { _, err := idcode.NormalizeMobile(s); return err == nil }

// Codes is where the identity server posts its one-time codes, as the template
// of deploy spells them: {to, type, code, body}, with the key in X-Key. They go
// to the sender at once: a code is worth nothing later.
type Codes struct {
	Key    string
	Sender notices.Sender
	Log    *slog.Logger
}

// ServeHTTP answers 204, 401 for a wrong key, 400 for what is no message, and
// 503 when it could not be sent, so that the identity server tries again.
func (c Codes) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if c.Key == "" || subtle.ConstantTimeCompare([]byte(r.Header.Get("X-Key")), []byte(c.Key)) != 1 {
		w.WriteHeader(http.StatusUnauthorized)
		return
	}
	var m struct{ To, Type, Code, Body string }
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxBody)).Decode(&m); err != nil || m.To == "" || m.Code == "" && m.Body == "" {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	words := m.Body
	if m.Code != "" {
		words = strings.ReplaceAll(text.T("notices.sms.login_code"), "{code}", m.Code)
	}
	if _, err := c.Sender.Send(r.Context(), notices.Message{Phone: local(m.To), Text: words}); err != nil {
		c.Log.ErrorContext(r.Context(), "code not sent", slog.String("type", m.Type), slog.Any("err", err))
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	w.WriteHeader(http.StatusNoContent)
}

// local writes a number of the mainland without its country code.
func local(to string) string { return strings.TrimPrefix(to, "+86") }

// ToInbox is a sender that ends in a simulator's inbox directly.
type ToInbox struct {
	Inbox  Inbox
	Source string // notices.FromLogin
}

// Send keeps the message.
func (t ToInbox) Send(ctx context.Context, m notices.Message) (string, error) {
	return t.Inbox.Receive(ctx, t.Source, m.Phone, m.Text)
}
