package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

func withCredentials(cfg *client.Config) {
	cfg.Header = http.Header{"authorization": {"Bearer x"}, "X-Api-Key": {"k"}}
}

func TestLocation(t *testing.T) {
	tests := []struct {
		name, location, operation string
		want                      string // path, or the start of an error
	}{
		{"absolute path", "/api/status/a1", "", "/api/status/a1"},
		{"relative path", "status/a1", "", "/api/status/a1"},
		{"dot segments", "../api/./status/a1", "", "/api/status/a1"},
		{"fragment", "/api/status/a1#x", "", "/api/status/a1"},
		{"absent", "", "", "/api/status/a1"},
		{"only Operation-Location", "", "/op/a1", "/op/a1"},
		{"malformed", "http://[::1", "/op/a1", "/op/a1"},
		{"malformed escape", "/%zz", "", "/api/status/a1"},
		{"too long", "/" + strings.Repeat("x", 9000), "", "/api/status/a1"},
		{"other host", "http://evil.example/api/status/a1", "", "!evil.example"},
		{"other host without a scheme", "//evil.example/x", "", "!evil.example"},
		{"other port", "http://127.0.0.1:1/x", "", "!127.0.0.1:1"},
		{"other scheme", "https://127.0.0.1/x", "", "!https"},
		{"host in user information", "http://127.0.0.1@evil.example/", "", "!evil.example"},
		{"not HTTP", "file:///etc/passwd", "", "/api/status/a1"},
		{"script", "javascript:alert(1)", "", "/api/status/a1"},
		{"other host in Operation-Location", "", "http://evil.example/", "!evil.example"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			s := serve(t, running("Received", "Location", tt.location, "Operation-Location", tt.operation))
			c, _ := dial(t, s)
			st, err := c.Submit(context.Background(), 1)
			host, refused := strings.CutPrefix(tt.want, "!")
			var untrusted *client.UntrustedError
			switch {
			case st.ID != "a1":
				t.Errorf("the id is lost: %+v, %v", st, err)
			case refused && (!errors.As(err, &untrusted) || !strings.Contains(untrusted.Origin, host)):
				t.Errorf("error %v", err)
			case !refused && (err != nil || st.URL != s.URL+tt.want):
				t.Errorf("URL %s, error %v", st.URL, err)
			}
		})
	}
}

func TestNoLocationAndNoUsableID(t *testing.T) {
	s := serve(t, reply(202, strings.Replace(body(api.Running, ""), "a1", "../x", 1)))
	c, _ := dial(t, s)
	_, err := c.Submit(context.Background(), 1)
	var protocol *client.ProtocolError
	if !errors.As(err, &protocol) || protocol.StatusCode != 202 {
		t.Errorf("error %v", err)
	}
}

func TestUserInformationInLocation(t *testing.T) {
	s := serve(t, nil)
	host := strings.TrimPrefix(s.URL, "http://")
	s.steps[0] = running("Received", "Location", "http://user:pw@"+host+"/api/status/a1")
	c, _ := dial(t, s)
	_, err := c.Submit(context.Background(), 1)
	var untrusted *client.UntrustedError
	if !errors.As(err, &untrusted) || strings.Contains(err.Error(), "pw") {
		t.Errorf("error %v", err)
	}
}

func TestOtherOriginsSeeNothing(t *testing.T) {
	other := serve(t)
	for _, code := range []int{301, 302, 303, 307, 308} {
		s := serve(t, reply(code, "", "Location", other.URL+"/x"), reply(code, "", "Location", other.URL+"/x"))
		c, _ := dial(t, s, withCredentials)
		var untrusted *client.UntrustedError
		if _, err := c.Status(context.Background(), "a1"); !errors.As(err, &untrusted) {
			t.Errorf("GET %d: error %v", code, err)
		}
		if _, err := c.Submit(context.Background(), 1); !errors.As(err, &untrusted) {
			t.Errorf("POST %d: error %v", code, err)
		}
		s.done()
	}
	s := serve(t, running("Moderation", "Location", other.URL+"/api/status/a1"))
	c, _ := dial(t, s, withCredentials)
	_, err := c.Wait(context.Background(), client.State[json.RawMessage]{URL: s.URL + "/api/status/a1"})
	var untrusted *client.UntrustedError
	if !errors.As(err, &untrusted) {
		t.Errorf("Location on a poll: error %v", err)
	}
	if _, err := c.Status(context.Background(), other.URL+"/api/status/a1"); !errors.As(err, &untrusted) {
		t.Errorf("reference: error %v", err)
	}
	elsewhere := client.State[json.RawMessage]{URL: other.URL + "/api/status/a1"}
	if _, err := c.Wait(context.Background(), elsewhere); !errors.As(err, &untrusted) {
		t.Errorf("state: error %v", err)
	}
	other.done()
}

