package samcli

import (
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// unversioned are properties of a function that no version keeps, or whose
// change makes another binary, and so another version, in any case.
var unversioned = []string{"Architectures", "ReservedConcurrentExecutions"}

// SAM makes the name of a version from the template, in which a parameter is a
// reference, whatever it is set to (aws/serverless-application-model#3820). A
// parameter that is changed alone would reach $LATEST and not the alias, if the
// version's description did not name it: one with another description is
// another version.
// https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-lambda-version.html
//
// A parameter that is in the description and not in the function would be
// worse: Lambda publishes no version that is like the last one.
func TestParametersMakeNewVersions(t *testing.T) {
	_, e := expand(t, nil)
	_, prod := expand(t, deployments["prod"])
	for id := range readTemplate(t).Functions {
		function := e.versioned(id)
		want := e.parametersIn(t, function)
		// The transform looks up in mappings itself.
		if text(t, function["TracingConfig"]) != text(t, prod.versioned(id)["TracingConfig"]) {
			want["Environment"] = true
		}
		if got := e.parametersIn(t, e.version(t, id)); !maps.Equal(got, want) {
			t.Errorf("%s depends on %v, and its version says %v", id, names(want), names(got))
		}
	}
}

// versioned are the properties of a function that a version keeps.
func (e expanded) versioned(id string) map[string]any {
	function := maps.Clone(e.Resources[id].Properties)
	for _, property := range unversioned {
		delete(function, property)
	}
	return function
}

// version is what is said of the version that SAM has made for a function.
func (e expanded) version(t *testing.T, function string) map[string]any {
	t.Helper()
	for id, r := range e.Resources {
		if r.Type == "AWS::Lambda::Version" && strings.HasPrefix(id, function+"Version") {
			return map[string]any{"Description": r.Properties["Description"]}
		}
	}
	t.Fatalf("%s has no version", function)
	return nil
}

var (
	reference = regexp.MustCompile(`"Ref":"(\w+)"|\$\{(\w+)\}`)
	condition = regexp.MustCompile(`"Fn::If":\["(\w+)"|"Condition":"(\w+)"`)
)

// parametersIn are those that a part of the template refers to, and those that
// its conditions do.
func (e expanded) parametersIn(t *testing.T, part any) map[string]bool {
	t.Helper()
	found, said := map[string]bool{}, text(t, part)
	for _, m := range reference.FindAllStringSubmatch(said, -1) {
		if name := m[1] + m[2]; e.Parameters[name] != nil {
			found[name] = true
		}
	}
	for _, m := range condition.FindAllStringSubmatch(said, -1) {
		maps.Copy(found, e.parametersIn(t, e.Conditions[m[1]+m[2]]))
	}
	return found
}

func names(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
