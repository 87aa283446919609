package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"image/png"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// create runs the command.
func create(t *testing.T, args ...string) (stdout string, err error) {
	t.Helper()
	var out, errs bytes.Buffer
	err = run(t.Context(), args, &out, &errs)
	return out.String(), err
}

// in runs a command in a folder.
func in(t *testing.T, dir string, env []string, name string, args ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), name, args...)
	cmd.Dir, cmd.Env = dir, append(append(os.Environ(), "GOWORK=off"), env...)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%s %v: %v\n%s", name, args, err, out)
	}
	return string(out)
}

func TestTheProjectBuildsAndPassesItsTests(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "render")
	out, err := create(t, "-module", "example.com/video/render", "-stages", "Transcode,Select,CreditCheck", dir)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out, "replaces "+library+" with") || !strings.Contains(out, "make run") {
		t.Errorf("%s", out)
	}
	in(t, dir, nil, "go", "vet", "./...")
	in(t, dir, nil, "go", "test", "./...")
	if unformatted := in(t, dir, nil, "gofmt", "-l", "."); unformatted != "" {
		t.Errorf("gofmt: %s", unformatted)
	}
	if wrote := in(t, dir, nil, "go", "generate", "./..."); wrote != "" {
		t.Errorf("what is generated is not up to date: %s", wrote)
	}
	if run := in(t, dir, nil, "make", "-n", "run"); !strings.Contains(run, "go generate") {
		t.Errorf("the description that make run serves may be of an earlier job:\n%s", run)
	}
	if linked := in(t, dir, nil, "go", "list", "-deps", "./cmd/local", "./functions/..."); strings.Contains(linked, "/asyncgen") || strings.Contains(linked, "jsonschema") {
		t.Errorf("a program that serves links the generator:\n%s", linked)
	}
	for _, name := range []string{"go.mod", "go.sum", ".gitignore", "Makefile", "README.md", "samconfig.toml", ".github/workflows/test.yml",
		"functions/activities/creditcheck/main.go", "functions/activities/fail/main.go", "statemachine/render.asl.json", "openapi.yaml",
		"functions/completions/main.go", "monitoring.yaml", "connectors/power-platform/README.md", "connectors/power-platform/icon.png",
		"connectors/power-platform/apiDefinition.swagger.json", "connectors/power-platform/apiProperties.json"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			t.Error(err)
		}
	}
	left, err := os.ReadDir(filepath.Dir(dir))
	if err != nil || len(left) != 1 {
		t.Errorf("beside the project: %v, %v", left, err)
	}
}

func TestTheTestOfAProjectNamesWhatIsMissing(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "one")
	if _, err := create(t, "-module", "example.com/one", "-stages", "Only", dir); err != nil {
		t.Fatal(err)
	}
	job := filepath.Join(dir, "job", "job.go")
	text, err := os.ReadFile(job)
	if err != nil {
		t.Fatal(err)
	}
	more := strings.Replace(string(text), `Stages: []async.Stage[Input, Result]{`, `Stages: []async.Stage[Input, Result]{{Name: "Extra", Message: "More.", Do: doOnly},`, 1)
	if err := os.WriteFile(job, []byte(more), 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "go", "test", "./job")
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "GOWORK=off")
	out, err := cmd.CombinedOutput()
	for _, want := range []string{
		"run go generate ./...", "functions/activities/extra/main.go is missing", `lambdamain.Stage(job, "Extra")`,
		"CodeUri: functions/activities/extra/", "ExtraFunctionArn: !Ref ExtraFunction.Alias",
	} {
		if err == nil || !strings.Contains(string(out), want) {
			t.Errorf("%v, want %s in\n%s", err, want, out)
		}
	}
}

