package bench

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"liandong/cmd/internal/wire"
	"liandong/tenancy/db"
	"liandong/tenancy/identity"
)

// site is the product as browsers meet it, on one database of the bench. Its
// people carry sessions that the bench signs: the identity provider is not asked
// on the way of a request (stack of sessions: tenancy/identity), so it is not run.
type site struct {
	*house

	app    *wire.App
	server *http.Server
	url    string
	key    *ecdsa.PrivateKey
	seal   *identity.Sessions
	client *http.Client
}

// keyID names the bench's signing key.
const keyID = "bench"

// clients at the same time, for what citizens read.
const clients = 64

func (r *rig) serve(ctx context.Context, h *house) (*site, error) {
	s := &site{house: h}
	var err error
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return nil, err
	}
	jwks, err := publicKeys(&s.key.PublicKey)
	if err != nil {
		return nil, err
	}
	s.app, err = wire.New(ctx, wire.Config{
		AppDSN: inDatabase(r.stack.AppDSN, h.name), MaxConns: 2 * maxConns, KratosPublic: nowhere, KratosAdmin: nowhere,
		TokenKeys: jwks, Redis: r.stack.RedisAddr, Files: "mem://", Secret: secret, PublicURL: "http://127.0.0.1", Now: time.Now, Log: slog.New(slog.DiscardHandler),
	})
	if err != nil {
		return nil, err
	}
	if s.seal, err = s.sessions(jwks); err != nil {
		return nil, err
	}
	return s, s.listen(ctx)
}

// nowhere is an address that nothing answers at.
const nowhere = "http://127.0.0.1:1"

// secret is any key: nobody reads what the bench seals.
func secret(name string) ([]byte, error) {
	sum := sha256.Sum256([]byte(name))
	return sum[:], nil
}

func (s *site) sessions(jwks []byte) (*identity.Sessions, error) {
	key, err := secret("cookie")
	if err != nil {
		return nil, err
	}
	cookies, err := identity.NewCookies(key, false)
	if err != nil {
		return nil, err
	}
	verifier, err := identity.NewVerifier(jwks, time.Now)
	return identity.NewSessions(cookies, verifier, nil, identity.NewRevocationList(nil, time.Now), time.Now), err
}

func (s *site) listen(ctx context.Context) error {
	h, err := s.app.Handler()
	if err != nil {
		return err
	}
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	s.url = "http://" + l.Addr().String()
	s.server = &http.Server{Handler: h, ReadHeaderTimeout: 10 * time.Second}
	go func() { _ = s.server.Serve(l) }()
	s.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 2 * clients, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return nil
}

func (s *site) close() {
	if s.server != nil {
		_ = s.server.Close()
	}
	if s.app != nil {
		s.app.Close()
	}
}

// cookie is the session cookie of somebody in a seat.
func (s *site) cookie(who, seat string) (string, error) {
	t := jwt.NewWithClaims(jwt.SigningMethodES256, jwt.MapClaims{
		"sub": who, "sid": db.NewID(), "aal": "aal1", "schema": "staff", "name": "压测人员",
		"exp": time.Now().Add(6 * time.Hour).Unix(),
	})
	t.Header["kid"] = keyID
	signed, err := t.SignedString(s.key)
	if err != nil {
		return "", err
	}
	return s.seal.Seal(identity.Session{Token: "bench", JWT: signed, PostID: seat})
}

func publicKeys(k *ecdsa.PublicKey) ([]byte, error) {
	point, err := k.Bytes() // 4, X, Y: SEC 1 §2.3.3
	if err != nil {
		return nil, err
	}
	b64, half := base64.RawURLEncoding.EncodeToString, (len(point)-1)/2
	return json.Marshal(map[string]any{"keys": []map[string]string{{"kty": "EC", "crv": "P-256", "kid": keyID, "x": b64(point[1 : 1+half]), "y": b64(point[1+half:])}}})
}

// personID is always the same for the same part.
func personID(part string) string {
	h := sha256.Sum256([]byte(part))
	return fmt.Sprintf("%x-%x-8%s-8%s-%x", h[:4], h[4:6], hex.EncodeToString(h[6:8])[1:], hex.EncodeToString(h[8:10])[1:], h[10:16])
}

func describe(err error, what string) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}
