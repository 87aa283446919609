package lambdahttp

import (
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"mime"
	"net/http"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// result answers with the result itself, with where it is, or, before the end,
// with what a poll of the status is answered with.
func (x *exchange) result() response {
	p, err := x.polling()
	if err != nil {
		return x.fail(err)
	}
	v, err := x.Service.Result(x.ctx, x.name, p.longest)
	switch {
	case err != nil:
		return x.fail(err)
	case !v.View.Status.Terminal():
		r := x.show(v.View, p, false)
		r.notModified(x.header("If-None-Match"), v.View.ETag)
		return r
	case v.Large != nil:
		return x.large(v)
	}
	sum := sha256.Sum256(v.Inline)
	etag := `"` + base64.RawURLEncoding.EncodeToString(sum[:16]) + `"`
	r := response{status: http.StatusOK, body: v.Inline}
	r.set("Content-Type", api.MediaTypeJSON)
	r.set("ETag", etag)
	r.notModified(x.header("If-None-Match"), etag)
	return r
}

// large answers for a result that is too large to be part of a record. It is
// the job's own, and of any type, so that no browser may show it as a page of
// this origin.
func (x *exchange) large(v async.ResultView) response {
	get := x.req.RequestContext.HTTP.Method == http.MethodGet
	if v.URL != "" && get {
		r := response{status: http.StatusFound}
		r.set("Location", v.URL)
		return r
	}
	r := response{status: http.StatusOK}
	r.set("Content-Type", v.Large.MediaType)
	r.set("Content-Disposition", disposition(v.Large.FileName))
	r.set("ETag", `"`+v.Large.ETag+`"`)
	switch {
	case v.URL != "": // a presigned URL is for GET alone, so that a HEAD is answered here
	case x.SendFile != "":
		r.set(x.SendFile, v.Large.Key)
	default:
		return x.fail(&async.RequestError{Code: api.CodeInternal, Detail: internalDetail, Op: "Results.URL", Cause: errors.New("no URL")})
	}
	return r
}

// disposition makes a browser save the result (RFC 6266).
func disposition(fileName string) string {
	if fileName == "" {
		return "attachment"
	}
	if value := mime.FormatMediaType("attachment", map[string]string{"filename": fileName}); value != "" {
		return value
	}
	return "attachment"
}
