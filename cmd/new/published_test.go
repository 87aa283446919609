package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"io/fs"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/api"
)

// slow skips what takes a minute, unless it was asked for.
func slow(t *testing.T) {
	t.Helper()
	if os.Getenv("NEW_PROJECT") == "" {
		t.Skip("NOT RUN: NEW_PROJECT is not set; make new-project sets it")
	}
}

// A person's first minutes: a new project, its tests, and the first submission.
func TestFirstSubmission(t *testing.T) {
	slow(t)
	began := time.Now()
	dir := filepath.Join(t.TempDir(), "render")
	in(t, filepath.Join("..", ".."), nil, "go", "run", "./cmd/new", "-module", "example.com/render", "-stages", "Transcode,Thumbnail,Publish", dir)
	t.Logf("%5.1f s: the project is written", time.Since(began).Seconds())
	in(t, dir, nil, "make", "test")
	t.Logf("%5.1f s: its tests have passed", time.Since(began).Seconds())
	submitOnce(t, dir, nil)
	t.Logf("%5.1f s: the first submission has Succeeded", time.Since(began).Seconds())
}

// submitOnce runs a project on this machine, and follows one submission to its end.
func submitOnce(t *testing.T, dir string, env []string) {
	t.Helper()
	base := serve(t, dir, env)
	response, err := http.Post(base+api.SubmitPath+"?wait=20", api.MediaTypeJSON, strings.NewReader(`{"name":"Ada"}`))
	for i := 0; ; i++ {
		if err != nil {
			t.Fatal(err)
		}
		var s api.Submission
		err = json.NewDecoder(response.Body).Decode(&s)
		response.Body.Close()
		if err != nil || s.Status.Terminal() || i == 5 {
			if err != nil || s.Status != api.Succeeded || string(s.Result) != `{"greeting":"Hello, Ada"}` {
				t.Fatalf("%v, %+v", err, s)
			}
			return
		}
		response, err = http.Get(base + api.StatusPath + s.ID + "?wait=20")
	}
}

// serve runs a project's service on a free port until the test ends, and returns
// its address.
func serve(t *testing.T, dir string, env []string) (base string) {
	t.Helper()
	binary := filepath.Join(t.TempDir(), "local")
	in(t, dir, env, "go", "build", "-o", binary, "./cmd/local")
	cmd := exec.Command(binary, "-addr", "127.0.0.1:0", "-stepfunctions-addr", "", "-data", t.TempDir())
	var log bytes.Buffer
	cmd.Stderr = &log
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	read := make(chan struct{})
	t.Cleanup(func() {
		if err := cmd.Process.Signal(os.Interrupt); err != nil {
			t.Error(err)
		}
		<-read
		if err := cmd.Wait(); err != nil {
			t.Errorf("%v\n%s", err, log.String())
		}
	})
	lines := bufio.NewScanner(stdout)
	lines.Scan()
	go func() {
		defer close(read)
		io.Copy(io.Discard, stdout)
	}()
	_, base, ready := strings.Cut(lines.Text(), "ready ")
	if !ready {
		t.Fatalf("it said %q", lines.Text())
	}
	return base
}

// The library as a published version: it can be required, this command can be
// installed, and what it writes needs no checkout.
func TestFromAProxy(t *testing.T) {
	slow(t)
	const version = "v0.1.0"
	proxy, home := t.TempDir(), t.TempDir()
	publish(t, proxy, version)
	cache := strings.TrimSpace(in(t, ".", nil, "go", "env", "GOMODCACHE"))
	others := strings.TrimSpace(in(t, ".", nil, "go", "env", "GOPROXY"))
	env := []string{
		"GOPROXY=file://" + filepath.ToSlash(proxy) + ",file://" + filepath.ToSlash(cache) + "/cache/download," + others,
		"GONOSUMDB=" + library, "GONOSUMCHECK=1", "GOFLAGS=-mod=mod -modcacherw", "GOMODCACHE=" + filepath.Join(home, "mod"), "GOBIN=" + filepath.Join(home, "bin"),
	}
	user := t.TempDir()
	in(t, user, env, "go", "mod", "init", "example.com/user")
	in(t, user, env, "go", "get", library+"@"+version)
	if text, err := os.ReadFile(filepath.Join(user, "go.mod")); err != nil || !strings.Contains(string(text), library+" "+version) {
		t.Errorf("%s, %v", text, err)
	}
	// The client alone: nothing but the standard library and the wire types comes with it.
	main := "package main\n\nimport \"" + library + "/client\"\n\nfunc main() { _, _ = client.New[string](client.Config{}) }\n"
	if err := os.WriteFile(filepath.Join(user, "main.go"), []byte(main), 0o644); err != nil {
		t.Fatal(err)
	}
	in(t, user, env, "go", "vet", ".")
	if deps := in(t, user, env, "go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", "."); strings.TrimSpace(deps) != library+"/api\n"+library+"/client\nexample.com/user" {
		t.Errorf("the client comes with\n%s", deps)
	}
	in(t, user, env, "go", "install", library+"/cmd/new@"+version)
	dir := filepath.Join(t.TempDir(), "render")
	out := in(t, user, env, filepath.Join(home, "bin", "new"), "-module", "example.com/render", "-stages", "Transcode,Publish", dir)
	text, err := os.ReadFile(filepath.Join(dir, "go.mod"))
	if err != nil || strings.Contains(string(text), "replace") || !strings.Contains(string(text), library+" "+version) || strings.Contains(out, "replaces") {
		t.Errorf("%s, %v\n%s", text, err, out)
	}
	in(t, dir, env, "go", "vet", "./...")
	in(t, dir, env, "go", "test", "./...")
	submitOnce(t, dir, env)
}

