package identity_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"liandong/tenancy/identity"
)

// noon is when the unit tests take place.
var noon = time.Date(2026, 11, 20, 12, 0, 0, 0, time.UTC)

// signer signs tokens as Kratos would.
type signer struct {
	key *ecdsa.PrivateKey
	kid string
}

func newSigner(t *testing.T, kid string) signer {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return signer{key, kid}
}

func (s signer) jwks(t *testing.T) []byte {
	t.Helper()
	point, err := s.key.PublicKey.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	b64 := base64.RawURLEncoding.EncodeToString
	b, err := json.Marshal(map[string]any{"keys": []map[string]string{{
		"kty": "EC", "crv": "P-256", "kid": s.kid, "alg": "ES256", "x": b64(point[1:33]), "y": b64(point[33:]),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func (s signer) token(t *testing.T, sid string, expires time.Time) string {
	t.Helper()
	return s.sign(t, jwt.MapClaims{"sub": "u1", "sid": sid, "aal": "aal2", "schema": "staff", "name": "Bat", "exp": expires.Unix()})
}

func (s signer) sign(t *testing.T, c jwt.MapClaims) string {
	t.Helper()
	tok := jwt.NewWithClaims(jwt.SigningMethodES256, c)
	tok.Header["kid"] = s.kid
	out, err := tok.SignedString(s.key)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func at(now time.Time) identity.Clock { return func() time.Time { return now } }

func TestVerifierReadsClaims(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "k1")
	v, err := identity.NewVerifier(s.jwks(t), at(noon))
	if err != nil {
		t.Fatal(err)
	}
	got, err := v.Verify(s.token(t, "s1", noon.Add(time.Minute)))
	want := identity.Claims{Sub: "u1", SID: "s1", AAL: "aal2", Schema: identity.SchemaStaff, Name: "Bat", ExpiresAt: noon.Add(time.Minute)}
	got.ExpiresAt = got.ExpiresAt.UTC()
	if err != nil || got != want {
		t.Fatalf("Verify = %+v, %v; want %+v", got, err, want)
	}
}

func TestVerifierRefuses(t *testing.T) {
	t.Parallel()
	s := newSigner(t, "k1")
	v, err := identity.NewVerifier(s.jwks(t), at(noon))
	if err != nil {
		t.Fatal(err)
	}
	good := s.token(t, "s1", noon.Add(time.Minute))
	part := strings.Split(good, ".")
	hmac, err := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "u1", "sid": "s1", "schema": "staff", "exp": noon.Add(time.Minute).Unix()}).
		SignedString([]byte("guess"))
	if err != nil {
		t.Fatal(err)
	}
	none := base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none","kid":"k1"}`)) + "." + part[1] + "."
	for name, token := range map[string]string{
		"expired":       s.token(t, "s1", noon.Add(-time.Minute)),
		"other key":     newSigner(t, "k1").token(t, "s1", noon.Add(time.Minute)),
		"other kid":     signer{s.key, "k2"}.token(t, "s1", noon.Add(time.Minute)),
		"no expiry":     s.sign(t, jwt.MapClaims{"sub": "u1", "sid": "s1", "schema": "staff"}),
		"not yet valid": s.sign(t, jwt.MapClaims{"sub": "u1", "sid": "s1", "schema": "staff", "exp": noon.Add(time.Hour).Unix(), "nbf": noon.Add(time.Minute).Unix()}),
		"no session":    s.sign(t, jwt.MapClaims{"sub": "u1", "schema": "staff", "exp": noon.Add(time.Minute).Unix()}),
		"odd schema":    s.sign(t, jwt.MapClaims{"sub": "u1", "sid": "s1", "schema": "root", "exp": noon.Add(time.Minute).Unix()}),
		"HMAC":          hmac,
		"alg none":      none,
		"empty":         "",
	} {
		if c, err := v.Verify(token); err == nil {
			t.Errorf("%s: accepted as %+v", name, c)
		}
	}
}

func TestVerifierRefusesBadKeys(t *testing.T) {
	t.Parallel()
	for _, jwks := range []string{``, `{"keys":[]}`, `{"keys":[{"kty":"EC","crv":"P-256","kid":"a","x":"AQ","y":"AQ"}]}`} {
		if _, err := identity.NewVerifier([]byte(jwks), at(noon)); err == nil {
			t.Errorf("%q accepted", jwks)
		}
	}
}
