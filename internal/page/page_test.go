package page_test

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path"
	"regexp"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/page"
)

func handler(t *testing.T) http.Handler {
	t.Helper()
	h, err := page.New(http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

var (
	references = regexp.MustCompile(`(?:href|src)="([^"#:]+)"|from "([^"]+)"|fetch\("([^"]+)"`)
	inline     = regexp.MustCompile(`<style|\sstyle=|\son[a-z]+=|<script(?:>| [^>]*[^>]>[^<])|javascript:`)
	elsewhere  = regexp.MustCompile(`(?:https?:)?//[\w.-]+\.\w+`)
	namespace  = "http://www.w3.org/2000/svg"
)

// What a file refers to is there, in the page's own folder: it needs nothing
// from elsewhere and holds nothing that the policy would refuse.
func TestEveryReferenceIsServed(t *testing.T) {
	h := handler(t)
	files := os.DirFS("static")
	err := fs.WalkDir(files, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, name)
		if err != nil {
			return err
		}
		for _, found := range references.FindAllStringSubmatch(string(text), -1) {
			target := "/" + path.Join(path.Dir(name), found[1]+found[2])
			if found[3] != "" {
				target = "/" + found[3] // relative to the document
			}
			if target != "/docs" && get(h, target).Code != http.StatusOK {
				t.Errorf("%s refers to %s, which is not served", name, target)
			}
		}
		if found := elsewhere.FindString(strings.ReplaceAll(string(text), namespace, "")); found != "" {
			t.Errorf("%s refers to %s", name, found)
		}
		if path.Ext(name) == ".html" && inline.Match(text) {
			t.Errorf("%s has %q inline", name, inline.Find(text))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestSecurityHeaders(t *testing.T) {
	for _, target := range []string{"/", "/js/main.js", "/favicon.svg"} {
		h := get(handler(t), target).Header()
		for name, want := range map[string]string{
			"Content-Security-Policy":    "default-src 'none'",
			"Cross-Origin-Opener-Policy": "same-origin",
			"Referrer-Policy":            "no-referrer",
			"X-Content-Type-Options":     "nosniff",
		} {
			if !strings.Contains(h.Get(name), want) {
				t.Errorf("%s: %s is %q", target, name, h.Get(name))
			}
		}
		if policy := h.Get("Content-Security-Policy"); strings.Contains(policy, "unsafe") || strings.Contains(policy, "*") {
			t.Errorf("%s: policy %q", target, policy)
		}
	}
}

func TestOtherRequestsAreLeftAlone(t *testing.T) {
	for _, target := range []string{"/api/submit", "/nothing", "/static/index.html"} {
		if w := get(handler(t), target); w.Code != http.StatusNotFound || w.Header().Get("Content-Security-Policy") != "" {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
