package check

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"

	"example.org/asynchttpapi/internal/openapitest"
)

type object = map[string]any

// openAPI returns Power Platform's definition, which is Swagger 2.0, as OpenAPI
// 3.0, which the validator reads. It is closed: bodies of answers have no other
// members than the definition has.
func openAPI(t *testing.T, swagger []byte) []byte {
	t.Helper()
	var doc object
	if err := json.Unmarshal(bytes.ReplaceAll(swagger, []byte("#/definitions/"), []byte("#/components/schemas/")), &doc); err != nil {
		t.Fatal(err)
	}
	paths := doc["paths"].(object)
	for _, methods := range paths {
		for _, o := range methods.(object) {
			operation := o.(object)
			operation["parameters"] = parameters(operation)
			for _, r := range operation["responses"].(object) {
				response := r.(object)
				if schema := response["schema"]; schema != nil {
					response["content"] = content(schema.(object))
				}
				delete(response, "schema")
			}
		}
	}
	schemas := doc["definitions"].(object)
	for _, name := range []string{"Submission", "Completed", "Completions"} {
		schemas[name].(object)["additionalProperties"] = false
	}
	text, err := json.Marshal(object{"openapi": "3.0.3", "info": doc["info"], "paths": paths, "components": object{"schemas": schemas}})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// parameters moves the body to where OpenAPI has it, and returns the others.
func parameters(operation object) []any {
	others := []any{}
	for _, p := range operation["parameters"].([]any) {
		parameter := p.(object)
		if parameter["in"] == "body" {
			operation["requestBody"] = object{"required": true, "content": content(parameter["schema"].(object))}
			continue
		}
		others = append(others, object{"name": parameter["name"], "in": parameter["in"], "required": parameter["required"],
			"schema": object{"type": parameter["type"]}})
	}
	return others
}

// content has a problem beside the schema: Swagger 2.0 cannot say that a 409 is a
// submission that failed or, by its media type, a problem.
func content(schema object) object {
	if schema["format"] == "binary" {
		return object{"*/*": object{}}
	}
	problem := object{"$ref": "#/components/schemas/Problem"}
	return object{"application/json": object{"schema": schema}, "application/problem+json": object{"schema": problem}}
}

// The definition of the connector describes the same exchanges as the API's own
// does, as far as the connector goes.
func checkConnector(t *testing.T, exchanges []openapitest.Exchange) {
	t.Helper()
	swagger, err := os.ReadFile(filepath.Join("..", "..", "..", "connectors", "power-platform", "apiDefinition.swagger.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := libopenapi.NewDocument(openAPI(t, swagger))
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(document, config.WithFormatAssertions())
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	described := map[string]int{}
	for _, e := range exchanges {
		req := request(t, e)
		_, found := v.ValidateHttpResponse(req, response(e, req))
		if len(found) > 0 && (found[0].IsPathMissingError() || found[0].IsOperationMissingError()) {
			continue // the connector has no such action
		}
		if e.Header.Get("If-None-Match") != "" {
			continue // which it does not send
		}
		if e.Code < http.StatusBadRequest && !e.Beyond {
			_, more := v.GetRequestBodyValidator().ValidateRequestBody(request(t, e))
			found = append(found, more...)
		}
		if err := join(found); err != nil {
			t.Errorf("%s: %s %s is not as the connector describes it: %v\n%s", e.Test, e.Method, e.URL, err, e.ResponseBody)
		}
		_, path, _ := strings.Cut(e.URL, "/api/")
		action, _, _ := strings.Cut(path, "/")
		action, _, _ = strings.Cut(action, "?")
		described[action]++
	}
	for _, action := range []string{"submit", "status", "result", "cancel", "completions"} {
		if described[action] == 0 {
			t.Errorf("no exchange is one of the connector's %s: %v", action, described)
		}
	}
}
