package asyncgen

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"unicode"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
	"example.org/asynchttpapi/async/internal/orderedjson"
)

// Files of a custom connector of Power Platform, in its folder.
const (
	connectorDefinition = "apiDefinition.swagger.json"
	connectorProperties = "apiProperties.json"
)

// PowerPlatform returns the definition of a custom connector for the job's API,
// in Swagger 2.0, which is all that Power Platform takes, and the properties
// beside it: actions that submit, read the status, read the result and cancel,
// and a trigger for each submission that ends. The error is that of the job's
// Check, or names a schema.
//
// https://learn.microsoft.com/connectors/custom-connectors/openapi-extensions
func PowerPlatform(job async.Definition, info Info) (definition, properties []byte, err error) {
	if err := job.Check(); err != nil {
		return nil, nil, err
	}
	d := job.Describe()
	s := newSchemas()
	c := connector{job: d, info: info, schemas: s, input: s.add("Input", d.Input)}
	if d.Result != reflect.TypeFor[async.None]() {
		c.result = s.add("Result", d.Result)
	}
	err = s.override(info.Schemas)
	if err == nil {
		_, err = s.yaml() // what could not be made of a type
	}
	if err == nil {
		definition, err = indented(c.definition())
	}
	if err == nil {
		properties, err = indented(c.properties())
	}
	if err != nil {
		return nil, nil, fmt.Errorf("connector of job %s: %w", d.Name, err)
	}
	return definition, properties, nil
}

type connector struct {
	job           async.Description
	info          Info
	schemas       *schemas
	input, result string
}

func indented(o object) ([]byte, error) {
	text, err := orderedjson.Marshal(o)
	if err != nil {
		return nil, err
	}
	var out bytes.Buffer
	if err := json.Indent(&out, text, "", "  "); err != nil {
		return nil, err
	}
	out.WriteByte('\n')
	return out.Bytes(), nil
}

// title is without the words that Microsoft's rules keep out of it.
func (c *connector) title() string {
	var words []string
	for word := range strings.FieldsSeq(cmp.Or(c.info.Title, c.job.Name)) {
		if !strings.EqualFold(word, "API") && !strings.EqualFold(word, "connector") {
			words = append(words, word)
		}
	}
	title := strings.Join(words, " ")
	return strings.ToUpper(title[:1]) + title[1:]
}

// description has 30 to 500 characters.
func (c *connector) description() string {
	const own = "Submit, follow the status, get the result, cancel, and start a flow when a submission is decided."
	first, _, _ := strings.Cut(strings.TrimSpace(c.info.Description), "\n\n")
	if text := strings.Join(strings.Fields(first), " "); text != "" && len(text)+1+len(own) <= 500 {
		return text + " " + own
	}
	return own
}

func (c *connector) definition() object {
	publisher := cmp.Or(c.info.Publisher, "Example")
	site := "https://" + cmp.Or(c.info.Host, exampleHost)
	return object{
		{"swagger", "2.0"},
		{"info", object{
			{"title", c.title()}, {"description", c.description()}, {"version", cmp.Or(c.info.Version, "1.0.0")},
			{"contact", object{{"name", publisher}, {"url", site}}},
		}},
		{"host", cmp.Or(c.info.Host, exampleHost)}, {"basePath", cmp.Or(c.info.BasePath, "/")}, {"schemes", []string{"https"}},
		{"consumes", []string{api.MediaTypeJSON}}, {"produces", []string{api.MediaTypeJSON}},
		{"paths", object{
			{api.SubmitPath, object{{"post", c.submit()}}},
			{api.StatusPath + "{id}", object{{"get", c.status()}}},
			{api.ResultPath + "{id}", object{{"get", c.getResult()}}},
			{api.CancelPath + "{secret}", object{{"post", c.cancel()}}},
			{api.CompletionsPath, object{{"get", c.onCompleted()}, {"head", c.checkConnection()}}},
		}},
		{"definitions", object{
			{"Input", c.schemas.swagger(c.input)}, {"Submission", c.submission(true)}, {"Completed", c.submission(false)},
			{"Completions", object{{"type", "object"}, {"required", []string{"value", "next"}}, {"properties", object{
				{"value", object{{"type", "array"}, {"x-ms-summary", "Submissions"}, {"description", "Submissions that have ended."},
					{"items", ref("Completed")}}},
				{"next", object{{"type", "string"}, {"x-ms-summary", "Next"}, {"description", "The cursor that goes on after these."}, {"x-ms-visibility", "internal"}}},
			}}}},
			{"Problem", problemDefinition()},
		}},
		{"securityDefinitions", object{{"api_key", object{{"type", "apiKey"}, {"in", "header"}, {"name", api.APIKey}}}}},
		{"security", []any{object{{"api_key", []string{}}}}},
		{"tags", []any{}},
		{"x-ms-capabilities", object{{"testConnection", object{{"operationId", "CheckConnection"}, {"parameters", object{}}}}}},
		{"x-ms-connector-metadata", []any{
			object{{"propertyName", "Website"}, {"propertyValue", site}},
			object{{"propertyName", "Privacy policy"}, {"propertyValue", site + "/privacy"}},
			object{{"propertyName", "Categories"}, {"propertyValue", "Business Management"}},
		}},
	}
}

