package seal_test

import (
	"bytes"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"liandong/tenancy/fault"
	"liandong/tenancy/seal"
)

func key(b byte) []byte { return bytes.Repeat([]byte{b}, seal.KeySize) }

func sealer(t testing.TB, keys ...[]byte) *seal.Sealer {
	t.Helper()
	s, err := seal.New(keys...)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func refused(t *testing.T, err error, kind fault.Kind, text string) {
	t.Helper()
	if f, ok := fault.As(err); !ok || f.Kind != kind || f.Text != text {
		t.Errorf("got %v, want %s", err, text)
	}
}

func TestSealedOpensAgain(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1))
	rapid.Check(t, func(t *rapid.T) {
		purpose, plain := rapid.String().Draw(t, "purpose"), rapid.String().Draw(t, "plain")
		sealed := s.Seal(purpose, plain)
		if got, err := s.Open(purpose, sealed); err != nil || got != plain {
			t.Fatalf("%q, %v", got, err)
		}
		if len(plain) > 3 && strings.Contains(sealed, plain) {
			t.Fatalf("%q shows %q", sealed, plain)
		}
	})
}

func TestSealIsNeverTwiceTheSame(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1))
	seen := map[string]bool{}
	for range 1000 {
		seen[s.Seal("p", "152502199001010012")] = true
	}
	if len(seen) != 1000 {
		t.Errorf("%d different of 1000", len(seen))
	}
}

func TestTamperedSealDoesNotOpen(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1), key(2))
	sealed := s.Seal("p", "secret")
	tampered(sealed, func(bad string) {
		_, err := s.Open("p", bad)
		refused(t, err, fault.Internal, "seal_broken")
	})
	_, err := s.Open("q", sealed)
	refused(t, err, fault.Internal, "seal_broken")
	_, err = sealer(t, key(3)).Open("p", sealed)
	refused(t, err, fault.Internal, "seal_broken")
}

// tampered calls fn with made cut, lengthened, reordered and changed in every place.
func tampered(made string, fn func(string)) {
	for i := range len(made) {
		fn(made[:i])
		for _, b := range []byte("A.0_") {
			if made[i] != b {
				fn(made[:i] + string(b) + made[i+1:])
			}
		}
	}
	for _, bad := range []string{made + "A", made + ".", "." + made, " " + made, made + "=", made + "\n", strings.ToUpper(made), made + made} {
		fn(bad)
	}
}

func TestRotation(t *testing.T) {
	t.Parallel()
	old := sealer(t, key(1))
	rotated := sealer(t, key(2), key(1))
	sealed := old.Seal("p", "secret")
	if got, err := rotated.Open("p", sealed); err != nil || got != "secret" {
		t.Errorf("an old seal must open: %q, %v", got, err)
	}
	fresh := rotated.Seal("p", "secret")
	if !rotated.Stale(sealed) || rotated.Stale(fresh) || old.Stale(sealed) {
		t.Error("stale is what another key than the newest made")
	}
	_, err := old.Open("p", fresh)
	refused(t, err, fault.Internal, "seal_broken")

	blinds := rotated.Blinds("p", "x")
	if len(blinds) != 2 || blinds[0] != rotated.Blind("p", "x") || blinds[1] != old.Blind("p", "x") {
		t.Errorf("blind indexes %v", blinds)
	}
	token := old.Sign("p", "x", time.Unix(100, 0))
	if got, err := rotated.Verify("p", token, time.Unix(99, 0)); err != nil || got != "x" {
		t.Errorf("an old token must verify: %q, %v", got, err)
	}
}

func TestBlindIndex(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1))
	a := s.Blind("p", "152502199001010012")
	if len(a) != 64 || a != sealer(t, key(1)).Blind("p", "152502199001010012") {
		t.Errorf("a blind index is 64 digits and does not change: %s", a)
	}
	for what, b := range map[string]string{
		"value": s.Blind("p", "152502199001010013"), "purpose": s.Blind("q", "152502199001010012"),
		"key": sealer(t, key(2)).Blind("p", "152502199001010012"),
	} {
		if a == b {
			t.Errorf("another %s gives the same blind index", what)
		}
	}
}

