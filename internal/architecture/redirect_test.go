package architecture

import (
	"go/ast"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// following are the names in net/http that follow redirects without a rule of
// the program's own.
var following = []string{"DefaultClient", "Get", "Head", "Post", "PostForm"}

// net/http makes a GET of a redirected POST, and the answer of whatever the
// redirect leads to is taken for the server's. Every HTTP client of this module
// therefore says what it does about redirects.
func TestEveryHTTPClientHasARuleForRedirects(t *testing.T) {
	for _, p := range packages(t) {
		for _, name := range p.GoFiles {
			if p.ImportPath == "client" && name == "conn.go" {
				continue // client/redirect.go puts the rule around whatever client is given
			}
			for _, found := range withoutRule(t, filepath.Join(p.Dir, name)) {
				t.Error(found)
			}
		}
	}
}

// withoutRule lists where a file makes or uses HTTP clients that have no
// CheckRedirect.
func withoutRule(t *testing.T, path string) (found []string) {
	t.Helper()
	return inspect(t, path, func(n ast.Node) string {
		switch n := n.(type) {
		case *ast.CompositeLit:
			if name := ofHTTP(n.Type); name == "Client" && !slices.ContainsFunc(n.Elts, setsCheckRedirect) {
				return "makes an http.Client without CheckRedirect"
			}
		case *ast.SelectorExpr:
			if name := ofHTTP(n); slices.Contains(following, name) {
				return "uses http." + name
			}
		}
		return ""
	})
}

// ofHTTP is the name that an expression selects from package http, "" for none.
func ofHTTP(e ast.Expr) string {
	selector, ok := e.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	if of, ok := selector.X.(*ast.Ident); !ok || of.Name != "http" {
		return ""
	}
	return selector.Sel.Name
}

func setsCheckRedirect(e ast.Expr) bool {
	field, ok := e.(*ast.KeyValueExpr)
	if !ok {
		return false
	}
	key, ok := field.Key.(*ast.Ident)
	return ok && key.Name == "CheckRedirect"
}

// The check sees what it should.
func TestWithoutRule(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x.go")
	source := `package x
import "net/http"
var (
	a = &http.Client{Timeout: 1}
	b = http.Client{CheckRedirect: nil}
	c = http.DefaultClient
	d = http.StatusOK
)
`
	if err := os.WriteFile(path, []byte(source), 0o600); err != nil {
		t.Fatal(err)
	}
	if found := withoutRule(t, path); len(found) != 2 || !strings.Contains(found[0], "x.go:4") || !strings.Contains(found[1], "x.go:6") {
		t.Errorf("found %q", found)
	}
}
