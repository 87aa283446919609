package local

import (
	"bufio"
	"io"
	"net"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestSignalsEndItInOrder(t *testing.T) {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(sig.String(), func(t *testing.T) {
			t.Parallel()
			p := launch(t, "-addr", "127.0.0.1:0", "-stepfunctions-addr", "127.0.0.1:0", "-data", t.TempDir(), "-speed", "1")
			submit(t, p.url, "")
			if err := p.Process.Signal(sig); err != nil {
				t.Fatal(err)
			}
			rest, _ := io.ReadAll(p.stdout)
			if err := p.Wait(); err != nil || strings.Contains(string(rest), "\nready") {
				t.Errorf("%v, and on standard output %q", err, rest)
			}
		})
	}
}

// A second signal ends the program at once, although a request is in hand.
func TestSecondSignalEndsItAtOnce(t *testing.T) {
	t.Parallel()
	p := launch(t, "-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", t.TempDir())
	holdRequest(t, p.url)
	ended := make(chan error, 1)
	go func() { ended <- p.Wait() }()
	for {
		p.Process.Signal(syscall.SIGTERM) //nolint:errcheck // it may have ended
		select {
		case <-ended:
			if status, ok := p.ProcessState.Sys().(syscall.WaitStatus); !ok || !status.Signaled() {
				t.Errorf("it ends with %v", p.ProcessState)
			}
			return
		case <-time.After(10 * time.Millisecond):
		}
	}
}

// holdRequest begins a request and returns when the system waits for its body.
func holdRequest(t *testing.T, url string) {
	t.Helper()
	conn, err := net.Dial("tcp", strings.TrimPrefix(url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	_, err = io.WriteString(conn, "POST /api/submit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\nExpect: 100-continue\r\n\r\n")
	if err != nil {
		t.Fatal(err)
	}
	if line, err := bufio.NewReader(conn).ReadString('\n'); err != nil || !strings.Contains(line, "100 Continue") {
		t.Fatalf("got %q, %v", line, err)
	}
}
