package local

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
)

// keyring is a file of named secrets that only its owner may read.
type keyring struct {
	path string
	mu   sync.Mutex
	m    map[string]string // name → 64 hexadecimal digits
}

// openKeys reads the ring; a file cut short by a full disk is put aside.
func openKeys(path string) (*keyring, error) {
	k := &keyring{path: path, m: map[string]string{}}
	b, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return k, nil
	}
	if err != nil {
		return nil, err
	}
	if json.Unmarshal(b, &k.m) != nil || k.m == nil {
		k.m = map[string]string{}
		return k, aside(path)
	}
	return k, nil
}

func (k *keyring) secret(name string) ([]byte, error) {
	text, err := k.text(name)
	if err != nil {
		return nil, err
	}
	return hex.DecodeString(text)
}

// text is the secret as 64 hexadecimal digits.
func (k *keyring) text(name string) (string, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if v := k.m[name]; len(v) == 64 {
		return v, nil
	}
	k.m[name] = token()
	b, err := json.MarshalIndent(k.m, "", "  ")
	if err != nil {
		return "", err
	}
	return k.m[name], writeFile(k.path, b, 0o600)
}

// token is 32 random bytes in hexadecimal.
func token() string {
	b := make([]byte, 32)
	rand.Read(b)
	return hex.EncodeToString(b)
}

// writeFile replaces path in one step, so that no reader meets half a file.
func writeFile(path string, b []byte, mode fs.FileMode) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), filepath.Base(path)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(b)
	err = errors.Join(err, tmp.Chmod(mode), tmp.Close())
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return os.Rename(tmp.Name(), path)
}

// jwk is one P-256 signing key (RFC 7517, RFC 7518 §6.2).
type jwk struct {
	Kty string `json:"kty"`
	Crv string `json:"crv"`
	Kid string `json:"kid"`
	Use string `json:"use"`
	Alg string `json:"alg"`
	X   string `json:"x"`
	Y   string `json:"y"`
	D   string `json:"d,omitempty"`
}

// ensureTokenKey makes the key that signs session tokens, once: private is for
// Kratos, public for whoever verifies.
func ensureTokenKey(private, public string) error {
	if whole(private) && whole(public) {
		return nil
	}
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	d, err := key.Bytes()
	if err != nil {
		return err
	}
	point, err := key.PublicKey.Bytes()
	if err != nil {
		return err
	}
	b64 := base64.RawURLEncoding.EncodeToString
	k := jwk{Kty: "EC", Crv: "P-256", Kid: token()[:16], Use: "sig", Alg: "ES256", X: b64(point[1:33]), Y: b64(point[33:]), D: b64(d)}
	if err := writeKeys(private, k, 0o600); err != nil {
		return err
	}
	k.D = ""
	return writeKeys(public, k, 0o644)
}

func writeKeys(path string, k jwk, mode fs.FileMode) error {
	b, err := json.Marshal(map[string][]jwk{"keys": {k}})
	if err != nil {
		return err
	}
	return writeFile(path, b, mode)
}

func whole(path string) bool {
	b, err := os.ReadFile(path)
	return err == nil && json.Valid(b)
}
