package local

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/openapitest"
	"example.org/asynchttpapi/internal/page"
)

// The page and the documentation are beside the API, and take nothing from it.
func TestPeopleAreServedInFront(t *testing.T) {
	settings := fast(t, "approve")
	settings.Options = Options{Page: page.New, OpenAPI: api.OpenAPI()}
	url := start(t, settings).url
	tests := []struct {
		method, path string
		code         int
		mediaType    string
	}{
		{"GET", "/", 200, "text/html"},
		{"HEAD", "/", 200, "text/html"},
		{"GET", "/js/main.js", 200, "text/javascript"},
		{"GET", "/docs", 200, "text/html"},
		{"GET", "/openapi.yaml", 200, "application/yaml"},
		{"POST", "/", 404, "application/problem+json"},
		{"GET", "/nothing", 404, "application/problem+json"},
		{"GET", "/api/submit", 405, "application/problem+json"},
		{"GET", "//api/submit", 404, "application/problem+json"},
	}
	for _, tt := range tests {
		req, err := http.NewRequest(tt.method, url+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		res, err := openapitest.Transport{T: t}.RoundTrip(req)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		res.Body.Close()
		if kind := res.Header.Get("Content-Type"); err != nil || res.StatusCode != tt.code || !strings.HasPrefix(kind, tt.mediaType) {
			t.Errorf("%s %s: %d %s, %v", tt.method, tt.path, res.StatusCode, kind, err)
		}
		if (len(body) == 0) != (tt.method == "HEAD") {
			t.Errorf("%s %s has %d bytes", tt.method, tt.path, len(body))
		}
	}
}

// What a connection can have the system keep is a little more than a
// submission, whatever length it announces.
func TestEndlessBodyIsRefusedEarly(t *testing.T) {
	t.Parallel()
	url := start(t, fast(t, "approve")).url
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	_, err = io.WriteString(conn, "POST /api/submit HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"+
		"Transfer-Encoding: chunked\r\n\r\n40000000\r\n"+strings.Repeat(" ", maxBody+1))
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.StatusCode != http.StatusRequestEntityTooLarge {
		t.Errorf("status %d", res.StatusCode)
	}
}
