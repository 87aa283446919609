package interp_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strings"
	"testing"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/asl"
	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

const chain = `{"StartAt":"A","States":{
"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","TimeoutSeconds":60,"ResultPath":null,"Next":"B"},
"B":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","TimeoutSeconds":60,"ResultPath":null,"Next":"C"},
"C":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","TimeoutSeconds":60,"ResultPath":null,"End":true}}}`

func parse(tb testing.TB, text string) *asl.Machine {
	tb.Helper()
	m, err := asl.Parse([]byte(text))
	if err != nil {
		tb.Fatal(err)
	}
	return m
}

// finish answers every task with null until the run ends.
func finish(r *interp.Run, input string) *interp.Outcome {
	e := r.Apply(interp.Input{Kind: interp.Started, At: time.Unix(0, 0), Output: json.RawMessage(input)})
	queue := e.Tasks
	for len(queue) > 0 {
		task := queue[0]
		queue = queue[1:]
		e := r.Apply(interp.Input{Kind: interp.TaskSucceeded, At: time.Unix(1, 0), Ref: task.Ref, Output: json.RawMessage("null")})
		queue = append(queue, e.Tasks...)
	}
	return r.Outcome()
}

// BenchmarkChain is the whole interpreting of an execution of three tasks.
func BenchmarkChain(b *testing.B) {
	m := parse(b, chain)
	b.ReportAllocs()
	for b.Loop() {
		if o := finish(interp.New(m, sampleInfo), `{"id":"0123456789abcdef"}`); o.Status != interp.StatusSucceeded {
			b.Fatal(o)
		}
	}
}

// BenchmarkMap shows that the cost of an item does not grow with their number.
func BenchmarkMap(b *testing.B) {
	m := parse(b, `{"StartAt":"M","States":{"M":{"Type":"Map","MaxConcurrency":10,"End":true,"ItemProcessor":{"StartAt":"A","States":{
"A":{"Type":"Task","Resource":"arn:aws:lambda:us-east-1:111111111111:function:f","End":true}}}}}}`)
	for _, items := range []int{10, 100, 1000, 3000} {
		input := "[" + strings.TrimSuffix(strings.Repeat("1,", items), ",") + "]"
		b.Run(fmt.Sprint(items), func(b *testing.B) {
			for b.Loop() {
				if o := finish(interp.New(m, sampleInfo), input); o.Status != interp.StatusSucceeded {
					b.Fatal(o)
				}
			}
			b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N*items), "ns/item")
		})
	}
}

// BenchmarkSleeping reports the memory of a run that waits.
func BenchmarkSleeping(b *testing.B) {
	m := parse(b, `{"StartAt":"W","States":{"W":{"Type":"Wait","Seconds":3600,"End":true}}}`)
	for b.Loop() {
		runs := make([]*interp.Run, 0, 10_000)
		before := heap()
		for range cap(runs) {
			r := interp.New(m, sampleInfo)
			r.Apply(interp.Input{Kind: interp.Started, Output: json.RawMessage(`{"id":"0123456789abcdef"}`)})
			runs = append(runs, r)
		}
		b.ReportMetric(float64(heap()-before)/float64(len(runs)), "bytes/run")
		runtime.KeepAlive(runs)
	}
}

func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
