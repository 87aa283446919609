package architecture

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// pkg is a package as go list describes it, named without the module.
type pkg struct {
	ImportPath string
	Dir        string
	GoFiles    []string
	Imports    []string
	Deps       []string
}

func packages(t *testing.T) []pkg {
	t.Helper()
	cmd := exec.Command("go", "list", "-json=ImportPath,Dir,GoFiles,Imports,Deps", module+"/...")
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	all, err := decode(out)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		t.Fatal(err)
	}
	if len(all) < 10 {
		t.Fatalf("go list found only %d packages", len(all))
	}
	return all
}

func decode(r io.Reader) (all []pkg, err error) {
	for d := json.NewDecoder(r); ; {
		var p pkg
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return all, nil
		} else if err != nil {
			return nil, err
		}
		p.ImportPath = short(p.ImportPath)
		for _, names := range [][]string{p.Imports, p.Deps} {
			for i := range names {
				names[i] = short(names[i])
			}
		}
		all = append(all, p)
	}
}

// short names our packages by their folder, and keeps those of the standard
// library that have such a name apart.
func short(path string) string {
	if folder, ok := strings.CutPrefix(path, module+"/"); ok {
		return folder
	}
	if within(path, "internal") {
		return "std/" + path
	}
	return path
}

// ours reports whether path is a package of this module: others are of the
// standard library or have a host name.
func ours(path string) bool { return layerOf(path) != nil }

func TestArrows(t *testing.T) {
	for _, p := range packages(t) {
		r := layerOf(p.ImportPath)
		if r == nil {
			t.Errorf("%s is in no layer: add a row", p.ImportPath)
			continue
		}
		for _, imported := range p.Imports {
			if ours(imported) && !listed(imported, r.may) {
				t.Errorf("%s imports %s, which %s may not", p.ImportPath, imported, r.folder)
			}
		}
		for _, reached := range p.Deps {
			if listed(reached, r.never) {
				t.Errorf("%s reaches %s, which %s never does", p.ImportPath, reached, r.folder)
			}
		}
	}
}

// OpenTelemetry is for who asks for it: async/asyncotel is a module of its own.
func TestNothingReachesOpenTelemetry(t *testing.T) {
	for _, p := range packages(t) {
		for _, reached := range p.Deps {
			if strings.HasPrefix(reached, "go.opentelemetry.io/") {
				t.Errorf("%s reaches %s", p.ImportPath, reached)
			}
		}
	}
}

func TestEveryFolderHasOneRow(t *testing.T) {
	seen := map[string]bool{}
	for _, r := range layers {
		if seen[r.folder] {
			t.Errorf("%s has two rows", r.folder)
		}
		seen[r.folder] = true
	}
}

func TestEveryRowHasAPackage(t *testing.T) {
	populated := map[string]bool{}
	for _, p := range packages(t) {
		if r := layerOf(p.ImportPath); r != nil {
			populated[r.folder] = true
		}
	}
	for _, r := range layers {
		if !populated[r.folder] {
			t.Errorf("%s has a row and no package", r.folder)
		}
	}
}

// The table is read by the rules that these rows try out.
func TestLayerOf(t *testing.T) {
	for path, want := range map[string]string{
		"stepfunctions/internal/asl/jsonpath": "stepfunctions/internal/asl",
		"internal/aslx":                       "internal",
		"functions/activities/one":            "functions",
		"api":                                 "api",
	} {
		if r := layerOf(path); r == nil || r.folder != want {
			t.Errorf("%s is in %+v, want %s", path, r, want)
		}
	}
	if r := layerOf("apix"); r != nil {
		t.Errorf("apix is in %s", r.folder)
	}
	if ours("github.com/x/y") || !ours("api") || ours("net/http") {
		t.Error("ours takes a package for another")
	}
}