// publish makes a version of the working tree in a folder that is a module proxy
// (go help goproxy).
func publish(t *testing.T, proxy, version string) {
	t.Helper()
	root, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	folder := filepath.Join(proxy, filepath.FromSlash(library), "@v")
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	mod, err := os.ReadFile(filepath.Join(root, "go.mod"))
	if err != nil {
		t.Fatal(err)
	}
	write := func(name string, text []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), text, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("list", []byte(version+"\n"))
	write(version+".info", []byte(`{"Version":"`+version+`","Time":"2026-01-01T00:00:00Z"}`))
	write(version+".mod", mod)
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	err = filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() && !entry.IsDir() {
			return err
		}
		name, _ := filepath.Rel(root, path)
		if entry.IsDir() {
			// Modules of their own are no part of this one, and neither is what
			// is made: folders whose names begin with a dot.
			_, err := os.Stat(filepath.Join(path, "go.mod"))
			if name != "." && (err == nil || strings.HasPrefix(entry.Name(), ".") && !strings.Contains(filepath.ToSlash(name), "cmd/new/") || entry.Name() == "node_modules" || name == "bin") {
				return filepath.SkipDir
			}
			return nil
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		f, err := w.Create(library + "@" + version + "/" + filepath.ToSlash(name))
		if err == nil {
			_, err = f.Write(text)
		}
		return err
	})
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if err != nil {
		t.Fatal(err)
	}
	write(version+".zip", archive.Bytes())
}

// What the SAM CLI says to a project, and what it builds of it.
func TestSAMTakesTheProject(t *testing.T) {
	tools := os.Getenv("TOOLS")
	if tools == "" {
		t.Skip("NOT RUN: TOOLS is not set; make test-sam sets it")
	}
	sam, err := filepath.Abs(filepath.Join("..", "..", ".ci", "sam", "run"))
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "render")
	if _, err := create(t, "-module", "example.com/render", "-stages", "Transcode,Thumbnail,Publish", dir); err != nil {
		t.Fatal(err)
	}
	env := []string{"AWS_DEFAULT_REGION=us-east-1"}
	if out := in(t, dir, env, sam, "validate", "--lint"); !strings.Contains(out, "is a valid SAM Template") {
		t.Error(out)
	}
	for _, parameters := range [][]string{
		nil,
		{"Environment=prod", "Completions=authorized", "Authorization=jwt", "JwtIssuer=https://issuer.example", "JwtAudience=render"},
		{"Environment=prod", "Completions=keys", "Authorization=iam", "TableName=restored", "PublicBaseUrl=https://api.example.org"},
	} {
		expanded := filepath.Join(t.TempDir(), "expanded.json")
		python, lint := filepath.Join(tools, "sam", "bin", "python"), filepath.Join(tools, "sam", "bin", "cfn-lint")
		script := filepath.Join("..", "..", ".ci", "sam", "expand.py")
		out := in(t, ".", env, python, append([]string{script, filepath.Join(dir, "template.yaml")}, parameters...)...)
		if err := os.WriteFile(expanded, []byte(out), 0o644); err != nil {
			t.Fatal(err)
		}
		in(t, dir, env, lint, expanded)
		in(t, dir, env, lint, filepath.Join(dir, "monitoring.yaml"))
	}
	in(t, dir, env, sam, "build")
	built, err := filepath.Glob(filepath.Join(dir, ".aws-sam", "build", "*", "bootstrap"))
	if err != nil || len(built) != 10 {
		t.Errorf("%d functions are built, %v", len(built), err)
	}
}
