// Package apidocs serves the description of the API, and a page that shows it
// to people. The page is Swagger UI, from a module that carries its files: it
// asks no other host for anything.
package apidocs

import (
	"embed"
	"errors"
	"io/fs"
	"net/http"

	swagger "github.com/swaggest/swgui/v5/static"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/internal/static"
)

// Path is where the page is.
const Path = "/docs"

//go:embed static
var embedded embed.FS

// policy lets the page run its own files and try the API. Swagger UI draws its
// signs from data URLs.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; " +
	"base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

// swaggerFiles are those of Swagger UI that the page loads.
var swaggerFiles = []string{"swagger-ui.css.gz", "swagger-ui-bundle.js.gz"}

// New serves the page at Path and the description, an OpenAPI document in YAML,
// at api.OpenAPIPath, and leaves other requests to next.
func New(next http.Handler, description []byte) (http.Handler, error) {
	files, err := fs.Sub(embedded, "static")
	if err != nil {
		return nil, err
	}
	docs, err := static.New(files, Path, header())
	if err != nil {
		return nil, err
	}
	err = docs.Add(api.OpenAPIPath, description)
	for _, name := range swaggerFiles {
		body, missing := swagger.FS.ReadFile(name)
		err = errors.Join(err, missing, docs.Add(Path+"/"+name, body))
	}
	return docs.Before(next), err
}

func header() http.Header {
	return http.Header{
		"Content-Security-Policy":      {policy},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Referrer-Policy":              {"no-referrer"},
		"X-Content-Type-Options":       {"nosniff"},
	}
}
