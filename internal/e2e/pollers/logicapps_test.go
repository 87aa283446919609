package pollers

import (
	"encoding/json"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// definition is a workflow as Logic Apps takes it, closed: json.Decoder refuses
// other members.
// https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-definition-language
type definition struct {
	Schema         string `json:"$schema"`
	ContentVersion string
	Parameters     map[string]struct {
		Type         string
		DefaultValue string
	}
	Triggers map[string]operation
	Actions  map[string]operation
	Outputs  struct{}
}

// operation is a trigger or an action.
// https://learn.microsoft.com/azure/logic-apps/logic-apps-workflow-actions-triggers
type operation struct {
	Type, Kind string
	Inputs     json.RawMessage
	Recurrence *struct {
		Frequency string
		Interval  int
	}
	SplitOn    string
	Limit      struct{ Timeout string }
	Expression json.RawMessage
	Actions    map[string]operation
	Else       struct{ Actions map[string]operation }
	RunAfter   map[string][]string
}

// httpInputs are those of the trigger and the action Http.
type httpInputs struct {
	Method, URI string
	Headers     map[string]string
	Body        string
}

var (
	usedParameter = regexp.MustCompile(`parameters\('(\w+)'\)`)
	fourNumbers   = regexp.MustCompile(`^\d+\.\d+\.\d+\.\d+$`)
)

// Every workflow has what Logic Apps' schema asks for and nothing beyond, and is
// the same in both plans, but for where it has its settings.
func TestLogicAppsDefinitions(t *testing.T) {
	for _, name := range []string{"submit", "decided"} {
		var template struct {
			Schema         string `json:"$schema"`
			ContentVersion string
			Parameters     map[string]struct{ Type, DefaultValue string }
			Resources      []struct {
				Type, APIVersion, Name, Location string
				Properties                       struct {
					State      string
					Definition json.RawMessage
					Parameters map[string]struct{ Value string }
				}
			}
		}
		text := connectorFile(t, "logic-apps", "consumption", name+".json")
		strictly(t, name, text, &template)
		resource := template.Resources[0]
		if len(template.Resources) != 1 || resource.Type != "Microsoft.Logic/workflows" || resource.Properties.State != "Enabled" {
			t.Errorf("%s: %+v", name, resource)
		}
		for parameter, given := range resource.Properties.Parameters {
			if _, ok := template.Parameters[parameter]; !ok || given.Value != "[parameters('"+parameter+"')]" {
				t.Errorf("%s: the template does not fill in %s: %s", name, parameter, given.Value)
			}
		}
		consumption := checkDefinition(t, name, resource.Properties.Definition)
		for parameter, declared := range consumption.Parameters {
			if _, ok := resource.Properties.Parameters[parameter]; !ok && declared.DefaultValue == "" {
				t.Errorf("%s: the parameter %s has no value", name, parameter)
			}
		}
		var standard struct {
			Definition json.RawMessage
			Kind       string
		}
		strictly(t, name, connectorFile(t, "logic-apps", filepath.FromSlash("standard/"+name+"/workflow.json")), &standard)
		if standard.Kind != "Stateful" {
			t.Errorf("%s: kind %q: an HTTP action polls in a stateful workflow alone", name, standard.Kind)
		}
		settings := strings.NewReplacer("appsetting('API_URL')", "parameters('apiUrl')", "appsetting('API_KEY')", "parameters('apiKey')")
		other := checkDefinition(t, name, standard.Definition)
		other.Parameters = consumption.Parameters
		if one, two := asText(t, consumption), settings.Replace(asText(t, other)); one != two {
			t.Errorf("%s: the plans differ:\n%s\n%s", name, one, two)
		}
	}
}

func checkDefinition(t *testing.T, name string, text []byte) (d definition) {
	t.Helper()
	strictly(t, name, text, &d)
	const schema = "https://schema.management.azure.com/providers/Microsoft.Logic/schemas/2016-06-01/workflowdefinition.json#"
	if d.Schema != schema || !fourNumbers.MatchString(d.ContentVersion) || len(d.Triggers) != 1 {
		t.Errorf("%s: %s %s, %d triggers", name, d.Schema, d.ContentVersion, len(d.Triggers))
	}
	for _, used := range usedParameter.FindAllSubmatch(text, -1) {
		if _, ok := d.Parameters[string(used[1])]; !ok {
			t.Errorf("%s: the parameter %s is not declared", name, used[1])
		}
	}
	for parameter, p := range d.Parameters {
		if p.Type != "String" && p.Type != "SecureString" {
			t.Errorf("%s: parameter %s of type %s", name, parameter, p.Type)
		}
	}
	for at, trigger := range d.Triggers {
		polls := trigger.Type == "Http"
		if !polls && trigger.Type != "Request" || polls != (trigger.Recurrence != nil) || trigger.RunAfter != nil {
			t.Errorf("%s: trigger %s: %+v", name, at, trigger)
		}
		if polls {
			strictly(t, at, trigger.Inputs, &httpInputs{})
		}
	}
	checkActions(t, name, d.Actions)
	return d
}

func checkActions(t *testing.T, name string, actions map[string]operation) {
	t.Helper()
	for at, action := range actions {
		if !slices.Contains([]string{"Http", "Response", "If", "Compose"}, action.Type) || action.Recurrence != nil || action.SplitOn != "" {
			t.Errorf("%s: action %s: %+v", name, at, action)
		}
		if (action.Type == "If") != (action.Expression != nil) || (action.Type == "If") == (action.Inputs != nil) {
			t.Errorf("%s: action %s of type %s has expression %s, inputs %s", name, at, action.Type, action.Expression, action.Inputs)
		}
		if action.Type == "Http" {
			strictly(t, at, action.Inputs, &httpInputs{})
		}
		for before, ends := range action.RunAfter {
			if _, ok := actions[before]; !ok {
				t.Errorf("%s: action %s runs after %s, which is not beside it", name, at, before)
			}
			for _, end := range ends {
				if !slices.Contains([]string{"Succeeded", "Failed", "Skipped", "TimedOut"}, end) {
					t.Errorf("%s: action %s runs after %s has %s", name, at, before, end)
				}
			}
		}
		checkActions(t, name, action.Actions)
		checkActions(t, name, action.Else.Actions)
	}
}

func strictly(t *testing.T, name string, text []byte, into any) {
	t.Helper()
	d := json.NewDecoder(strings.NewReader(string(text)))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
}

func asText(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