func TestTemplatesAreShort(t *testing.T) {
	p, err := newProject("example.com/render", []string{"Transcode", "Thumbnail", "Publish"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.files()
	if err != nil {
		t.Fatal(err)
	}
	if lines := bytes.Count(files["template.yaml"], []byte("\n")); lines > 250 {
		t.Errorf("template.yaml has %d lines", lines)
	}
	for name, text := range files {
		if bytes.Contains(text, []byte("<no value>")) || unfilled.Match(bytes.ReplaceAll(text, []byte("-f '{{.Dir}}'"), nil)) {
			t.Errorf("%s is not filled in:\n%s", name, text)
		}
	}
}

// Whichever stage goes, nothing else of the template goes with it.
func TestNoOtherResourceNeedsAStage(t *testing.T) {
	p, err := newProject("example.com/render", []string{"Transcode", "Publish"})
	if err != nil {
		t.Fatal(err)
	}
	files, err := p.files()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range p.Stages {
		var rest []string
		for line := range strings.Lines(string(files["template.yaml"])) {
			if !strings.HasPrefix(line, "  "+s.State+"Function: ") {
				rest = append(rest, line)
			}
		}
		var doc yaml.Node
		if err := yaml.Unmarshal([]byte(strings.Join(rest, "")), &doc); err != nil || len(rest)+1 != bytes.Count(files["template.yaml"], []byte("\n")) {
			t.Errorf("without %s: %v, %d lines", s.Name, err, len(rest))
		}
	}
}

func TestTheIconIsOneThatPowerPlatformTakes(t *testing.T) {
	text, err := icon()
	if err != nil {
		t.Fatal(err)
	}
	c, err := png.DecodeConfig(bytes.NewReader(text))
	if err != nil || c.Width != c.Height || c.Width < 100 || c.Width > 230 || len(text) > 1<<20 {
		t.Errorf("%d x %d pixels, %d bytes, %v", c.Width, c.Height, len(text), err)
	}
}

func TestErrorsLeaveNothingBehind(t *testing.T) {
	full := func(t *testing.T) string {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, "mine.txt"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
		return dir
	}
	file := func(t *testing.T) string { return filepath.Join(full(t), "mine.txt") }
	absent := func(t *testing.T) string { return filepath.Join(t.TempDir(), "new") }
	deep := func(t *testing.T) string { return filepath.Join(t.TempDir(), "no", "such", "folder") }
	for name, c := range map[string]struct {
		dir            func(*testing.T) string
		module, stages string
		more           []string
		want           string
	}{
		"no module":         {absent, "", "One", nil, "-module is missing"},
		"no dot":            {absent, "render", "One", nil, `-module "render": want a path such as example.com/render`},
		"odd module":        {absent, "example.com/a b", "One", nil, `-module "example.com/a b": want a path`},
		"slash at the end":  {absent, "example.com/a/", "One", nil, "want a path"},
		"own module":        {absent, library + "/x", "One", nil, "that is the library's own"},
		"no stages":         {absent, "example.com/a", "", nil, "-stages is missing"},
		"lower case":        {absent, "example.com/a", "one", nil, `stage "one": want a capitalized word`},
		"space":             {absent, "example.com/a", "One, Two", nil, `stage " Two": want a capitalized word`},
		"empty stage":       {absent, "example.com/a", "One,", nil, `stage "": want a capitalized word`},
		"twice":             {absent, "example.com/a", "One,Two,One", nil, `stage "One" is given twice`},
		"twice but case":    {absent, "example.com/a", "One,ONE", nil, `stage "ONE" is given twice`},
		"taken":             {absent, "example.com/a", "One,Fail", nil, `stage "Fail": the name is taken`},
		"too many":          {absent, "example.com/a", strings.Join(many(31), ","), nil, "31 stages: at most 30"},
		"two mistakes":      {absent, "a", "one", nil, `stage "one"`},
		"folder not empty":  {full, "example.com/a", "One", nil, "is not empty: it has mine.txt"},
		"a file":            {file, "example.com/a", "One", nil, "want a new or empty folder"},
		"no parent":         {deep, "example.com/a", "One", nil, "cannot write there"},
		"odd version":       {absent, "example.com/a", "One", []string{"-version", "latest"}, `-version "latest": want a version such as v0.1.0`},
		"unknown version":   {absent, "example.com/a", "One", []string{"-version", "v0.0.99"}, "go mod tidy in the new project"},
		"arguments to many": {absent, "example.com/a", "One", []string{"x"}, "want one folder, got 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("GOPROXY", "off") // no version is published there
			dir := c.dir(t)
			before := list(t, filepath.Dir(dir))
			_, err := create(t, append(append([]string{"-module", c.module, "-stages", c.stages}, c.more...), dir)...)
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
			if after := list(t, filepath.Dir(dir)); !slices.Equal(before, after) {
				t.Errorf("left behind: %v", after)
			}
		})
	}
}

func many(n int) (names []string) {
	for i := range n {
		names = append(names, fmt.Sprint("Stage", i))
	}
	return names
}

// list returns everything below a folder, which need not be there.
func list(t *testing.T, dir string) (all []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(path string, _ os.DirEntry, err error) error {
		if err == nil {
			all = append(all, path)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestNames(t *testing.T) {
	for module, want := range map[string][2]string{
		"example.com/render":           {"render", "RenderWorkflow"},
		"example.com/render/v2":        {"render", "RenderWorkflow"},
		"example.com/Video_Render":     {"video-render", "VideoRenderWorkflow"},
		"example.com/3d":               {"job-3d", "Job3dWorkflow"},
		"example.com":                  {"example-com", "ExampleComWorkflow"},
		"example.com/" + long(60, "a"): {long(40, "a"), "A" + long(39, "a") + "Workflow"},
	} {
		if got := [2]string{jobName(module), machineName(jobName(module))}; got != want {
			t.Errorf("%s: %v, want %v", module, got, want)
		}
	}
}

func long(n int, s string) string { return strings.Repeat(s, n) }

// unfilled is what a template has and a project has not.
var unfilled = regexp.MustCompile(`\{\{-? ?(\.|\$|if |range |else|end)`)

func TestAnInterruptLeavesNothingBehind(t *testing.T) {
	p, err := newProject("example.com/a", []string{"One"})
	if err != nil {
		t.Fatal(err)
	}
	p.Version, p.Replace = "v0.0.0", t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	parent := t.TempDir()
	if err := p.write(ctx, filepath.Join(parent, "a")); !errors.Is(err, context.Canceled) || len(list(t, parent)) != 1 {
		t.Errorf("%v, left behind: %v", err, list(t, parent))
	}
}
