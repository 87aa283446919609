package template

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// A template can come from anywhere. None of these may take long or fill the memory.
func TestHostileTemplates(t *testing.T) {
	long := strings.Repeat("x,", 1<<19)
	for title, template := range map[string]string{
		"aliases of aliases":  doubling("a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n", "a%d: &a%d [*a%d,*a%[3]d,*a%[3]d,*a%[3]d,*a%[3]d,*a%[3]d,*a%[3]d,*a%[3]d,*a%[3]d,*a%[3]d]\n", 20),
		"an anchor in itself": "Resources: &a\n  M: *a\n",
		"depth":               "Resources: " + strings.Repeat("[", 5000) + strings.Repeat("]", 5000),
		"depth of tags":       "Resources: !Sub " + strings.Repeat("[ !Sub ", 5000) + strings.Repeat("]", 5000),
		"depth of JSON":       machineWhere(`{"a": `+strings.Repeat("[", 5000)+strings.Repeat("]", 5000)+"}", ""),
		"names that double": "Resources:\n" + doubling("  M0: {Type: AWS::Serverless::StateMachine, Properties: {Name: m, Definition: {a: b}}}\n",
			"  M%d: {Type: AWS::Serverless::StateMachine, Properties: {Name: !Sub '${M%[3]d.Name}${M%[3]d.Name}', Definition: {a: b}}} # %d\n", 60),
		"aliases that double": "Resources:\n" + doubling("  A0: {Type: AWS::Lambda::Alias, Properties: {FunctionName: m}}\n",
			"  A%d: {Type: AWS::Lambda::Alias, Properties: {FunctionName: !Join ['', [!Ref A%[3]d, !Ref A%[3]d]]}} # %d\n", 60) +
			"  M: {Type: AWS::Serverless::StateMachine, Properties: {Name: !Ref A60}}",
		"a list that is split again and again":  machineWhere("!Select [0, ["+strings.Repeat("!Split [',', !Ref P],", 1000)+"]]", "Parameters: {P: {Type: String, Default: '"+long+"'}}"),
		"a list that is joined again and again": machineWhere("!Join [!Ref P, ["+strings.Repeat("!Ref P,", 1000)+"]]", "Parameters: {P: {Type: String, Default: '"+long+"'}}"),
		"a text in many places":                 machineWith("Definition: {a: '" + strings.Repeat("${P}", 10000) + "'}, DefinitionSubstitutions: {P: '" + long + "'}"),
		"too large":                             "Resources: {} #" + long + long + long,
	} {
		t.Run(title, func(t *testing.T) {
			if _, err := StateMachines(write(t, template), place); err == nil || len(err.Error()) > 1000 {
				t.Error(err)
			}
		})
	}
}

// doubling returns a line, and lines that each refer to the one before it.
func doubling(first, format string, lines int) string {
	out := first
	for i := 1; i <= lines; i++ {
		out += fmt.Sprintf(format, i, i, i-1)
	}
	return out
}

// Conditions are worked out once each, so these are done at once.
func TestConditionsThatDouble(t *testing.T) {
	template := "Conditions:\n" + doubling("  C0: !Equals [a, a]\n", "  C%d: !And [!Condition C%[3]d, !Condition C%[3]d] # %d\n", 200) +
		machineWhere("!If [C200, a, b]", "")
	machines, err := StateMachines(write(t, template), place)
	if err != nil || machines[0].Definition != `{"Comment":"a"}` {
		t.Errorf("got %v, %v", machines, err)
	}
}

func FuzzStateMachines(f *testing.F) {
	for _, name := range []string{"anchors.yaml", "conditions.yaml", "only-on-aws.yaml", "references.yaml", "references.json"} {
		text, err := os.ReadFile("testdata/" + name)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		parsed, err := parse(text, place)
		if err != nil {
			return
		}
		parsed.dir = "/nosuch"
		machines, err := parsed.machines()
		for _, m := range machines {
			if err == nil && (m.Definition == "") == (m.OnlyOnAWS == nil) {
				t.Errorf("%+v", m)
			}
		}
	})
}