// What is written today must be readable by every later release.
func TestKnownAnswers(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1))
	if got, want := s.Blind("person.id_number", "152502199001010012"), "d515c037859da9cd5ba645ccd7916cfaf72f647f0c1261a7a6780473603ebbf0"; got != want {
		t.Errorf("blind index %s", got)
	}
	if got, want := s.Sign("download", "42", time.Unix(1_800_000_000, 0)), "v1.c389b87f.AAAAAGtJ0gA0Mg.Bi_d6Vcxx31tvwh3PjboTas7-Zntp05-sJINCB1B2Fs"; got != want {
		t.Errorf("token %s", got)
	}
	if got, err := s.Open("person.name", "v1.c389b87f.XM_yKrrgvvAf0uwBSehnCjQHXgn1V2suRZKZYq-UriXi7A"); err != nil || got != "secret" {
		t.Errorf("open: %q, %v", got, err)
	}
}

func TestTokens(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1))
	expires := time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)
	before := expires.Add(-time.Second)
	token := s.Sign("download", "附件 42", expires)
	if got, err := s.Verify("download", token, before); err != nil || got != "附件 42" {
		t.Fatalf("%q, %v", got, err)
	}
	_, err := s.Verify("download", token, expires)
	refused(t, err, fault.Forbidden, "token_expired")
	_, err = s.Verify("upload", token, before)
	refused(t, err, fault.Forbidden, "token_invalid")
	tampered(token, func(bad string) {
		_, err := s.Verify("download", bad, before)
		refused(t, err, fault.Forbidden, "token_invalid")
	})
	_, err = s.Verify("download", s.Seal("download", "x"), before)
	refused(t, err, fault.Forbidden, "token_invalid")
	if s.Sign("p", "", time.Unix(-5, 0)) == "" {
		t.Error("no token")
	}
	_, err = s.Verify("p", s.Sign("p", "", time.Unix(-5, 0)), time.Unix(0, 0))
	refused(t, err, fault.Forbidden, "token_expired")
}

func TestKeysAreCheckedAndKeptQuiet(t *testing.T) {
	t.Parallel()
	for name, keys := range map[string][][]byte{
		"none": {}, "short": {key(1)[1:]}, "long": {append(key(1), 1)}, "twice": {key(1), key(2), key(1)},
	} {
		if _, err := seal.New(keys...); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	mine := key(7)
	s := sealer(t, mine)
	want := s.Blind("p", "x")
	clear(mine)
	if sealer(t, key(7)).Blind("p", "x") != want || s.Blind("q", "x") != sealer(t, key(7)).Blind("q", "x") {
		t.Error("a Sealer must not share the caller's bytes")
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s"} {
		if out := fmt.Sprintf(verb, s); strings.Contains(out, "7 7 7") || strings.Contains(out, "0x7") {
			t.Errorf("%s prints a key: %s", verb, out)
		}
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	s := sealer(t, key(1))
	want := s.Blind("p3", "x")
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			purpose := fmt.Sprintf("p%d", i%4)
			if got, err := s.Open(purpose, s.Seal(purpose, "x")); err != nil || got != "x" || s.Blind("p3", "x") != want {
				t.Errorf("%q, %v", got, err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkSealOpen(b *testing.B) {
	s := sealer(b, key(1))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := s.Open("p", s.Seal("p", "152502199001010012")); err != nil {
			b.Fatal(err)
		}
	}
}

func FuzzOpenAndVerify(f *testing.F) {
	s := sealer(f, key(1), key(2))
	f.Add(s.Seal("p", "x"))
	f.Add(s.Sign("p", "x", time.Unix(0, 0)))
	f.Add("v1..")
	f.Fuzz(func(t *testing.T, made string) {
		if _, err := s.Open("p", made); err != nil && fault.KindOf(err) != fault.Internal {
			t.Error(err)
		}
		if _, err := s.Verify("p", made, time.Unix(1, 0)); err == nil || fault.KindOf(err) != fault.Forbidden {
			t.Errorf("%q verifies: %v", made, err)
		}
	})
}
