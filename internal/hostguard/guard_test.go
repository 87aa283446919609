package hostguard_test

import (
	"bufio"
	"bytes"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/hostguard"
)

// serve runs a guarded server over real HTTP, and returns its address.
func serve(t *testing.T, c hostguard.Config) string {
	t.Helper()
	c.Refuse = func(w http.ResponseWriter, _ *http.Request, status int, message string) {
		http.Error(w, message, status)
	}
	server := httptest.NewServer(hostguard.New(c, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "served") })))
	t.Cleanup(server.Close)
	return server.URL
}

func get(t *testing.T, url, host, origin string) (status int, body string) {
	t.Helper()
	req, err := http.NewRequest("GET", url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if req.Host = host; origin != "" {
		req.Header.Set("Origin", origin)
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(text)
}

func TestHosts(t *testing.T) {
	url := serve(t, hostguard.Config{Names: []string{"My-Box.example", "dotted.example."}, Prefix: "sync-"})
	for host, want := range map[string]int{
		"127.0.0.1": 200, "127.0.0.1:8083": 200, "192.168.1.7:80": 200, "[::1]": 200, "[::1]:8083": 200, "[fd00::7]:1": 200,
		"localhost": 200, "localhost:8083": 200, "LocalHost.": 200, "LOCALHOST.:80": 200,
		"a.localhost": 200, "a.b.localhost:3000": 200, "host.docker.internal:8083": 200,
		"my-box.example": 200, "MY-BOX.EXAMPLE.:1": 200, "dotted.example": 200,
		"sync-127.0.0.1:8083": 200, "sync-localhost": 200, "sync-my-box.example": 200, "sync-host.docker.internal": 200,

		"evil.example": 421, "evil.example:8083": 421, "127.0.0.1.evil.example": 421, "localhost.evil.example": 421,
		"evillocalhost": 421, ".localhost": 421, "a..localhost": 421, "evil.example/a.localhost": 421, "evil@a.localhost": 421,
		"sub.my-box.example": 421, "sub.host.docker.internal": 421, "my-box": 421, "sync-evil.example": 421, "sync-": 421, "sync-sync-localhost": 421,
		"::1": 421, "1.2.3": 421, "2130706433": 421, "[127.0.0.1]": 421, "[::1]evil.example": 421, "[::1": 421, "[evil.example]": 421,
		"localhost:evil.example": 421, "localhost:80:80": 421, "localhost:8o": 421,
	} {
		t.Run(host, func(t *testing.T) {
			status, body := get(t, url, host, "")
			if status != want || (body == "served") != (want == 200) {
				t.Errorf("status %d, want %d: %s", status, want, body)
			}
			if want != 200 && strings.Contains(body, "evil") {
				t.Errorf("the answer repeats the name: %s", body)
			}
		})
	}
}

// A request without a name is addressed to nothing that is allowed; one with
// a whole URL is addressed to that, whatever its Host says (RFC 9112 section 3.2.2).
func TestHostsThatFewClientsSend(t *testing.T) {
	address := strings.TrimPrefix(serve(t, hostguard.Config{}), "http://")
	for request, want := range map[string]int{
		"GET / HTTP/1.0\r\n\r\n":                                          421,
		"GET / HTTP/1.1\r\nHost:\r\nConnection: close\r\n\r\n":            421,
		"GET http://evil.example/ HTTP/1.1\r\nHost: localhost\r\n\r\n":    421,
		"GET http://localhost:1/ HTTP/1.1\r\nHost: evil.example\r\n\r\n":  200,
		"GET / HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n\r\n": 400,
	} {
		conn, err := net.Dial("tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		if _, err := io.WriteString(conn, request); err != nil {
			t.Fatal(err)
		}
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != want {
			t.Errorf("%q: status %d, want %d", request, res.StatusCode, want)
		}
	}
}

func TestPrefixIsAllowedWhereItIsSet(t *testing.T) {
	if status, _ := get(t, serve(t, hostguard.Config{}), "sync-localhost", ""); status != http.StatusMisdirectedRequest {
		t.Errorf("status %d", status)
	}
}

func TestOrigins(t *testing.T) {
	guarded, open := serve(t, hostguard.Config{SameOrigin: true}), serve(t, hostguard.Config{})
	for origin, want := range map[string]int{
		"": 200, "http://localhost:8083": 200, "https://localhost:8083": 200, "http://LOCALHOST:8083": 200,
		"null": 403, "http://localhost": 403, "http://localhost:3000": 403, "http://127.0.0.1:8083": 403, "http://evil.example": 403,
		"localhost:8083": 403, "file://localhost:8083": 403, "http://localhost:8083.evil.example": 403, "http://localhost:8083/": 403,
	} {
		t.Run(origin, func(t *testing.T) {
			if status, body := get(t, guarded, "localhost:8083", origin); status != want {
				t.Errorf("status %d, want %d: %s", status, want, body)
			}
			if status, _ := get(t, open, "localhost:8083", origin); status != 200 {
				t.Errorf("status %d where origins are not looked at", status)
			}
		})
	}
}

// Each name is logged once as a warning, and what callers make up is bounded.
func TestRefusalsAreLoggedOncePerName(t *testing.T) {
	var log bytes.Buffer
	url := serve(t, hostguard.Config{SameOrigin: true, Log: slog.New(slog.NewTextHandler(&log, nil))})
	for range 3 {
		get(t, url, "evil.example:1", "")
		get(t, url, "EVIL.example.", "")
		get(t, url, "other.example", "")
		get(t, url, "localhost", "http://evil.example")
		get(t, url, "localhost", "")
	}
	text := log.String()
	for line, want := range map[string]int{"level=WARN": 3, "host=evil.example": 1, "host=other.example": 1, "origin=http://evil.example": 1} {
		if got := strings.Count(text, line); got != want {
			t.Errorf("%s: %d times, want %d:\n%s", line, got, want, text)
		}
	}
	log.Reset()
	for i := range 1000 {
		get(t, url, fmt.Sprintf("%d.evil.example", i), "")
	}
	if got := strings.Count(log.String(), "\n"); got != 98 {
		t.Errorf("%d lines after two names", got)
	}
	log.Reset()
	get(t, serve(t, hostguard.Config{Log: slog.New(slog.NewTextHandler(&log, nil))}), strings.Repeat("a", 10_000), "")
	if log.Len() == 0 || log.Len() > 500 {
		t.Errorf("a line of %d bytes", log.Len())
	}
}

func TestNamesAreAFlag(t *testing.T) {
	for _, c := range []struct {
		args, want, refused string
	}{
		{"", "", ""},
		{"-allow-host A.example", "a.example", ""},
		{"-allow-host a.example,b_1 -allow-host c.example. -allow-host a.example", "a.example,b_1,c.example", ""},
		{"-allow-host=", "", `""`},
		{"-allow-host a.example,,b", "", `""`},
		{"-allow-host http://a.example", "", `"http://a.example"`},
		{"-allow-host a.example:80", "", `"a.example:80"`},
		{"-allow-host *.example", "", `"*.example"`},
		{"-allow-host bücher.example", "", `"bücher.example"`},
		{"-allow-host " + strings.Repeat("a.", 130) + "a", "", "is not a host name"},
	} {
		var names hostguard.Names
		flags := flag.NewFlagSet("", flag.ContinueOnError)
		flags.SetOutput(io.Discard)
		flags.Var(&names, "allow-host", "")
		err := flags.Parse(strings.Fields(c.args))
		if c.refused == "" && (err != nil || names.String() != c.want) {
			t.Errorf("%s: %s, %v", c.args, &names, err)
		}
		if c.refused != "" && (err == nil || !strings.Contains(err.Error(), c.refused)) {
			t.Errorf("%s: %v", c.args, err)
		}
	}
}
