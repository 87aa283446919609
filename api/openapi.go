package api

import _ "embed"

// OpenAPIPath is where the local service serves the description.
const OpenAPIPath = "/openapi.yaml"

//go:embed openapi.yaml
var openAPI string

// OpenAPI is the description of the API, an OpenAPI 3.1 document in YAML.
func OpenAPI() []byte { return []byte(openAPI) }
