package awsharness

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sfn"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/client"
)

// silent is a way for an execution to end that it does not record itself.
type silent struct {
	// definition takes the place of the whole state machine; "" leaves it.
	definition string
	// stopped: it is aborted.
	stopped bool
	// event is the status that the notification has; "" where none is sent.
	event  string
	status api.Status
	code   string
}

var silentEnds = map[string]silent{
	"timed out":                  {definition: `{"StartAt":"W","TimeoutSeconds":1,"States":{"W":{"Type":"Wait","Seconds":60,"End":true}}}`, event: "TIMED_OUT", status: api.Failed, code: api.CodeTimedOut},
	"aborted":                    {stopped: true, event: "ABORTED", status: api.Canceled},
	"failed":                     {definition: `{"StartAt":"F","States":{"F":{"Type":"Fail"}}}`, event: "FAILED", status: api.Failed, code: api.CodeProcessFailed},
	"succeeded without a result": {definition: `{"StartAt":"S","States":{"S":{"Type":"Succeed"}}}`, status: api.Failed, code: api.CodeProcessLost},
}

// The rule's event, sent twice as it may be, ends the submission.
func TestEventsEndWhatCannotSaySo(t *testing.T) {
	t.Parallel()
	for name, end := range silentEnds {
		if end.event == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := end.happen(t)
			for range 2 {
				w.notify(t, s.ID, end.event, 0)
			}
			end.check(t, w, s.ID)
		})
	}
}

// Without any event, the first read past the deadline finds out, and writes it
// back for the next.
func TestReadersFindOutWithoutAnEvent(t *testing.T) {
	t.Parallel()
	for name, end := range silentEnds {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, s := end.happen(t)
			if early, err := w.client(t, 0).Status(t.Context(), s.ID); err != nil || early.Status.Terminal() {
				t.Fatalf("known before the deadline: %+v, %v", early, err)
			}
			w.outlive(t, s.ID)
			end.check(t, w, s.ID)
			r, err := w.store(t).Get(t.Context(), s.ID)
			if err != nil || r.Status != end.status {
				t.Errorf("written back: %+v, %v", r.State, err)
			}
		})
	}
}

// happen submits a talk whose execution ends like that.
func (e silent) happen(t *testing.T) (*harness, client.State[json.RawMessage]) {
	w := newHarnessAtSpeed(t, "approve", "1") // stages last longer than the test
	if e.definition != "" {
		w.redefine(t, e.definition)
	}
	s, err := w.client(t, 0).Submit(t.Context(), json.RawMessage(talk))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	if e.stopped {
		w.stop(t, s.ID)
	}
	w.awaitEnd(t, s.ID)
	return w, s
}

func (e silent) check(t *testing.T, w *harness, id string) {
	t.Helper()
	s, err := w.client(t, 0).Status(t.Context(), id)
	if s.Status != e.status || (e.code != "") != (s.Error != nil) || s.Error != nil && s.Error.Code != e.code {
		t.Errorf("got %+v, %v", s.Result, err)
	}
}

// A redriven execution reopens its submission, whatever order its events come
// in, and ends it again.
func TestRedriveReopens(t *testing.T) {
	w := newHarnessAtSpeed(t, "approve", "10")
	c := w.client(t, 0)
	s, err := c.Submit(t.Context(), json.RawMessage(talk))
	if err != nil {
		t.Fatalf("%v\n%s", err, w.logs)
	}
	w.stop(t, s.ID)
	w.notify(t, s.ID, "FAILED", 0) // what was aborted is canceled for good, what failed is not
	if s, err = c.Status(t.Context(), s.ID); s.Status != api.Failed {
		t.Fatalf("got %+v, %v", s, err)
	}
	if _, err := w.sfn.RedriveExecution(t.Context(), &sfn.RedriveExecutionInput{ExecutionArn: aws.String(executionARN(s.ID))}); err != nil {
		t.Fatal(err)
	}
	w.notify(t, s.ID, "RUNNING", 1)
	w.notify(t, s.ID, "FAILED", 0) // late: it runs again by now
	if s, err = c.Status(t.Context(), s.ID); err != nil || s.Status == api.Failed {
		t.Fatalf("not reopened: %+v, %v", s, err)
	}
	if s, err = c.Wait(t.Context(), s); err != nil || s.CustomStatus != "Approved" {
		t.Fatalf("got %+v, %v\n%s", s, err, w.logs)
	}
	w.notify(t, s.ID, "RUNNING", 1)
	w.notify(t, s.ID, "ABORTED", 0)
	w.notify(t, s.ID, "TIMED_OUT", 1)
	if s, err = c.Status(t.Context(), s.ID); err != nil || s.CustomStatus != "Approved" {
		t.Errorf("an old event took the result back: %+v, %v", s, err)
	}
}

// Whoever submitted cancels with the URL that the binaries hand out, and the
// execution is stopped.
func TestCancel(t *testing.T) {
	w := newHarnessAtSpeed(t, "approve", "1") // stages last longer than the test
	resp, err := http.Post(w.url+api.SubmitPath, "application/json", strings.NewReader(talk))
	if err != nil {
		t.Fatal(err)
	}
	var s api.Submission
	if err := json.NewDecoder(resp.Body).Decode(&s); err != nil || s.CancelURL == "" {
		t.Fatalf("%+v, %v\n%s", s, err, w.logs)
	}
	for range 2 {
		resp, err := http.Post(s.CancelURL, "", nil)
		if err != nil {
			t.Fatal(err)
		}
		var canceled api.Submission
		if err := json.NewDecoder(resp.Body).Decode(&canceled); err != nil || resp.StatusCode != http.StatusOK || canceled.Status != api.Canceled {
			t.Errorf("%d %+v, %v\n%s", resp.StatusCode, canceled, err, w.logs)
		}
	}
	w.awaitEnd(t, s.ID)
	resp, err = http.Get(w.url + api.ResultPath + s.ID)
	if err != nil || resp.StatusCode != http.StatusNotFound {
		t.Errorf("a result: %v, %v", resp, err)
	}
}
