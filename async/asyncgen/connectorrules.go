package asyncgen

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// checkConnector returns what Power Platform would refuse, or Microsoft's
// certification not pass, in a connector's two files, one sentence each. Their
// schemas are in the repository PowerPlatformConnectors: a member that they do
// not have is refused, as is a format. The rules are in
// https://learn.microsoft.com/connectors/custom-connectors/certification-submission
// and /openapi-extensions beside it.
func checkConnector(definition, properties []byte) (problems []string) {
	c := &connectorCheck{operations: map[string]bool{}}
	if err := json.Unmarshal(definition, &c.doc); err != nil {
		return []string{connectorDefinition + ": " + err.Error()}
	}
	if bytes.Contains(definition, []byte(`\u`)) {
		c.add("the definition has an escape \\u, which is not read")
	}
	c.members("the definition", c.doc, "swagger", "info", "host", "basePath", "schemes", "consumes", "produces", "paths", "definitions",
		"securityDefinitions", "security", "tags", "x-ms-capabilities", "x-ms-connector-metadata")
	c.info()
	for path, methods := range asObject(c.doc["paths"]) {
		for method, o := range asObject(methods) {
			c.operation(path, method, asObject(o))
		}
	}
	for name, schema := range asObject(c.doc["definitions"]) {
		c.schema("definitions/"+name, asObject(schema), 0)
	}
	test, _ := at(c.doc, "x-ms-capabilities", "testConnection", "operationId").(string)
	if !c.operations[test] {
		c.add("x-ms-capabilities.testConnection names no operation: %q", test)
	}
	var props map[string]any
	if err := json.Unmarshal(properties, &props); err != nil {
		return append(c.problems, connectorProperties+": "+err.Error())
	}
	c.properties(asObject(props["properties"]))
	slices.Sort(c.problems)
	return c.problems
}

type connectorCheck struct {
	doc        map[string]any
	operations map[string]bool
	problems   []string
}

func (c *connectorCheck) add(format string, args ...any) {
	c.problems = append(c.problems, fmt.Sprintf(format, args...))
}

// want adds a problem unless ok.
func (c *connectorCheck) want(ok bool, format string, args ...any) {
	if !ok {
		c.add(format, args...)
	}
}

// members adds a problem for each member of an object that is not known. Those of
// other vendors may be anywhere.
func (c *connectorCheck) members(where string, o map[string]any, known ...string) {
	for name := range o {
		other := strings.HasPrefix(name, "x-") && !strings.HasPrefix(name, "x-ms-")
		c.want(other || slices.Contains(known, name), "%s: the member %s is not read", where, name)
	}
}

var (
	pascal   = regexp.MustCompile(`^[A-Z][A-Za-z0-9]*$`)
	hostName = regexp.MustCompile(`^[A-Za-z0-9.-]+(:[0-9]+)?$`)
	// responseName is what a response is listed under.
	responseName = regexp.MustCompile(`^([0-9]{3}|default)$`)
	color        = regexp.MustCompile(`^#[0-9a-f]{6}$`)
	// otherWords are what the title of a connector may not have.
	otherWords = regexp.MustCompile(`(?i)\b(api|connector)\b`)
)

func (c *connectorCheck) info() {
	c.want(c.doc["swagger"] == "2.0", "swagger is %v: only 2.0 is read", c.doc["swagger"])
	title, description := textAt(c.doc, "info", "title"), textAt(c.doc, "info", "description")
	c.want(title != "" && utf8.RuneCountInString(title) <= 30 && !otherWords.MatchString(title),
		"info.title %q has to have 1 to 30 characters, without the words API and Connector", title)
	n := utf8.RuneCountInString(description)
	c.want(n >= 30 && n <= 500, "info.description has %d characters: want 30 to 500", n)
	c.want(textAt(c.doc, "info", "contact", "name") != "", "info.contact has no name")
	site := textAt(c.doc, "info", "contact", "url")
	c.want(site+textAt(c.doc, "info", "contact", "email") != "", "info.contact has neither url nor email")
	c.want(site == "" || strings.HasPrefix(site, "https://"), "info.contact.url %q is no address", site)
	host, _ := c.doc["host"].(string)
	c.want(hostName.MatchString(host), "host %q is not a host alone", host)
	base, _ := c.doc["basePath"].(string)
	c.want(strings.HasPrefix(base, "/") && (base == "/" || !strings.HasSuffix(base, "/")), "basePath %q has to begin, and not to end, with a slash", base)
	c.want(fmt.Sprint(c.doc["schemes"]) == "[https]", "schemes are %v: want https alone", c.doc["schemes"])
	var names []string
	list, _ := c.doc["x-ms-connector-metadata"].([]any)
	for _, m := range list {
		names = append(names, textAt(asObject(m), "propertyName"))
	}
	for _, name := range []string{"Website", "Privacy policy", "Categories"} {
		c.want(slices.Contains(names, name), "x-ms-connector-metadata lacks %s", name)
	}
}

