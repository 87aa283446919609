package interp_test

import (
	"reflect"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// An input that a run does not accept does nothing to it: a replay that meets such an
// input is not the run that it was written for.
func TestAccepts(t *testing.T) {
	const task, timer = 2, 1 // the machine's timeout has the first ref
	definition := `{"TimeoutSeconds": 60, "StartAt": "T", "States": {"T": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:111111111111:function:f", "End": true}}}`
	started := interp.Input{Kind: interp.Started, Output: []byte(`{}`)}
	succeeded := interp.Input{Kind: interp.TaskSucceeded, Ref: task, Output: []byte(`1`)}
	timedOut := interp.Input{Kind: interp.TimerFired, Ref: timer}
	stopped, redriven := interp.Input{Kind: interp.Stopped}, interp.Input{Kind: interp.Redriven}
	all := []interp.Input{started, succeeded, timedOut, stopped, redriven,
		{Kind: interp.TaskFailed, Ref: timer}, {Kind: interp.TimerFired, Ref: task}, {Kind: interp.TaskHeartbeat, Ref: 9}}
	for name, tt := range map[string]struct{ before, accepted []interp.Input }{
		"new":       {nil, []interp.Input{started}},
		"running":   {[]interp.Input{started}, []interp.Input{succeeded, timedOut, stopped}},
		"succeeded": {[]interp.Input{started, succeeded}, nil},
		"timed out": {[]interp.Input{started, timedOut}, []interp.Input{redriven}},
		"aborted":   {[]interp.Input{started, stopped}, []interp.Input{redriven}},
	} {
		for _, in := range all {
			var events int64
			r := interp.New(parse(t, definition), sampleInfo, interp.WithHistory(func(e interp.Event) { events = e.ID }))
			for _, before := range tt.before {
				before.At = time.Unix(1, 0)
				r.Apply(before)
			}
			want := false
			for _, h := range tt.accepted {
				want = want || reflect.DeepEqual(h, in)
			}
			got, was := r.Accepts(in), events
			effects := r.Apply(in)
			done := events > was || !reflect.DeepEqual(effects, interp.Effects{})
			if got != want || done != want {
				t.Errorf("%s: %+v: accepts it: %t, does something: %t, want %t", name, in, got, done, want)
			}
		}
	}
}