// exampleHost is the host where Info names none.
const exampleHost = "api.example.org"

func (c *connector) submit() object {
	return object{
		{"operationId", "Submit"}, {"summary", "Submit"},
		{"description", "Submits, and answers at once. Wherever the asynchronous pattern is on, the action goes on until the submission has ended."},
		{"parameters", []any{
			object{{"name", "body"}, {"in", "body"}, {"required", true}, {"schema", ref("Input")}},
			// The platforms look at the code of the last response alone: without this
			// a process that broke off would pass for a success.
			object{{"name", api.FailureStatus}, {"in", "query"}, {"type", "integer"}, {"required", true}, {"default", http409}, {"enum", []int{http409}},
				{"x-ms-summary", "Failure Status"}, {"description", "The status code of a submission whose process fails."}, {"x-ms-visibility", "internal"}},
			object{{"name", "Idempotency-Key"}, {"in", "header"}, {"type", "string"}, {"required", false}, {"x-ms-summary", "Idempotency Key"},
				{"description", "The same key with the same input is the same submission, however often it is sent."}, {"x-ms-visibility", "advanced"}},
		}},
		{"responses", object{
			{"202", response("The submission is accepted.", "Submission")},
			{"200", response("The submission has ended already.", "Submission")},
			{"409", response("The process failed.", "Submission")},
			{"422", response("The input is not valid.", "Problem")},
			{"default", response("The request was refused.", "Problem")},
		}},
	}
}

const http409 = 409

func (c *connector) status() object {
	return object{
		{"operationId", "GetStatus"}, {"summary", "Get the status"},
		{"description", "Gets how a submission stands. Wherever the asynchronous pattern is on, the action goes on until the submission has ended."},
		{"parameters", []any{pathParameter("id", "Submission ID", "The ID of the submission, as the submit returned it.")}},
		{"responses", object{
			{"200", response("The submission has ended.", "Submission")}, {"202", response("The submission has not ended.", "Submission")},
			{"404", response("There is no such submission.", "Problem")}, {"default", response("The request was refused.", "Problem")},
		}},
	}
}

func (c *connector) getResult() object {
	result := object{{"description", "The result."}}
	if c.result != "" {
		result = append(result, member{"schema", c.schemas.swagger(c.result)})
	} else {
		result = append(result, member{"schema", object{{"type", "string"}, {"format", "binary"}}})
	}
	return object{
		{"operationId", "GetResult"}, {"summary", "Get the result"}, {"description", "Gets what a submission that succeeded has produced."},
		{"parameters", []any{pathParameter("id", "Submission ID", "The ID of the submission, as the submit returned it.")}},
		{"responses", object{
			{"200", result}, {"202", response("The submission has not ended.", "Submission")},
			{"404", response("There is no result.", "Problem")}, {"default", response("The request was refused.", "Problem")},
		}},
	}
}

func (c *connector) cancel() object {
	return object{
		{"operationId", "Cancel"}, {"summary", "Cancel a submission"}, {"description", "Ends a submission, unless it has ended already."},
		{"parameters", []any{pathParameter("secret", "Cancellation Secret", "The last part of the cancellation URL that the submit returned.")}},
		{"responses", object{
			{"200", response("The end that was recorded.", "Submission")},
			{"404", response("There is no such submission.", "Problem")}, {"default", response("The request was refused.", "Problem")},
		}},
	}
}

func (c *connector) onCompleted() object {
	return object{
		{"operationId", "OnCompleted"}, {"summary", "When a submission is decided"},
		{"description", "Starts a flow for each submission that has ended: those made with the same key, or all for an operator's key."},
		{"x-ms-trigger", "batch"}, {"x-ms-trigger-hint", "To see it work, submit something and wait for its end."},
		{"parameters", []any{
			object{{"name", api.Since}, {"in", "query"}, {"type", "string"}, {"required", false}, {"x-ms-summary", "Since"},
				{"description", "The cursor of the last poll."}, {"x-ms-visibility", "internal"}},
			object{{"name", api.Limit}, {"in", "query"}, {"type", "integer"}, {"required", false}, {"default", async.MaxCompletions}, {"x-ms-summary", "Limit"},
				{"description", "The most submissions of one poll."}, {"x-ms-visibility", "advanced"}},
		}},
		{"responses", object{
			{"200", response("Submissions have ended.", "Completions")}, {"202", response("Nothing has ended.", "Completions")},
			{"401", response("The key is not taken.", "Problem")}, {"default", response("The request was refused.", "Problem")},
		}},
	}
}

func (c *connector) checkConnection() object {
	return object{
		{"operationId", "CheckConnection"}, {"summary", "Check the connection"}, {"description", "Finds out whether the key is taken."},
		{"x-ms-visibility", "internal"}, {"parameters", []any{}},
		{"responses", object{{"200", object{{"description", "The key is taken."}}}, {"202", object{{"description", "The key is taken."}}},
			{"401", object{{"description", "The key is not taken."}}}, {"default", object{{"description", "The request was refused."}}}}},
	}
}

