package samtemplate_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// The table of faults in docs/deploy.md names tests that there are.
func TestTheTestsOfTheFaults(t *testing.T) {
	_, table, _ := strings.Cut(deployDocs(t), "| Fault | Emulator | Found by |\n")
	table, _, _ = strings.Cut(table, "\n\n")
	tests := map[string]bool{}
	err := filepath.WalkDir(filepath.Join("..", ".."), func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (strings.HasPrefix(d.Name(), ".") && len(d.Name()) > 2 || d.Name() == "node_modules"):
			return fs.SkipDir
		case !strings.HasSuffix(path, "_test.go"):
			return nil
		}
		text, err := os.ReadFile(path)
		for _, m := range regexp.MustCompile(`(?m)^func (Test\w+)\(`).FindAllSubmatch(text, -1) {
			tests[string(m[1])] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(table, "\n")[1:]
	for _, row := range rows {
		named := regexp.MustCompile("`(Test\\w+)`").FindAllStringSubmatch(row, -1)
		if len(named) == 0 {
			t.Errorf("no test finds this: %s", row)
		}
		for _, name := range named {
			if !tests[name[1]] {
				t.Errorf("there is no %s", name[1])
			}
		}
	}
	if len(rows) < 20 {
		t.Errorf("%d faults", len(rows))
	}
}

// An account that allows roles below a path alone, and with a boundary alone,
// takes every role.
func TestRolesHaveABoundaryAndAPath(t *testing.T) {
	roles := 0
	for id, r := range read(t).Source["Resources"].(map[string]any) {
		resource := r.(map[string]any)
		if resource["Type"] != "AWS::IAM::Role" {
			continue
		}
		roles++
		properties := resource["Properties"].(map[string]any)
		for property, parameter := range map[string]string{"Path": "RolePath", "PermissionsBoundary": "PermissionsBoundary"} {
			given, _ := properties[property].(map[string]any)
			branches, _ := given["Fn::If"].([]any)
			if len(branches) != 3 || branches[1].(map[string]any)["Ref"] != parameter {
				t.Errorf("%s of %s is %v", property, id, properties[property])
			}
		}
	}
	if roles < 10 {
		t.Errorf("%d roles", roles)
	}
}

// GovCloud and the China regions have other ARNs, and the latter other hosts.
// Principals of services are the same everywhere.
func TestPartitions(t *testing.T) {
	fixed := regexp.MustCompile(`arn:aws[:-]|[a-z]\.amazonaws\.com|cloudfront\.net`)
	principal := regexp.MustCompile(`Service: [a-z.]+\.amazonaws\.com`)
	for _, template := range []string{"template.yaml", "monitoring.yaml", "edge.yaml"} {
		for i, line := range strings.Split(readText(t, template), "\n") {
			if found := fixed.FindString(principal.ReplaceAllString(line, "")); found != "" {
				t.Errorf("%s:%d has %s", template, i+1, found)
			}
		}
	}
}

// The default is what docs/cold-start.md has measured and recommends.
func TestTheMemoryIsTheRecommendedOne(t *testing.T) {
	docs, memory := readText(t, "docs", "cold-start.md"), read(t).Parameters["MemorySize"]
	if !strings.Contains(docs, "**"+memory+" MB, the default") {
		t.Errorf("docs/cold-start.md does not recommend %s MB", memory)
	}
	for _, column := range []string{"128 MB: ms", "256 MB: ms", "512 MB: ms"} {
		if !strings.Contains(docs, column) {
			t.Errorf("docs/cold-start.md has not measured %s", column)
		}
	}
}
