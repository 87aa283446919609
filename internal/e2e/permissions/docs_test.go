package permissions

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// rows are the statements that docs/iam.md has: role, statement, actions.
func rows(t *testing.T) (all []string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", "iam.md"))
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), "|")
		if len(cells) != 5 || !strings.HasPrefix(strings.TrimSpace(cells[0]), "`") {
			continue
		}
		for i := range cells {
			cells[i] = strings.TrimSpace(strings.ReplaceAll(cells[i], "`", ""))
		}
		if cells[3] == "" || cells[4] == "" {
			t.Errorf("a row does not say on what, or for what: %s", line)
		}
		for _, role := range strings.Split(cells[1], ", ") {
			all = append(all, row(cells[0], role, strings.Split(cells[2], ", ")))
		}
	}
	return all
}

func row(sid, role string, actions []string) string {
	actions = slices.Sorted(slices.Values(actions))
	return fmt.Sprintf("%s of %s: %s", sid, role, strings.Join(actions, ", "))
}

func TestTheTableHasEveryStatement(t *testing.T) {
	var statements []string
	for role, all := range readTemplate(t).Roles {
		for _, s := range all {
			statements = append(statements, row(s.Sid, role, s.Actions))
		}
	}
	documented := rows(t)
	for _, s := range statements {
		if !slices.Contains(documented, s) {
			t.Errorf("docs/iam.md lacks %s", s)
		}
	}
	for _, s := range documented {
		if !slices.Contains(statements, s) {
			t.Errorf("docs/iam.md has %s, which the template does not have", s)
		}
	}
}
