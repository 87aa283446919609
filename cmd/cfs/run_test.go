package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/internal/golden"
)

// session is a program in a test's hands, with its standard streams.
type session struct {
	*app
	t        *testing.T
	env      map[string]string
	out, err bytes.Buffer
	launched []string
}

// piped starts a program whose output is no terminal and that never sleeps.
func piped(t *testing.T, c *committee) *session {
	s := &session{t: t, env: map[string]string{"HOME": t.TempDir(), "LANG": "C.UTF-8"}}
	for _, name := range []string{"CFS_OUTPUT", "CFS_TIMEOUT", "CFS_RETRIES", "CFS_HEADER", "CFS_TRUST", "CFS_URL"} {
		t.Setenv(name, "") // and so gone again after the test
		os.Unsetenv(name)
	}
	if c != nil {
		t.Setenv("CFS_URL", c.URL)
	}
	s.app = s.streams()
	return s
}

// streams is the program with its output to buffers.
func (s *session) streams() *app {
	return &app{
		stdin: strings.NewReader(""), stdout: &s.out, stderr: &s.err,
		getenv:  func(name string) string { return s.env[name] },
		version: "v1.2.3 (b49ae389aafe)",
		now:     func() time.Time { return time.Date(2026, 1, 2, 3, 5, 0, 0, time.UTC) },
		sleep:   func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
		size:    func(io.Writer) (int, int) { return 0, 0 },
		launch:  func(_ context.Context, argv []string) error { s.launched = argv; return nil },
	}
}

// terminal makes the output a terminal of that width.
func (s *session) terminal(width int) *session {
	s.size = func(io.Writer) (int, int) { return width, 24 }
	return s
}

func (s *session) do(args ...string) int {
	s.t.Helper()
	return s.run(context.Background(), append([]string{"cfs"}, args...))
}

// golden compares all that a session said with a file. The server's address
// is different each time, and written as SERVER.
func (s *session) golden(name string, code int, c *committee) {
	s.t.Helper()
	got := fmt.Sprintf("%s--- stderr\n%s--- exit code %d\n", s.out.String(), s.err.String(), code)
	if c != nil {
		got = strings.ReplaceAll(got, c.URL, "SERVER")
	}
	compare(s.t, name, got)
}

func compare(t *testing.T, name, got string) {
	t.Helper()
	golden.Compare(t, filepath.Join("testdata", name+".golden"), got)
}
