package lambdahttp

import (
	"net/http"
	"strconv"
	"strings"
	"time"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/async"
)

func (x *exchange) status() response {
	p, err := x.polling()
	if err != nil {
		return x.fail(err)
	}
	view, err := x.Service.Status(x.ctx, x.name, p.longest)
	if err != nil {
		return x.fail(err)
	}
	r := x.show(view, p, false)
	r.notModified(x.header("If-None-Match"), view.ETag)
	return r
}

// cancel answers with the status: 200, also for a submission that had ended.
func (x *exchange) cancel() response {
	view, err := x.Service.Cancel(x.ctx, x.name)
	if err != nil {
		return x.fail(err)
	}
	return x.show(view, polling{failureStatus: http.StatusOK}, false)
}

// show returns the response for a submission. located adds its URL even where
// there is nothing to poll for any more: nothing but a submit's response has it.
func (x *exchange) show(v async.View, p polling, located bool) response {
	r := response{status: http.StatusOK}
	switch {
	case !v.Status.Terminal():
		r.status = http.StatusAccepted
		r.setRetryAfter(v.RetryAfter)
		located = true
	case v.Status == api.Failed:
		r.status = p.failureStatus
	}
	if located {
		url := x.statusURL(v.ID, p)
		r.set("Location", url)
		r.set("Operation-Location", url)
	}
	if v.Waited > 0 {
		r.set("Preference-Applied", "wait="+strconv.Itoa(int(v.Waited/time.Second)))
	}
	if v.ETag != "" {
		r.set("ETag", v.ETag)
	}
	if v.HasResult {
		v.ResultURL = x.baseURL() + api.ResultPath + v.ID
	}
	if v.CancelSecret != "" {
		v.CancelURL = x.baseURL() + api.CancelPath + v.CancelSecret
	}
	r.setJSON(api.MediaTypeJSON, v.Submission)
	return r
}

// matches compares If-None-Match weakly with a tag (RFC 9110, section 13.1.2).
func matches(field, etag string) bool {
	for tag := range strings.SplitSeq(field, ",") {
		tag = strings.TrimPrefix(strings.TrimSpace(tag), "W/")
		if tag != "" && tag == etag || tag == "*" {
			return true
		}
	}
	return false
}
