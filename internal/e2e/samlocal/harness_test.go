package samlocal

import (
	"bufio"
	"encoding/json"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

var root = filepath.Join("..", "..", "..")

// harness is a build of the functions, with the services they need.
type harness struct {
	build, env string
	// ports of sam local's servers.
	api, lambda string
}

// newHarness builds the functions for this machine and starts the services.
func newHarness(t *testing.T) *harness {
	t.Helper()
	host := os.Getenv("SAM_LOCAL_HOST")
	if host == "" {
		t.Skip("NOT RUN: SAM_LOCAL_HOST is not set; make test-sam-local sets it")
	}
	w := &harness{build: t.TempDir(), api: freePort(t), lambda: freePort(t)}
	w.sam(t, "build", "--build-dir", w.build)
	line := start(t, "ready ", exec.Command("go", "run", "./async/internal/samlocalservices",
		"-addr", host+":0", "-lambda-endpoint", "http://127.0.0.1:"+w.lambda))
	w.writeEnv(t, strings.Fields(line))
	return w
}

// parameters override the template's: the machine's own architecture.
func parameters() string {
	architecture := map[string]string{"amd64": "x86_64", "arm64": "arm64"}[runtime.GOARCH]
	return "Architecture=" + architecture
}

// command returns the SAM CLI with a subcommand and its arguments.
func (w *harness) command(args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(".ci", "sam", "run"), append(args, "--parameter-overrides", parameters())...)
	cmd.Env = append(os.Environ(), "AWS_REGION=us-east-1", "AWS_DEFAULT_REGION=us-east-1",
		"AWS_ACCESS_KEY_ID=local", "AWS_SECRET_ACCESS_KEY=local",
		// The account's number is asked for, and done without.
		"AWS_ENDPOINT_URL_STS=http://127.0.0.1:9", "AWS_MAX_ATTEMPTS=1")
	return cmd
}

// local returns the arguments of sam local's subcommands.
func (w *harness) local(args ...string) *exec.Cmd {
	return w.command(append(append([]string{"local"}, args...),
		"--template", filepath.Join(w.build, "template.yaml"), "--env-vars", w.env,
		"--skip-pull-image", "--add-host", "host.docker.internal:host-gateway")...)
}

// sam runs a command to its end and returns its standard output.
func (w *harness) sam(t *testing.T, args ...string) string {
	t.Helper()
	return output(t, w.command(args...))
}

func output(t *testing.T, cmd *exec.Cmd) string {
	t.Helper()
	var stderr strings.Builder
	cmd.Dir, cmd.Stderr = root, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s%s", cmd, err, out, &stderr)
	}
	return string(out)
}

// start runs a command until the test ends, and returns what follows prefix in
// the first line that begins with it.
func start(t *testing.T, prefix string, cmd *exec.Cmd) string {
	t.Helper()
	cmd.Dir = root
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // go run and sam have children
	out, err := cmd.StdoutPipe()
	cmd.Stderr = cmd.Stdout
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		syscall.Kill(-cmd.Process.Pid, syscall.SIGINT) //nolint:errcheck // it may have ended
		cmd.Wait()                                     //nolint:errcheck // ended by a signal
	})
	found, lines := make(chan string, 1), bufio.NewScanner(out)
	go func() {
		defer close(found)
		for lines.Scan() {
			t.Log(lines.Text())
			if rest, ok := strings.CutPrefix(strings.TrimSpace(lines.Text()), prefix); ok {
				found <- rest
				break
			}
		}
		for lines.Scan() { // a full pipe would block the program
		}
	}()
	select {
	case rest, ok := <-found:
		if !ok {
			t.Fatalf("%s ended", cmd)
		}
		return rest
	case <-time.After(2 * time.Minute):
		t.Fatalf("%s is not ready", cmd)
	}
	return ""
}

// writeEnv is events/env.json with the addresses of this harness.
func (w *harness) writeEnv(t *testing.T, services []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "events", "env.json"))
	if err != nil {
		t.Fatal(err)
	}
	var env struct{ Parameters map[string]string }
	if err := json.Unmarshal(text, &env); err != nil || len(services) != 2 {
		t.Fatalf("%v, %q", err, services)
	}
	for i, name := range []string{"AWS_ENDPOINT_URL_DYNAMODB", "AWS_ENDPOINT_URL_SFN"} {
		u, err := url.Parse(services[i])
		if err != nil || env.Parameters[name] == "" {
			t.Fatalf("%s: %v", name, err)
		}
		env.Parameters[name] = "http://host.docker.internal:" + u.Port()
	}
	env.Parameters["REVIEW"], env.Parameters["SPEED"] = "approve", "1000" // a committee that says yes at once
	env.Parameters["PUBLIC_BASE_URL"] = "http://127.0.0.1:" + w.api
	if text, err = json.Marshal(env); err == nil {
		w.env = filepath.Join(t.TempDir(), "env.json")
		err = os.WriteFile(w.env, text, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	return port
}
