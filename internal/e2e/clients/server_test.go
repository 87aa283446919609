package clients

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
)

// root is the repository.
var root, _ = filepath.Abs(filepath.Join("..", "..", ".."))

// built is the program that serves, built once.
var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "clients")
	if err != nil {
		return "", err
	}
	bin := filepath.Join(dir, "local")
	build := exec.Command("go", "build", "-o", bin, "./cmd/local")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build cmd/local: %w\n%s", err, out)
	}
	return bin, nil
})

func TestMain(m *testing.M) {
	code := m.Run()
	if bin, err := built(); err == nil {
		os.RemoveAll(filepath.Dir(bin))
	}
	os.Exit(code)
}

// serve starts a service whose committee follows a policy, at a speed, behind a network that
// can be troubled, and returns that network.
func serve(t *testing.T, policy, speed string) *network {
	t.Helper()
	bin, err := built()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	n := &network{keys: map[string]int{}, ids: map[string]int{}}
	base := "http://" + listener.Addr().String()
	server := program.StartFor(t, exec.Command(bin, "-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-base-url", base,
		"-data", t.TempDir(), "-review", policy, "-speed", speed))
	to, err := url.Parse(server)
	if err != nil {
		t.Fatal(err)
	}
	n.proxy = httputil.NewSingleHostReverseProxy(to)
	front := &httptest.Server{Listener: listener, Config: &http.Server{Handler: n}}
	front.Start()
	t.Cleanup(front.Close)
	n.submit = base + "/api/submit"
	return n
}

// network stands between the clients and the service.
type network struct {
	submit string
	proxy  *httputil.ReverseProxy
	// troubled lets each request of a client fail in another way before it works.
	troubled bool

	mu          sync.Mutex
	posts, gets int
	keys, ids   map[string]int // of submits, as the service was sent and answered them
}

func (n *network) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	trouble := n.count(r)
	switch trouble {
	case "throttled": // as API Gateway does, without Retry-After
		http.Error(w, `{"message":"Too Many Requests"}`, http.StatusTooManyRequests)
		return
	case "being accepted":
		w.Header().Set("Retry-After", "1")
		http.Error(w, `{}`, http.StatusConflict)
		return
	case "timeout":
		w.WriteHeader(http.StatusRequestTimeout)
		return
	case "too early":
		w.WriteHeader(http.StatusTooEarly)
		return
	case "bad gateway":
		http.Error(w, `<html>`, http.StatusBadGateway)
		return
	}
	recorded := httptest.NewRecorder()
	n.proxy.ServeHTTP(recorded, r)
	if id := recorded.Header().Get("Location"); r.Method == http.MethodPost && id != "" {
		n.mu.Lock()
		n.ids[id]++
		n.mu.Unlock()
	}
	if trouble == "lost" { // the service has done its work, and its answer is lost
		http.Error(w, `{}`, http.StatusServiceUnavailable)
		return
	}
	for name, values := range recorded.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(recorded.Code)
	io.Copy(w, recorded.Body) //nolint:errcheck // a client that has gone is its own test's failure
}

// count returns which trouble the request gets into.
func (n *network) count(r *http.Request) string {
	n.mu.Lock()
	defer n.mu.Unlock()
	if r.Method == http.MethodPost {
		n.keys[r.Header.Get("Idempotency-Key")]++
		n.posts++
	} else {
		n.gets++
	}
	switch {
	case !n.troubled:
		return ""
	case r.Method == http.MethodPost:
		return map[int]string{1: "lost", 2: "throttled", 3: "being accepted", 4: "too early"}[n.posts]
	default:
		return map[int]string{1: "bad gateway", 2: "timeout"}[n.gets]
	}
}

// run runs a client to its end, and returns its exit status and what it printed.
func run(t *testing.T, dir string, command ...string) (status int, stdout string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), command[0], command[1:]...)
	cmd.Dir = dir
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if cmd.ProcessState == nil {
		t.Fatalf("%s: %v", strings.Join(command, " "), err)
	}
	if stderr.Len() > 0 {
		t.Logf("%s: %s", command[0], &stderr)
	}
	return cmd.ProcessState.ExitCode(), string(out)
}
