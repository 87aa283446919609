package samcli

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/internal/samtemplate"
)

// templates are all templates, those that import after those that export.
var templates = []string{"template.yaml", "monitoring.yaml", "edge.yaml"}

// values are what a parameter may be given; the first is what everything on is.
var values = map[string]map[string][]string{
	"template.yaml": {
		"Environment": {"prod", "dev"}, "Architecture": {"arm64", "x86_64"}, "MemorySize": {"512", "128"},
		"TableName": {"", "restored"}, "PublicBaseUrl": {"https://api.example.org", ""}, "CloseExecuteApi": {"true", "false"}, "Completions": {"authorized", "off", "keys"}, "EventBus": {"talks", ""},
		"Authorization": {"jwt-all", "none", "jwt", "iam", "iam-all"},
		"JwtIssuer":     {"https://issuer.example", ""}, "JwtAudience": {"talks,admin", ""}, "SubmitRate": {"50", "1"}, "StatusRate": {"500", "1"},
		"PermissionsBoundary": {"arn:aws:iam::123456789012:policy/boundary", ""}, "RolePath": {"/teams/talks/", "/"},
		"Vpc": {"subnet-0a,subnet-0b/sg-0c", ""},
	},
	"monitoring.yaml": {
		"Stack": {"talks"}, "AlarmEmail": {"ops@example.org", ""}, "AlarmTopicArn": {"", "arn:aws:sns:eu-west-1:123456789012:alarms"},
		"LatencyMilliseconds": {"6000", "100"}, "SubmissionsPerHour": {"1000", "1"},
	},
	"edge.yaml": {
		"Stack": {"talks"}, "DomainName": {"talks.example.org", ""}, "CertificateArn": {"arn:aws:acm:us-east-1:123456789012:certificate/a", ""},
		"HostedZoneId": {"Z123", ""}, "OriginDomainName": {"origin.talks.example.org", ""},
		"WebAclArn": {"arn:aws:wafv2:us-east-1:123456789012:global/webacl/limit/a", ""},
	},
}

// everything is each template with everything on.
var everything = func() map[string]map[string]string {
	all := map[string]map[string]string{}
	for template, parameters := range values {
		all[template] = map[string]string{}
		for name, possible := range parameters {
			all[template][name] = possible[0]
		}
	}
	return all
}()

// expandedSets keeps what expandAll has made, by template and parameters: the SAM
// CLI takes seconds to start.
var expandedSets = map[string][]byte{}

// expandAll expands a template once for each set of parameters; one without a
// transform is the same for all.
func expandAll(t *testing.T, template string, sets []map[string]string) (all []map[string]any) {
	t.Helper()
	distinct := sets
	if template != "template.yaml" {
		distinct = []map[string]string{{}}
	}
	in, err := json.Marshal(distinct)
	if err != nil {
		t.Fatal(err)
	}
	key := template + string(in)
	if expandedSets[key] == nil {
		cmd := exec.Command(tool(t, "sam/bin/python"), ".ci/sam/expand.py", template, "-")
		cmd.Dir, cmd.Stdin = root, strings.NewReader(string(in))
		cmd.Env = append(os.Environ(), "AWS_DEFAULT_REGION=us-east-1")
		out, err := cmd.Output()
		if failed := (*exec.ExitError)(nil); errors.As(err, &failed) {
			t.Fatalf("%s: %v\n%s", template, err, failed.Stderr)
		}
		if err != nil {
			t.Fatal(err)
		}
		expandedSets[key] = out
	}
	if err := json.Unmarshal(expandedSets[key], &all); err != nil {
		t.Fatal(err)
	}
	return slices.Repeat(all, len(sets)/len(distinct))
}

// resolveTemplate expands a template and resolves it; path is the file of what
// comes out, without conditions.
func resolveTemplate(t *testing.T, template string, parameters, imports map[string]string) (path string, s samtemplate.Stack) {
	t.Helper()
	if parameters == nil {
		parameters = map[string]string{}
	}
	source := expandAll(t, template, []map[string]string{parameters})[0]
	s, err := samtemplate.Resolve(source, parameters, imports)
	if err != nil {
		t.Fatalf("%s with %v: %v", template, parameters, err)
	}
	out, err := json.Marshal(map[string]any{"AWSTemplateFormatVersion": "2010-09-09", "Resources": s.Resources})
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(t.TempDir(), template+".json")
	if err := os.WriteFile(path, out, 0o666); err != nil {
		t.Fatal(err)
	}
	return path, s
}

