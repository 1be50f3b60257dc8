package wire

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestOnlyTrustedProxiesAreBelieved(t *testing.T) {
	t.Parallel()
	p, err := readProxies("10.0.0.0/8, 192.0.2.9,, ::1")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readProxies("10.0.0.0/8,网关"); err == nil {
		t.Error("nonsense is read")
	}
	for _, c := range []struct {
		peer, want string
		said       []string
	}{
		{"203.0.113.7:443", "203.0.113.7", nil},
		{"203.0.113.7:443", "203.0.113.7", []string{"198.51.100.1"}}, // anybody can write that
		{"10.1.2.3:80", "198.51.100.1", []string{"198.51.100.1"}},
		{"10.1.2.3:80", "198.51.100.1", []string{"1.1.1.1, 198.51.100.1, 10.9.9.9"}},
		{"10.1.2.3:80", "198.51.100.1", []string{"1.1.1.1", "198.51.100.1"}},
		{"192.0.2.9:80", "2001:db8::1", []string{"2001:db8::1"}},
		{"10.1.2.3:80", "10.1.2.3", nil},
		{"10.1.2.3:80", "10.1.2.3", []string{"nobody"}},
		{"[::1]:80", "198.51.100.1", []string{"198.51.100.1"}},
		{"[::ffff:10.1.2.3]:80", "198.51.100.1", []string{"198.51.100.1"}},
		{"a socket", "a socket", []string{"198.51.100.1"}},
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.RemoteAddr = c.peer
		r.Header["X-Forwarded-For"] = c.said
		if got := p.address(r); got != c.want {
			t.Errorf("%s saying %q: %s, want %s", c.peer, c.said, got, c.want)
		}
	}
}
