package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"example.org/asynchttpapi/stepfunctions/internal/interp"
)

// redrivable is how long after its end an execution can be opened again,
// longestOpen how long after its start, and maxRedriveEvents how long its
// history may be then.
// https://docs.aws.amazon.com/step-functions/latest/dg/redrive-executions.html
const (
	redrivable       = 14 * 24 * time.Hour
	longestOpen      = 365 * 24 * time.Hour
	maxRedriveEvents = 24_999
)

const tooManyEvents = "Execution history event limit exceeded"

// notRedrivable returns why an execution cannot be redriven, as the service does.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_DescribeExecution.html
func (e *Engine) notRedrivable(r Record) string {
	now := e.now()
	switch {
	case r.Status == Running:
		return "Execution is RUNNING and cannot be redriven"
	case r.Status == Succeeded:
		return "Execution is SUCCEEDED and cannot be redriven"
	case e.registry.deleting(r):
		return "State machine is in DELETING status"
	case interp.EndedByEvents(r.Error, r.Cause):
		return tooManyEvents
	case r.Started.Add(longestOpen).Before(now):
		return "Execution has exceeded the max execution time"
	case r.Stopped.Add(redrivable).Before(now):
		return "Execution redrivable period exceeded"
	}
	return ""
}

// RedriveExecution goes on with an execution that failed, timed out or was
// aborted, from where that happened, and returns when that was. clientToken, if
// not empty, makes a repetition within 15 minutes give the first answer.
// Errors: ExecutionDoesNotExist, ExecutionNotRedrivable, InvalidARN.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
func (e *Engine) RedriveExecution(ctx context.Context, arn, clientToken string) (time.Time, error) {
	if err := e.gate.enter(); err != nil {
		return time.Time{}, err
	}
	defer e.gate.leave()
	e.redriving.Lock()
	defer e.redriving.Unlock()
	r, err := e.find(ctx, arn)
	if err != nil {
		return time.Time{}, err
	}
	if at, ok := e.redriven.find(r.ID, clientToken, e.now()); ok {
		return at, nil
	}
	if r.Status == Running && r.RedriveCount > 0 && !e.known(r.ID) {
		return r.Redriven, e.recoverOrphanLocked(ctx, r.ID) // an earlier call returned an error, and is on disk
	}
	if why := e.notRedrivable(r); why != "" {
		return time.Time{}, errorf(ExecutionNotRedrivable, "%s", why)
	}
	x, err := e.reopen(ctx, r)
	if err != nil {
		return time.Time{}, err
	}
	at, err := x.redrive()
	if err == nil {
		e.redriven.keep(r.ID, clientToken, at)
	}
	return at, err
}

// reopen makes the execution of a closed record.
func (e *Engine) reopen(ctx context.Context, r Record) (*execution, error) {
	revision, err := e.registry.revision(ctx, r.Revision)
	if err != nil {
		return nil, err
	}
	m, err := e.registry.find(r.MachineARN)
	if err != nil {
		return nil, err
	}
	x := e.newExecution(m, revision, r)
	if err := x.load(ctx); err != nil {
		return nil, fmt.Errorf("read the execution: %w", err)
	}
	if x.run.Events() >= maxRedriveEvents {
		return nil, errorf(ExecutionNotRedrivable, tooManyEvents)
	}
	return x, nil
}

// redrive is called on an execution that no other goroutine sees.
func (x *execution) redrive() (time.Time, error) {
	if err := x.engine.registry.opened(x.machine); err != nil {
		return time.Time{}, err
	}
	in := interp.Input{Kind: interp.Redriven, At: x.at()}
	s, err := x.redriven(in)
	if err != nil {
		x.engine.closed(x.machine)
		return time.Time{}, err
	}
	if s.head == nil {
		s.head = &Head{Status: Running}
	}
	s.head.RedriveCount, s.head.Redriven = x.record.RedriveCount+1, in.At
	x.committing = true
	x.seq++
	if err := x.append([]staged{s}, x.seq-1); err != nil {
		x.engine.closed(x.machine)
		return time.Time{}, fmt.Errorf("write the execution: %w", err)
	}
	x.engine.remember(x)
	x.settleFirst(s)
	return in.At, nil
}

func (x *execution) redriven(in interp.Input) (staged, error) {
	if !x.run.Accepts(in) {
		return staged{}, cannotReplay("it is open by the journal's entries, and has ended by its record")
	}
	defer x.engine.worked(x.durableID()).done()
	return x.applied(in, nil)
}

// How many client tokens of redrives are remembered for an execution, and for how long.
// https://docs.aws.amazon.com/step-functions/latest/apireference/API_RedriveExecution.html
const (
	keptTokens  = 10
	keptTokenAt = 15 * time.Minute
)

// redriveToken is a redrive that may be asked for again: the caller has lost
// the answer. Engine.redriving guards them.
type redriveToken struct {
	token string
	at    time.Time
}

// redriveTokens are the recent ones of each execution, by its id.
type redriveTokens map[int64][]redriveToken

// find returns the time of the redrive with that token.
func (k redriveTokens) find(id int64, token string, now time.Time) (time.Time, bool) {
	k.forget(now)
	i := slices.IndexFunc(k[id], func(t redriveToken) bool { return token != "" && t.token == token })
	if i < 0 {
		return time.Time{}, false
	}
	return k[id][i].at, true
}

func (k redriveTokens) keep(id int64, token string, at time.Time) {
	if token != "" {
		k[id] = append(k[id], redriveToken{token, at})
		k[id] = k[id][max(0, len(k[id])-keptTokens):]
	}
}

// forget drops what is too old.
func (k redriveTokens) forget(now time.Time) {
	for id, tokens := range k {
		tokens = slices.DeleteFunc(tokens, func(t redriveToken) bool { return now.Sub(t.at) > keptTokenAt })
		if k[id] = tokens; len(tokens) == 0 {
			delete(k, id)
		}
	}
}