func TestStateWithoutURL(t *testing.T) {
	c, _ := dial(t, serve(t))
	for _, url := range []string{"", "/api/status/a1", "http://[::1"} {
		if _, err := c.Wait(context.Background(), client.State[json.RawMessage]{URL: url}); !errors.Is(err, client.ErrReference) {
			t.Errorf("%q: error %v", url, err)
		}
	}
}

func TestTrustedOrigin(t *testing.T) {
	other := serve(t, approved())
	s := serve(t, running("Received", "Location", other.URL+"/api/status/a1"))
	c, _ := dial(t, s, withCredentials, func(cfg *client.Config) { cfg.TrustedOrigins = []string{other.URL} })
	st, err := c.Submit(context.Background(), 1)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Wait(context.Background(), st); err != nil {
		t.Fatal(err)
	}
	if h := other.requests()[0].Header; h.Get("Authorization") != "Bearer x" || h.Get("X-Api-Key") != "k" {
		t.Errorf("headers %v", h)
	}
}

// Between hosts net/http drops credentials and adds a Referer. Here the one is
// wanted at an origin that is trusted, and the other never: the URL of a
// status is a capability.
func TestRedirectToTrustedOrigin(t *testing.T) {
	other := serve(t, approved())
	s := serve(t, reply(307, "", "Location", "http://status.example/api/status/a1"))
	toOther := func(ctx context.Context, network, addr string) (net.Conn, error) {
		if addr == "status.example:80" {
			addr = other.Listener.Addr().String()
		}
		return new(net.Dialer).DialContext(ctx, network, addr)
	}
	c, _ := dial(t, s, withCredentials, func(cfg *client.Config) {
		cfg.TrustedOrigins = []string{"http://status.example"}
		cfg.HTTPClient = &http.Client{Transport: &http.Transport{DialContext: toOther}}
		cfg.Header.Set("Accept", "text/html")
	})
	if _, err := c.Status(context.Background(), "a1"); err != nil {
		t.Fatal(err)
	}
	h := other.requests()[0].Header
	if h.Get("Authorization") != "Bearer x" || h.Get("X-Api-Key") != "k" || !strings.HasPrefix(h.Get("Accept"), api.MediaTypeJSON) {
		t.Errorf("headers %v", h)
	}
	if h.Get("Referer") != "" {
		t.Errorf("Referer %q", h.Get("Referer"))
	}
}

func TestRedirects(t *testing.T) {
	to := func(code int, path string) http.HandlerFunc { return reply(code, "", "Location", path) }
	round := []http.HandlerFunc{to(302, "/1"), to(302, "/2"), to(302, "/3"), to(302, "/4"), to(302, "/5"), to(302, "/6")}
	t.Run("within the origin", func(t *testing.T) {
		s := serve(t, to(307, "/v2/submit"), running("Received", "Location", "status/a1"))
		c, _ := dial(t, s)
		st, err := c.Submit(context.Background(), 1)
		if err != nil || s.sent[1] != "1" || st.URL != s.URL+"/v2/status/a1" {
			t.Errorf("%+v, %v", st, err)
		}
	})
	t.Run("that would lose the submission", func(t *testing.T) {
		s := serve(t, to(303, "/v2"))
		c, _ := dial(t, s)
		if _, err := c.Submit(context.Background(), 1); err == nil || !strings.Contains(err.Error(), "into a read") {
			t.Errorf("error %v", err)
		}
	})
	t.Run("round and round", func(t *testing.T) {
		s := serve(t, round...)
		c, _ := dial(t, s)
		if _, err := c.Status(context.Background(), "a1"); err == nil || !strings.Contains(err.Error(), "too many redirects") {
			t.Errorf("error %v", err)
		}
		s.done()
	})
	t.Run("the caller's own rule", func(t *testing.T) {
		s := serve(t, to(302, "/1"))
		c, _ := dial(t, s, func(cfg *client.Config) {
			cfg.HTTPClient = &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
		})
		if _, err := c.Status(context.Background(), "a1"); err == nil || !strings.Contains(err.Error(), "302") {
			t.Errorf("error %v", err)
		}
	})
}
