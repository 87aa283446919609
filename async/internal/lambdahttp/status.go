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
	failureStatus, err := x.failureStatus()
	if err != nil {
		return x.fail(err)
	}
	view, err := x.Service.Status(x.ctx, x.id, parseWait(x.header("Prefer")))
	if err != nil {
		return x.fail(err)
	}
	r := x.show(view, failureStatus, false)
	if r.status < 300 && matches(x.header("If-None-Match"), view.ETag) {
		r.status, r.body = http.StatusNotModified, nil
		delete(r.header, "Content-Type")
	}
	return r
}

// show is the response for a submission. located adds its URL even where there
// is nothing to poll for any more, as a submit's response is all that tells it.
func (x *exchange) show(v async.View, failureStatus int, located bool) response {
	r := response{status: http.StatusOK}
	switch {
	case !v.Status.Terminal():
		r.status = http.StatusAccepted
		r.setRetryAfter(v.RetryAfter)
		located = true
	case v.Status == api.Failed:
		r.status = failureStatus
	}
	if located {
		url := x.statusURL(v.ID, failureStatus)
		r.set("Location", url)
		r.set("Operation-Location", url)
	}
	if v.Waited > 0 {
		r.set("Preference-Applied", "wait="+strconv.Itoa(int(v.Waited/time.Second)))
	}
	if v.ETag != "" {
		r.set("ETag", v.ETag)
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
