package clients

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// modules is the folder of npm's packages; "" where they are not installed.
func modules() string { return os.Getenv("CLIENTS_NODE_MODULES") }

// compile checks and compiles a program in TypeScript, and returns its JavaScript.
func compile(t *testing.T, source string) string {
	t.Helper()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "package.json"), `{"type": "module"}`)
	link(t, modules(), filepath.Join(dir, "node_modules"))
	must(t, dir, filepath.Join(modules(), ".bin", "tsc"), "--strict", "--target", "es2022", "--module", "esnext", "--moduleResolution", "bundler",
		"--types", "node", "--typeRoots", filepath.Join(modules(), "@types"), "--outDir", dir, source)
	return filepath.Join(dir, strings.TrimSuffix(filepath.Base(source), ".ts")+".js")
}

// A client that openapi-typescript generates compiles against what the program
// expects of the description, and polls.
func TestOpenAPITypeScript(t *testing.T) {
	if modules() == "" {
		t.Skip("NOT RUN: make test-clients installs openapi-typescript")
	}
	dir := t.TempDir()
	link(t, modules(), filepath.Join(dir, "node_modules"))
	must(t, dir, filepath.Join(modules(), ".bin", "openapi-typescript"), filepath.Join(root, "api", "openapi.yaml"), "-o", "talks.d.ts")
	source := filepath.Join(dir, "poll.ts")
	write(t, source, read(t, filepath.Join("testdata", "generated.ts")))
	polls(t, "node", compile(t, source))
}

// The same for oapi-codegen.
func TestOAPICodegen(t *testing.T) {
	dir := t.TempDir()
	mod := strings.Replace(read(t, "go.mod"), "=> ../../..", "=> "+root, 1)
	write(t, filepath.Join(dir, "go.mod"), mod)
	write(t, filepath.Join(dir, "go.sum"), read(t, "go.sum"))
	write(t, filepath.Join(dir, "main.go"), read(t, filepath.Join("testdata", "generated.go")))
	if err := os.Mkdir(filepath.Join(dir, "talks"), 0o700); err != nil {
		t.Fatal(err)
	}
	must(t, ".", "go", "tool", "oapi-codegen", "-generate", "types,client", "-package", "talks", "-o", filepath.Join(dir, "talks", "talks.go"),
		filepath.Join(root, "api", "openapi.yaml"))
	bin := filepath.Join(dir, "poll")
	must(t, dir, "go", "build", "-o", bin, ".")
	polls(t, bin)
}

// polls runs a program to the two ends of a process.
func polls(t *testing.T, command ...string) {
	t.Helper()
	for policy, want := range map[string]string{"approve": "Succeeded Approved", "fail@selection": "Failed ProcessFailed"} {
		n := serve(t, policy, "50")
		if status, out := run(t, root, append(command[:len(command):len(command)], strings.TrimSuffix(n.submit, "/api/submit"))...); status != 0 || strings.TrimSpace(out) != want {
			t.Errorf("%s: exit status %d, %q, want %q", policy, status, out, want)
		}
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func link(t *testing.T, from, to string) {
	t.Helper()
	if err := os.Symlink(from, to); err != nil {
		t.Fatal(err)
	}
}
