package main

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
)

// startLocal runs the local service and returns its address.
func startLocal(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	bin := filepath.Join(dir, "local")
	build := exec.Command("go", "build", "-o", bin, "../../cmd/local")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	cmd := exec.Command(bin, "-addr", "127.0.0.1:0", "-data", filepath.Join(dir, "data"), "-review", "approve",
		"-speed", "100", "-stepfunctions-addr", "")
	return program.StartFor(t, cmd)
}

func TestTheLocalServicePasses(t *testing.T) {
	var out bytes.Buffer
	if code := run(t.Context(), []string{"-url", startLocal(t), "-submit"}, &out, &out); code != 0 {
		t.Errorf("code %d\n%s", code, &out)
	}
	if n := strings.Count(out.String(), "ok    "); n != len(rejected)+len(submissions) {
		t.Errorf("%d checks have passed\n%s", n, &out)
	}
}

// A problem with a member "status" keeps some pollers asking for ever.
func TestProblemWithStatusIsRefused(t *testing.T) {
	for member, want := range map[string]bool{"": true, `"status":404,`: false, `"status":null,`: false} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "application/problem+json")
			w.Header().Set("Cache-Control", "no-store")
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{` + member + `"title":"T","error":{"code":"NotFound","message":"M"}}`))
		}))
		var out bytes.Buffer
		run(t.Context(), []string{"-url", server.URL}, &out, &out)
		server.Close()
		if got := regexp.MustCompile(`(?m)^ok.*an unknown id is not found`).MatchString(out.String()); got != want {
			t.Errorf("with %q the check passes: %v\n%s", member, got, &out)
		}
	}
}

// Every check has to be able to fail.
func TestNoCheckIsEasilyPleased(t *testing.T) {
	for name, code := range map[string]int{"agrees to all": 200, "refuses all": 403, "is broken": 500} {
		t.Run(name, func(t *testing.T) {
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				w.WriteHeader(code)
				_, _ = w.Write([]byte(`{"status":200}`))
			}))
			defer server.Close()
			var out bytes.Buffer
			if got := run(t.Context(), []string{"-url", server.URL, "-submit"}, &out, &out); got != 1 {
				t.Errorf("code %d", got)
			}
			for line := range strings.Lines(out.String()) {
				// A server that agrees to all answers a preflight well.
				if strings.HasPrefix(line, "ok") && !(code == 200 && strings.Contains(line, "preflight")) {
					t.Error(line)
				}
			}
		})
	}
}

func TestUsage(t *testing.T) {
	for _, args := range [][]string{{}, {"-url", "api.example.org"}, {"-url", "https://x", "-header", "none"}, {"-url", "https://x", "more"}, {"-what"}} {
		var errs bytes.Buffer
		if code := run(t.Context(), args, &errs, &errs); code != 2 || errs.Len() == 0 {
			t.Errorf("%q: code %d, %q", args, code, &errs)
		}
	}
}