// combinations is how many sets of parameters each template is tried with. What
// they expand into differs little, and a linter takes seconds for each: it sees
// linted of them, all with LINT_ALL=1.
const (
	combinations = 100
	linted       = 6
)

func combine(random *rand.Rand, template string) []map[string]string {
	sets := []map[string]string{{}, everything[template]}
	for len(sets) < combinations {
		set := map[string]string{}
		for _, name := range slices.Sorted(maps.Keys(values[template])) {
			set[name] = values[template][name][random.IntN(len(values[template][name]))]
		}
		sets = append(sets, set)
	}
	return sets
}

// Whatever the parameters: the template expands, resolves without a reference to
// what is not there, and what it expands into is clean to the linter. What the
// template itself refuses is refused by a rule.
func TestEveryCombinationOfParameters(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	exports, dir := map[string]string{}, t.TempDir()
	for _, template := range templates {
		if got, want := slices.Sorted(maps.Keys(values[template])), slices.Sorted(maps.Keys(defaults(t, template))); !slices.Equal(got, want) {
			t.Errorf("%s has the parameters %v, and %v are tried", template, want, got)
		}
		sets, seen, taken := combine(random, template), map[string]bool{}, 0
		for i, source := range expandAll(t, template, sets) {
			parameters := maps.Clone(sets[i])
			if template != "template.yaml" {
				parameters["Stack"] = "talks"
			}
			s, err := samtemplate.Resolve(source, parameters, exports)
			if errors.Is(err, samtemplate.ErrRule) {
				continue
			}
			if err != nil {
				t.Errorf("%s with %v: %v", template, parameters, err)
				continue
			}
			taken++
			maps.Copy(exports, s.Exports)
			seen[text(t, source)] = true
		}
		if taken < combinations/4 {
			t.Errorf("%s: only %d of %d combinations are taken", template, taken, combinations)
		}
		lint := []string{}
		for _, expansion := range slices.Sorted(maps.Keys(seen)) {
			if len(lint) == linted && os.Getenv("LINT_ALL") == "" {
				break
			}
			path := filepath.Join(dir, fmt.Sprintf("%s-%d.json", template, len(lint)))
			if err := os.WriteFile(path, []byte(expansion), 0o666); err != nil {
				t.Fatal(err)
			}
			lint = append(lint, path)
		}
		if stdout, stderr, err := run(t, root, tool(t, "sam/bin/cfn-lint"), lint...); err != nil {
			t.Errorf("%s: %v\n%s%s", template, err, stdout, stderr)
		}
	}
}

func defaults(t *testing.T, template string) map[string]string {
	t.Helper()
	tpl, err := samtemplate.Read(filepath.Join(root, template))
	if err != nil {
		t.Fatal(err)
	}
	return tpl.Parameters
}

// The resolver finds what it is for: with the table's condition turned round,
// every role refers to a table that is not there.
func TestDanglingReferencesAreFound(t *testing.T) {
	source := expandAll(t, "template.yaml", []map[string]string{{}})[0]
	source["Conditions"].(map[string]any)["MakesTable"] = map[string]any{"Fn::Equals": []any{"a", "b"}}
	delete(source["Resources"].(map[string]any)["Submissions"].(map[string]any), "Condition")
	if _, err := samtemplate.Resolve(source, nil, nil); err != nil {
		t.Errorf("a table that is not used: %v", err)
	}
	source["Resources"].(map[string]any)["Submissions"].(map[string]any)["Condition"] = "MakesTable"
	source["Conditions"].(map[string]any)["Other"] = map[string]any{"Fn::Equals": []any{"a", "a"}}
	source["Outputs"].(map[string]any)["Table"] = map[string]any{"Value": map[string]any{"Ref": "Submissions"}}
	if _, err := samtemplate.Resolve(source, nil, nil); err == nil || !strings.Contains(err.Error(), "Submissions is not there") {
		t.Errorf("got %v", err)
	}
}
