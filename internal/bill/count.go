package main

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sfn"
	"github.com/aws/aws-sdk-go-v2/service/sfn/types"

	"example.org/asynchttpapi/internal/lambdahost"
)

// Counts are what one submission and its polls take.
type Counts struct {
	Requests    float64 `json:"requests"`
	Transitions float64 `json:"transitions"`
	Invocations float64 `json:"invocations"`
	WriteUnits  float64 `json:"writeUnits"`
	ReadUnits   float64 `json:"readUnits"`
	// CPUMillis is processor time of all functions, on the machine that counted.
	CPUMillis    float64 `json:"cpuMillis"`
	DynamoCalls  float64 `json:"dynamoCalls"`
	LogBytes     float64 `json:"logBytes"`
	LogLines     float64 `json:"logLines"`
	ResponseSize float64 `json:"responseBytes"`
}

// plus adds share of d to c.
func (c Counts) plus(d Counts, share float64) Counts {
	return Counts{
		c.Requests + share*d.Requests, c.Transitions + share*d.Transitions, c.Invocations + share*d.Invocations,
		c.WriteUnits + share*d.WriteUnits, c.ReadUnits + share*d.ReadUnits, c.CPUMillis + share*d.CPUMillis,
		c.DynamoCalls + share*d.DynamoCalls, c.LogBytes + share*d.LogBytes, c.LogLines + share*d.LogLines,
		c.ResponseSize + share*d.ResponseSize,
	}
}

// Counted is what `make bill` counts and keeps in counts.json.
type Counted struct {
	Before map[string]Counts `json:"before"`
	After  map[string]Counts `json:"after"`
	// Poll is one poll alone.
	Poll Counts `json:"poll"`
}

// outcomes are the ways in which a submission may go, and how many of 36 go so
// in the example: 1 in 6 is rejected in moderation, 1 in 2 of the others in the
// shortlisting, and 2 in 6 of what is left in the selection. A failure is none
// of them; its row is for what it costs.
var outcomes = []struct {
	review, about string
	of36          float64
}{
	{"approve", "approved", 10},
	{"reject@moderation", "rejected in moderation", 6},
	{"reject@shortlisting", "rejected in shortlisting", 15},
	{"reject@selection", "rejected in selection", 5},
	{"fail@selection", "failed in selection", 0},
}

const talk = `{"speaker":{"name":"Ada","email":"ada@example.org","bio":"Wrote programs.","country":"GB"},
	"title":"Notes","description":"On the engine.","track":"History"}`

// countSubmissions takes n submissions through the harness, each polled often, and
// returns the means. What the first ones cost, cold starts, is left out.
func (w *harness) countSubmissions(ctx context.Context, n, polled int) (Counts, error) {
	for range 2 {
		if _, err := w.submission(ctx, polled); err != nil {
			return Counts{}, err
		}
	}
	before := w.totals()
	var own Counts // what totals does not know
	for range n {
		one, err := w.submission(ctx, polled)
		if err != nil {
			return Counts{}, err
		}
		own = own.plus(one, 1)
	}
	return Counts{}.plus(own.plus(w.totals(), 1).plus(before, -1), 1/float64(n)), nil
}

// totals are what has been counted since the harness began.
func (w *harness) totals() (c Counts) {
	w.calls.Lock()
	for _, calls := range w.counts {
		c.Invocations += float64(calls)
	}
	w.calls.Unlock()
	for _, call := range w.meter.Calls() {
		c.DynamoCalls++
		if call.Operation == "GetItem" {
			c.ReadUnits += call.Units
		} else {
			c.WriteUnits += call.Units
		}
	}
	w.logs.mu.Lock()
	c.LogBytes, c.LogLines = float64(w.logs.bytes), float64(w.logs.lines)
	w.logs.mu.Unlock()
	for _, cpu := range w.host.CPU() {
		c.CPUMillis += float64(cpu.Microseconds()) / 1000
	}
	return c
}

// submission submits, waits for the execution's end and polls.
func (w *harness) submission(ctx context.Context, polled int) (Counts, error) {
	answer, err := w.invoke(ctx, "SubmitFunction", lambdahost.SubmitEvent(talk))
	if err != nil {
		return Counts{}, err
	}
	var response struct {
		StatusCode int
		Headers    map[string]string
	}
	if err := json.Unmarshal(answer, &response); err != nil || response.StatusCode != 202 {
		return Counts{}, fmt.Errorf("submit answers %s (%w)", answer, err)
	}
	location := response.Headers["Location"]
	id := location[strings.LastIndex(location, "/")+1:]
	c := Counts{Requests: 1 + float64(polled), ResponseSize: float64(len(answer))}
	if c.Transitions, err = w.transitions(ctx, id); err != nil {
		return c, err
	}
	for range polled {
		answer, err := w.invoke(ctx, "StatusFunction", lambdahost.StatusEvent(id))
		if err != nil {
			return c, err
		}
		c.ResponseSize += float64(len(answer))
	}
	return c, nil
}

// transitions waits for the end of an execution and counts its transitions: the
// start, each state that was entered, and each repetition of a task.
func (w *harness) transitions(ctx context.Context, id string) (float64, error) {
	arn := "arn:aws:states:us-east-1:123456789012:execution:Billed:" + id
	for {
		x, err := w.sfn.DescribeExecution(ctx, &sfn.DescribeExecutionInput{ExecutionArn: &arn})
		if err != nil {
			return 0, err
		}
		if x.Status != types.ExecutionStatusRunning {
			break
		}
		select {
		case <-ctx.Done():
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
	}
	history, err := w.sfn.GetExecutionHistory(ctx, &sfn.GetExecutionHistoryInput{ExecutionArn: &arn, MaxResults: 1000})
	if err != nil {
		return 0, err
	}
	n, tasks, calls := 1.0, 0.0, 0.0
	for _, e := range history.Events {
		switch {
		case e.Type == types.HistoryEventTypeTaskStateEntered:
			tasks++
		case e.StateEnteredEventDetails != nil:
			n++
		case e.Type == types.HistoryEventTypeLambdaFunctionScheduled:
			calls++
		}
	}
	return n + max(tasks, calls), nil
}

// countPolls returns what one poll takes.
func (w *harness) countPolls(ctx context.Context, n int) (Counts, error) {
	if _, err := w.submission(ctx, 20); err != nil {
		return Counts{}, err
	}
	none, err := w.countSubmissions(ctx, n, 0)
	if err != nil {
		return Counts{}, err
	}
	some, err := w.countSubmissions(ctx, n, polls)
	return Counts{}.plus(some.plus(none, -1), 1.0/polls), err
}
