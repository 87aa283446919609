//go:build unix

package server

import (
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// A pipe in the place of a file ends the start at once, with its name: opening it
// would wait for a writer, and hold up a signal to stop meanwhile.
func TestPipesAreRefused(t *testing.T) {
	dir := t.TempDir()
	pipe, template := filepath.Join(dir, "m.asl.json"), filepath.Join(dir, "template.yaml")
	const text = "Resources: {M: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: m.asl.json}}}"
	if err := errors.Join(syscall.Mkfifo(pipe, 0o600), os.WriteFile(template, []byte(text), 0o600)); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"-template", template}, {"-template", pipe}, {"-template", template, "-mock", pipe}} {
		var stderr strings.Builder
		args = append(args, "-data", filepath.Join(dir, "data"), "-addr", "127.0.0.1:0")
		status := run(t.Context(), args, none, io.Discard, &stderr)
		if status != exitRefused || !strings.HasSuffix(stderr.String(), pipe+": it is not a regular file\n") {
			t.Errorf("%v: status %d, %s", args, status, stderr.String())
		}
	}
}
