package architecture

import (
	"bytes"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

const maxMainLines = 15

// A function's main is one call, with nothing to test.
func TestMainsAreShort(t *testing.T) {
	for _, p := range packages(t) {
		if !within(p.ImportPath, "functions") {
			continue
		}
		if !slices.Equal(p.GoFiles, []string{"main.go"}) {
			t.Errorf("%s has files %v, want main.go alone", p.ImportPath, p.GoFiles)
			continue
		}
		source, err := os.ReadFile(filepath.Join(p.Dir, "main.go"))
		if err != nil {
			t.Fatal(err)
		}
		if n := bytes.Count(source, []byte("\n")); n > maxMainLines {
			t.Errorf("%s: main.go has %d lines, at most %d", p.ImportPath, n, maxMainLines)
		}
	}
}

// impureImports are imports of packages that read the clock or do I/O.
var impureImports = []string{
	"crypto/rand", "database/sql", "io/fs", "log", "log/slog", "net", "net/http", "os", "os/exec", "runtime", "sync", "syscall",
}

// clocks are the functions of package time that read or run one.
var clocks = []string{"Now", "Since", "Until", "Sleep", "After", "AfterFunc", "Tick", "NewTimer", "NewTicker"}

func TestPureLayersArePure(t *testing.T) {
	for _, p := range packages(t) {
		if r := layerOf(p.ImportPath); r == nil || !slices.Contains(pure, r.folder) {
			continue
		}
		for _, imported := range p.Imports {
			if slices.Contains(impureImports, imported) {
				t.Errorf("%s imports %s", p.ImportPath, imported)
			}
		}
		for _, name := range p.GoFiles {
			for _, found := range impure(t, filepath.Join(p.Dir, name)) {
				t.Error(found)
			}
		}
	}
}

// impure lists the goroutines and clocks of a file.
func impure(t *testing.T, path string) (found []string) {
	t.Helper()
	return inspect(t, path, func(n ast.Node) string {
		switch n := n.(type) {
		case *ast.GoStmt:
			return "starts a goroutine"
		case *ast.SelectorExpr:
			if of, ok := n.X.(*ast.Ident); ok && of.Name == "time" && slices.Contains(clocks, n.Sel.Name) {
				return "uses time." + n.Sel.Name
			}
		}
		return ""
	})
}

// inspect returns what problem says of the nodes of a file, each with its position.
func inspect(t *testing.T, path string, problem func(ast.Node) string) (found []string) {
	t.Helper()
	files := token.NewFileSet()
	file, err := parser.ParseFile(files, path, nil, 0)
	if err != nil {
		t.Fatal(err)
	}
	ast.Inspect(file, func(n ast.Node) bool {
		if text := problem(n); text != "" {
			found = append(found, files.Position(n.Pos()).String()+" "+text)
		}
		return true
	})
	return found
}

// The check of purity sees what it should.
func TestImpure(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.go")
	source := "package x\nimport \"time\"\nfunc f() { go f(); _ = time.Now(); _ = time.Second }\n"
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	found := strings.Join(impure(t, path), "; ")
	if !strings.Contains(found, "goroutine") || !strings.Contains(found, "time.Now") || strings.Contains(found, "Second") {
		t.Errorf("found %q", found)
	}
}
