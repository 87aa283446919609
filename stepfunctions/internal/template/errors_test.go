package template

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// write makes a template in a folder of its own.
func write(t *testing.T, template string) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "template.yaml")
	if err := os.WriteFile(path, []byte(template), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// machineWith returns a template of one state machine that has these properties.
func machineWith(properties string) string {
	return "Resources: {F: {Type: AWS::Serverless::Function}, M: {Type: AWS::Serverless::StateMachine, Properties: {" + properties + "}}}"
}

// machineWhere returns a machine that says value, with more sections.
func machineWhere(value, sections string) string {
	return sections + "\n" + machineWith("Definition: {Comment: "+value+"}")
}

func TestErrors(t *testing.T) {
	for _, c := range []struct{ title, template, says string }{
		{"not YAML", "a: [", "line 2, column 1: did not find expected node content"},
		{"a tab", "Resources:\n\tM: {}", "line 2, column 1: found character that cannot start any token"},
		{"two values in a line", "Resources:\n  M: a: b", "line 2, column 7: mapping values are not allowed in this context"},
		{"an unfinished text", "Resources:\n  M: 'a\n", "(while scanning a quoted scalar that begins in line 2, column 6)"},
		{"an unknown anchor", "Resources:\n  M: *m", "line 2, column 6: unknown anchor 'm' referenced"},
		{"empty", "", "it is empty"},
		{"two documents", "Resources: {}\n---\nResources: {}\n", "line 2, column 1: a second document begins"},
		{"not UTF-8", "Resources:\n  M: ä\xe4", "line 2, column 7: it is not UTF-8"},
		{"a list", "[]", "it is no mapping"},
		{"no resources", "Parameters: {}", "it has no Resources"},
		{"resources in a list", "Resources: []", "Resources is not a mapping"},
		{"no type", "Resources: {M: {}}", "M: it has no Type"},
		{"properties", "Resources: {M: {Type: T, Properties: []}}", "M: Properties is not a mapping"},
		{"condition", "Resources: {M: {Type: T, Condition: [C]}}", "M: Condition is not the name of a condition"},
		{"key", "Resources: {[a]: {Type: T}}", "line 1, column 13: a key is not a text"},
		{"merge", "Resources: {<<: [a]}", "line 1, column 13: << wants a mapping"},
		{"number", machineWhere(".inf", ""), `".inf" is not a number that JSON has`},

		{"no definition", machineWith(""), "M: it has no Definition or DefinitionUri"},
		{"another type's property", machineWith("DefinitionString: '{}'"), "M: it has no Definition or DefinitionUri"},
		{"two definitions", machineWith("Definition: {a: b}, DefinitionUri: x"), "M: it has both Definition and DefinitionUri"},
		{"definition is a text", machineWith("Definition: '{}'"), "M: Definition: it is not a mapping"},
		{"no file", machineWith("DefinitionUri: nosuch.json"), "nosuch.json: no such file"},
		{"folder", machineWith("DefinitionUri: ."), "is a directory"},
		{"type", machineWith("Type: QUICK, Definition: {}"), `M: Type: "QUICK" is neither STANDARD nor EXPRESS`},
		{"name", machineWith("Name: [a], Definition: {}"), "M: Name: a list is not a text"},
		{"alias", machineWith("AutoPublishAlias: '1', Definition: {}"), `M: AutoPublishAlias: "1" is not the name of an alias`},
		{"no substitutions", machineWith("Definition: {}, DefinitionSubstitutions: x"), "M: DefinitionSubstitutions: it is not a mapping"},
		{"substitution", machineWith("Definition: {}, DefinitionSubstitutions: {A: {b: c}}"), "M: DefinitionSubstitutions: A: a mapping is not a text"},
		{"number of SAM", machineWith("Definition: {a: !If [C, [], []]}"), `M: Definition: a: the template has no condition "C"`},
		{"same name", "Resources: {A: {Type: AWS::Serverless::StateMachine, Properties: {Name: n, Definition: {a: b}}}, B: {Type: AWS::Serverless::StateMachine, Properties: {Name: n, Definition: {a: b}}}}",
			`B: its name is "n", and so is that of A`},

		{"reference", machineWhere("!Ref Fn", ""), `M: Definition: Comment: the template has nothing named "Fn"`},
		{"reference to a list", machineWhere("!Ref [F]", ""), "Ref wants a name"},
		{"alias of none", machineWhere("!Ref Fn.Alias", ""), `nothing named "Fn.Alias"`},
		{"misspelled reference", machineWhere("!Ref Tabel", "Parameters: {Table: {Type: String, Default: t}}"), `the template has nothing named "Tabel"; did you mean "Table"?`},
		{"misspelled resource", "Resources: {Function: {Type: AWS::Serverless::Function}, M: {Type: AWS::Serverless::StateMachine, Properties: {Definition: {Comment: !GetAtt Functoin.Arn}}}}", `the template has no resource "Functoin"; did you mean "Function"?`},
		{"misspelled condition", machineWith("Definition: {a: !If [IsProt, [], []]}") + "\nConditions: {IsProd: !Equals [a, a]}", `no condition "IsProt"; did you mean "IsProd"?`},
		{"attribute of none", machineWhere("!GetAtt Fn.Arn", ""), `the template has no resource "Fn"`},
		{"attribute", machineWhere("!GetAtt [F]", ""), "Fn::GetAtt wants a resource and an attribute"},
		{"variable", machineWhere("!Sub '${Fn.Arn}'", ""), `the template has no resource "Fn"`},
		{"variable with a space", machineWhere("!Sub '${ F}'", ""), `nothing named " F"`},
		{"variables", machineWhere("!Sub ['${x}', [x]]", ""), "Fn::Sub wants a text, or a text and its variables"},
		{"list in a text", machineWhere("!Sub '${L}'", "Parameters: {L: {Type: CommaDelimitedList, Default: a}}"), "a list is not a text"},
		{"join", machineWhere("!Join [a]", ""), "Fn::Join wants a separator and a list"},
		{"split", machineWhere("!Split ['', a]", ""), "Fn::Split wants a separator and a text"},
		{"select", machineWhere("!Select [1, [a]]", ""), "Fn::Select wants the index of an item"},
		{"mapping", machineWhere("!FindInMap [A, b, c]", "Mappings: {A: {b: {d: e}}}"), "Mappings has no A.b.c"},
		{"function", machineWhere("!Nosuch x", ""), "there is no function Fn::Nosuch"},
		{"condition function", machineWhere("!If [C, a, b]", "Conditions: {C: !Equals [a]}"), "condition C: it has to be made of Fn::Equals"},
		{"condition of itself", machineWhere("!If [C, a, b]", "Conditions: {C: !Not [!Condition D], D: !Not [!Condition C]}"), "refers to itself"},
		{"machines named by each other", "Resources: {A: {Type: AWS::Serverless::StateMachine, Properties: {Name: !GetAtt B.Name}}, B: {Type: AWS::Serverless::StateMachine, Properties: {Name: !GetAtt A.Name}}}",
			"it refers to itself"},

		{"no value", machineWhere("!Ref P", "Parameters: {P: {Type: String}}"), "parameters without a value, or with one that is kept on AWS: it needs -parameter P=VALUE"},
		{"in Systems Manager", machineWhere("!Ref P", "Parameters: {P: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /p}}"), "kept on AWS: it needs -parameter P=VALUE"},
		{"dynamic default", machineWhere("!Ref P", "Parameters: {P: {Type: String, Default: '{{resolve:ssm:p}}'}}"), "kept on AWS: it needs -parameter P=VALUE"},
		{"two without values", machineWhere("!Sub '${Q} ${P} ${Q}'", "Parameters: {P: {Type: String}, Q: {Type: Number}, R: {Type: String}}"),
			"it needs -parameter P=VALUE -parameter Q=VALUE"},
		{"one more in another machine", "Parameters: {P: {Type: String, AllowedValues: [a]}, Q: {Type: String}}\nResources: {" +
			"A: {Type: AWS::Serverless::StateMachine, Properties: {Type: !Ref P}}, B: {Type: AWS::Serverless::StateMachine, Properties: {Name: !Ref Q}}}",
			"it needs -parameter P=VALUE -parameter Q=VALUE"},
		{"substitutions of each other", machineWith("Definition: {a: '${A}'}, DefinitionSubstitutions: {A: '${B}', B: '${A}'}"),
			"M: Definition: DefinitionSubstitutions refer to each other"},
		{"not allowed", machineWhere("!Ref P", "Parameters: {P: {Type: String, Default: c, AllowedValues: [a, b]}}"), `parameter P: "c" is not among its AllowedValues`},
		{"none of a list allowed", machineWhere("!Ref P", "Parameters: {P: {Type: CommaDelimitedList, Default: 'a,c', AllowedValues: [a, b]}}"), `parameter P: "c" is not among its AllowedValues`},
		{"parameter without a type", machineWhere("!Ref P", "Parameters: {P: {Default: a}}"), "parameter P has no Type"},
	} {
		t.Run(c.title, func(t *testing.T) {
			path := write(t, c.template)
			_, err := StateMachines(path, place)
			if err == nil || !strings.HasPrefix(err.Error(), path+": ") || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want %s", err, c.says)
			}
		})
	}
}

func TestTheFileIsNamedOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "nosuch.yaml")
	if _, err := StateMachines(path, place); err == nil || err.Error() != path+": no such file or directory" {
		t.Error(err)
	}
}

func TestUnknownParameter(t *testing.T) {
	p := place
	p.Parameters = map[string]string{"Nosuch": "x"}
	if _, err := StateMachines(write(t, machineWith("Definition: {a: b}")), p); err == nil || !strings.Contains(err.Error(), `it has no parameter "Nosuch"`) {
		t.Error(err)
	}
}

func TestSyntaxErrorsNameFileLineAndColumn(t *testing.T) {
	for name, c := range map[string]struct{ text, says string }{
		"m.asl.json": {"{\n  \"StartAt\": [\n  }\n}", "m.asl.json: line 3, column 3: it is not JSON"},
		"m.asl.yaml": {"StartAt: A\nStates: {a: [}\n", "m.asl.yaml: line 2, column 14: "},
		"flow.yaml":  {"{StartAt: P, States: {P: {Type: Pass, End: true}}", "flow.yaml: line 2, column 1: "},
		"number.yml": {"{StartAt: P,\n States: {P: {Type: Pass, Result: .nan, End: true}}}", "number.yml: line 2, column 35: "},
	} {
		path := write(t, machineWith("DefinitionUri: "+name))
		if err := os.WriteFile(filepath.Join(filepath.Dir(path), name), []byte(c.text), 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := StateMachines(path, place); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("got %v, want %s", err, c.says)
		}
	}
}

func TestFunctionsAreRefusedInFiles(t *testing.T) {
	path, err := filepath.Abs(filepath.Join("testdata", "tagged.asl.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	_, err = StateMachines(write(t, machineWith("DefinitionUri: "+path)), place)
	if err == nil || !strings.Contains(err.Error(), "tagged.asl.yaml: line 3, column 32: !GetAtt has no meaning here") {
		t.Error(err)
	}
}
