package samcli

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
)

var root = filepath.Join("..", "..", "..")

// tool returns the path of an installed Python tool.
func tool(t *testing.T, path string) string {
	t.Helper()
	tools := os.Getenv("TOOLS")
	if tools == "" {
		t.Skip("NOT RUN: TOOLS is not set; make test-sam sets it")
	}
	return filepath.Join(tools, path)
}

// run returns what a command writes to its stdout, and whether it succeeded.
func run(t *testing.T, dir, command string, args ...string) (stdout, stderr string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	cmd := exec.Command(command, args...)
	cmd.Dir, cmd.Stdout, cmd.Stderr = dir, &out, &errs
	cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=us-east-1")
	err = cmd.Run()
	return out.String(), errs.String(), err
}

// sam runs the SAM CLI in dir.
func sam(t *testing.T, dir string, args ...string) string {
	t.Helper()
	tool(t, "sam")
	command, err := filepath.Abs(filepath.Join(root, ".ci", "sam", "run"))
	if err != nil {
		t.Fatal(err)
	}
	stdout, stderr, err := run(t, dir, command, args...)
	if err != nil {
		t.Fatalf("sam %s: %v\n%s%s", strings.Join(args, " "), err, stdout, stderr)
	}
	return stdout
}

func readTemplate(t *testing.T) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join(root, "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestValidate(t *testing.T) {
	if out := sam(t, root, "validate", "--lint"); !strings.Contains(out, "is a valid SAM Template") {
		t.Error(out)
	}
}
