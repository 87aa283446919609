package samtemplate_test

import (
	"maps"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// parameterRow is a row of docs/deploy.md: parameter, default, what it does.
var parameterRow = regexp.MustCompile("(?m)^\\| `([A-Z][A-Za-z]+)` \\| (?:`(.*?)`|(empty)) \\| (.+) \\|$")

func deployDocs(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestEveryParameterIsInTheDocs(t *testing.T) {
	for _, template := range []string{"template.yaml", "monitoring.yaml", "edge.yaml"} {
		_, section, _ := strings.Cut(deployDocs(t), "## Parameters of "+template+"\n")
		section, _, _ = strings.Cut(section, "\n## ")
		documented := map[string]string{}
		for _, row := range parameterRow.FindAllStringSubmatch(section, -1) {
			documented[row[1]] = row[2]
		}
		if given := readFile(t, template).Parameters; !maps.Equal(documented, given) {
			t.Errorf("docs/deploy.md has\n%v\n%s has\n%v", documented, template, given)
		}
	}
}

// dropped are the parameters of the first version of the template.
func TestEveryDroppedParameterIsAccountedFor(t *testing.T) {
	first, now := readFile(t, filepath.Join("internal", "e2e", "emulated", "testdata", "first.yaml")), read(t)
	_, section, _ := strings.Cut(deployDocs(t), "## What the dropped parameters became\n")
	section, _, _ = strings.Cut(section, "\n## ")
	for name := range first.Parameters {
		if _, kept := now.Parameters[name]; !kept && !strings.Contains(section, "`"+name+"`") {
			t.Errorf("docs/deploy.md does not say what %s became", name)
		}
	}
}

// Who deploys without SAM is given the variables and outputs that the template has.
func TestWithoutSAMTheSameIsGiven(t *testing.T) {
	_, section, _ := strings.Cut(deployDocs(t), "## Without SAM\n")
	section, _, _ = strings.Cut(section, "\n## ")
	tpl := read(t)
	names := tpl.Functions["SubmitFunction"].Variables()
	for output := range tpl.Source["Outputs"].(map[string]any) {
		names = append(names, output)
	}
	for id, f := range tpl.Functions {
		names = append(names, filepath.Base(f.CodeURI))
		if !strings.Contains(section, "`"+f.Role+"`") && !strings.Contains(f.CodeURI, "activities") {
			t.Errorf("the permissions of %s are not there", id)
		}
	}
	for _, name := range names {
		if !strings.Contains(section, "`"+name+"`") && !strings.HasPrefix(name, "AWS_ENDPOINT_URL_") {
			t.Errorf("docs/deploy.md does not say what %s is", name)
		}
	}
}
