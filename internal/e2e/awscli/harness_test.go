package awscli

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
)

var root = filepath.Join("..", "..", "..")

// harness is a running stepfunctions with the machines of testdata, and the
// CLI, which knows no more than what stepfunctions/README.md says.
type harness struct {
	t             *testing.T
	cli, bin, url string
	// tokens are the task tokens that the function Ask was given.
	tokens chan string
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	w := &harness{t: t, cli: os.Getenv("AWSCLI"), tokens: make(chan string, 1)}
	if w.cli == "" {
		t.Skip("NOT RUN: AWSCLI is not set; make test-awscli sets it")
	}
	functions := httptest.NewServer(w)
	t.Cleanup(functions.Close)
	dir := t.TempDir()
	bin := filepath.Join(dir, "stepfunctions")
	build := exec.Command("go", "build", "-o", bin, "./cmd/stepfunctions")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	w.bin = bin
	w.url = program.StartFor(t, exec.Command(bin, "-addr", "127.0.0.1:0", "-data", filepath.Join(dir, "data"),
		"-lambda-endpoint", functions.URL, "-template", filepath.Join("testdata", "template.yaml")))
	return w
}

// ServeHTTP is the function Ask, which keeps its task token, and Pay, which
// gives back what it is given.
func (w *harness) ServeHTTP(rw http.ResponseWriter, r *http.Request) {
	payload, err := io.ReadAll(r.Body)
	if err == nil && strings.Contains(r.URL.Path, "/functions/Ask/") {
		var asked struct{ Token string }
		err = json.Unmarshal(payload, &asked)
		w.tokens <- asked.Token
	}
	if err != nil {
		w.t.Error(err)
	}
	rw.Write(payload)
}

// command returns a command for the CLI's environment, without anything of the machine's own.
func (w *harness) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env = []string{
		"PATH=" + filepath.Dir(w.cli) + string(filepath.ListSeparator) + os.Getenv("PATH"), "HOME=" + w.t.TempDir(),
		"AWS_ENDPOINT_URL_SFN=" + w.url, "AWS_DISABLE_HOST_PREFIX_INJECTION=true", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=any", "AWS_SECRET_ACCESS_KEY=any",
	}
	return cmd
}

// result is what the CLI answers.
type result map[string]any

func (r result) text(name string) string {
	s, _ := r[name].(string)
	return s
}

// count returns the length of the one list in the answer.
func (r result) count() int {
	for _, v := range r {
		if list, ok := v.([]any); ok {
			return len(list)
		}
	}
	return -1
}

// do runs one operation.
func (w *harness) do(operation string, args ...string) result {
	w.t.Helper()
	out, err := w.try(operation, args...)
	if err != nil {
		w.t.Fatalf("aws stepfunctions %s: %v\n%s", operation, err, out)
	}
	var r result
	if len(out) > 0 {
		if err := json.Unmarshal(out, &r); err != nil {
			w.t.Fatalf("aws stepfunctions %s: %v\n%s", operation, err, out)
		}
	}
	return r
}

// refused runs one that is refused by that name.
func (w *harness) refused(code, operation string, args ...string) {
	w.t.Helper()
	if out, err := w.try(operation, args...); err == nil || !bytes.Contains(out, []byte("("+code+")")) {
		w.t.Errorf("aws stepfunctions %s: want %s, got %v\n%s", operation, code, err, out)
	}
}

func (w *harness) try(operation string, args ...string) ([]byte, error) {
	return w.command(w.cli, append([]string{"stepfunctions", operation, "--output", "json"}, args...)...).CombinedOutput()
}

// ended waits for the end of an execution, as a script with the CLI would.
func (w *harness) ended(execution string) result {
	w.t.Helper()
	for {
		if r := w.do("describe-execution", "--execution-arn", execution); r.text("status") != "RUNNING" {
			return r
		}
	}
}
