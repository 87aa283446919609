package activity

import (
	"errors"
	"reflect"
	"testing"

	"example.org/asynchttpapi/api"
	"example.org/asynchttpapi/speakers"
)

func TestFailureIsRecorded(t *testing.T) {
	for errorName, code := range map[string]string{
		ReviewFailed:         api.CodeProcessFailed,
		"States.Timeout":     api.CodeTimedOut,
		"Sandbox.Timedout":   api.CodeTimedOut,
		"Lambda.Unknown":     api.CodeProcessFailed,
		"ada@example.org":    api.CodeProcessFailed,
		"States.TaskFailed":  api.CodeProcessFailed,
		"States.DataLimit":   api.CodeProcessFailed,
		"Activity.Invalid":   api.CodeProcessFailed,
		"":                   api.CodeProcessFailed,
		"panic: runtime err": api.CodeProcessFailed,
	} {
		w := newWorld()
		_, err := w.stage(speakers.Shortlisting, "fail@shortlisting").Run(t.Context(), Input{ID: "id"})
		if name(t, err) != ReviewFailed {
			t.Fatal(err)
		}
		if err := (Failure{Store: &w.store, Clock: &w.clock}).Run(t.Context(), FailureInput{Input{ID: "id"}, errorName, 0}); name(t, err) != Failed {
			t.Fatal(err)
		}
		r := w.record(t)
		if r.Status != api.Failed || r.CustomStatus != "Shortlisting" || r.Error == nil || r.Error.Code != code {
			t.Errorf("%q: %+v, %+v", errorName, r.State, r.Error)
		}
		if errorName != "" && contains(r.Error.Message, errorName) {
			t.Errorf("the client is told %q", r.Error.Message)
		}
	}
}

func TestFailureLeavesAnEndAlone(t *testing.T) {
	w := newWorld()
	if _, err := w.stage(speakers.Selection, "approve").Run(t.Context(), Input{ID: "id"}); err != nil {
		t.Fatal(err)
	}
	before := w.record(t)
	if err := (Failure{Store: &w.store, Clock: &w.clock}).Run(t.Context(), FailureInput{Input{ID: "id"}, "States.Timeout", 0}); name(t, err) != Failed {
		t.Error(err)
	}
	if after := w.record(t); !reflect.DeepEqual(before, after) {
		t.Errorf("%+v became %+v", before, after)
	}
}

func TestFailureOfNothingRecordsNothing(t *testing.T) {
	w := newWorld()
	if err := (Failure{Store: &w.store, Clock: &w.clock}).Run(t.Context(), FailureInput{Input{ID: "other"}, "States.Timeout", 0}); name(t, err) != Failed {
		t.Error(err)
	}
}

func TestFailureThatCannotBeRecordedIsRetried(t *testing.T) {
	w := newWorld()
	failure := Failure{Store: broken{&w.store, nil, errors.New("down")}, Clock: &w.clock}
	if err := failure.Run(t.Context(), FailureInput{Input{ID: "id"}, "x", 0}); name(t, err) != Unavailable {
		t.Error(err)
	}
	if err := failure.Run(t.Context(), FailureInput{}); name(t, err) != Invalid {
		t.Error(err)
	}
}

func TestReopenedFailureLetsTheExecutionGoOn(t *testing.T) {
	w := newWorld()
	failure := Failure{Store: &w.store, Clock: &w.clock}
	before := w.record(t)
	if err := failure.Run(t.Context(), FailureInput{Input{ID: "id", Redrive: 1}, ReviewFailed, 0}); err != nil {
		t.Error(err)
	}
	if after := w.record(t); !reflect.DeepEqual(before, after) {
		t.Errorf("%+v became %+v", before, after)
	}
	if err := failure.Run(t.Context(), FailureInput{Input{ID: "id", Redrive: 1}, ReviewFailed, 1}); name(t, err) != Failed {
		t.Errorf("the failure of the second drive: %v", err)
	}
	if r := w.record(t); r.Status != api.Failed || r.Redrive != 1 {
		t.Errorf("%+v", r.State)
	}
}
