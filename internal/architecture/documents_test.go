package architecture

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// required matches the modules that a go.mod names for itself.
var required = regexp.MustCompile(`(?m)^(?:require )?\s*(\S+\.\S+/\S+|\S+\.\S+) v\S+$`)

func TestEveryDependencyIsExplained(t *testing.T) {
	page := string(readFile(t, "docs", "dependencies.md"))
	for _, file := range []string{
		"go.mod", filepath.Join("internal", "e2e", "pollers", "go.mod"), filepath.Join("internal", "openapitest", "check", "go.mod"),
		filepath.Join("internal", "e2e", "clients", "go.mod"),
		filepath.Join("internal", "e2e", "goworkflows", "go.mod"), filepath.Join("async", "asyncotel", "go.mod"),
	} {
		found := required.FindAllStringSubmatch(string(readFile(t, file)), -1)
		if len(found) == 0 {
			t.Errorf("%s names no module", file)
		}
		for _, m := range found {
			name := strings.TrimPrefix(m[1], sdk+"/")
			if name == module {
				continue
			}
			if !strings.Contains(page, "`"+name+"`") {
				t.Errorf("docs/dependencies.md does not explain %s", m[1])
			}
		}
	}
}

// linked are the paths that the documents send a reader to.
var linked = regexp.MustCompile("\\]\\(([^)#:]+)\\)|`((?:api|async|client|cmd|docs|functions|internal|statemachine|stepfunctions)/[\\w./-]*\\w|template\\.yaml|samconfig\\.toml)`")

// documents are the pages that people read.
func documents(t *testing.T) []string {
	t.Helper()
	all, err := filepath.Glob(filepath.Join("..", "..", "docs", "*.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "SECURITY.md"} {
		all = append(all, filepath.Join("..", "..", name))
	}
	return all
}

func TestDocumentsNameWhatIsThere(t *testing.T) {
	for _, document := range documents(t) {
		for _, m := range linked.FindAllStringSubmatch(string(readPath(t, document)), -1) {
			path := filepath.Join(filepath.Dir(document), m[1])
			if m[1] == "" {
				path = filepath.Join("..", "..", m[2])
			}
			if _, err := os.Stat(path); err != nil {
				t.Errorf("%s names %s%s, which is not there", document, m[1], m[2])
			}
		}
	}
}

var (
	shellBlock = regexp.MustCompile("(?ms)^ *```sh\n(.*?)^ *```$")
	// notForZsh are a comment behind a command, which an interactive zsh takes for
	// arguments, and a variable before a colon and a letter, which it modifies.
	notForZsh = regexp.MustCompile(`(?m)^[^#\n]*\S +#.*|\$\w+:[a-z].*`)
)

// The shell of macOS is zsh.
func TestCommandsCanBePastedIntoZsh(t *testing.T) {
	for _, pattern := range []string{"*.md", "*/README.md", "*/*/README.md", "docs/*.md"} {
		all, err := filepath.Glob(filepath.Join("..", "..", filepath.FromSlash(pattern)))
		if err != nil || len(all) == 0 {
			t.Fatalf("%s: %v, %v", pattern, all, err)
		}
		for _, document := range all {
			for _, block := range shellBlock.FindAllStringSubmatch(string(readPath(t, document)), -1) {
				for _, line := range notForZsh.FindAllString(block[1], -1) {
					t.Errorf("%s: %s", document, line)
				}
			}
		}
	}
}

// made are the targets that the documents ask a reader to make.
var made = regexp.MustCompile("(?m)(?:^|`)make ([a-z][a-z-]*)")

func TestDocumentsMakeWhatCanBeMade(t *testing.T) {
	makefile := string(readFile(t, "Makefile"))
	for _, document := range documents(t) {
		for _, m := range made.FindAllStringSubmatch(string(readPath(t, document)), -1) {
			if !strings.Contains(makefile, "\n"+m[1]+":") {
				t.Errorf("%s says make %s, which the Makefile does not know", document, m[1])
			}
		}
	}
}

// library are the folders that know no job.
var library = []string{
	"api", "client", "async", "async/asyncgen", "async/asynctest", "async/lambdamain", "async/local", "async/ops", "async/internal/*", "stepfunctions", "stepfunctions/*",
	"stepfunctions/internal/*", "functions/status", "functions/result", "internal/sqlite", "internal/hostguard", "internal/starting",
	"internal/progress", "cmd/new", "cmd/ops",
}

// ofSpeakers are words of the example alone.
var ofSpeakers = regexp.MustCompile(`(?i)moderat|shortlist|approved|proposal|committee`)

// spoken are the files that have such a word for another reason.
var spoken = map[string]string{
	"async/internal/coldstart/subject.go": "moderat",  // a function that is measured
	"async/activity.go":                   "rejected", // what state machines of the first format read
}

func TestTheLibraryKnowsNoJob(t *testing.T) {
	for _, layer := range library {
		files, err := filepath.Glob(filepath.Join("..", "..", layer, "*.go"))
		if err != nil || len(files) == 0 {
			t.Fatalf("%s: %d files, %v", layer, len(files), err)
		}
		for _, file := range files {
			name := filepath.ToSlash(strings.TrimPrefix(file, filepath.Join("..", "..")+string(filepath.Separator)))
			if strings.HasSuffix(file, "_test.go") {
				continue
			}
			if word := ofSpeakers.Find(readPath(t, file)); word != nil && string(word) != spoken[name] {
				t.Errorf("%s says %q", file, word)
			}
		}
	}
}

func readFile(t *testing.T, path ...string) []byte {
	t.Helper()
	return readPath(t, filepath.Join(append([]string{"..", ".."}, path...)...))
}

func readPath(t *testing.T, path string) []byte {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return b
}
