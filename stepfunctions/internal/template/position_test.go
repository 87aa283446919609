package template

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestPosition(t *testing.T) {
	const inline = `Resources:
  M:
    Type: AWS::Serverless::StateMachine
    Properties:
      Definition:
        StartAt: A
        States:
          A/B:
            Type: Task
            Catch:
              - ErrorEquals: [X]
                Next: Nosuch
          A: &a
            Type: Pass
          C: *a
`
	const file = "{\n\t\"StartAt\": \"A\",\n\t\"States\": {\n\t\t\"A\": {\"Type\": \"Pass\", \"Nxt\": \"B\"}\n\t}\n}"
	template := write(t, inline)
	other := write(t, machineWith("DefinitionUri: m.asl.json"))
	if err := os.WriteFile(filepath.Join(filepath.Dir(other), "m.asl.json"), []byte(file), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ template, location, want string }{
		{template, "/States/A/B/Catch[0]/Next", "template.yaml:12:17"},
		{template, "/States/A", "template.yaml:13:11"},
		{template, "/States/A/Nosuch", "template.yaml:13:11"},
		{template, "/States/C/Type", "template.yaml:14:13"},
		{template, "/States/A/B/Catch[5]/Next", "template.yaml:10:13"},
		{template, "", "template.yaml:6:9"},
		{other, "/States/A/Nxt", "m.asl.json:4:25"},
	} {
		machines, err := StateMachines(c.template, place)
		if err != nil {
			t.Fatal(err)
		}
		if got := machines[0].Position(c.template, c.location); !strings.HasSuffix(got, string(filepath.Separator)+c.want) {
			t.Errorf("%s: got %s, want %s", c.location, got, c.want)
		}
	}
}
