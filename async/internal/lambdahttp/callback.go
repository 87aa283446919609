package lambdahttp

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// callback answers for what a waiting stage has given out: a page for a person,
// the answer of a person or a program, and signs of life. Only a POST changes
// anything: scanners of mail follow links.
func (x *exchange) callback() (r response) {
	// The address of the page is a secret.
	defer func() { r.set("Referrer-Policy", "no-referrer") }()
	switch {
	case x.sub != "":
		if err := x.Service.Heartbeat(x.ctx, x.name); err != nil {
			return x.fail(err)
		}
		return response{status: http.StatusNoContent}
	case x.req.RequestContext.HTTP.Method == http.MethodPost:
		return x.answerCallback()
	}
	view, err := x.Service.DescribeCallback(x.ctx, x.name)
	switch {
	case err != nil:
		return x.refuseCallback(err, view)
	case !view.Open:
		return x.refuseCallback(&async.RequestError{Code: api.CodeGone, Detail: answeredDetail}, view)
	}
	return pageOf(http.StatusOK, formPage(view, nil, nil))
}

// byteOrderMark may precede JSON, and says nothing (RFC 8259, section 8.1).
var byteOrderMark = []byte("\xef\xbb\xbf")

const answeredDetail = "This has been answered already, or is no longer waited for."

func (x *exchange) answerCallback() response {
	kind, err := x.mediaType()
	if err != nil {
		return x.refuseCallback(err, async.CallbackView{})
	}
	body, err := x.body()
	if err != nil {
		return x.refuseCallback(err, async.CallbackView{})
	}
	var view async.CallbackView
	var given url.Values
	switch {
	case kind == mediaTypeForm:
		if view, err = x.Service.DescribeCallback(x.ctx, x.name); err != nil {
			return x.refuseCallback(err, view)
		}
		if given, err = url.ParseQuery(string(body)); err != nil {
			return x.refuseCallback(malformed("The body is not a form."), view)
		}
		body = answerOf(view.Answer, given)
	case kind == api.MediaTypeJSON, strings.HasSuffix(kind, "+json"):
		var compact bytes.Buffer // the same answer in other words of JSON is the same
		if json.Compact(&compact, bytes.TrimPrefix(body, byteOrderMark)) == nil {
			body = compact.Bytes()
		}
	default:
		return x.refuseCallback(unsupported("The Content-Type must be application/json, or that of a form."), view)
	}
	if err := x.Service.Complete(x.ctx, x.name, body); err != nil {
		if e := requestError(err); e.Code == api.CodeInvalidSubmission && x.wantsHTML() && given != nil {
			return pageOf(http.StatusUnprocessableEntity, formPage(view, given, e.Fields))
		}
		return x.refuseCallback(err, view)
	}
	if x.wantsHTML() {
		return pageOf(http.StatusOK, messagePage("Thank you", "Your answer was recorded. You can close this page."))
	}
	return response{status: http.StatusOK}
}

// refuseCallback is fail, as a page where a browser asks.
func (x *exchange) refuseCallback(err error, view async.CallbackView) response {
	r := x.fail(err)
	if !x.wantsHTML() {
		return r
	}
	page := pageOf(r.status, messagePage(http.StatusText(r.status), requestError(err).Detail))
	if after, ok := r.header["Retry-After"]; ok {
		page.set("Retry-After", after)
	}
	return page
}

// wantsHTML reports whether the client is one that shows HTML. Programs that
// send */* get JSON.
func (x *exchange) wantsHTML() bool {
	for part := range strings.SplitSeq(x.header("Accept"), ",") {
		kind, _, _ := strings.Cut(part, ";")
		if strings.EqualFold(strings.TrimSpace(kind), "text/html") {
			return true
		}
	}
	return false
}
