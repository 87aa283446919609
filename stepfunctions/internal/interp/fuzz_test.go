package interp_test

import (
	"encoding/json"
	"testing"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/asl/value"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// FuzzRun: whatever the definition, even one that would not validate, and
// whatever the input, a run neither panics nor goes on for ever.
func FuzzRun(f *testing.F) {
	for _, seed := range [][2]string{
		{`{"StartAt":"A","States":{"A":{"Type":"Map","ItemsPath":"$.a","ItemProcessor":{"StartAt":"B","States":{"B":{"Type":"Task","Resource":"arn:aws:states:::lambda:invoke","Retry":[{"ErrorEquals":["States.ALL"]}],"End":true}}},"Next":"C"},"C":{"Type":"Wait","SecondsPath":"$[0]","End":true}}}`, `{"a":[1,2]}`},
		{`{"StartAt":"A","States":{"A":{"Type":"Parallel","Branches":[{"StartAt":"B","States":{"B":{"Type":"Fail","ErrorPath":"$.e"}}}],"Catch":[{"ErrorEquals":["x"],"Next":"A","ResultPath":"$.r"}],"End":true}}}`, `{"e":"x"}`},
		{`{"StartAt":"A","States":{"A":{"Type":"Choice","Choices":[{"Variable":"$.n","NumericGreaterThanPath":"$.m","Next":"A","Assign":{"v.$":"States.MathAdd($.n, 1)"}}],"Default":"B"},"B":{"Type":"Pass","Parameters":{"v.$":"$v"},"Next":"A"}}}`, `{"n":2,"m":1}`},
		{`{"StartAt":"A","States":{"A":{"Type":"Map","ItemProcessor":{"ProcessorConfig":{"Mode":"DISTRIBUTED"},"StartAt":"B","States":{"B":{"Type":"Pass","Next":"B"}}},"ItemBatcher":{"MaxItemsPerBatchPath":"$$.Execution.Input[0]"},"ToleratedFailurePercentage":50,"End":true}}}`, `[1,2,3]`},
		{`{"StartAt":"A","TimeoutSeconds":5,"States":{"A":{"Type":"Task","Resource":"x.waitForTaskToken","TimeoutSecondsPath":"$","HeartbeatSeconds":1,"Catch":[{"ErrorEquals":["States.Timeout"],"Next":"Z"}]}}}`, `7`},
	} {
		f.Add([]byte(seed[0]), []byte(seed[1]))
	}
	f.Fuzz(func(t *testing.T, definition, input []byte) {
		m, _ := asl.Parse(definition)
		if m == nil {
			return
		}
		r := interp.New(m, sampleInfo)
		w := newHarness(r, func(task interp.Task) []interp.Input {
			if !json.Valid(task.Parameters) {
				t.Fatalf("parameters are not JSON: %q", task.Parameters)
			}
			if task.Ref%3 == 0 {
				return []interp.Input{{Kind: interp.TaskFailed, Error: "E"}}
			}
			return []interp.Input{{Kind: interp.TaskSucceeded, Output: task.Parameters}}
		})
		w.start(string(input))
		for step := 0; r.Outcome() == nil && step < 200; step++ {
			if !w.step() {
				return // a task without a timeout was not answered, or nothing can start
			}
		}
		w.apply(interp.Input{Kind: interp.Stopped})
		w.apply(interp.Input{Kind: interp.Redriven})
		w.step()
		if o := r.Outcome(); o != nil && o.Status == interp.StatusSucceeded {
			if _, err := value.Parse(o.Output); err != nil {
				t.Fatalf("output %q: %v", o.Output, err)
			}
		}
	})
}
