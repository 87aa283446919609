package lambdahttp

import (
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

// completions answers the polls of a trigger. Only a 200 starts a workflow: the
// first call, which only gets a cursor, and one that finds nothing are a 202.
// https://learn.microsoft.com/azure/logic-apps/logic-apps-create-api-app
//
// The body has the cursor as well: Power Platform's polling triggers take it from
// there.
func (x *exchange) completions() response {
	in, err := x.completionsRequest()
	if err != nil {
		return x.fail(err)
	}
	page, err := x.Service.Completions(x.ctx, in)
	if err != nil {
		return x.fail(err)
	}
	r := response{status: http.StatusOK}
	body := api.Completions{Value: []api.Submission{}, Next: page.Next}
	for _, v := range page.Submissions {
		if v.HasResult {
			v.ResultURL = x.baseURL() + api.ResultPath + v.ID
		}
		body.Value = append(body.Value, v.Submission)
	}
	if len(body.Value) == 0 {
		r.status = http.StatusAccepted
	}
	r.set("Location", x.completionsURL(page.Next))
	r.set("Retry-After", strconv.Itoa(int(page.RetryAfter/time.Second)))
	r.setJSON(api.MediaTypeJSON, body)
	return r
}

func (x *exchange) completionsRequest() (in async.CompletionsRequest, err error) {
	who, err := x.caller()
	if err == nil && who.scope == "" {
		err = &async.RequestError{Code: api.CodeUnauthorized, Detail: "This list is shown to callers with a credential: a token, a signature or an API key."}
	}
	if err != nil {
		return in, err
	}
	in = async.CompletionsRequest{Scope: who.scope, All: who.operator, Since: x.req.QueryStringParameters[api.Since]}
	if limit, given := x.req.QueryStringParameters[api.Limit]; given {
		n, err := strconv.ParseUint(limit, 10, 31)
		if err != nil && !errors.Is(err, strconv.ErrRange) || n < 1 { // where it is too large, n is the largest number
			return in, malformed("The parameter limit must be a whole number of 1 or more.")
		}
		in.Limit = int(n)
	}
	return in, nil
}

// completionsURL carries the limit on, which belongs to the polls.
func (x *exchange) completionsURL(cursor string) string {
	query := url.Values{api.Since: {cursor}}
	if limit, given := x.req.QueryStringParameters[api.Limit]; given {
		query.Set(api.Limit, limit)
	}
	return x.baseURL() + api.CompletionsPath + "?" + query.Encode()
}
