package asyncgen

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/async"
)

type shelf struct {
	Name  string             `json:"name" jsonschema:"minLength=1"`
	Books []book             `json:"books"`
	Next  *shelf             `json:"next,omitempty"`
	Due   time.Time          `json:"due"`
	Rates map[string]float64 `json:"rates" jsonschema:"description=By currency"`
}

type book struct {
	ISBNCode string `json:"isbnCode"`
	Price    int    `json:"price" jsonschema:"exclusiveMinimum=0"`
}

func shelves() async.Job[shelf, book] {
	return async.Job[shelf, book]{
		Name: "shelves",
		Stages: []async.Stage[shelf, book]{{Name: "Sorting", Message: "At work.", Do: func(context.Context, *async.Run[shelf, book]) (async.Outcome, error) {
			return async.Continue, nil
		}}},
		Done: async.End{Outcome: "Sorted", Message: "Done."},
	}
}

func connectorOf(t *testing.T, info Info) (definition, properties []byte) {
	t.Helper()
	definition, properties, err := PowerPlatform(shelves(), info)
	if err != nil {
		t.Fatal(err)
	}
	return definition, properties
}

func TestConnectorIsWhatPowerPlatformTakes(t *testing.T) {
	for name, info := range map[string]Info{
		"bare":   {},
		"whole":  {Title: "Shelves API connector", Description: "Sorts.\n\nAt length.", Host: "a.example:8443", BasePath: "/v1", Publisher: "Ada"},
		"given":  {Schemas: []byte("Book: {type: [object, 'null'], oneOf: [{type: object}], properties: {a: {const: 1}, b: {anyOf: [{type: 'null'}, {type: string}, {type: string}]}, c: {anyOf: [{type: string}, {type: integer}]}}}")},
		"beyond": {Schemas: []byte("Book: {type: object, required: [], properties: {a: {type: string, format: hostname}, b: {type: 'null'}, c: {type: array, items: {type: string, format: ipv4}}}}")},
	} {
		definition, properties := connectorOf(t, info)
		if problems := checkConnector(definition, properties); len(problems) > 0 {
			t.Errorf("%s:\n%s\n%s", name, strings.Join(problems, "\n"), definition)
		}
	}
}

// Types become what Swagger 2.0 can say of them, with a label for each member.
func TestConnectorSchemas(t *testing.T) {
	definition, _ := connectorOf(t, Info{})
	var doc map[string]any
	if err := json.Unmarshal(definition, &doc); err != nil {
		t.Fatal(err)
	}
	input := at(doc, "definitions", "Input", "properties")
	for _, want := range []struct {
		path  []string
		value any
	}{
		{[]string{"name", "x-ms-summary"}, "Name"},
		{[]string{"due", "format"}, "date-time"},
		{[]string{"books", "items", "properties", "isbnCode", "x-ms-summary"}, "Isbn Code"},
		{[]string{"books", "items", "properties", "price", "minimum"}, 0.0},
		{[]string{"books", "items", "properties", "price", "exclusiveMinimum"}, true},
		{[]string{"rates", "additionalProperties", "type"}, "number"},
		{[]string{"next", "type"}, "object"},
	} {
		if got := at(input, want.path...); got != want.value {
			t.Errorf("%v is %v, want %v", want.path, got, want.value)
		}
	}
	result := at(doc, "definitions", "Submission", "properties", "result", "properties", "isbnCode", "type")
	if result != "string" || at(doc, "definitions", "Completed", "properties", "result") != nil {
		t.Errorf("result: %v", result)
	}
}

// Every rule finds what breaks it.
func TestConnectorRules(t *testing.T) {
	definition, properties := connectorOf(t, Info{})
	for _, broken := range []struct{ old, wrong, want string }{
		{`"swagger": "2.0"`, `"swagger": "3.0"`, "only 2.0"},
		{`"title": "Shelves"`, `"title": "Shelves API"`, "info.title"},
		{`"Submit, follow the status, get the result, cancel, and start a flow when a submission is decided."`, `"Short."`, "30 to 500"},
		{`"host": "api.example.org"`, `"host": "https://api.example.org"`, "not a host alone"},
		{`"basePath": "/"`, `"basePath": "v1"`, "basePath"},
		{"\"schemes\": [\n    \"https\"", "\"schemes\": [\n    \"http\"", "https alone"},
		{`"operationId": "GetStatus"`, `"operationId": "get-status"`, "PascalCase"},
		{`"operationId": "GetStatus"`, `"operationId": "Submit"`, "is taken"},
		{`"summary": "Get the status"`, `"summary": "Get The Status"`, "sentence case"},
		{`"x-ms-summary": "Failure Status"`, `"x-ms-summary": "failure status"`, "title case"},
		{"\"default\": 409,\n", "", "has no default"},
		{`"/api/status/{id}"`, `"/api/status/{key}"`, "no parameter for {key}"},
		{`"x-ms-trigger-hint"`, `"x-hint"`, "needs x-ms-trigger-hint"},
		{`"operationId": "CheckConnection",
        "summary"`, `"operationId": "Check",
        "summary"`, "testConnection"},
		{`"$ref": "#/definitions/Problem"`, `"$ref": "#/definitions/Nothing"`, "is nowhere"},
		{`"type": "string"`, `"type": "null"`, "type null"},
		{`"minLength": 1`, `"oneOf": []`, "the keyword oneOf"},
		{`"format": "date-time"`, `"format": "duration"`, "the format duration is not read"},
		{"\"required\": [\n        \"value\",\n        \"next\"\n      ]", `"required": []`, "required is empty"},
		{`"type": "integer",
            "required": true`, `"type": "object",
            "required": true`, "type object"},
		{`"x-ms-trigger": "batch"`, `"x-ms-trigger": "batch", "x-ms-polling": true`, "the member x-ms-polling is not read"},
		{`"tags": []`, `"tags": [], "servers": []`, "the member servers is not read"},
		{`"409": {`, `"4XX": {`, "neither a status code nor default"},
		{`"in": "header",
            "type": "string"`, `"in": "header",
            "x-ms-url-encoding": "single",
            "type": "string"`, "of a path or a query"},
		{`"url": "https://api.example.org"`, `"url": "api.example.org"`, "no address"},
		{`"stackOwner": "Example"`, `"stackOwner": "Example", "owner": "Example"`, "the member owner is not read"},
		{`triggerDataPath`, `dataPath`, "lacks its config or data path"},
		{`"Privacy policy"`, `"Privacy"`, "lacks Privacy policy"},
		{`"Shelves"`, `"\u0053helves"`, `escape \u`},
		{`"iconBrandColor": "#5c2d91"`, `"iconBrandColor": "#007ee5"`, "iconBrandColor"},
		{`"securestring"`, `"string"`, "api_key"},
		{`"OnCompleted"
`, `"OnDone"
`, "names no operation"},
	} {
		d, p := strings.Replace(string(definition), broken.old, broken.wrong, 1), strings.Replace(string(properties), broken.old, broken.wrong, 1)
		if d == string(definition) && p == string(properties) {
			t.Errorf("%s: is not there", broken.old)
		}
		if problems := strings.Join(checkConnector([]byte(d), []byte(p)), "\n"); !strings.Contains(problems, broken.want) {
			t.Errorf("%s for %s: want %q in %q", broken.wrong, broken.old, broken.want, problems)
		}
	}
}
