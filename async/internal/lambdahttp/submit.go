package lambdahttp

import "example.org/asynchttpapi/async"

func (x *exchange) submit() response {
	in, failureStatus, err := x.submission()
	if err != nil {
		return x.fail(err)
	}
	view, err := x.Service.Submit(x.ctx, in)
	if err != nil {
		return x.fail(err)
	}
	return x.show(view, failureStatus, true)
}

// submission reads the request; its first fault is the answer.
func (x *exchange) submission() (in async.Submission, failureStatus int, err error) {
	if err = x.checkMediaType(); err != nil {
		return in, 0, err
	}
	if in.Body, err = x.body(); err != nil {
		return in, 0, err
	}
	if in.Key, err = x.key(); err != nil {
		return in, 0, err
	}
	if failureStatus, err = x.failureStatus(); err != nil {
		return in, 0, err
	}
	in.Scope = x.Scope(x.req)
	in.Wait = parseWait(x.header("Prefer"))
	return in, failureStatus, checkJSON(in.Body)
}
