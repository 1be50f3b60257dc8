package seal

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
)

// Blind is the blind index of s: a keyed digest, 64 hex digits, by which rows
// are found for equality without keeping s itself. It says nothing about s to
// whoever lacks the key, but equal values are seen to be equal. Bring s into its
// canonical form first.
func (s *Sealer) Blind(purpose, value string) string { return s.blind(s.masters[0], purpose, value) }

// Blinds are the blind indexes of value under every key, newest first: while
// rows of an older key remain, look for any of them.
func (s *Sealer) Blinds(purpose, value string) []string {
	all := make([]string, 0, len(s.masters))
	for _, m := range s.masters {
		all = append(all, s.blind(m, purpose, value))
	}
	return all
}

func (s *Sealer) blind(m master, purpose, value string) string {
	return hex.EncodeToString(s.mac(m, "blind", purpose, []byte(value)))
}

// mac is the HMAC-SHA-256 of data under the subkey for a use and a purpose.
func (s *Sealer) mac(m master, use, purpose string, data []byte) []byte {
	name := subkeyName{m.id, use, purpose}
	key, ok := s.macs.Load(name)
	if !ok {
		key, _ = s.macs.LoadOrStore(name, m.derive(use, purpose, sha256.Size))
	}
	h := hmac.New(sha256.New, key.([]byte)) //nolint:forcetypeassert // only this method stores here
	h.Write(data)
	return h.Sum(nil)
}
