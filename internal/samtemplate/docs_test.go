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

func TestEveryParameterIsInTheDocs(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "docs", "deploy.md"))
	if err != nil {
		t.Fatal(err)
	}
	documented := map[string]string{}
	for _, row := range parameterRow.FindAllStringSubmatch(string(text), -1) {
		documented[row[1]] = row[2]
	}
	if given := read(t).Parameters; !maps.Equal(documented, given) {
		t.Errorf("docs/deploy.md has\n%v\nthe template has\n%v", documented, given)
	}
}

// The console shows parameters by group.
func TestEveryParameterIsInAGroup(t *testing.T) {
	text, err := os.ReadFile(filepath.Join("..", "..", "template.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, groups, _ := strings.Cut(string(text), "ParameterGroups:")
	groups, _, _ = strings.Cut(groups, "\nParameters:\n")
	for name := range read(t).Parameters {
		if !regexp.MustCompile(`[\[ ]` + name + `[\],]`).MatchString(groups) {
			t.Errorf("%s is in no group", name)
		}
	}
}
