package awsharness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"example.org/asynchttpapi/internal/e2e/program"
	"example.org/asynchttpapi/internal/lambdahost"
	"example.org/asynchttpapi/internal/personal"
)

var root = filepath.Join("..", "..", "..")

// build compiles functions and stepfunctions once, the functions with the
// flags that they are deployed with.
var build = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "awsharness")
	if err != nil {
		return "", err
	}
	built = dir
	cmd := exec.Command("go", "build", "-trimpath", "-tags", "lambda.norpc", "-ldflags", "-s", "-o", dir+"/",
		"./functions/...", "./cmd/stepfunctions")
	cmd.Dir, cmd.Env = root, append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

// built is the folder that has to go again; empty if nothing was built.
var built string

func TestMain(m *testing.M) {
	if name := os.Getenv(asFunction); name != "" {
		serveFunction(name)
	}
	code := m.Run()
	os.RemoveAll(built)
	os.Exit(code)
}

// binary is the built function of a CodeUri.
func binary(t *testing.T, codeURI string) string {
	t.Helper()
	dir, err := build()
	if err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, filepath.Base(codeURI))
}

// startStepFunctions runs stepfunctions, with a template's state machine, until
// the test ends.
func startStepFunctions(t *testing.T, template, lambdaEndpoint string, logs *personal.Log) string {
	t.Helper()
	cmd := exec.Command(binary(t, "stepfunctions"), "-addr", "127.0.0.1:0", "-data", t.TempDir(), "-lambda-endpoint", lambdaEndpoint,
		"-template", template)
	cmd.Stderr = logs
	return program.StartFor(t, cmd)
}

// deployed is a function of the host as a lambda.Handler.
type deployed struct {
	host *lambdahost.Host
	name string
}

// Invoke implements lambda.Handler.
func (d deployed) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	result, err := d.host.Invoke(ctx, d.name, payload)
	if err == nil && result.FunctionError != "" {
		err = fmt.Errorf("%s: %s", d.name, result.Payload)
	}
	return result.Payload, err
}
