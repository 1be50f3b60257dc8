package sms_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"liandong/modules/notices"
	"liandong/modules/notices/web/sms"
	"liandong/tenancy/fault"
)

type inbox struct {
	got  []string
	fail error
}

func (i *inbox) Receive(_ context.Context, source, phone, text string) (string, error) {
	i.got = append(i.got, source+" "+phone+" "+text)
	return "7", i.fail
}

func account() sms.Account {
	return sms.Account{EcName: "锡林郭勒盟政务服务局", ApID: "liandong", SecretKey: "s3cret", Sign: "DWItALe3A"}
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

// The client and the simulator speak the same protocol, refusals included.
func TestGatewayAgainstSimulator(t *testing.T) {
	t.Parallel()
	in := &inbox{}
	srv := httptest.NewServer(sms.Simulate(account(), in, quiet()))
	t.Cleanup(srv.Close)
	wrong := account()
	wrong.SecretKey = "guess"
	for name, c := range map[string]struct {
		account sms.Account
		phone   string
		want    fault.Kind
		ok      bool
	}{
		"good":          {account(), "+8613800000001", 0, true},
		"wrong secret":  {wrong, "13800000001", fault.Unavailable, false},
		"wrong account": {sms.Account{}, "13800000001", fault.Unavailable, false},
		"no phone":      {account(), "12345", fault.Invalid, false},
	} {
		ref, err := sms.Gateway{URL: srv.URL, Account: c.account, Client: srv.Client()}.Send(t.Context(), notices.Message{Phone: c.phone, Text: "已受理"})
		if c.ok && (err != nil || ref != "7") || !c.ok && fault.KindOf(err) != c.want {
			t.Errorf("%s: %q, %v", name, ref, err)
		}
	}
	if len(in.got) != 1 || in.got[0] != "notice 13800000001 已受理" {
		t.Errorf("inbox %q", in.got)
	}
	srv.Close()
	if _, err := (sms.Gateway{URL: srv.URL, Client: http.DefaultClient}).Send(t.Context(), notices.Message{}); fault.KindOf(err) != fault.Unavailable {
		t.Errorf("a gateway that is away: %v", err)
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	const good = `{"to":"+8613800000001","type":"login_code_valid","code":"123456","body":"x"}`
	for name, c := range map[string]struct {
		key, body string
		fail      error
		want      int
		got       string
	}{
		"good":      {"k", good, nil, http.StatusNoContent, "login 13800000001 验证码 123456"},
		"wrong key": {"z", good, nil, http.StatusUnauthorized, ""},
		"no key":    {"", good, nil, http.StatusUnauthorized, ""},
		"no json":   {"k", "?", nil, http.StatusBadRequest, ""},
		"empty":     {"k", `{"to":"+8613800000001"}`, nil, http.StatusBadRequest, ""},
		"away":      {"k", good, errors.New("away"), http.StatusServiceUnavailable, "login 13800000001 验证码 123456"},
	} {
		in := &inbox{fail: c.fail}
		req := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(c.body))
		req.Header.Set("X-Key", c.key)
		w := httptest.NewRecorder()
		sms.Codes{Key: "k", Sender: sms.ToInbox{Inbox: in, Source: notices.FromLogin}, Log: quiet()}.ServeHTTP(w, req)
		if w.Code != c.want || !strings.HasPrefix(strings.Join(in.got, ""), c.got) {
			t.Errorf("%s: %d, %q", name, w.Code, in.got)
		}
	}
}
