package torture

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
)

// harness is a local service on one data folder, started and killed many times.
type harness struct {
	t    *testing.T
	bin  string
	args []string // beside what every run needs, as env
	env  []string
	data string
	cmd  *exec.Cmd
	url  string
	logs logs
}

// logs keeps what every run of the process wrote to standard error.
type logs struct {
	mu sync.Mutex
	bytes.Buffer
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.Buffer.Write(p)
}

func newHarness(t *testing.T) *harness {
	t.Helper()
	dir := t.TempDir()
	w := &harness{t: t, bin: filepath.Join(dir, "local"), data: filepath.Join(dir, "data"), args: []string{"-speed", "100"}}
	build := exec.Command("go", "build", "-o", w.bin, "./cmd/local")
	build.Dir = filepath.Join("..", "..", "..")
	if out, err := build.CombinedOutput(); err != nil {
		t.Fatalf("building cmd/local: %v\n%s", err, out)
	}
	return w
}

func (w *harness) command() *exec.Cmd {
	cmd := exec.Command(w.bin, append([]string{"-addr", "127.0.0.1:0", "-data", w.data,
		"-log", "json", "-stepfunctions-addr", ""}, w.args...)...)
	cmd.Env = append(os.Environ(), w.env...)
	cmd.Stderr = &w.logs
	return cmd
}

func (w *harness) start() {
	w.t.Helper()
	w.cmd = w.command()
	url, err := program.Start(w.cmd)
	if err != nil {
		w.t.Fatalf("%v\n%s", err, w.logs.String())
	}
	w.url = url
}

// kill is kill -9: the process gets no chance to tidy up.
func (w *harness) kill() {
	w.cmd.Process.Kill()
	w.cmd.Wait()
}

// stop ends the process as a person would, and wants it to end well.
func (w *harness) stop() {
	w.t.Helper()
	w.cmd.Process.Signal(os.Interrupt)
	if err := w.cmd.Wait(); err != nil {
		w.t.Fatalf("after an interrupt: %v\n%s", err, w.logs.String())
	}
}
