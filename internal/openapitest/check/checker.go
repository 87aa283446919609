// Package check holds what the project's tests send and get to the description
// of the API, api/openapi.yaml: its test runs the suites that speak HTTP, reads
// the exchanges that they noted, and fails at every one that breaks the
// description.
package check

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"
	"github.com/pb33f/libopenapi-validator/config"
	validation "github.com/pb33f/libopenapi-validator/errors"

	"example.org/asynchttpapi/api"
)

// checker compares exchanges with one description.
type checker struct{ requests, responses validator.Validator }

// ofServer are response header fields that come with HTTP or from the server's
// CORS settings, and so are not part of the description.
var ofServer = []string{
	"Date", "Content-Length", "Content-Type", "Connection", "Vary", "Access-Control-Allow-Origin",
	"Access-Control-Allow-Methods", "Access-Control-Allow-Headers", "Access-Control-Expose-Headers", "Access-Control-Max-Age",
}

// described is the checker of the API's own description.
var described = sync.OnceValues(func() (*checker, error) { return newChecker(api.OpenAPI()) })

// bodies are left out of strict mode, which does not look into oneOf: the
// schemas themselves refuse members that they do not mention.
const bodies = "$.body.**"

// newChecker reads a description, strictly: header fields of responses that it
// does not mention are violations.
func newChecker(description []byte) (*checker, error) {
	document, err := libopenapi.NewDocument(description)
	if err != nil {
		return nil, err
	}
	lenient, errs := validator.NewValidator(document, config.WithFormatAssertions())
	strict, more := validator.NewValidator(document, config.WithFormatAssertions(), config.WithStrictMode(),
		config.WithStrictIgnoredHeadersExtra(ofServer...), config.WithStrictIgnorePaths(bodies))
	return &checker{lenient, strict}, errors.Join(append(errs, more...)...)
}

// check returns every violation. A response has to be described. A request has
// to be so only if it was accepted, and not beyond: what is wrong with others
// is what they test. What is no operation of the description has to be refused.
func (c *checker) check(req *http.Request, res *http.Response, beyond bool) error {
	if !strings.HasPrefix(req.URL.Path, "/api/") {
		return nil // the page, or nothing of ours
	}
	_, found := c.responses.ValidateHttpResponse(req, res)
	for _, violation := range found {
		if violation.IsPathMissingError() || violation.IsOperationMissingError() {
			return refused(req, res)
		}
	}
	if res.StatusCode < http.StatusBadRequest && !beyond {
		_, more := c.requests.ValidateHttpRequestSync(req)
		found = append(found, more...)
	}
	return join(found)
}

// refused wants a problem document for what is not described.
func refused(req *http.Request, res *http.Response) error {
	kind := res.Header.Get("Content-Type")
	if (res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusMethodNotAllowed) && kind == api.MediaTypeProblem {
		return nil
	}
	return fmt.Errorf("%s %s is not described, and is answered with %d %s", req.Method, req.URL.Path, res.StatusCode, kind)
}

func join(found []*validation.ValidationError) error {
	var all []error
	for _, violation := range found {
		all = append(all, fmt.Errorf("%s: %s: %s", violation.ValidationType, violation.Message, violation.Reason))
		for _, detail := range violation.SchemaValidationErrors {
			all = append(all, fmt.Errorf("  at %q: %s", detail.InstancePath, detail.Reason))
		}
	}
	return errors.Join(all...)
}
