package main

import (
	"bytes"
	"context"
	"embed"
	"errors"
	"fmt"
	"go/format"
	"image"
	"image/color"
	"image/png"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"text/template"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
)

// library is the module that this command is a part of.
const library = "example.org/asynchttpapi"

//go:embed all:project
var templates embed.FS

// project is what the templates are filled with.
type project struct {
	Module, Library, Version string
	// Replace is the folder of the library's checkout; "" if it is published.
	Replace string
	// Name is the job's, and Machine the state machine's resource.
	Name, Machine string
	Stages        []stage
	// Stage is the one whose main is written.
	Stage stage
	// Requests are the functions that a deployment watches.
	Requests []string
}

// stage is one stage; State is its state and the beginning of its resources.
type stage struct {
	Name, Activity, State string
	First, Last           bool
}

var (
	versionPattern = regexp.MustCompile(`^v\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?$`)
	modulePattern  = regexp.MustCompile(`^[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)+(/[A-Za-z0-9_~-]+(\.[A-Za-z0-9_~-]+)*)*$`)
	majorPattern   = regexp.MustCompile(`^v\d+$`)
	stagePattern   = regexp.MustCompile(`^[A-Z][A-Za-z0-9]{0,39}$`)
	notInName      = regexp.MustCompile(`[^a-z0-9]+`)
)

// newProject returns the project of a module with stages of these names, or an
// error that names every mistake.
func newProject(module string, names []string) (*project, error) {
	var errs []error
	if err := checkModule(module); err != nil {
		errs = append(errs, err)
	}
	p := &project{Module: module, Library: library, Name: jobName(module), Requests: []string{"HttpSubmit", "HttpStatus", "HttpResult", "HttpCancel"}}
	p.Machine = machineName(p.Name)
	taken := map[string]bool{"fail": true, "compensate": true, "received": true, "done": true, "internal": true, "vendor": true, "testdata": true}
	if len(names) == 1 && names[0] == "" {
		return nil, errors.Join(append(errs, errors.New("-stages is missing: want the names of the stages, such as -stages Transcode,Thumbnail,Publish"))...)
	}
	for i, name := range names {
		activity := strings.ToLower(name)
		switch {
		case !stagePattern.MatchString(name):
			errs = append(errs, fmt.Errorf("stage %q: want a capitalized word of at most 40 letters and digits, such as Transcode", name))
		case slices.ContainsFunc(p.Stages, func(s stage) bool { return s.Activity == activity }):
			errs = append(errs, fmt.Errorf("stage %q is given twice: names differ in more than their case", name))
		case taken[activity]:
			errs = append(errs, fmt.Errorf("stage %q: the name is taken", name))
		}
		p.Stages = append(p.Stages, stage{
			Name: name, Activity: activity, First: i == 0, Last: i == len(names)-1,
			State: strings.ToUpper(activity[:min(1, len(activity))]) + activity[min(1, len(activity)):],
		})
	}
	if len(names) > maxStages {
		errs = append(errs, fmt.Errorf("%d stages: at most %d", len(names), maxStages))
	}
	return p, errors.Join(errs...)
}

// maxStages keeps a template within what CloudFormation takes in one request.
const maxStages = 30

func checkModule(module string) error {
	first, _, _ := strings.Cut(module, "/")
	switch {
	case module == "":
		return errors.New("-module is missing: want the path of the new module, such as -module example.com/render")
	case !modulePattern.MatchString(module), strings.HasPrefix(first, "-"):
		return fmt.Errorf("-module %q: want a path such as example.com/render: its first part has a dot, and all have letters, digits and -._~ alone", module)
	case module == library, strings.HasPrefix(module, library+"/"):
		return fmt.Errorf("-module %q: that is the library's own", module)
	}
	return nil
}

// jobName makes the job's name from the last part of a module's path.
func jobName(module string) string {
	last := path.Base(module)
	if majorPattern.MatchString(last) {
		last = path.Base(path.Dir(module))
	}
	name := strings.Trim(notInName.ReplaceAllString(strings.ToLower(last), "-"), "-")
	if name == "" || name[0] < 'a' || name[0] > 'z' {
		name = "job-" + name
	}
	return strings.Trim(name[:min(len(name), 40)], "-")
}

// machineName makes the name of a resource from the job's: of video-render,
// VideoRenderWorkflow.
func machineName(job string) string {
	var b strings.Builder
	for part := range strings.SplitSeq(job, "-") {
		if part != "" {
			b.WriteString(strings.ToUpper(part[:1]) + part[1:])
		}
	}
	return b.String() + "Workflow"
}

// findCheckout returns the folder of the library's checkout that this program
// was made from.
func findCheckout(library string) (string, error) {
	_, source, _, _ := runtime.Caller(0)
	wd, err := os.Getwd()
	if err != nil {
		return "", err
	}
	for _, from := range []string{wd, filepath.Dir(source)} {
		for at := from; filepath.IsAbs(at); at = filepath.Dir(at) {
			text, err := os.ReadFile(filepath.Join(at, "go.mod"))
			if err == nil && bytes.HasPrefix(text, []byte("module "+library+"\n")) {
				return at, nil
			}
			if at == filepath.Dir(at) {
				break
			}
		}
	}
	return "", errors.New("this program was not installed from a published version, and no checkout of the library is here: give -version")
}

