package server

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
)

// project is a folder with a template, a definition and the data.
type project struct {
	t             *testing.T
	dir, endpoint string
	log           logText
}

func newProject(t *testing.T, template, definition string) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), endpoint: "http://127.0.0.1:1"}
	p.write("template.yaml", template)
	p.write("orders.asl.json", definition)
	return p
}

func (p *project) write(name, text string) {
	p.t.Helper()
	must(p.t, os.WriteFile(filepath.Join(p.dir, name), []byte(text), 0o600))
}

func (p *project) args(more []string) []string {
	return append([]string{"-addr", "127.0.0.1:0", "-data", filepath.Join(p.dir, "data"), "-lambda-endpoint", p.endpoint,
		"-template", filepath.Join(p.dir, "template.yaml")}, more...)
}

func (p *project) starts(more ...string) *running {
	p.t.Helper()
	return beginLogging(p.t, &p.log, none, p.args(more)...)
}

// rejected runs the program, which has to end with one line before it is ready.
func (p *project) refused(says string, more ...string) {
	p.t.Helper()
	var stdout, stderr strings.Builder
	status := run(p.t.Context(), p.args(more), none, &stdout, &stderr)
	if status != 2 || stdout.Len() > 0 || strings.Count(stderr.String(), "\n") != 1 || !strings.Contains(stderr.String(), says) {
		p.t.Errorf("status %d, out %q, err %q, want %q", status, stdout.String(), stderr.String(), says)
	}
}

// logged wants all lines about state machines since the last time to have these
// texts, in order.
func (p *project) logged(want ...string) {
	p.t.Helper()
	var got []string
	for line := range strings.Lines(p.log.take()) {
		if strings.Contains(line, "tate machine") || strings.Contains(line, "placeholders") {
			got = append(got, line)
		}
	}
	if len(got) != len(want) {
		p.t.Fatalf("logged %q, want %q", got, want)
	}
	for i, line := range got {
		if len(got) != len(want) || !strings.Contains(line, want[i]) {
			p.t.Fatalf("logged %q, want %q", got, want)
		}
	}
}

// logText is what the program writes to stderr.
type logText struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logText) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

// take returns what was written since the last time.
func (l *logText) take() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	defer l.text.Reset()
	return l.text.String()
}
