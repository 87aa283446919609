package lambdahttp

import (
	"encoding/base64"
	"mime"
	"strconv"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// header returns the value of a header, "" where there is none.
func (x *exchange) header(name string) string {
	value, _ := x.lookup(name)
	return value
}

// lookup finds a header whatever its case: the gateway lower-cases names, sam
// local does not.
func (x *exchange) lookup(name string) (value string, given bool) {
	if value, given = x.req.Headers[strings.ToLower(name)]; given {
		return strings.TrimSpace(value), true
	}
	for key, value := range x.req.Headers {
		if strings.EqualFold(key, name) {
			return strings.TrimSpace(value), true
		}
	}
	return "", false
}

// mediaTypeForm is that of a form in a browser (HTML standard, section 4.10.21.8).
const mediaTypeForm = "application/x-www-form-urlencoded"

// checkMediaType returns an error for what is not JSON: application/json or a
// +json type, in UTF-8, and with no content coding.
func (x *exchange) checkMediaType() error {
	kind, err := x.mediaType()
	if err == nil && kind != api.MediaTypeJSON && !strings.HasSuffix(kind, "+json") {
		err = unsupported("The Content-Type must be application/json.")
	}
	return err
}

// mediaType returns the Content-Type's type of a body in UTF-8 without a content
// coding.
func (x *exchange) mediaType() (string, error) {
	kind, params, err := mime.ParseMediaType(x.header("Content-Type"))
	if err != nil {
		return "", unsupported("The Content-Type must be application/json.")
	}
	switch strings.ToLower(params["charset"]) {
	case "", "utf-8", "utf8": // the last is no registered name, and what many clients send
	default:
		return "", unsupported("The body is sent in UTF-8, without another charset.")
	}
	if coding := x.header("Content-Encoding"); coding != "" && !strings.EqualFold(coding, "identity") {
		return "", unsupported("The body must not have a Content-Encoding.")
	}
	return kind, nil
}

// body returns the request's body, decoded and within bounds.
func (x *exchange) body() ([]byte, error) {
	size := len(x.req.Body)
	if x.req.IsBase64Encoded {
		size = size / 4 * 3
	}
	if size > x.MaxBody+2 { // padding decodes to up to two bytes less
		return nil, x.tooLarge()
	}
	body := []byte(x.req.Body)
	if x.req.IsBase64Encoded {
		var err error
		if body, err = base64.StdEncoding.DecodeString(x.req.Body); err != nil {
			return nil, malformed("The body is not valid base64.")
		}
	}
	if len(body) > x.MaxBody {
		return nil, x.tooLarge()
	}
	return body, nil
}

func (x *exchange) tooLarge() error {
	return &async.RequestError{Code: api.CodePayloadTooLarge, Detail: "The body is too large; " + strconv.Itoa(x.MaxBody) + " bytes are the most."}
}

func malformed(detail string) error {
	return &async.RequestError{Code: api.CodeMalformedRequest, Detail: detail}
}

func unsupported(detail string) error {
	return &async.RequestError{Code: api.CodeUnsupportedMediaType, Detail: detail}
}
