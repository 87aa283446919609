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

// architecture is what the template calls this machine's processor.
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

// deploy makes a stack with a review policy and returns its API's address. The
// rates are those of a test.
func deploy(t *testing.T, port, template, review string) string {
	t.Helper()
	template = edited(t, template, map[string]string{"REVIEW: simulate": "REVIEW: " + review, "SPEED: '10'": "SPEED: '50'"})
	return deployAs(t, port, template, "talks-"+strings.NewReplacer("@", "-").Replace(review), "SubmitRate=1000", "StatusRate=1000")
}

// edited writes a template in which a text stands for another.
func edited(t *testing.T, template string, replace map[string]string) string {
	t.Helper()
	text, err := os.ReadFile(template)
	if err != nil {
		t.Fatal(err)
	}
	out := string(text)
	for old, new := range replace {
		if !strings.Contains(out, old) {
			t.Fatalf("%s has no %q", template, old)
		}
		out = strings.ReplaceAll(out, old, new)
	}
	file, err := os.CreateTemp(filepath.Dir(template), "edited-*.yaml")
	if err == nil {
		_, err = file.WriteString(out)
	}
	if err == nil {
		err = file.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return file.Name()
}

// samDeploy deploys a template as a stack.
func samDeploy(t *testing.T, port, template, stack string, parameters ...string) {
	t.Helper()
	config, err := filepath.Abs(filepath.Join(root, "samconfig.toml"))
	if err != nil {
		t.Fatal(err)
	}
	args := []string{"deploy", "--config-file", config, "--template-file", template, "--stack-name", stack}
	if len(parameters) > 0 {
		args = append(append(args, "--parameter-overrides"), parameters...)
	}
	run(t, environment(port), ".ci/sam/run", args...)
}

// deployAs deploys the service as a stack and returns its API's address.
func deployAs(t *testing.T, port, template, stack string, parameters ...string) string {
	t.Helper()
	samDeploy(t, port, template, stack, append(parameters, "Architecture="+architecture())...)
	id := run(t, environment(port), tool(t, "sam/bin/python"), ".ci/ministack/routes.py", template, stack)
	return front(t, port, strings.TrimSpace(id))
}

// front stands for a name server: the emulator distinguishes APIs by the host,
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
