package emulated

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// patience bounds the emulator's start.
const patience = 2 * time.Minute

// startEmulator runs MiniStack until the test ends, and returns its port.
func startEmulator(t *testing.T) (port string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, err = net.SplitHostPort(listener.Addr().String())
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	var logs bytes.Buffer
	dir := t.TempDir()
	cmd := exec.Command(tool(t, "ministack/bin/ministack"))
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &logs, &logs
	cmd.Env = append(environment(port), "GATEWAY_PORT="+port, "STATE_DIR="+dir, "SFTP_ENABLED=0", "IOT_MTLS_ENABLED=0", "AUTH=true")
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // with the functions that it runs
		_ = cmd.Wait()
		if t.Failed() {
			t.Logf("%s", &logs)
		}
	})
	awaitHealth(t, port)
	return port
}

func awaitHealth(t *testing.T, port string) {
	t.Helper()
	for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(100 * time.Millisecond) {
		resp, err := http.Get("http://127.0.0.1:" + port + "/_ministack/health")
		if err != nil {
			continue
		}
		resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			return
		}
	}
	t.Fatal("MiniStack does not start")
}

// environment returns the environment of the tools, and of the functions, which inherit it
// from the emulator.
func environment(port string) []string {
	return append(os.Environ(), "AWS_ENDPOINT_URL=http://127.0.0.1:"+port, "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "SAM_CLI_TELEMETRY=0")
}

// tool returns the path of an installed Python tool.
func tool(t *testing.T, path string) string {
	t.Helper()
	tools := os.Getenv("TOOLS")
	if tools == "" {
		t.Skip("NOT RUN: TOOLS is not set; make test-deployed sets it")
	}
	return filepath.Join(tools, path)
}

// run runs a command in the project's folder and returns its stdout.
func run(t *testing.T, env []string, command string, args ...string) string {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(command, args...)
	cmd.Dir, cmd.Env, cmd.Stdout, cmd.Stderr = root, env, &out, &errs
	if err := cmd.Run(); err != nil {
		t.Fatal(fmt.Errorf("%s %q: %w\n%s%s", command, args, err, &out, &errs))
	}
	return out.String()
}
