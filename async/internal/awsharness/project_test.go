package awsharness

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// A job with types of its own, as a project that cmd/new has written: its functions
// run behind the Runtime API, with what its own template gives them.
func TestAProjectOfItsOwn(t *testing.T) {
	if os.Getenv("DYNAMODB_ENDPOINT") == "" {
		t.Skip("NOT RUN: DYNAMODB_ENDPOINT is not set; .ci/dynalite/run sets it")
	}
	project, binaries := filepath.Join(t.TempDir(), "render"), t.TempDir()
	command(t, root, "go", "run", "./cmd/new", "-module", "example.com/render", "-stages", "Transcode,Publish", project)
	command(t, project, "go", "build", "-tags", "lambda.norpc", "-o", binaries+"/", "./functions/...")
	if text, err := os.ReadFile(filepath.Join(project, "job", "job.go")); err != nil || bytes.Count(text, []byte("\n")) >= 150 {
		t.Errorf("the job has %d lines, %v", bytes.Count(text, []byte("\n")), err)
	}
	w := deploy(t, project, "RenderWorkflow", func(_ *testing.T, codeURI string) string { return filepath.Join(binaries, filepath.Base(codeURI)) })

	type input struct {
		Name string `json:"name"`
	}
	type result struct {
		Greeting string `json:"greeting"`
	}
	c, err := client.New[result](client.Config{BaseURL: w.url})
	if err != nil {
		t.Fatal(err)
	}
	s, err := c.Submit(t.Context(), input{"Ada"})
	if err == nil {
		s, err = c.Wait(t.Context(), s)
	}
	if err != nil || s.Status != api.Succeeded || s.CustomStatus != "Done" {
		t.Fatalf("%+v, %v\n%s", s, err, w.logs)
	}
	if s.Result.Greeting != "Hello, Ada" {
		t.Errorf("%+v", s.Result)
	}
	if _, err := c.Submit(t.Context(), input{" "}); !errors.Is(err, client.ErrInvalid) {
		t.Errorf("%v", err)
	}
}

func command(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
}
