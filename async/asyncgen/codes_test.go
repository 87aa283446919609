package asyncgen

import (
	"go/ast"
	"go/parser"
	"go/token"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// Every code that a problem can have is one that the API's description lists.
func TestCodesOfProblemsAreListed(t *testing.T) {
	file, err := parser.ParseFile(token.NewFileSet(), "../../api/problem.go", nil, parser.ParseComments)
	if err != nil {
		t.Fatal(err)
	}
	_, listed, _ := strings.Cut(openAPITemplate, "The same where Azure's SDKs look for it.")
	listed, _, _ = strings.Cut(listed, "GatewayRefusal:")
	ofStatus, found := regexp.MustCompile(`^// [45]\d\d`), 0
	ast.Inspect(file, func(n ast.Node) bool {
		spec, ok := n.(*ast.ValueSpec)
		if !ok || spec.Comment == nil || !ofStatus.MatchString(spec.Comment.List[0].Text) {
			return true
		}
		code, err := strconv.Unquote(spec.Values[0].(*ast.BasicLit).Value)
		if found++; err != nil || !strings.Contains(listed, "- "+code+"\n") {
			t.Errorf("%s %q is not among the codes of a problem, %v", spec.Names[0], code, err)
		}
		return true
	})
	if found < 16 {
		t.Errorf("%d codes were found", found)
	}
}
