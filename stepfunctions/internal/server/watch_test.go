package server

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"
)

// passing is a definition whose result is text.
func passing(text string) string {
	return `{"StartAt":"S","States":{"S":{"Type":"Pass","Result":"` + text + `","End":true}}}`
}

// watched is a project whose files are watched, and what is logged of it.
type watched struct {
	*project
	*running
	log strings.Builder
}

func watch(t *testing.T, template, definition string) *watched {
	p := newProject(t, template, definition)
	return &watched{project: p, running: p.starts("-watch")}
}

func (w *watched) wait(what string, ok func() bool) {
	w.t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(deadline) {
			w.t.Fatalf("waited 30 s for %s; the log is %s", what, w.log.String())
		}
	}
}

// waitLog waits until one line has all these texts, and forgets the lines.
func (w *watched) waitLog(texts ...string) {
	w.t.Helper()
	w.wait(strings.Join(texts, ", "), func() bool {
		w.log.WriteString(w.project.log.take())
	lines:
		for line := range strings.Lines(w.log.String()) {
			for _, text := range texts {
				if !strings.Contains(line, text) {
					continue lines
				}
			}
			w.log.Reset()
			return true
		}
		return false
	})
}

// defines reports whether the machine has the text in its definition.
func (w *watched) defines(name, text string) bool {
	m, err := w.DescribeStateMachine(w.t.Context(), &sfn.DescribeStateMachineInput{StateMachineArn: aws.String(arn + name)})
	return err == nil && strings.Contains(*m.Definition, text)
}

func (w *watched) waitDefined(name, text string) {
	w.t.Helper()
	w.wait("the definition of "+name, func() bool { return w.defines(name, text) })
}

const mistake = "the changed files are ignored because of a mistake"

// A changed definition is used; one with a mistake is not, and says so.
func TestWatch(t *testing.T) {
	w := watch(t, machine("DefinitionUri: orders.asl.json"), passing("one"))
	w.write("orders.asl.json", "{ no")
	w.waitLog(mistake, "orders.asl.json")
	if !w.defines("M", "one") {
		t.Error("the definition is another one")
	}
	w.write("orders.asl.json", passing("three"))
	w.waitDefined("M", "three")
	w.end(t)
}

// A file that a mistake is in is watched, although nothing is made of it: one that
// is new, one that is not there, and one that cannot run here.
func TestFilesWithMistakesAreWatched(t *testing.T) {
	w := watch(t, machine("DefinitionUri: orders.asl.json"), passing("one"))
	second := func(file string) string {
		return machine("DefinitionUri: orders.asl.json", "  N: {Type: AWS::Serverless::StateMachine, Properties: {DefinitionUri: "+file+"}}")
	}
	w.write("new.json", "{ no")
	w.write("template.yaml", second("new.json"))
	w.waitLog(mistake, "new.json")
	w.write("new.json", passing("new"))
	w.waitDefined("N", "new")
	w.write("template.yaml", second("later.json"))
	w.waitLog(mistake, "later.json")
	w.write("later.json", `{"QueryLanguage":"JSONata","StartAt":"S","States":{"S":{"Type":"Succeed"}}}`)
	w.waitLog("left out", "resource=N", "JSONata")
	w.write("later.json", passing("later"))
	w.waitDefined("N", "later")
	must(t, os.Remove(filepath.Join(w.dir, "template.yaml")))
	w.waitLog(mistake, "template.yaml")
	w.write("template.yaml", machine("DefinitionUri: new.json"))
	w.waitDefined("M", "new")
	w.end(t)
}

// A template of which one machine cannot be deployed changes nothing.
func TestNothingIsDeployedBesideAMistake(t *testing.T) {
	others := func(properties string) string {
		return "  N: {Type: AWS::Serverless::StateMachine, Properties: {" + properties + succeed + "}}"
	}
	w := watch(t, machine("DefinitionUri: orders.asl.json", others("")), passing("one"))
	w.write("two.json", passing("two"))
	for properties, says := range map[string]string{"Type: EXPRESS, ": "cannot become EXPRESS", "Name: a b, ": "InvalidName"} {
		w.write("template.yaml", machine("DefinitionUri: two.json", others(properties)))
		w.waitLog(mistake, says)
		if w.defines("M", "two") {
			t.Errorf("%s: M is updated", properties)
		}
	}
	w.write("template.yaml", machine("DefinitionUri: two.json", others("")))
	w.waitDefined("M", "two")
	w.end(t)
}
