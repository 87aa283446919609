package samcli

import (
	"bytes"
	"debug/elf"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// maxBinary is what the largest function may weigh, in bytes. With symbols,
// or with the SDK's config package, it is more.
const maxBinary = 12 << 20

// SAM's cache looks at CodeUri alone. Every function's code is mostly in
// internal/, so that with the cache on an edit there deploys yesterday's
// binary. samconfig.toml turns it off; were the cache safe, the setting would be
// for nothing.
func TestAnEditInInternalIsBuilt(t *testing.T) {
	tree := copyTree(t, t.TempDir())
	before := buildAll(t, tree, "--cached")
	const old = `"cannot start"` // every function has it
	edited := filepath.Join(tree, "async", "lambdamain", "lambdamain.go")
	source, err := os.ReadFile(edited)
	if err != nil || !strings.Contains(string(source), old) {
		t.Fatalf("%s has no %s: %v", edited, old, err)
	}
	source = []byte(strings.ReplaceAll(string(source), old, `"cannot begin"`))
	if err := os.WriteFile(edited, source, 0o666); err != nil {
		t.Fatal(err)
	}
	cached, after := buildAll(t, tree, "--cached"), buildAll(t, tree)
	for id := range readTemplate(t).Functions {
		if !bytes.Equal(before[id], cached[id]) {
			t.Errorf("%s: SAM's cache has noticed the edit: cached = false may not be needed any more", id)
		}
		if bytes.Equal(before[id], after[id]) {
			t.Errorf("%s: the binary is the one from before the edit", id)
		}
	}
}

// buildAll builds every function, checks the binaries and returns them by
// logical id.
func buildAll(t *testing.T, tree string, flags ...string) map[string][]byte {
	t.Helper()
	sam(t, tree, append([]string{"build"}, flags...)...)
	binaries := map[string][]byte{}
	for id := range readTemplate(t).Functions {
		binary, err := os.ReadFile(filepath.Join(tree, ".aws-sam", "build", id, "bootstrap"))
		if err != nil {
			t.Fatal(err)
		}
		checkBinary(t, id, binary)
		binaries[id] = binary
	}
	return binaries
}

// checkBinary looks whether it is for the processors of the template, and
// whether the flags that make it small have reached the compiler.
func checkBinary(t *testing.T, id string, binary []byte) {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(binary))
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	if file.Machine != elf.EM_AARCH64 {
		t.Errorf("%s is for %v", id, file.Machine)
	}
	if file.Section(".symtab") != nil || len(binary) > maxBinary {
		t.Errorf("%s has symbols, or is too large: %d bytes", id, len(binary))
	}
}

// copyTree copies what a build needs to dir: Go's files and SAM's.
func copyTree(t *testing.T, dir string) string {
	t.Helper()
	for _, name := range []string{"api", "async", "functions", "internal", "speakers", "statemachine"} {
		if err := os.CopyFS(filepath.Join(dir, name), os.DirFS(filepath.Join(root, name))); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"go.mod", "go.sum", "template.yaml", "samconfig.toml"} {
		text, err := os.ReadFile(filepath.Join(root, name))
		if err == nil {
			err = os.WriteFile(filepath.Join(dir, name), text, 0o666)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// A function that is built for other processors than the stack names does not
// start.
func TestMakeBuildsForTheProcessorsThatItDeploys(t *testing.T) {
	tool(t, "sam")
	for given, want := range map[string]string{"": "arm64", "Environment=prod Architecture=x86_64": "x86_64"} {
		plan, stderr, err := run(t, root, "make", "--dry-run", "deploy", "PARAMETERS="+given)
		if err != nil {
			t.Fatalf("%v\n%s", err, stderr)
		}
		for _, command := range []string{".ci/sam/run build ", ".ci/sam/run deploy "} {
			_, line, found := strings.Cut(plan, command)
			line, _, _ = strings.Cut(line, "\n")
			// Of several values the SAM CLI takes the last.
			said := strings.Split(strings.TrimSpace(line), "Architecture=")
			if last, _, _ := strings.Cut(said[len(said)-1], " "); !found || last != want {
				t.Errorf("with %q, %s is given %s", given, command, line)
			}
		}
	}
}
