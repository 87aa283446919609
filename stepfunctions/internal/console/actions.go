package console

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"example.org/asynchttpapi/stepfunctions/internal/engine"
)

// done leads the browser to a page that it can load again (303, RFC 9110
// section 15.4.4).
func done(w http.ResponseWriter, r *http.Request, link string) {
	http.Redirect(w, r, link, http.StatusSeeOther)
}

// form reads the form of a request, or answers why it cannot be read.
func (h *handler) form(w http.ResponseWriter, r *http.Request) bool {
	err := r.ParseForm()
	if tooLarge := (*http.MaxBytesError)(nil); errors.As(err, &tooLarge) {
		h.fail(w, r, http.StatusRequestEntityTooLarge, "The form is larger than 1 MiB.")
		return false
	}
	if err != nil {
		h.fail(w, r, http.StatusBadRequest, "The form cannot be read.")
		return false
	}
	return true
}

// start starts an execution. An error shows the form again as it was filled in.
func (h *handler) start(w http.ResponseWriter, r *http.Request) {
	if !h.form(w, r) {
		return
	}
	arn := r.PostForm.Get("machine")
	p, err := h.machine(r, arn)
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	p.Input, p.Given = r.PostForm.Get("input"), strings.TrimSpace(r.PostForm.Get("name"))
	testCase := r.PostForm.Get("case")
	p.choose(testCase)
	s := engine.StartExecution{MachineARN: engine.WithTestCase(arn, testCase), Name: p.Given, Input: json.RawMessage(p.Input)}
	if strings.TrimSpace(p.Input) == "" {
		s.Input = nil
	}
	if p.Type == engine.Express {
		h.startSync(w, r, p, s)
		return
	}
	started, err := h.engine.StartExecution(r.Context(), s)
	if h.again(w, p, err) {
		return
	}
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	done(w, r, executionLink(started.ARN))
}

// startSync runs an execution of an Express machine, of which nothing is kept,
// and shows its end.
func (h *handler) startSync(w http.ResponseWriter, r *http.Request, p machinePage, s engine.StartExecution) {
	x, err := h.engine.StartSyncExecution(r.Context(), s)
	if h.again(w, p, err) {
		return
	}
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	p.Result, p.Shown = &x, excerptOf(x.Output)
	h.show(w, http.StatusOK, "machine.html", p)
}

// again shows the form with what was wrong with it, and reports whether it did.
func (h *handler) again(w http.ResponseWriter, p machinePage, err error) bool {
	apiErr := (*engine.Error)(nil)
	if !errors.As(err, &apiErr) {
		return false
	}
	p.Problem = apiErr.Message
	h.show(w, http.StatusBadRequest, "machine.html", p)
	return true
}

func (h *handler) stop(w http.ResponseWriter, r *http.Request) {
	if !h.form(w, r) {
		return
	}
	arn := r.PostForm.Get("execution")
	if _, err := h.engine.StopExecution(r.Context(), arn, r.PostForm.Get("error"), r.PostForm.Get("cause")); err != nil {
		h.writeError(w, r, err)
		return
	}
	done(w, r, executionLink(arn))
}

func (h *handler) redrive(w http.ResponseWriter, r *http.Request) {
	if !h.form(w, r) {
		return
	}
	arn := r.PostForm.Get("execution")
	if _, err := h.engine.RedriveExecution(r.Context(), arn, ""); err != nil {
		h.writeError(w, r, err)
		return
	}
	done(w, r, executionLink(arn))
}

// answer ends a task that waits for its token, well or with an error.
func (h *handler) answer(w http.ResponseWriter, r *http.Request) {
	if !h.form(w, r) {
		return
	}
	var err error
	token := r.PostForm.Get("token")
	switch r.PostForm.Get("answer") {
	case "success":
		err = h.engine.SendTaskSuccess(r.Context(), token, json.RawMessage(r.PostForm.Get("output")))
	case "failure":
		err = h.engine.SendTaskFailure(r.Context(), token, r.PostForm.Get("error"), r.PostForm.Get("cause"))
	default:
		h.fail(w, r, http.StatusBadRequest, "An answer is a success or a failure.")
		return
	}
	if err != nil {
		h.writeError(w, r, err)
		return
	}
	done(w, r, executionLink(r.PostForm.Get("execution")))
}
