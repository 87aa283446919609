// Package program runs this project's servers as processes, for suites and
// benchmarks.
package program

import (
	"bufio"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// Start starts a server and returns the address in its first line on standard
// output, "ready ADDRESS", which says that it accepts requests. One that says
// anything else, or nothing, is killed.
func Start(cmd *exec.Cmd) (address string, err error) {
	out, err := cmd.StdoutPipe()
	if err != nil {
		return "", err
	}
	if err := cmd.Start(); err != nil {
		return "", err
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if address, ok := strings.CutPrefix(strings.TrimSpace(line), "ready "); ok {
		return address, nil
	}
	cmd.Process.Kill()
	return "", fmt.Errorf("%s is not ready: its first line is %q (%w), its end %w", filepath.Base(cmd.Path), line, err, cmd.Wait())
}

// Stop asks a server to end, and waits until it has.
func Stop(cmd *exec.Cmd) error {
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		return err
	}
	return cmd.Wait()
}

// StartFor starts a server that ends with the test, which fails if the server
// does not start or does not end in order.
func StartFor(t *testing.T, cmd *exec.Cmd) (address string) {
	t.Helper()
	address, err := Start(cmd)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := Stop(cmd); err != nil {
			t.Errorf("%s did not end in order: %v", filepath.Base(cmd.Path), err)
		}
	})
	return address
}
