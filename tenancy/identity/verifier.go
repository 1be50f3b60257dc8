package identity

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// Clock tells the time; it is given so that tests own it.
type Clock func() time.Time

// clockSkew is how far the clocks of Kratos and of this machine may differ.
const clockSkew = 5 * time.Second

// errTokenExpired reports a token that was good and has run out.
var errTokenExpired = errors.New("identity: token expired")

// Claims is what a session token says about its bearer.
type Claims struct {
	Sub       string // identity UUID
	SID       string // session UUID
	AAL       string // aal1: one factor, aal2: two
	Schema    Schema
	Name      string
	ExpiresAt time.Time // of the token, not of the session
}

// Verifier checks session tokens with the public key alone; it is safe for
// concurrent use and does no I/O.
type Verifier struct {
	keys   map[string]*ecdsa.PublicKey // by kid
	parser *jwt.Parser
}

// NewVerifier reads the P-256 keys of a JWKS (RFC 7517); private parts are
// ignored. Several keys are several generations, told apart by kid.
func NewVerifier(jwks []byte, now Clock) (*Verifier, error) {
	var set struct{ Keys []jwk }
	if err := json.Unmarshal(jwks, &set); err != nil {
		return nil, fmt.Errorf("read JWKS: %w", err)
	}
	v := &Verifier{keys: map[string]*ecdsa.PublicKey{}}
	for _, k := range set.Keys {
		if k.Kty != "EC" || k.Crv != "P-256" {
			continue
		}
		key, err := k.public()
		if err != nil {
			return nil, fmt.Errorf("read key %q: %w", k.Kid, err)
		}
		v.keys[k.Kid] = key
	}
	if len(v.keys) == 0 {
		return nil, errors.New("read JWKS: no P-256 key")
	}
	v.parser = jwt.NewParser(jwt.WithValidMethods([]string{"ES256"}), jwt.WithExpirationRequired(),
		jwt.WithLeeway(clockSkew), jwt.WithTimeFunc(now))
	return v, nil
}

// Verify returns the claims of a token signed by one of our keys and not yet run out.
func (v *Verifier) Verify(token string) (Claims, error) {
	var c tokenClaims
	_, err := v.parser.ParseWithClaims(token, &c, v.key)
	if errors.Is(err, jwt.ErrTokenExpired) {
		return Claims{}, errTokenExpired
	}
	if err != nil {
		return Claims{}, fmt.Errorf("verify token: %w", err)
	}
	if c.Subject == "" || c.SID == "" || (c.Schema != SchemaStaff && c.Schema != SchemaPerson) {
		return Claims{}, errors.New("verify token: no subject, session or schema")
	}
	return Claims{Sub: c.Subject, SID: c.SID, AAL: c.AAL, Schema: c.Schema, Name: c.Name, ExpiresAt: c.ExpiresAt.Time}, nil
}

func (v *Verifier) key(t *jwt.Token) (any, error) {
	kid, _ := t.Header["kid"].(string)
	if k, ok := v.keys[kid]; ok {
		return k, nil
	}
	return nil, fmt.Errorf("unknown key %q", kid)
}

type tokenClaims struct {
	jwt.RegisteredClaims
	SID    string `json:"sid"`
	AAL    string `json:"aal"`
	Schema Schema `json:"schema"`
	Name   string `json:"name"`
}

type jwk struct{ Kty, Crv, Kid, X, Y string }

// public decodes the point; a point off the curve is refused.
func (k jwk) public() (*ecdsa.PublicKey, error) {
	point := []byte{4} // SEC 1 §2.3.3: uncompressed
	for _, s := range []string{k.X, k.Y} {
		b, err := base64.RawURLEncoding.DecodeString(s)
		if err != nil {
			return nil, err
		}
		if len(b) > 32 {
			return nil, errors.New("coordinate too long")
		}
		point = append(point, make([]byte, 32-len(b))...)
		point = append(point, b...)
	}
	return ecdsa.ParseUncompressedPublicKey(elliptic.P256(), point)
}
