package static_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"

	"example.org/asynchttpapi/internal/static"
)

// next says what was left to it.
var next = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
	w.WriteHeader(http.StatusTeapot)
	_, _ = io.WriteString(w, r.Method+" "+r.RequestURI)
})

func compressed(t *testing.T, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := gzip.NewWriter(&b)
	if _, err := io.WriteString(z, text); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func handler(t *testing.T, prefix string) http.Handler {
	t.Helper()
	files, err := static.New(fstest.MapFS{
		"index.html":    {Data: []byte("<p>hello")},
		"js/main.js":    {Data: []byte("start()")},
		"big.css.gz":    {Data: compressed(t, "p {}")},
		"api/spec.yaml": {Data: []byte("openapi: 3.1.0")},
	}, prefix, http.Header{"X-All": {"yes"}})
	if err != nil {
		t.Fatal(err)
	}
	return files.Before(next)
}

func do(h http.Handler, method, target string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func TestServe(t *testing.T) {
	tests := []struct {
		prefix, method, target string
		code                   int
		mediaType, body        string
	}{
		{"", "GET", "/", 200, "text/html; charset=utf-8", "<p>hello"},
		{"", "HEAD", "/", 200, "text/html; charset=utf-8", ""},
		{"", "GET", "/?a=b", 200, "text/html; charset=utf-8", "<p>hello"},
		{"", "GET", "/js/main.js", 200, "text/javascript; charset=utf-8", "start()"},
		{"", "GET", "/big.css", 200, "text/css; charset=utf-8", "p {}"},
		{"", "GET", "/api/spec.yaml", 200, "application/yaml", "openapi: 3.1.0"},
		{"/docs", "GET", "/docs", 200, "text/html; charset=utf-8", "<p>hello"},
		{"/docs", "GET", "/docs/js/main.js", 200, "text/javascript; charset=utf-8", "start()"},

		{"", "POST", "/", 418, "", "POST /"},
		{"", "GET", "/index.html", 418, "", "GET /index.html"},
		{"", "GET", "/js", 418, "", "GET /js"},
		{"", "GET", "/js/", 418, "", "GET /js/"},
		{"", "GET", "/big.css.gz", 418, "", "GET /big.css.gz"},
		{"", "GET", "/js/../js/main.js", 418, "", "GET /js/../js/main.js"},
		{"", "GET", "//js/main.js", 418, "", "GET //js/main.js"},
		{"", "OPTIONS", "/js/main.js", 418, "", "OPTIONS /js/main.js"},
		{"/docs", "GET", "/docs/", 418, "", "GET /docs/"},
	}
	for _, tt := range tests {
		t.Run(tt.method+" "+tt.target, func(t *testing.T) {
			w := do(handler(t, tt.prefix), tt.method, tt.target)
			if w.Code != tt.code || w.Body.String() != tt.body {
				t.Errorf("%d %q", w.Code, w.Body)
			}
			if ours := w.Code != http.StatusTeapot; ours && (w.Header().Get("Content-Type") != tt.mediaType || w.Header().Get("X-All") != "yes") {
				t.Errorf("header %v", w.Header())
			} else if !ours && w.Header().Get("X-All") != "" {
				t.Error("another handler's response is touched")
			}
		})
	}
}

func TestEntityTags(t *testing.T) {
	h := handler(t, "")
	tag := do(h, "GET", "/").Header().Get("ETag")
	if w := do(h, "GET", "/", "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("X-All") == "" {
		t.Errorf("%s: %d %q", tag, w.Code, w.Body)
	}
	if w := do(h, "GET", "/js/main.js", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("another file's: %d", w.Code)
	}
}

func TestCompression(t *testing.T) {
	h := handler(t, "")
	for accepted, want := range map[string]string{
		"": "", "br": "", "gzip;q=0": "", "gzip; q=0.0": "", "gzip": "gzip", "br, GZIP": "gzip", "gzip;q=0.5, br": "gzip",
	} {
		w := do(h, "GET", "/big.css", "Accept-Encoding", accepted)
		if got := w.Header().Get("Content-Encoding"); got != want || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: Content-Encoding %q, want %q", accepted, got, want)
		}
		if plain := w.Body.String() == "p {}"; plain != (want == "") {
			t.Errorf("%q: body %q", accepted, w.Body)
		}
	}
	if w := do(h, "GET", "/", "Accept-Encoding", "gzip"); w.Header().Get("Content-Encoding") != "" {
		t.Error("what is not compressed claims to be")
	}
}

func TestWhatCannotBeServed(t *testing.T) {
	for name, reason := range map[string]string{"a.exe": "not known", "a": "not known", "a.css.gz": "gzip"} {
		_, err := static.New(fstest.MapFS{name: {Data: []byte("x")}}, "", nil)
		if err == nil || !strings.Contains(err.Error(), reason) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := static.New(broken{}, "", nil); err == nil {
		t.Error("a file system that cannot be read is accepted")
	}
}

type broken struct{}

func (broken) Open(string) (fs.File, error) { return nil, fs.ErrPermission }
