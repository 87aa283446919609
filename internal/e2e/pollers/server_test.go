package pollers

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
)

// policies are the review policies that the tests need a server of.
var policies = []string{"approve", "reject@moderation", "fail@selection"}

// servers maps a review policy to the base URL of an API that follows it.
// POLLERS_SERVERS, as policy=URL pairs split by commas, names running ones
// (the deployed binaries, say); without it the local service is built and run.
var servers = sync.OnceValues(func() (map[string]string, error) {
	if given := os.Getenv("POLLERS_SERVERS"); given != "" {
		return parseServers(given)
	}
	return startLocal()
})

// started are the processes that TestMain has to end.
var started []*exec.Cmd

func TestMain(m *testing.M) {
	code := m.Run()
	for _, cmd := range started {
		cmd.Process.Signal(syscall.SIGTERM)
		cmd.Wait()
	}
	os.Exit(code)
}

func parseServers(given string) (map[string]string, error) {
	urls := map[string]string{}
	for _, pair := range strings.Split(given, ",") {
		policy, url, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, fmt.Errorf("POLLERS_SERVERS: %q is not policy=URL", pair)
		}
		urls[policy] = strings.TrimSuffix(url, "/")
	}
	return urls, nil
}

// build compiles a program of the project into a new folder.
func build(program string) (bin, dir string, err error) {
	dir, err = os.MkdirTemp("", "pollers")
	if err != nil {
		return "", "", err
	}
	bin = filepath.Join(dir, "local")
	build := exec.Command("go", "build", "-o", bin, program)
	build.Dir = filepath.Join("..", "..", "..")
	build.Stderr = os.Stderr
	if err := build.Run(); err != nil {
		return "", "", fmt.Errorf("building %s: %w", program, err)
	}
	return bin, dir, nil
}

func startLocal() (map[string]string, error) {
	bin, dir, err := build("./cmd/local")
	if err != nil {
		return nil, err
	}
	urls := map[string]string{}
	for _, policy := range policies {
		url, err := startOne(bin, filepath.Join(dir, policy), policy)
		if err != nil {
			return nil, fmt.Errorf("starting cmd/local with -review %s: %w", policy, err)
		}
		urls[policy] = url
	}
	return urls, nil
}

func startOne(bin, data, policy string) (string, error) {
	return run(bin, data, "-review", policy, "-speed", "20")
}

// renderer is the base URL of the API of examples/render, whose result is inline.
var renderer = sync.OnceValues(func() (string, error) {
	bin, dir, err := build("./examples/render/cmd/local")
	if err != nil {
		return "", err
	}
	return run(bin, filepath.Join(dir, "data"), "-frame", "0s")
})

func run(bin, data string, args ...string) (string, error) {
	cmd := exec.Command(bin, append([]string{"-addr", "127.0.0.1:0", "-data", data, "-stepfunctions-addr", ""}, args...)...)
	url, err := program.Start(cmd)
	if err == nil {
		started = append(started, cmd)
	}
	return url, err
}

// serverFor returns the base URL of a server that follows policy.
func serverFor(t *testing.T, policy string) string {
	t.Helper()
	urls, err := servers()
	if err != nil {
		t.Fatal(err)
	}
	url := urls[policy]
	if url == "" {
		t.Fatalf("no server follows the policy %q", policy)
	}
	return url
}

const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Writes programs.","country":"GB"},
"title":"On engines","description":"What they can and cannot do.","track":"History"}`

// outcome is what a poller has to come to.
type outcome struct {
	name   string
	policy string
	query  string
	// failed says that the poller must report a failure, success otherwise.
	failed       bool
	customStatus string
}

var outcomes = []outcome{
	{name: "approved", policy: "approve", customStatus: "Approved"},
	{name: "rejected", policy: "reject@moderation", customStatus: "Rejected"},
	{name: "failed", policy: "fail@selection", failed: true},
	{name: "failed as 409", policy: "fail@selection", query: "?failureStatus=409", failed: true},
}

// status is the part of the body that the tests look at.
type status struct {
	ID           string `json:"id"`
	Status       string `json:"status"`
	CustomStatus string `json:"customStatus"`
}

// unknownID has the form of an id that the server never gave.
const unknownID = "aaaaaaaaaaaaaaaaaaaaaaaaaa"
