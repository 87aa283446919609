package adapting

import (
	"encoding/json"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"example.org/asynchttpapi/client"
	"example.org/asynchttpapi/internal/e2e/program"
)

func TestAStageIsAddedInFourPlaces(t *testing.T) {
	if os.Getenv("ADAPTING") == "" {
		t.Skip("NOT RUN: ADAPTING is not set; make test-adapting sets it, and takes a minute")
	}
	tr := copyTree(t)
	addToDomain(tr)
	addFunction(tr)
	addState(tr)
	addToTemplate(tr)
	tr.run("go", "vet", "./internal/...", "./async/...", "./cmd/...", "./functions/...", "./statemachine")
	tr.run("go", "test", "./internal/architecture", "./internal/samtemplate", "./async/lambdamain", "./async/internal/functions")
	tr.run("go", "build", "-o", "local", "./cmd/local")
	got := follow(t, start(t, filepath.Join(tr.dir, "local")))
	want := []string{"Moderation", "Shortlisting", "Rehearsal", "Selection", "Approved"}
	if !slices.Equal(got, want) {
		t.Errorf("a talk goes through %q, want %q", got, want)
	}
}

// addToDomain is place 1: the stage, its names, its time and its words.
func addToDomain(tr tree) {
	const stage, progress = "speakers/stage.go", "speakers/progress.go"
	tr.replace(stage, "\tShortlisting\n", "\tShortlisting\n\tRehearsal\n")
	tr.replace(stage, "Moderation, Shortlisting, Selection}", "Moderation, Shortlisting, Rehearsal, Selection}")
	tr.replace(stage, "\t\treturn \"shortlisting\"\n", "\t\treturn \"shortlisting\"\n\tcase Rehearsal:\n\t\treturn \"rehearsal\"\n")
	tr.replace(stage, "\t\treturn \"shortlist\"\n", "\t\treturn \"shortlist\"\n\tcase Rehearsal:\n\t\treturn \"rehearse\"\n")
	tr.replace(progress, "\tcase Shortlisting:\n",
		"\tcase Rehearsal:\n\t\tp.Custom, p.Message = \"Rehearsal\", \"You are invited to rehearse.\"\n\tcase Shortlisting:\n")
}

// addFunction is place 2: one small main.
func addFunction(tr tree) {
	main := tr.read("functions/activities/shortlist/main.go")
	tr.write("functions/activities/rehearse/main.go", strings.ReplaceAll(main, "shortlist", "rehearse"))
}

// addState is place 3: a task like the one before it, and its choice.
func addState(tr tree) {
	tr.editStates(func(states map[string]map[string]any) {
		task, choice := maps.Clone(states["Shortlist"]), maps.Clone(states["PassedShortlisting"])
		task["Resource"], task["Next"] = "${RehearseFunctionArn}", "PassedRehearsal"
		states["Rehearse"], states["PassedRehearsal"] = task, choice
		before := maps.Clone(choice)
		before["Choices"] = []any{map[string]any{"Variable": "$.decision", "StringEquals": "accepted", "Next": "Rehearse"}}
		states["PassedShortlisting"] = before
	})
}

// addToTemplate is place 4: the function, its role, its substitution, the right to call it.
func addToTemplate(tr tree) {
	const name = "template.yaml"
	for _, kind := range []string{"Function", "Role"} {
		text, next := tr.read(name), "\n  Select"+kind+":\n"
		added := text[strings.Index(text, "\n  Shortlist"+kind+":\n"):strings.Index(text, next)]
		added = strings.NewReplacer("Shortlist", "Rehearse", "/shortlist/", "/rehearse/").Replace(added)
		tr.replace(name, next, added+next)
	}
	tr.replace(name, "        SelectFunctionArn:", "        RehearseFunctionArn: !Ref RehearseFunction.Alias\n        SelectFunctionArn:")
	tr.replace(name, "                  - !Ref SelectFunction.Alias\n", "                  - !Ref RehearseFunction.Alias\n                  - !Ref SelectFunction.Alias\n")
}

// start runs the adapted local world until the test ends.
func start(t *testing.T, bin string) (url string) {
	t.Helper()
	return program.StartFor(t, exec.Command(bin, "-addr", "127.0.0.1:0", "-data", t.TempDir(), "-stepfunctions-addr", "", "-review", "approve", "-speed", "20"))
}

// follow submits a talk and returns the custom statuses that it is seen in.
func follow(t *testing.T, url string) (seen []string) {
	t.Helper()
	c, err := client.New[json.RawMessage](client.Config{BaseURL: url})
	if err != nil {
		t.Fatal(err)
	}
	talk := json.RawMessage(`{"speaker":{"name":"Ada","email":"ada@example.org"},"title":"T","description":"D","track":"R"}`)
	s, err := c.Submit(t.Context(), talk)
	for err == nil {
		if got := s.CustomStatus; got != "Received" && (len(seen) == 0 || seen[len(seen)-1] != got) {
			seen = append(seen, got)
		}
		if s.Done() {
			return seen
		}
		s, err = c.Status(t.Context(), s.ID)
	}
	t.Fatal(err)
	return nil
}