// submission is a status, with what only a status or the answer to a submit has
// if all is set.
func (c *connector) submission(all bool) object {
	text := func(name, description string, more ...member) member {
		return member{name, append(object{{"type", "string"}, {"x-ms-summary", titleOf(name)}, {"description", description}}, more...)}
	}
	words := "Received, then the stage, then the outcome."
	p := object{
		text("id", "The ID of the submission."),
		text("status", "How the process stands: NotStarted, Running, Succeeded, Failed or Canceled."),
		text("customStatus", words), text("message", "One sentence for a person."),
		text("createdTime", "When it was submitted.", member{"format", "date-time"}),
		text("lastUpdatedTime", "When it last changed.", member{"format", "date-time"}),
		{"percentComplete", object{{"type", "integer"}, {"x-ms-summary", "Percent Complete"}, {"description", "How much is done."}}},
		{"error", object{{"type", "object"}, {"x-ms-summary", "Error"}, {"description", "Why the process failed."}, {"properties", object{
			text("code", "A code for programs."), text("message", "A sentence for a person.")}}}},
		text("resultUrl", "Where the result is, if there is one."),
	}
	if all {
		p = append(p, text("cancelUrl", "Where the submission can be canceled; only in the answer to the submit."))
		if c.result != "" {
			result := c.schemas.swagger(c.result)
			p = append(p, member{"result", append(object{{"x-ms-summary", "Result"}}, result...)})
		}
	}
	return object{{"type", "object"}, {"required", []string{"id", "status", "customStatus", "message", "createdTime", "lastUpdatedTime"}}, {"properties", p}}
}

func problemDefinition() object {
	text := func(name, description string) member {
		return member{name, object{{"type", "string"}, {"x-ms-summary", titleOf(name)}, {"description", description}}}
	}
	return object{{"type", "object"}, {"properties", object{
		text("title", "The phrase of the status code."), text("detail", "What is wrong, for a person."), text("instance", "The path of the request."),
		{"error", object{{"type", "object"}, {"x-ms-summary", "Error"}, {"description", "The same for programs."}, {"properties", object{
			text("code", "A code for programs."), text("message", "A sentence for a person.")}}}},
	}}}
}

func ref(name string) object { return object{{"$ref", "#/definitions/" + name}} }

func response(description, schema string) object {
	return object{{"description", description}, {"schema", ref(schema)}}
}

func pathParameter(name, summary, description string) object {
	return object{{"name", name}, {"in", "path"}, {"required", true}, {"type", "string"}, {"x-ms-summary", summary}, {"description", description}, {"x-ms-url-encoding", "single"}}
}

// properties is apiProperties.json. The policy template makes a polling trigger
// of the list: it keeps the cursor, and answers the platform with 202 where there
// is nothing new.
// https://learn.microsoft.com/connectors/custom-connectors/policy-templates
func (c *connector) properties() object {
	publisher := cmp.Or(c.info.Publisher, "Example")
	return object{{"properties", object{
		{"connectionParameters", object{{"api_key", object{
			{"type", "securestring"},
			{"uiDefinition", object{
				{"displayName", "API key"}, {"description", "The key that the operator of the service has given out."},
				{"tooltip", "Provide the API key"},
				{"constraints", object{{"tabIndex", 2}, {"clearText", false}, {"required", "true"}}},
			}},
		}}}},
		{"iconBrandColor", "#5c2d91"}, {"capabilities", []string{}}, {"publisher", publisher}, {"stackOwner", publisher},
		{"policyTemplateInstances", []any{object{
			{"templateId", "pollingtrigger"}, {"title", "When a submission is decided"},
			{"parameters", object{
				{"x-ms-apimTemplateParameter.triggerConfig", object{{api.Since, "@{triggerBody().next}"}}},
				{"x-ms-apimTemplateParameter.triggerDataPath", "@triggerBody().value"},
				{"x-ms-apimTemplate-operationName", []string{"OnCompleted"}},
			}},
		}}},
	}}}
}

// acronyms are words that a title has in capitals.
var acronyms = map[string]string{"id": "ID", "url": "URL", "uri": "URI", "api": "API"}

// titleOf returns the words of a member's name in title case: of createdTime,
// Created Time.
func titleOf(name string) string {
	var words []string
	start := 0
	flush := func(end int) {
		if word := strings.Trim(name[start:end], "_- ."); word != "" {
			if known, ok := acronyms[strings.ToLower(word)]; ok {
				word = known
			}
			words = append(words, strings.ToUpper(word[:1])+word[1:])
		}
		start = end
	}
	for i, r := range name {
		if i > 0 && (unicode.IsUpper(r) && !unicode.IsUpper(rune(name[i-1])) || strings.ContainsRune("_- .", r)) {
			flush(i)
		}
	}
	flush(len(name))
	return strings.Join(words, " ")
}
