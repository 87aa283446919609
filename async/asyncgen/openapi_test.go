package asyncgen_test

import (
	"context"
	"path/filepath"
	"strings"
	"testing"

	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/asyncgen"
	"example.org/asynchttpapi/internal/golden"
)

func TestOpenAPIsAreAsInTestdata(t *testing.T) {
	for _, job := range jobs()[:2] {
		text, err := asyncgen.OpenAPI(job, asyncgen.Info{Title: "Orders", Description: "Sells things.", License: "Apache-2.0"})
		if err != nil {
			t.Fatal(err)
		}
		golden.Compare(t, filepath.Join("testdata", job.Describe().Name+".openapi.yaml"), string(text))
	}
}

func TestOpenAPITakesSchemasByName(t *testing.T) {
	job := jobs()[0]
	for name, c := range map[string]struct{ schemas, want, err string }{
		"replaced":  {"Order: {type: object, description: Other.}", "    Order:\n      type: object\n      description: Other.\n", ""},
		"added":     {"Extra: {type: string}", "    Extra:\n      type: string\n", ""},
		"taken":     {"Problem: {}", "", "the name Problem is taken"},
		"no object": {"- a", "", "want an object of schemas by name"},
		"no YAML":   {"a: [", "", "schemas given: yaml"},
	} {
		text, err := asyncgen.OpenAPI(job, asyncgen.Info{Schemas: []byte(c.schemas)})
		if !strings.Contains(string(text), c.want) || (err == nil) != (c.err == "") || err != nil && !strings.Contains(err.Error(), c.err) {
			t.Errorf("%s: %v\n%s", name, err, text)
		}
	}
}

// Types of one name in two packages, types without a name and types whose names
// the description itself needs get names of their own.
func TestSchemaNamesDoNotCollide(t *testing.T) {
	type Problem struct{ A string }
	type In struct {
		P Problem
		F asyncgen.Info
		G map[string]struct{ B int }
	}
	job := async.Job[In, map[string]int]{
		Name: "odd",
		Stages: []async.Stage[In, map[string]int]{{Name: "Failing", Message: "At work.", Do: func(context.Context, *async.Run[In, map[string]int]) (async.Outcome, error) {
			return async.Continue, nil
		}}},
		Done: async.End{Outcome: "Accepted", Message: "Done."},
	}
	text, err := asyncgen.OpenAPI(job, asyncgen.Info{})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"    In:\n", "    Problem2:\n", "$ref: '#/components/schemas/Problem2'", "    Info:\n", "    Result:\n", "StageFailing:\n", "OutcomeAccepted:\n"} {
		if !strings.Contains(string(text), want) {
			t.Errorf("the description lacks %q", want)
		}
	}
}
