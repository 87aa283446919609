package asyncgen

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/statemachine"
)

// Project says where the files are that have to agree with a job, relative to
// the folder of go.mod. The zero value is what cmd/new lays out.
type Project struct {
	// StateMachine is statemachine/<job>.asl.json if empty, OpenAPI openapi.yaml,
	// Template template.yaml.
	StateMachine, OpenAPI, Template string
	// Connector is the folder of the custom connector for Power Platform,
	// connectors/power-platform if empty; there is none if it is "-".
	Connector string
	// HandWritten means that the state machine is not generated but checked.
	HandWritten bool
	// Info is for the API's description.
	Info Info
}

func defaultStateMachine(d async.Description) string { return "statemachine/" + d.Name + ".asl.json" }

func (p Project) withDefaults(d async.Description) Project {
	p.StateMachine = cmp.Or(p.StateMachine, defaultStateMachine(d))
	p.OpenAPI = cmp.Or(p.OpenAPI, "openapi.yaml")
	p.Template = cmp.Or(p.Template, "template.yaml")
	p.Connector = cmp.Or(p.Connector, "connectors/power-platform")
	return p
}

// generated returns the content of the generated files by their path.
func (p Project) generated(job async.Definition) (map[string][]byte, error) {
	files := map[string][]byte{}
	var err error
	if !p.HandWritten {
		if files[p.StateMachine], err = StateMachine(job); err != nil {
			return nil, err
		}
	}
	if files[p.OpenAPI], err = OpenAPI(job, p.Info); err != nil || p.Connector == "-" {
		return files, err
	}
	files[path.Join(p.Connector, connectorDefinition)], files[path.Join(p.Connector, connectorProperties)], err = PowerPlatform(job, p.Info)
	return files, err
}

// Main writes the state machine, the API's description and the connector of a job. It is for
// programs that go generate runs: it finds the folder of go.mod from the working
// directory upwards, prints what it has changed, and ends the process with status
// 1 after an error.
func Main(job async.Definition, p Project) {
	if err := generate(job, p); err != nil {
		fmt.Fprintln(os.Stderr, "asyncgen:", err)
		os.Exit(1)
	}
}

func generate(job async.Definition, p Project) error {
	root, err := moduleRoot()
	if err != nil {
		return err
	}
	files, err := p.withDefaults(job.Describe()).generated(job)
	if err != nil {
		return err
	}
	for _, name := range keys(files) {
		file := filepath.Join(root, filepath.FromSlash(name))
		if old, err := os.ReadFile(file); err == nil && bytes.Equal(old, files[name]) {
			continue
		}
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, files[name], 0o644); err != nil {
			return err
		}
		fmt.Println("wrote", name)
	}
	return nil
}

func moduleRoot() (string, error) {
	folder, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for at := folder; ; at = filepath.Dir(at) {
		if _, err := os.Stat(filepath.Join(at, "go.mod")); err == nil {
			return at, nil
		}
		if at == filepath.Dir(at) {
			return "", fmt.Errorf("no go.mod in %s or above it", folder)
		}
	}
}

// Check fails t for everything in a project that does not agree with its job:
// generated files that are stale, what the template lacks, and activities without
// a main or mains without an activity. root is the folder of go.mod, such as
// os.DirFS("..").
func Check(t testing.TB, job async.Definition, root fs.FS, p Project) {
	t.Helper()
	problems, err := p.check(job, root)
	if err != nil {
		t.Fatal(err)
	}
	for _, problem := range problems {
		t.Error(problem)
	}
}

func (p Project) check(job async.Definition, root fs.FS) (problems []string, err error) {
	d := job.Describe()
	p = p.withDefaults(d)
	files, err := p.generated(job)
	if err != nil {
		return nil, err
	}
	for _, name := range keys(files) {
		if text, err := fs.ReadFile(root, name); errors.Is(err, fs.ErrNotExist) {
			problems = append(problems, name+" is missing: run go generate ./...")
		} else if err != nil {
			return nil, err
		} else if line := firstDifference(text, files[name]); line > 0 {
			problems = append(problems, fmt.Sprintf("%s:%d: is not what the job generates: run go generate ./...", name, line))
		}
	}
	if definition := files[path.Join(p.Connector, connectorDefinition)]; definition != nil {
		more := checkConnector(definition, files[path.Join(p.Connector, connectorProperties)])
		problems = append(problems, prefixed(p.Connector, more)...)
	}
	if p.HandWritten {
		text, err := fs.ReadFile(root, p.StateMachine)
		if err != nil {
			return nil, err
		}
		more, err := CheckStateMachine(job, text)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", p.StateMachine, err)
		}
		problems = append(problems, prefixed(p.StateMachine, more)...)
	}
	more, err := checkMains(d, root)
	if err != nil {
		return nil, err
	}
	problems = append(problems, more...)
	template, err := fs.ReadFile(root, p.Template)
	if errors.Is(err, fs.ErrNotExist) {
		return problems, nil // a project need not be for AWS
	} else if err != nil {
		return nil, err
	}
	more, err = CheckTemplate(job, template)
	return append(problems, prefixed(p.Template, more)...), err
}

func prefixed(file string, problems []string) (all []string) {
	for _, problem := range problems {
		all = append(all, file+": "+problem)
	}
	return all
}

// firstDifference returns the first line in which a text is not as wanted, 0 if
// there is none. The ends of lines may be those of a checkout on Windows.
func firstDifference(got, want []byte) int {
	gotLines, wantLines := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i, line := range wantLines {
		if i >= len(gotLines) || !bytes.Equal(bytes.TrimSuffix(gotLines[i], []byte("\r")), line) {
			return i + 1
		}
	}
	if len(gotLines) > len(wantLines) {
		return len(wantLines) + 1
	}
	return 0
}

// checkMains compares the folders of functions/activities with the job.
func checkMains(d async.Description, root fs.FS) (problems []string, err error) {
	entries, err := fs.ReadDir(root, path.Clean(activityFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // it runs on one machine alone
	} else if err != nil {
		return nil, err
	}
	var folders []string
	for _, e := range entries {
		if e.IsDir() {
			folders = append(folders, e.Name())
		}
	}
	for _, a := range statemachine.Activities(d) {
		i := slices.Index(folders, a.Name)
		if i < 0 {
			problems = append(problems, fmt.Sprintf("%s%s/main.go is missing; its main calls %s", activityFolder, a.Name, mainOf(a)))
			continue
		}
		folders = slices.Delete(folders, i, i+1)
	}
	if len(folders) > 0 {
		problems = append(problems, fmt.Sprintf("%s has %s, which is of no activity of the job: remove it, or declare the stage, with Retired if executions in flight still run it",
			activityFolder, strings.Join(folders, ", ")))
	}
	return problems, nil
}

func mainOf(a statemachine.Activity) string {
	switch {
	case a.Stage != nil && a.Stage.Waits:
		return fmt.Sprintf("lambdamain.Stage(job, %q, lambdamain.WithWorkflows())", a.Stage.Name)
	case a.Stage != nil:
		return fmt.Sprintf("lambdamain.Stage(job, %q)", a.Stage.Name)
	}
	return "lambdamain." + StateName(a.Name) + "(job)"
}