// write writes the project: whole, or not at all. It is made beside the folder
// and then takes its place.
func (p *project) write(ctx context.Context, dir string) (err error) {
	dir, err = filepath.Abs(dir)
	if err != nil {
		return err
	}
	entries, err := os.ReadDir(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return fmt.Errorf("%s: want a new or empty folder: %w", dir, err)
	case len(entries) > 0:
		return fmt.Errorf("%s is not empty: it has %s; want a new or empty folder", dir, entries[0].Name())
	}
	parent := filepath.Dir(dir)
	temp, err := os.MkdirTemp(parent, ".new-")
	if err != nil {
		return fmt.Errorf("%s: cannot write there: %w", parent, err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	made := filepath.Join(temp, "project")
	if err := p.fill(made); err != nil {
		return err
	}
	if err := tidy(ctx, made); err != nil {
		return err
	}
	if err := os.Remove(dir); err != nil && !errors.Is(err, fs.ErrNotExist) { // it is empty
		return err
	}
	return os.Rename(made, dir)
}

// fill writes the files of the project into a folder.
func (p *project) fill(dir string) error {
	files, err := p.files()
	if err != nil {
		return err
	}
	for name, text := range files {
		file := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			return err
		}
		if err := os.WriteFile(file, text, 0o644); err != nil {
			return err
		}
	}
	return nil
}

// files returns the project's files by path.
func (p *project) files() (map[string][]byte, error) {
	files := map[string][]byte{}
	err := fs.WalkDir(templates, "project", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		target := strings.TrimSuffix(strings.TrimPrefix(name, "project/"), ".tmpl")
		if !strings.Contains(target, "STAGE") {
			files[target], err = p.execute(name)
			return err
		}
		for _, s := range p.Stages {
			one := *p
			one.Stage = s
			if files[strings.Replace(target, "STAGE", s.Activity, 1)], err = one.execute(name); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	job := p.job()
	if files["statemachine/"+p.Name+".asl.json"], err = asyncgen.StateMachine(job); err != nil {
		return nil, err
	}
	if files["openapi.yaml"], err = asyncgen.OpenAPI(job, asyncgen.Info{}); err != nil {
		return nil, err
	}
	const connector = "connectors/power-platform/"
	if files[connector+"apiDefinition.swagger.json"], files[connector+"apiProperties.json"], err = asyncgen.PowerPlatform(job, asyncgen.Info{}); err != nil {
		return nil, err
	}
	files[connector+"icon.png"], err = icon()
	return files, err
}

// icon draws what Power Platform asks of a connector's icon, and no more: a square
// of 100 to 230 pixels in a color that is neither white nor transparent, which is
// the brand color of apiProperties.json.
func icon() ([]byte, error) {
	const side, ring, hole = 160, 48, 30
	img := image.NewPaletted(image.Rect(0, 0, side, side), color.Palette{color.RGBA{0x5c, 0x2d, 0x91, 0xff}, color.White})
	for y := range side {
		for x := range side {
			dx, dy := x-side/2, y-side/2
			if d := dx*dx + dy*dy; d <= ring*ring && d >= hole*hole {
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

func (p *project) execute(name string) ([]byte, error) {
	text, err := templates.ReadFile(name)
	if err != nil {
		return nil, err
	}
	t, err := template.New(name).Option("missingkey=error").Parse(string(text))
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := t.Execute(&out, p); err != nil {
		return nil, err
	}
	if strings.HasSuffix(name, ".go.tmpl") {
		return format.Source(out.Bytes())
	}
	return append(bytes.TrimRight(out.Bytes(), "\n"), '\n'), nil
}

// Input and Result are those of project/job/job.go.tmpl: what is generated from
// the job is written with it. The project's own test compares them.
type (
	// Input is what a client submits.
	Input struct {
		Name string `json:"name" jsonschema:"minLength=1,maxLength=100"`
	}
	// Result is what a client gets in the end.
	Result struct {
		Greeting string `json:"greeting"`
	}
)

// job is the job that the project has.
func (p *project) job() async.Job[Input, Result] {
	j := async.Job[Input, Result]{
		Name:     p.Name,
		Validate: func(*Input) []api.FieldError { return nil },
		Done:     async.End{Outcome: "Done", Message: "The work is done."},
		Examples: []Input{{Name: "Ada"}},
	}
	for _, s := range p.Stages {
		j.Stages = append(j.Stages, async.Stage[Input, Result]{
			Name: s.Name, Message: s.Name + " is at work.", Expected: time.Second,
			Do: func(context.Context, *async.Run[Input, Result]) (async.Outcome, error) { return async.Continue, nil },
		})
	}
	return j
}

// tidy adds what the library requires to the project's go.mod and go.sum.
func tidy(ctx context.Context, dir string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, "go", "mod", "tidy")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "GOWORK=off")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go mod tidy in the new project: %w\n%s", err, out)
	}
	return nil
}
