package samtemplate_test

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
)

func read(t *testing.T) *samtemplate.Template { return readFile(t, "template.yaml") }

func readFile(t *testing.T, path string) *samtemplate.Template {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join("..", "..", path))
	if err != nil {
		t.Fatal(err)
	}
	return tpl
}

func TestEveryFunctionOfTheTemplateHasAMain(t *testing.T) {
	for id, f := range read(t).Functions {
		if _, err := os.Stat(filepath.Join("..", "..", f.CodeURI, "main.go")); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

func TestEveryMainIsInTheTemplate(t *testing.T) {
	var given, want []string
	for _, f := range read(t).Functions {
		given = append(given, filepath.Clean(f.CodeURI))
	}
	for _, pattern := range []string{"functions/*/main.go", "functions/*/*/main.go"} {
		mains, err := filepath.Glob(filepath.Join("..", "..", pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, main := range mains {
			rel, err := filepath.Rel(filepath.Join("..", ".."), filepath.Dir(main))
			if err != nil {
				t.Fatal(err)
			}
			want = append(want, rel)
		}
	}
	slices.Sort(given)
	slices.Sort(want)
	if !slices.Equal(given, want) {
		t.Errorf("the template has %v, functions/ has %v", given, want)
	}
}

// Submitting is authorized by parameter; for that its POST is a route of its own.
func TestSubmitHasARouteOfItsOwn(t *testing.T) {
	if routes := read(t).Functions["SubmitFunction"].Routes; !slices.Contains(routes, "POST /api/submit") {
		t.Errorf("SubmitFunction has %q", routes)
	}
}

func TestEveryFunctionHasARoleOfItsOwn(t *testing.T) {
	tpl := read(t)
	users := map[string]string{}
	for id, f := range tpl.Functions {
		if other, taken := users[f.Role]; taken || len(tpl.Roles[f.Role]) == 0 {
			t.Errorf("%s has role %q, which has %d statements and also serves %q", id, f.Role, len(tpl.Roles[f.Role]), other)
		}
		users[f.Role] = id
	}
}

func TestEnvironmentNamesWhatItDoesNotKnow(t *testing.T) {
	tpl := read(t)
	if _, err := tpl.Environment(tpl.Functions["SubmitFunction"], nil); err == nil {
		t.Error("a reference to nothing is taken")
	}
}

// A status URL's path is the permission to read the status: the access log has the
// route instead, and nothing else that a client chooses.
func TestAccessLogHasNoPath(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-logging-variables.html
	allowed := []string{
		"authorizer.error", "error.responseType", "integration.requestId", "integrationLatency", "requestId",
		"requestTime", "responseLatency", "responseLength", "routeKey", "status",
	}
	var logged []string
	for _, found := range regexp.MustCompile(`\$context\.([A-Za-z.]+)`).FindAllSubmatch(text, -1) {
		logged = append(logged, string(found[1]))
	}
	slices.Sort(logged)
	if !slices.Equal(logged, allowed) {
		t.Errorf("the access log has %q, want %q", logged, allowed)
	}
}
