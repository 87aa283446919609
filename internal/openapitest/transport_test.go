package openapitest_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/openapitest"
)

func TestTransportNotesWhatGoesThrough(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Said", "yes")
		w.WriteHeader(http.StatusTeapot)
		io.Copy(w, r.Body)
	}))
	defer server.Close()
	folder := t.TempDir()
	for _, set := range []string{"", folder} {
		t.Setenv(openapitest.Folder, set)
		c := &http.Client{Transport: openapitest.Transport{T: t, Beyond: true}}
		resp, err := c.Post(server.URL+"/path?q=1", "text/plain", strings.NewReader("said"))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if resp.Body.Close(); err != nil || string(body) != "said" || resp.StatusCode != http.StatusTeapot {
			t.Errorf("the client got %d %q, %v", resp.StatusCode, body, err)
		}
	}
	noted, err := openapitest.Exchanges(folder)
	if err != nil || len(noted) != 1 {
		t.Fatalf("noted %+v, %v", noted, err)
	}
	e := noted[0]
	if e.Test != t.Name() || !e.Beyond || e.Method != "POST" || e.URL != server.URL+"/path?q=1" || string(e.Body) != "said" ||
		e.Header.Get("Content-Type") != "text/plain" || e.Code != http.StatusTeapot || e.ResponseHeader.Get("X-Said") != "yes" || string(e.ResponseBody) != "said" {
		t.Errorf("noted %+v", e)
	}
}
