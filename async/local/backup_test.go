package local

import (
	"bytes"
	"net/http"
	"path/filepath"
	"strings"
	"testing"
)

// A backup of a folder in use has what was accepted before it, and can be served.
func TestBackup(t *testing.T) {
	t.Parallel()
	settings := fast(t, "approve")
	r := start(t, settings)
	location := submit(t, r.url, "")
	await(t, location, ended)
	to := filepath.Join(t.TempDir(), "backup")
	var stderr bytes.Buffer
	p := program{newJob: newJob, settings: ownSettings, lookupEnv: environment(), stdout: t.Output(), stderr: &stderr}
	args := []string{"-data", settings.Data, "backup", to}
	if status := p.run(t.Context(), args); status != exitOK {
		t.Fatalf("status %d, %s", status, &stderr)
	}
	if status := p.run(t.Context(), args); status != exitFailed || !strings.Contains(stderr.String(), "is not empty") {
		t.Errorf("again: status %d, %s", status, &stderr)
	}
	settings.Data = to
	copied := start(t, settings)
	want := do(t, http.MethodGet, location, "")
	got := do(t, http.MethodGet, copied.url+strings.TrimPrefix(location, r.url), "")
	if got.code != want.code || got.Status != want.Status {
		t.Errorf("%d %v, want %d %v", got.code, got.Status, want.code, want.Status)
	}
}

// Clients that come while the program starts are asked to come back.
func TestRequestsDuringTheStart(t *testing.T) {
	t.Parallel()
	system := &system{Settings: Settings{Addr: "127.0.0.1:0", StepFunctionsAddr: "127.0.0.1:0", StepFunctionsAsked: true}}
	l, err := system.listen()
	if err != nil {
		t.Fatal(err)
	}
	defer l.close()
	ready := l.answerMeanwhile()
	defer ready()
	for _, url := range []string{l.apiURL(), l.stepFunctionsURL()} {
		res, err := http.Get(url)
		if err != nil {
			t.Fatal(err)
		}
		res.Body.Close()
		if res.StatusCode != http.StatusServiceUnavailable || res.Header.Get("Retry-After") == "" {
			t.Errorf("%s: %s, %v", url, res.Status, res.Header)
		}
	}
}
