package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"strings"
)

// idNumber is the shape of a resident ID number (公民身份号码, GB 11643—1999).
var idNumber = regexp.MustCompile(`^[0-9]{17}[0-9X]$`)

var mobile = regexp.MustCompile(`^(?:\+?86)?(1[0-9]{10})$`)

// Identifiers turns what people type into what Kratos knows them by. Its key
// must never change: the hashes of all persons hang on it.
type Identifiers struct{ key []byte }

// NewIdentifiers takes a secret of at least 32 bytes.
func NewIdentifiers(key []byte) (Identifiers, error) {
	if len(key) < 32 {
		return Identifiers{}, fmt.Errorf("identifier key: %d bytes, want 32", len(key))
	}
	return Identifiers{key: key}, nil
}

// Normalise maps an 18-digit ID number to its hash, a mobile number of the
// mainland to E.164, and leaves a staff login as it is but in lower case.
// Full-width characters and the spaces and hyphens of copied numbers are forgiven.
func (i Identifiers) Normalise(s string) string {
	s = narrow(strings.TrimSpace(s))
	plain := strings.ToUpper(strings.NewReplacer(" ", "", "-", "").Replace(s))
	if idNumber.MatchString(plain) {
		return i.HashID(plain)
	}
	if m := mobile.FindStringSubmatch(plain); m != nil {
		return "+86" + m[1]
	}
	return strings.ToLower(s)
}

// HashID is the HMAC-SHA-256 of an ID number in hexadecimal; the case of the
// final X does not matter.
func (i Identifiers) HashID(number string) string {
	return mac(i.key, "id", strings.ToUpper(narrow(strings.TrimSpace(number))))
}

// mac keeps uses of one key apart by their names.
func mac(key []byte, use, value string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(use + "\x00" + value))
	return hex.EncodeToString(h.Sum(nil))
}

// narrow maps full-width ASCII (U+FF01…U+FF5E), as Chinese input methods type
// it, and the ideographic space to their plain forms.
func narrow(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 0xFF01 && r <= 0xFF5E:
			return r - 0xFEE0
		case r == 0x3000:
			return ' '
		}
		return r
	}, s)
}
