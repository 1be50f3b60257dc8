package seal

import (
	"crypto/hmac"
	"encoding/binary"
	"strings"
	"time"

	"liandong/tenancy/fault"
)

// Sign returns a token that carries payload, readable by anyone, and vouches
// for it until expires, to the second: v1.<key id>.<base64url>.<base64url>, safe
// in URLs. It is meant for small things, such as the id of a download.
func (s *Sealer) Sign(purpose, payload string, expires time.Time) string {
	m := s.masters[0]
	body := binary.BigEndian.AppendUint64(nil, uint64(expires.Unix())) //nolint:gosec // read back as signed
	signed := version + "." + m.id + "." + encode(append(body, payload...))
	return signed + "." + encode(s.mac(m, "sign", purpose, []byte(signed)))
}

// Verify returns the payload of a token that was signed for the purpose and has
// not expired. Both failures are fault.Forbidden: token_invalid for a token that
// was never given out for this purpose, token_expired when now is its expiry or later.
func (s *Sealer) Verify(purpose, token string, now time.Time) (string, error) {
	m, rest, err := s.split(token)
	if err != nil {
		return "", fault.New(fault.Forbidden, "token_invalid").Because(err)
	}
	body, tag, _ := strings.Cut(rest, ".")
	mac, err := decode(tag)
	if err != nil {
		return "", fault.New(fault.Forbidden, "token_invalid").Because(err)
	}
	signed := version + "." + m.id + "." + body
	if !hmac.Equal(mac, s.mac(*m, "sign", purpose, []byte(signed))) {
		return "", fault.New(fault.Forbidden, "token_invalid")
	}
	raw, err := decode(body)
	if err != nil || len(raw) < 8 {
		return "", fault.New(fault.Forbidden, "token_invalid").Because(err)
	}
	expires := int64(binary.BigEndian.Uint64(raw)) //nolint:gosec // written from a signed number
	if now.Unix() >= expires {
		return "", fault.New(fault.Forbidden, "token_expired")
	}
	return string(raw[8:]), nil
}
