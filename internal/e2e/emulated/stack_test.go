package emulated

import (
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

var root = filepath.Join("..", "..", "..")

// architecture returns what the template calls this machine's processor.
func architecture() string {
	if runtime.GOARCH == "arm64" {
		return "arm64"
	}
	return "x86_64"
}

// buildStack builds the functions for this machine and returns the template
// for the emulator.
func buildStack(t *testing.T) (template string) {
	t.Helper()
	dir := t.TempDir()
	run(t, os.Environ(), ".ci/sam/run", "build", "--build-dir", dir, "--parameter-overrides", "Architecture="+architecture())
	adapted := run(t, os.Environ(), tool(t, "sam/bin/python"), ".ci/ministack/adapt.py", filepath.Join(dir, "template.yaml"))
	template = filepath.Join(dir, "adapted.yaml")
	if err := os.WriteFile(template, []byte(adapted), 0o666); err != nil {
		t.Fatal(err)
	}
	return template
}

// deploy makes a stack with a review policy and returns its API's address.
func deploy(t *testing.T, port, template, review string) string {
	t.Helper()
	config, err := filepath.Abs(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		t.Fatal(err)
	}
	stack := "talks-" + strings.NewReplacer("@", "-").Replace(review)
	run(t, environment(port), ".ci/sam/run", "deploy", "--config-file", config, "--template-file", template, "--stack-name", stack,
		"--parameter-overrides", "Architecture="+architecture(), "ReviewPolicy="+review, "ReviewSpeed=50")
	id := run(t, environment(port), tool(t, "sam/bin/python"), ".ci/ministack/routes.py", template, stack)
	return front(t, port, strings.TrimSpace(id))
}

// front stands for a name server: the emulator finds the API by the host,
// and pollers follow a Location to wherever it says.
func front(t *testing.T, port, api string) string {
	t.Helper()
	emulator := &url.URL{Scheme: "http", Host: "127.0.0.1:" + port}
	name := api + ".execute-api.localhost"
	var server *httptest.Server
	proxy := &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(emulator)
			r.Out.Host = name + ":" + port
		},
		ModifyResponse: func(r *http.Response) error {
			for _, header := range []string{"Location", "Operation-Location"} {
				if path, ok := strings.CutPrefix(r.Header.Get(header), "https://"+name); ok {
					r.Header.Set(header, server.URL+path)
				}
			}
			return nil
		},
	}
	server = httptest.NewServer(proxy)
	t.Cleanup(server.Close)
	return server.URL
}
