// Package seal keeps secrets at rest and vouches for small tokens: values are
// encrypted (AES-256-GCM), found again by a keyed digest (HMAC-SHA-256) and
// handed out as signed tokens that expire.
//
// Every use names a purpose, a constant of the calling code such as
// "person.id_number". Each purpose has keys of its own, derived by HKDF-SHA-256
// from the master key, so that what was made for one purpose means nothing for
// another.
//
// Master keys rotate: the newest makes, all of them open. What is made begins
// with a version and the id of its key, so that old values can be found and
// sealed anew, and another algorithm can follow as another version.
package seal

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/hkdf"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
	"sync"

	"liandong/tenancy/fault"
)

// KeySize is the length of a master key in bytes.
const KeySize = 32

// version is the first part of whatever this package makes.
const version = "v1"

// Sealer seals, opens, signs and verifies under master keys. It is safe for
// concurrent use. Its keys never leave it, not even by printing.
type Sealer struct {
	masters []master // newest first
	aeads   sync.Map // subkeyName → cipher.AEAD
	macs    sync.Map // subkeyName → []byte
}

type master struct {
	id     string
	secret []byte
}

type subkeyName struct{ id, use, purpose string }

// New returns a Sealer for master keys of KeySize bytes from a good source of
// randomness, newest first. Keep an old key for as long as anything made with it
// is to be read.
func New(keys ...[]byte) (*Sealer, error) {
	if len(keys) == 0 {
		return nil, errors.New("seal: no master key")
	}
	s := &Sealer{}
	for i, k := range keys {
		if len(k) != KeySize {
			return nil, fmt.Errorf("seal: master key %d has %d bytes, not %d", i+1, len(k), KeySize)
		}
		m := master{secret: append([]byte(nil), k...)}
		m.id = hex.EncodeToString(m.derive("key id", "", 4))
		if s.find(m.id) != nil {
			return nil, fmt.Errorf("seal: master key %d is a repetition", i+1)
		}
		s.masters = append(s.masters, m)
	}
	return s, nil
}

// String tells which keys there are, not what they are.
func (s *Sealer) String() string {
	ids := make([]string, 0, len(s.masters))
	for _, m := range s.masters {
		ids = append(ids, m.id)
	}
	return "seal.Sealer(" + strings.Join(ids, " ") + ")"
}

// GoString is String, so that no format prints a key.
func (s *Sealer) GoString() string { return s.String() }

// Seal encrypts plaintext for a purpose. The same plaintext gives another
// result each time. The result is v1.<key id>.<base64url>, safe in URLs, 4/3 of
// the plaintext and some 50 characters long. One purpose may be sealed 2³² times
// under one master key; rotate before.
func (s *Sealer) Seal(purpose, plaintext string) string {
	m := s.masters[0]
	box := s.aead(m, purpose)
	nonce := make([]byte, box.NonceSize(), box.NonceSize()+len(plaintext)+box.Overhead())
	_, _ = rand.Read(nonce) // never fails: crypto/rand ends the program instead
	head := version + "." + m.id
	return head + "." + encode(box.Seal(nonce, nonce, []byte(plaintext), []byte(head)))
}

// Open returns what was sealed for the purpose. What is broken, foreign or made
// for another purpose is fault.Internal with seal_broken: people cannot mend it.
func (s *Sealer) Open(purpose, sealed string) (string, error) {
	m, body, err := s.split(sealed)
	if err != nil {
		return "", fault.New(fault.Internal, "seal_broken").Because(err)
	}
	raw, err := decode(body)
	if err != nil {
		return "", fault.New(fault.Internal, "seal_broken").Because(err)
	}
	box := s.aead(*m, purpose)
	if len(raw) < box.NonceSize() {
		return "", fault.New(fault.Internal, "seal_broken").Because(errors.New("seal: too short"))
	}
	plain, err := box.Open(nil, raw[:box.NonceSize()], raw[box.NonceSize():], []byte(version+"."+m.id))
	if err != nil {
		return "", fault.New(fault.Internal, "seal_broken").Because(err)
	}
	return string(plain), nil
}

// Stale reports whether sealed was made with another key than the newest and
// should be sealed anew.
func (s *Sealer) Stale(sealed string) bool {
	return !strings.HasPrefix(sealed, version+"."+s.masters[0].id+".")
}

// split takes version.key.rest apart and finds the key.
func (s *Sealer) split(made string) (*master, string, error) {
	v, rest, _ := strings.Cut(made, ".")
	id, body, ok := strings.Cut(rest, ".")
	if !ok || v != version {
		return nil, "", errors.New("seal: not made by this package")
	}
	m := s.find(id)
	if m == nil {
		return nil, "", fmt.Errorf("seal: no master key with id %q", id)
	}
	return m, body, nil
}

func (s *Sealer) find(id string) *master {
	for i := range s.masters {
		if s.masters[i].id == id {
			return &s.masters[i]
		}
	}
	return nil
}

func (s *Sealer) aead(m master, purpose string) cipher.AEAD {
	name := subkeyName{m.id, "seal", purpose}
	if box, ok := s.aeads.Load(name); ok {
		return box.(cipher.AEAD) //nolint:forcetypeassert // only this method stores here
	}
	block, err := aes.NewCipher(m.derive(name.use, purpose, 32))
	if err != nil {
		panic("seal: " + err.Error()) // a key of 32 bytes is always accepted
	}
	box, err := cipher.NewGCM(block)
	if err != nil {
		panic("seal: " + err.Error()) // AES always has blocks of 16 bytes
	}
	s.aeads.Store(name, box)
	return box
}

// derive makes a subkey of size bytes; use and purpose cannot run into each other.
func (m master) derive(use, purpose string, size int) []byte {
	info := fmt.Sprintf("liandong seal %s|%s|%s", version, use, purpose)
	key, err := hkdf.Key(sha256.New, m.secret, nil, info, size)
	if err != nil {
		panic("seal: " + err.Error()) // only a size beyond HKDF's bound fails
	}
	return key
}

func encode(b []byte) string { return base64.RawURLEncoding.EncodeToString(b) }

// decode refuses spare bits and line breaks, which the library would pass over,
// so that one value has one spelling.
func decode(s string) ([]byte, error) {
	if strings.ContainsAny(s, "\r\n") {
		return nil, errors.New("seal: line break")
	}
	return base64.RawURLEncoding.Strict().DecodeString(s)
}
