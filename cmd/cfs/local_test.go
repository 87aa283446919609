package main

import (
	"bufio"
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startLocal runs the real system on a free port, with a committee of that
// policy that decides in no time, and returns its URL.
func startLocal(t *testing.T, program, review string) string {
	t.Helper()
	cmd := exec.Command(program, "-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", t.TempDir(), "-speed", "inf", "-review", review)
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.Stderr = t.Output()
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { cmd.Process.Signal(os.Interrupt); cmd.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	url, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if err != nil || !ready {
		t.Fatalf("cmd/local said %q, %v", line, err)
	}
	return url
}

// TestAgainstTheLocalService follows real submissions, in another process, to
// each of their ends.
func TestAgainstTheLocalService(t *testing.T) {
	program := filepath.Join(t.TempDir(), "local")
	if out, err := exec.Command("go", "build", "-o", program, "../local").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	tests := []struct {
		review string
		code   int
		end    string
	}{
		{"approve", exitOK, "\tSucceeded\tApproved\t"},
		{"reject@shortlisting", exitRejected, "\tSucceeded\tRejected\t"},
		{"fail@selection", exitFailed, "\tFailed\t"},
	}
	for _, tt := range tests {
		t.Run(tt.review, func(t *testing.T) {
			t.Parallel()
			s := local(t)
			url := startLocal(t, program, tt.review)
			code := s.do("--url", url, "--timeout", "1m", "submit", "--wait", "--title", "T", "--name", "N", "--email", "n@example.com", "--description", "D", "--track", "K")
			lines := strings.Split(strings.TrimSpace(s.out.String()), "\n")
			last := lines[len(lines)-1]
			if code != tt.code || !strings.Contains(last, tt.end) {
				t.Fatalf("exit code %d\n%s%s", code, &s.out, &s.err)
			}
			id := strings.Split(last, "\t")[1]
			again := local(t)
			if code := again.do("--url", url, "status", id); code != tt.code || again.out.String() != last+"\n" {
				t.Errorf("status: exit code %d\n%s%s", code, &again.out, &again.err)
			}
			refused := local(t)
			code = refused.do("--url", url, "submit", "--title", "T")
			if code != exitRefused || !strings.Contains(refused.err.String(), "  --email  ") {
				t.Errorf("refused: exit code %d\n%s", code, &refused.err)
			}
		})
	}
}

// local is a program that polls a real server without waiting as long as it says, as
// this one's committee takes no time.
func local(t *testing.T) *session {
	s := &session{t: t, env: map[string]string{"HOME": t.TempDir()}}
	s.app = s.streams()
	s.sleep = func(ctx context.Context, _ time.Duration) error {
		time.Sleep(5 * time.Millisecond)
		return ctx.Err()
	}
	return s
}
