package samcli

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"asynchttpapi/internal/template"
)

var root = filepath.Join("..", "..")

// sam runs the SAM CLI in dir.
func sam(t *testing.T, dir string, args ...string) string {
	t.Helper()
	command := os.Getenv("SAM")
	if command == "" {
		t.Skip("NOT RUN: SAM is not set; make test-sam sets it")
	}
	cmd := exec.Command(command, args...)
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=us-east-1")
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("sam %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

func readTemplate(t *testing.T) *template.Template {
	t.Helper()
	tpl, err := template.Read(filepath.Join(root, "template.yaml"))
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