var visibilities = []any{nil, "important", "advanced", "internal"}

func (c *connectorCheck) operation(path, method string, o map[string]any) {
	where := strings.ToUpper(method) + " " + path
	c.members(where, o, "operationId", "summary", "description", "parameters", "responses", "x-ms-visibility", "x-ms-trigger", "x-ms-trigger-hint")
	id := textAt(o, "operationId")
	c.want(pascal.MatchString(id), "%s: operationId %q is not in PascalCase", where, id)
	c.want(!c.operations[id], "%s: operationId %q is taken", where, id)
	c.operations[id] = true
	summary, description := textAt(o, "summary"), textAt(o, "description")
	c.want(isSentenceCase(summary) && len(summary) <= 80, "%s: summary %q is not in sentence case", where, summary)
	c.want(strings.HasSuffix(description, ".") && description != summary, "%s: description %q is no sentence of its own", where, description)
	c.want(slices.Contains(visibilities, o["x-ms-visibility"]), "%s: x-ms-visibility %v", where, o["x-ms-visibility"])
	inPath := map[string]bool{}
	list, _ := o["parameters"].([]any)
	for _, p := range list {
		c.parameter(where, path, asObject(p), inPath)
	}
	for _, part := range regexp.MustCompile(`\{(\w+)\}`).FindAllStringSubmatch(path, -1) {
		c.want(inPath[part[1]], "%s: no parameter for {%s}", where, part[1])
	}
	success := false
	for code, r := range asObject(o["responses"]) {
		success = success || strings.HasPrefix(code, "2")
		c.want(responseName.MatchString(code), "%s: response %s is neither a status code nor default", where, code)
		c.members(where+" "+code, asObject(r), "description", "schema")
		c.want(textAt(asObject(r), "description") != "", "%s: response %s has no description", where, code)
		if schema, ok := asObject(r)["schema"]; ok {
			c.schema(where+" "+code, asObject(schema), 0)
		}
	}
	c.want(success, "%s: no response is a success", where)
	if trigger, ok := o["x-ms-trigger"]; ok {
		c.want(trigger == "batch" || trigger == "single", "%s: x-ms-trigger %v", where, trigger)
		c.want(textAt(o, "x-ms-trigger-hint") != "", "%s: a trigger needs x-ms-trigger-hint", where)
	}
}

func (c *connectorCheck) parameter(where, path string, p map[string]any, inPath map[string]bool) {
	name, in := textAt(p, "name"), textAt(p, "in")
	where += ", parameter " + name
	if in == "body" {
		c.members(where, p, "name", "in", "required", "schema")
		c.schema(where, asObject(p["schema"]), 0)
		return
	}
	c.members(where, p, append([]string{"name", "in", "required", "type", "x-ms-summary", "x-ms-visibility", "x-ms-url-encoding"}, plainKeywords...)...)
	c.want(p["x-ms-url-encoding"] == nil || in != "header", "%s: x-ms-url-encoding is of a path or a query", where)
	if in == "path" {
		inPath[name] = true
		c.want(p["required"] == true && strings.Contains(path, "{"+name+"}"), "%s: is in no path, or not required", where)
	}
	c.want(slices.Contains([]string{"path", "query", "header"}, in), "%s: in %q", where, in)
	c.want(p["type"] != "object" && slices.Contains(schemaTypes, p["type"]), "%s: type %v", where, p["type"])
	c.want(isTitleCase(textAt(p, "x-ms-summary")), "%s: x-ms-summary %q is not in title case", where, textAt(p, "x-ms-summary"))
	c.want(strings.HasSuffix(textAt(p, "description"), "."), "%s: description %q is no sentence", where, textAt(p, "description"))
	c.want(slices.Contains(visibilities, p["x-ms-visibility"]), "%s: x-ms-visibility %v", where, p["x-ms-visibility"])
	if p["x-ms-visibility"] == "internal" && p["required"] == true {
		c.want(p["default"] != nil, "%s: is internal and required, and has no default", where)
	}
}

