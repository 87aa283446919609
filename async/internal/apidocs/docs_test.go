package apidocs_test

import (
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async/internal/apidocs"
)

func get(t *testing.T, target string) *httptest.ResponseRecorder {
	t.Helper()
	h, err := apidocs.New(http.NotFoundHandler(), api.OpenAPI())
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, target, nil))
	return w
}

func TestTheDescriptionIsServed(t *testing.T) {
	w := get(t, api.OpenAPIPath)
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != "application/yaml" || w.Body.String() != string(api.OpenAPI()) {
		t.Errorf("%d %s", w.Code, w.Header().Get("Content-Type"))
	}
}

// Everything that the page loads comes from here, and nothing is inline.
func TestThePageIsWhole(t *testing.T) {
	w := get(t, apidocs.Path)
	if policy := w.Header().Get("Content-Security-Policy"); w.Code != http.StatusOK || !strings.HasPrefix(policy, "default-src 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("%d, policy %q", w.Code, policy)
	}
	loads := regexp.MustCompile(`(?:href|src)="(docs/[^"]+)"`).FindAllStringSubmatch(w.Body.String(), -1)
	if len(loads) != 4 {
		t.Errorf("the page loads %v", loads)
	}
	for _, found := range loads {
		if w := get(t, "/"+found[1]); w.Code != http.StatusOK || w.Body.Len() == 0 {
			t.Errorf("%s: %d", found[1], w.Code)
		}
	}
	script, err := os.ReadFile("static/docs.js")
	if err != nil || !strings.Contains(string(script), `"`+strings.TrimPrefix(api.OpenAPIPath, "/")+`"`) {
		t.Errorf("the page shows another description: %v", err)
	}
}

func TestOtherRequestsAreLeftAlone(t *testing.T) {
	for _, target := range []string{"/", "/docs/", "/docs/index.html", "/docs/swagger-ui.js"} {
		if w := get(t, target); w.Code != http.StatusNotFound {
			t.Errorf("%s: %d", target, w.Code)
		}
	}
}
