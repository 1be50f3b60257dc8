package sms

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"

	"liandong/modules/notices"
	"liandong/tenancy/fault"
)

// Gateway sends through a 云MAS account.
type Gateway struct {
	URL     string // of norsubmit
	Account Account
	Client  *http.Client // with a timeout
}

var _ notices.Sender = Gateway{}

// Send submits one message and returns the gateway's group id. A refused text
// or number is Invalid; everything else is Unavailable and may be tried again.
func (g Gateway) Send(ctx context.Context, m notices.Message) (string, error) {
	a := g.Account
	s := submit{EcName: a.EcName, ApID: a.ApID, Mobiles: local(m.Phone), Content: m.Text, Sign: a.Sign, AddSerial: a.AddSerial}
	s.Mac = s.mac(a.SecretKey)
	body, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("encode message: %w", err)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL, strings.NewReader(base64.StdEncoding.EncodeToString(body)))
	if err != nil {
		return "", fmt.Errorf("address of the gateway: %w", err)
	}
	req.Header.Set("Content-Type", "text/plain; charset=utf-8")
	resp, err := g.Client.Do(req)
	if err != nil {
		return "", fault.New(fault.Unavailable, "notices.gateway_away").Because(err)
	}
	defer func() { _ = resp.Body.Close() }() // read as far as needed
	return read(resp)
}

func read(resp *http.Response) (string, error) {
	text, err := io.ReadAll(io.LimitReader(resp.Body, 64<<10))
	if err != nil {
		return "", fault.New(fault.Unavailable, "notices.gateway_away").Because(err)
	}
	var a answer
	if resp.StatusCode != http.StatusOK || json.Unmarshal(text, &a) != nil {
		return "", fault.New(fault.Unavailable, "notices.gateway_away").Because(fmt.Errorf("gateway answered %s", resp.Status))
	}
	if a.Success && a.Code == codeSuccess {
		return a.MsgGroup, nil
	}
	kind := fault.Unavailable
	if a.Code == codeBadNumber {
		kind = fault.Invalid
	}
	return "", fault.New(kind, "notices.gateway_refused").Because(fmt.Errorf("gateway answered %s", a.Code))
}