var schemaTypes = []any{"string", "number", "integer", "boolean", "array", "object"}

// schemaKeywords are those of Swagger 2.0 that Power Platform reads.
var schemaKeywords = append([]string{
	"$ref", "type", "format", "required", "properties", "items", "additionalProperties", "exclusiveMinimum", "exclusiveMaximum",
	"x-ms-summary", "x-ms-visibility", "x-nullable",
}, plainKeywords...)

func (c *connectorCheck) schema(where string, s map[string]any, depth int) {
	for key := range s {
		c.want(slices.Contains(schemaKeywords, key), "%s: the keyword %s is not of Swagger 2.0, or not read", where, key)
	}
	if ref, ok := s["$ref"]; ok {
		name, _ := strings.CutPrefix(fmt.Sprint(ref), "#/definitions/")
		c.want(at(c.doc, "definitions", name) != nil, "%s: %v is nowhere", where, ref)
		return
	}
	if format, ok := s["format"].(string); ok {
		c.want(slices.Contains(formats, format), "%s: the format %s is not read", where, format)
	}
	if required, ok := s["required"].([]any); ok {
		c.want(len(required) > 0, "%s: required is empty", where)
	}
	if kind, ok := s["type"]; ok {
		c.want(slices.Contains(schemaTypes, kind), "%s: type %v", where, kind)
	}
	c.want(s["type"] != "array" || s["items"] != nil, "%s: a list without items", where)
	c.want(depth <= deepest, "%s: deeper than forms go", where)
	for name, p := range asObject(s["properties"]) {
		property := asObject(p)
		if property["$ref"] == nil {
			c.want(isTitleCase(textAt(property, "x-ms-summary")), "%s/%s: x-ms-summary %q is not in title case", where, name, textAt(property, "x-ms-summary"))
		}
		c.schema(where+"/"+name, property, depth+1)
	}
	for _, key := range []string{"items", "additionalProperties"} {
		if below, ok := s[key].(map[string]any); ok {
			c.schema(where+"/"+key, below, depth+1)
		}
	}
}

func (c *connectorCheck) properties(p map[string]any) {
	c.members("the properties", p, "iconBrandColor", "publisher", "stackOwner", "capabilities", "connectionParameters", "policyTemplateInstances")
	brand := textAt(p, "iconBrandColor")
	c.want(color.MatchString(brand) && brand != "#007ee5" && brand != "#ffffff", "iconBrandColor %q: want a color that is not a default one", brand)
	for _, name := range []string{"publisher", "stackOwner"} {
		c.want(textAt(p, name) != "", "%s is missing", name)
	}
	c.want(at(p, "connectionParameters", "api_key", "type") == "securestring", "connectionParameters.api_key is no securestring")
	list, _ := p["policyTemplateInstances"].([]any)
	for _, policy := range list {
		c.want(textAt(asObject(policy), "templateId") != "" && textAt(asObject(policy), "title") != "", "a policy lacks its template or title")
		if policy := asObject(policy); policy["templateId"] == "pollingtrigger" {
			c.want(at(policy, "parameters", "x-ms-apimTemplateParameter.triggerConfig") != nil &&
				textAt(policy, "parameters", "x-ms-apimTemplateParameter.triggerDataPath") != "", "a polling trigger lacks its config or data path")
		}
		names, _ := at(asObject(policy), "parameters", "x-ms-apimTemplate-operationName").([]any)
		for _, name := range names {
			c.want(c.operations[fmt.Sprint(name)], "a policy names no operation: %v", name)
		}
	}
}

// isSentenceCase reports whether a phrase has its first word alone in upper case,
// acronyms apart, and no full stop.
func isSentenceCase(phrase string) bool {
	for i, word := range strings.Fields(phrase) {
		upper := word[0] >= 'A' && word[0] <= 'Z'
		if upper != (i == 0) && word != strings.ToUpper(word) {
			return false
		}
	}
	return phrase != "" && !strings.HasSuffix(phrase, ".")
}

func isTitleCase(phrase string) bool {
	for word := range strings.FieldsSeq(phrase) {
		if word[0] >= 'a' && word[0] <= 'z' {
			return false
		}
	}
	return phrase != ""
}

func asObject(v any) map[string]any {
	o, _ := v.(map[string]any)
	return o
}

func at(v any, path ...string) any {
	for _, name := range path {
		v = asObject(v)[name]
	}
	return v
}

func textAt(v any, path ...string) string {
	text, _ := at(v, path...).(string)
	return text
}
